#include "client/crypto/device_key.h"

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <sodium.h>

#include "client/crypto/guarded_bytes.h"
#include "client/crypto/key_file.h"
#include "client/crypto/private_file.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

static_assert(PublicKey::size == crypto_sign_PUBLICKEYBYTES);
static_assert(key_seed_size == crypto_sign_SEEDBYTES);
static_assert(crypto_sign_SECRETKEYBYTES == key_seed_size + PublicKey::size);

Result<DeviceKey> DeviceKey::generate() {
  auto secret = TRY(GuardedBytes::allocate(crypto_sign_SECRETKEYBYTES));
  PublicKey ignored;
  crypto_sign_keypair(ignored.bytes.data(), secret.data());
  return DeviceKey{std::move(secret)};
}

Result<DeviceKey> DeviceKey::from_seed(const GuardedBytes& seed) {
  if (seed.size() != key_seed_size)
    return fail(Errc::invalid, "a key is made of {} bytes, not of {}", key_seed_size, seed.size());
  auto secret = TRY(GuardedBytes::allocate(crypto_sign_SECRETKEYBYTES));
  PublicKey ignored;
  crypto_sign_seed_keypair(ignored.bytes.data(), secret.data(), seed.data());
  return DeviceKey{std::move(secret)};
}

Result<DeviceKey> DeviceKey::load(const std::filesystem::path& path,
                                  const PassphraseSource& ask,
                                  const KeyCache* cache) {
  const auto file = TRY(KeyFile::read(path));
  const auto seed = TRY(file.seed(ask, cache));
  return from_seed(seed);
}

Result<void> DeviceKey::save(const std::filesystem::path& path,
                             const Passphrase* passphrase,
                             const DerivationCost& cost) const {
  const auto own = TRY(seed());
  const auto text = TRY(key_file_text(own, public_key(), passphrase, cost));
  return create_private_file(path, text.view());
}

Result<void> DeviceKey::replace(const std::filesystem::path& path,
                                const Passphrase* passphrase,
                                const DerivationCost& cost) const {
  const auto own = TRY(seed());
  const auto text = TRY(key_file_text(own, public_key(), passphrase, cost));
  return replace_private_file(path, text.view());
}

PublicKey DeviceKey::public_key() const {
  PublicKey key;
  std::memcpy(key.bytes.data(), secret_.data() + key_seed_size, PublicKey::size);
  return key;
}

Result<GuardedBytes> DeviceKey::seed() const {
  return GuardedBytes::copy_of(secret_.view().substr(0, key_seed_size));
}

std::string DeviceKey::sign(std::string_view message) const {
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()),
                       nullptr,
                       reinterpret_cast<const unsigned char*>(message.data()),
                       message.size(),
                       secret_.data());
  return signature;
}

void fill_random(std::span<std::uint8_t> out) {
  randombytes_buf(out.data(), out.size());
}

}  // namespace guantong
