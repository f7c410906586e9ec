// The device's key pair: made, kept in a file, and used, here alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "client/crypto/guarded_bytes.h"
#include "client/crypto/key_file.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

class KeyCache;

/// An Ed25519 key pair (RFC 8032).
class DeviceKey {
public:
  /// Draws a new key. Fails with `io` when libsodium will not start or has no guarded memory.
  static Result<DeviceKey> generate();

  /// The key pair that `seed` stands for. Fails with `invalid` unless that is 32 bytes.
  static Result<DeviceKey> from_seed(const GuardedBytes& seed);

  /// Reads the key that `save` wrote, as `KeyFile::read` and `KeyFile::seed` do.
  static Result<DeviceKey> load(const std::filesystem::path& path,
                                const PassphraseSource& ask = {},
                                const KeyCache* cache = nullptr);

  /// Writes the secret to a new file that its owner alone can read, under `passphrase` unless that
  /// is null; when this returns it is on the disk. Fails with `conflict` when there is a file
  /// already: a key is never overwritten.
  Result<void> save(const std::filesystem::path& path,
                    const Passphrase* passphrase = nullptr,
                    const DerivationCost& cost = {}) const;

  /// Puts the same in the place of this key's old file, to set, change or (null) take off its
  /// passphrase. Cut off anywhere, it leaves the old file or the new one. Nobody else may be
  /// replacing it, and what the old file held may stay on the disk for some time.
  Result<void> replace(const std::filesystem::path& path,
                       const Passphrase* passphrase,
                       const DerivationCost& cost = {}) const;

  PublicKey public_key() const;

  /// The 32 bytes that `from_seed` makes this key of.
  Result<GuardedBytes> seed() const;

  /// The signature of `message`, 64 raw bytes: Ed25519 without a prehash.
  std::string sign(std::string_view message) const;

private:
  explicit DeviceKey(GuardedBytes secret) : secret_{std::move(secret)} {}

  GuardedBytes secret_;  // As libsodium has it: the seed, then the public key.
};

/// Fills `out` with bytes that nobody can guess.
void fill_random(std::span<std::uint8_t> out);

}  // namespace guantong
