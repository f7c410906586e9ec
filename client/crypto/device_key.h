// The device's secret key: made, kept in a file, and used, here alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

/// An Ed25519 key pair (RFC 8032). The secret is locked out of swap and core files, and wiped when
/// freed.
class DeviceKey {
public:
  /// Draws a new key. Fails with `io` when libsodium will not start or has no guarded memory.
  static Result<DeviceKey> generate();

  /// Reads the key that `save` wrote. Fails with `not_found`, with `denied` when other users could
  /// read the file too, and with `corrupt` when it holds anything else.
  static Result<DeviceKey> load(const std::filesystem::path& path);

  /// Writes the secret to a new file that its owner alone can read; when this returns it is on the
  /// disk. Fails with `conflict` when there is a file already: a key is never overwritten.
  Result<void> save(const std::filesystem::path& path) const;

  PublicKey public_key() const;

  /// The signature of `message`, 64 raw bytes: Ed25519 without a prehash.
  std::string sign(std::string_view message) const;

private:
  struct Wipe {
    void operator()(unsigned char* secret) const noexcept;
  };
  using Secret = std::unique_ptr<unsigned char, Wipe>;
  explicit DeviceKey(Secret secret) : secret_{std::move(secret)} {}
  static Result<Secret> guarded_memory(std::size_t size);

  Secret secret_;  // As libsodium has it: the seed, then the public key.
};

/// Fills `out` with bytes that nobody can guess.
void fill_random(std::span<std::uint8_t> out);

}  // namespace guantong
