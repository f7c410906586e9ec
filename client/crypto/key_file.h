// The file that a device's secret key is kept in: as it is, or locked by a passphrase.
//
// Without a passphrase (form 1), the seed in hexadecimal:
//
//     guantong device key 1
//     SEED
//
// With one (form 2; each value is in hexadecimal but the two decimal numbers of the second line):
//
//     guantong device key 2
//     argon2id OPERATIONS MEMORY_BYTES
//     salt SALT
//     public PUBLIC_KEY
//     nonce NONCE
//     sealed SEED_AND_TAG
//
// Argon2id, version 1.3 (RFC 9106), makes the wrapping key of passphrase and salt. It seals the
// seed with XChaCha20-Poly1305, and all that stands above the last line is authenticated with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "client/crypto/guarded_bytes.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

class KeyCache;

/// What somebody typed, byte for byte.
using Passphrase = GuardedBytes;

/// Asks a person, or whatever speaks for one. May be empty: then there is nobody to ask.
using PassphraseSource = std::function<Result<Passphrase>()>;

inline constexpr std::size_t key_seed_size = 32;

/// What one guess of a passphrase costs: passes over the memory, and the memory. The default is
/// libsodium's "moderate": by its manual 0.7 seconds on a 2.8 GHz Core i7.
struct DerivationCost {
  std::uint64_t operations = 3;
  std::uint64_t memory_bytes = std::uint64_t{256} << 20U;

  bool operator==(const DerivationCost&) const = default;
};

/// The greatest cost that is accepted, so that a forged file cannot take the whole computer. The
/// least is 1 pass over 8 KiB.
inline constexpr DerivationCost greatest_cost{10, std::uint64_t{1} << 30U};

/// The text of a key file for the key pair of `seed`; form 1 when `passphrase` is null. Fails with
/// `invalid` when the cost is out of bounds, and with `io` when the memory is not to be had.
Result<GuardedBytes> key_file_text(const GuardedBytes& seed,
                                   const PublicKey& key,
                                   const Passphrase* passphrase,
                                   const DerivationCost& cost);

/// How a seed is locked, as form 2 has it.
struct KeyLock {
  DerivationCost cost;
  std::string salt, nonce, sealed;
  std::string authenticated;  ///< The text above the sealed seed.
};

/// A key file as it was read. A locked one tells its public key to everybody.
class KeyFile {
public:
  /// Fails with `not_found`, with `denied` when other users can reach the file too, with `too_new`
  /// when a later program wrote it, and with `corrupt` when it holds anything else.
  static Result<KeyFile> read(const std::filesystem::path& path);

  bool is_locked() const { return lock_.has_value(); }
  const PublicKey& public_key() const { return public_key_; }

  /// The secret. Where it is locked, what `cache` keeps for it is tried first; then `ask` is
  /// asked, once, and `cache` gets to keep what opened it. Fails with `denied` when nobody can be
  /// asked or the passphrase is wrong, and with what `ask` fails with.
  Result<GuardedBytes> seed(const PassphraseSource& ask, const KeyCache* cache = nullptr) const;

private:
  explicit KeyFile(std::filesystem::path path) : path_{std::move(path)} {}
  /// False when the text has not the form.
  Result<bool> take_plain(std::string_view text);
  bool take_locked(std::string_view text);

  std::filesystem::path path_;
  PublicKey public_key_;
  GuardedBytes seed_;  // None where it is locked.
  std::optional<KeyLock> lock_;
};

}  // namespace guantong
