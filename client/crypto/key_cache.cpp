#include "client/crypto/key_cache.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include <keyutils.h>

#include "client/crypto/guarded_bytes.h"
#include "sync/base/bytes.h"
#include "sync/change.h"
#include "sync/ssh_signature.h"

namespace guantong {
namespace {

constexpr const char* key_type = "user";
/// The login's own keyring; where the login made none, the kernel takes the user's.
constexpr key_serial_t keyring = KEY_SPEC_SESSION_KEYRING;

std::string description_of(const PublicKey& owner) {
  return "guantong:" + to_hex(device_id(owner).raw());
}

std::optional<key_serial_t> number_of(const PublicKey& owner) {
  const auto number = keyctl_search(keyring, key_type, description_of(owner).c_str(), 0);
  if (number < 0) return std::nullopt;
  return static_cast<key_serial_t>(number);
}

}  // namespace

std::optional<GuardedBytes> KeyCache::find(const PublicKey& owner) const {
  const auto number = number_of(owner);
  if (!number) return std::nullopt;
  const auto size = keyctl_read(*number, nullptr, 0);
  if (size <= 0) return std::nullopt;
  auto secret = GuardedBytes::allocate(static_cast<std::size_t>(size));
  if (!secret) return std::nullopt;
  // Another program may have put a longer one there meanwhile.
  const bool whole =
      keyctl_read(*number, reinterpret_cast<char*>(secret->data()), secret->size()) == size;
  if (!whole) return std::nullopt;
  return *std::move(secret);
}

void KeyCache::keep(const PublicKey& owner, const GuardedBytes& secret) const {
  if (lifetime_.count() <= 0) return;  // To the kernel 0 is for ever.
  const auto number =
      add_key(key_type, description_of(owner).c_str(), secret.data(), secret.size(), keyring);
  if (number < 0) return;
  const bool bounded = keyctl_setperm(number, KEY_POS_ALL) == 0 &&
                       keyctl_set_timeout(number, static_cast<unsigned>(lifetime_.count())) == 0;
  if (!bounded) keyctl_unlink(number, keyring);  // Rather none than one without an end.
}

void KeyCache::forget(const PublicKey& owner) const {
  if (const auto number = number_of(owner)) keyctl_unlink(*number, keyring);
}

}  // namespace guantong
