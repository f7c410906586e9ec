#include "client/crypto/key_file.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sodium.h>

#include "client/crypto/guarded_bytes.h"
#include "client/crypto/key_cache.h"
#include "client/crypto/private_file.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

constexpr std::string_view any_header = "guantong device key ";
constexpr std::string_view plain_header = "guantong device key 1\n";
constexpr std::string_view locked_header = "guantong device key 2\n";
constexpr std::size_t hex_size = 2 * key_seed_size;
constexpr std::size_t plain_size = plain_header.size() + hex_size + 1;  // A newline ends it.
constexpr std::size_t most_bytes = 1024;  // More than either form has.

constexpr std::size_t salt_size = crypto_pwhash_argon2id_SALTBYTES;
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t wrapping_key_size = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t sealed_size = key_seed_size + crypto_aead_xchacha20poly1305_ietf_ABYTES;

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

bool in_bounds(const DerivationCost& cost) {
  return cost.operations >= crypto_pwhash_argon2id_OPSLIMIT_MIN &&
         cost.operations <= greatest_cost.operations &&
         cost.memory_bytes >= crypto_pwhash_argon2id_MEMLIMIT_MIN &&
         cost.memory_bytes <= greatest_cost.memory_bytes;
}

/// Takes the next line off `text`, which must begin with `word`, and returns what follows there.
std::optional<std::string_view> next_value(std::string_view& text, std::string_view word) {
  const auto line = text.substr(0, text.find('\n'));
  if (line.size() == text.size() || !line.starts_with(word)) return std::nullopt;
  text.remove_prefix(line.size() + 1);
  return line.substr(word.size());
}

std::optional<std::string> next_bytes(std::string_view& text,
                                      std::string_view word,
                                      std::size_t size) {
  const auto value = next_value(text, word);
  auto bytes = value ? from_hex(*value) : std::nullopt;
  return bytes && bytes->size() == size ? bytes : std::nullopt;
}

std::optional<std::uint64_t> number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

std::optional<DerivationCost> next_cost(std::string_view& text) {
  const auto value = next_value(text, "argon2id ");
  if (!value) return std::nullopt;
  const auto space = value->find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto operations = number(value->substr(0, space));
  const auto memory = number(value->substr(space + 1));
  if (!operations || !memory) return std::nullopt;
  return DerivationCost{*operations, *memory};
}

std::string authenticated_text(const KeyLock& lock, const PublicKey& key) {
  return fmt::format("{}argon2id {} {}\nsalt {}\npublic {}\nnonce {}\n",
                     locked_header,
                     lock.cost.operations,
                     lock.cost.memory_bytes,
                     to_hex(lock.salt),
                     to_hex(key.raw()),
                     to_hex(lock.nonce));
}

Result<GuardedBytes> derive(const Passphrase& passphrase, const KeyLock& lock) {
  auto key = TRY(GuardedBytes::allocate(wrapping_key_size));
  const int failed = crypto_pwhash(key.data(),
                                   key.size(),
                                   passphrase.view().data(),
                                   passphrase.size(),
                                   raw(lock.salt),
                                   lock.cost.operations,
                                   lock.cost.memory_bytes,
                                   crypto_pwhash_ALG_ARGON2ID13);
  if (failed != 0) {
    return fail(Errc::io,
                "there is not enough memory to check a passphrase: it takes {} MiB for a second; "
                "close other programs",
                (lock.cost.memory_bytes >> 20U) + 1);
  }
  return key;
}

void seal(KeyLock& lock, const GuardedBytes& seed, const GuardedBytes& wrapping_key) {
  lock.sealed.resize(sealed_size);
  crypto_aead_xchacha20poly1305_ietf_encrypt(reinterpret_cast<unsigned char*>(lock.sealed.data()),
                                             nullptr,
                                             seed.data(),
                                             seed.size(),
                                             raw(lock.authenticated),
                                             lock.authenticated.size(),
                                             nullptr,
                                             raw(lock.nonce),
                                             wrapping_key.data());
}

/// Nothing when the key is not the one it was sealed with, or anything was altered since.
Result<std::optional<GuardedBytes>> unseal(const KeyLock& lock, const GuardedBytes& wrapping_key) {
  if (wrapping_key.size() != wrapping_key_size) return std::optional<GuardedBytes>{};
  auto seed = TRY(GuardedBytes::allocate(key_seed_size));
  const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(seed.data(),
                                                                nullptr,
                                                                nullptr,
                                                                raw(lock.sealed),
                                                                lock.sealed.size(),
                                                                raw(lock.authenticated),
                                                                lock.authenticated.size(),
                                                                raw(lock.nonce),
                                                                wrapping_key.data());
  if (failed != 0) return std::optional<GuardedBytes>{};
  return std::optional<GuardedBytes>{std::move(seed)};
}

Result<GuardedBytes> plain_text(const GuardedBytes& seed) {
  auto text = TRY(GuardedBytes::allocate(plain_size + 1));  // sodium_bin2hex ends it with NUL.
  std::ranges::copy(plain_header, text.data());
  sodium_bin2hex(reinterpret_cast<char*>(text.data()) + plain_header.size(),
                 hex_size + 1,
                 seed.data(),
                 seed.size());
  text.data()[plain_size - 1] = '\n';
  text.shorten(plain_size);
  return text;
}

Result<GuardedBytes> locked_text(const GuardedBytes& seed,
                                 const PublicKey& key,
                                 const Passphrase& passphrase,
                                 const DerivationCost& cost) {
  KeyLock lock{cost, random_bytes(salt_size), random_bytes(nonce_size), "", ""};
  lock.authenticated = authenticated_text(lock, key);
  const auto wrapping_key = TRY(derive(passphrase, lock));
  seal(lock, seed, wrapping_key);
  return GuardedBytes::copy_of(lock.authenticated + "sealed " + to_hex(lock.sealed) + "\n");
}

Error not_a_key(const std::filesystem::path& path, std::string_view text) {
  const bool later = text.starts_with(any_header) && !text.starts_with(plain_header) &&
                     !text.starts_with(locked_header);
  if (later)
    return fail(Errc::too_new, "the device key {} was written by a later Guantong", path.string());
  return fail(Errc::corrupt, "{} does not hold a device key", path.string());
}

}  // namespace

Result<GuardedBytes> key_file_text(const GuardedBytes& seed,
                                   const PublicKey& key,
                                   const Passphrase* passphrase,
                                   const DerivationCost& cost) {
  if (passphrase == nullptr) return plain_text(seed);
  if (!in_bounds(cost)) {
    return fail(Errc::invalid,
                "a passphrase cannot be checked with {} passes over {} bytes of memory",
                cost.operations,
                cost.memory_bytes);
  }
  return locked_text(seed, key, *passphrase, cost);
}

Result<KeyFile> KeyFile::read(const std::filesystem::path& path) {
  auto contents = read_private_file(path, most_bytes);
  if (!contents && contents.error().code == Errc::invalid)
    return fail(Errc::corrupt, "{} does not hold a device key", path.string());
  const auto text = TRY(std::move(contents));
  KeyFile file{path};
  const bool plain = TRY(file.take_plain(text.view()));
  if (!plain && !file.take_locked(text.view())) return not_a_key(path, text.view());
  if (file.lock_ && !in_bounds(file.lock_->cost)) {
    return fail(Errc::corrupt,
                "the device key {} asks for more time or memory than a passphrase may take: it was "
                "forged or damaged; put a copy of it back",
                path.string());
  }
  return file;
}

Result<bool> KeyFile::take_plain(std::string_view text) {
  if (text.size() != plain_size || !text.starts_with(plain_header) || !text.ends_with('\n'))
    return false;
  seed_ = TRY(GuardedBytes::allocate(key_seed_size));
  std::size_t size = 0;
  const auto* hex = text.data() + plain_header.size();
  if (sodium_hex2bin(seed_.data(), seed_.size(), hex, hex_size, nullptr, &size, nullptr) != 0 ||
      size != key_seed_size)
    return false;
  auto secret = TRY(GuardedBytes::allocate(crypto_sign_SECRETKEYBYTES));
  crypto_sign_seed_keypair(public_key_.bytes.data(), secret.data(), seed_.data());
  return true;
}

bool KeyFile::take_locked(std::string_view text) {
  if (!text.starts_with(locked_header)) return false;
  auto rest = text.substr(locked_header.size());
  const auto cost = next_cost(rest);
  const auto salt = cost ? next_bytes(rest, "salt ", salt_size) : std::nullopt;
  const auto key = salt ? next_bytes(rest, "public ", PublicKey::size) : std::nullopt;
  const auto nonce = key ? next_bytes(rest, "nonce ", nonce_size) : std::nullopt;
  const auto authenticated = text.substr(0, text.size() - rest.size());
  const auto sealed = nonce ? next_bytes(rest, "sealed ", sealed_size) : std::nullopt;
  if (!sealed || !rest.empty()) return false;
  public_key_ = *PublicKey::from(*key);
  lock_ = KeyLock{*cost, *salt, *nonce, *sealed, std::string{authenticated}};
  return true;
}

Result<GuardedBytes> KeyFile::seed(const PassphraseSource& ask, const KeyCache* cache) const {
  if (!lock_) return GuardedBytes::copy_of(seed_.view());
  if (const auto kept = cache != nullptr ? cache->find(public_key_) : std::nullopt) {
    auto seed = TRY(unseal(*lock_, *kept));
    if (seed) return *std::move(seed);
  }
  if (!ask) {
    return fail(Errc::denied,
                "the device key {} is locked by a passphrase, and there is nobody to ask for it",
                path_.string());
  }
  const auto passphrase = TRY(ask());
  const auto wrapping_key = TRY(derive(passphrase, *lock_));
  auto seed = TRY(unseal(*lock_, wrapping_key));
  if (!seed) {
    return fail(Errc::denied,
                "that is not the passphrase of the device key {}, or the file was damaged; look at "
                "Caps Lock and the input method, and run it again",
                path_.string());
  }
  if (cache != nullptr) cache->keep(public_key_, wrapping_key);
  return *std::move(seed);
}

}  // namespace guantong
