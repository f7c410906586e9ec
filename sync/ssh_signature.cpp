#include "sync/ssh_signature.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <sodium.h>

#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

constexpr std::string_view magic = "SSHSIG";
constexpr std::string_view key_type = "ssh-ed25519";
constexpr std::string_view git_namespace = "git";
constexpr std::string_view hash_name = "sha512";
constexpr std::string_view armor_begin = "-----BEGIN SSH SIGNATURE-----\n";
constexpr std::string_view armor_end = "\n-----END SSH SIGNATURE-----";
constexpr std::size_t armor_width = 70;  // As sshbuf_dtob64 wraps.

static_assert(PublicKey::size == crypto_sign_PUBLICKEYBYTES);
static_assert(raw_signature_size == crypto_sign_BYTES);

const unsigned char* unsigned_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// A uint32 of RFC 4251, big-endian. Nothing here is longer than a byte can count.
std::string ssh_number(std::size_t number) {
  return {'\0', '\0', '\0', static_cast<char>(number)};
}

/// A string of RFC 4251: its length, then its bytes.
std::string ssh_string(std::string_view text) {
  return ssh_number(text.size()).append(text);
}

std::string key_blob(const PublicKey& key) {
  return ssh_string(key_type) + ssh_string(key.raw());
}

/// Everything before the raw signature, which ends the blob.
std::string blob_head(const PublicKey& key) {
  std::string head{magic};
  head += ssh_number(1);
  head += ssh_string(key_blob(key));
  head += ssh_string(git_namespace);
  head += ssh_string("");  // Reserved.
  head += ssh_string(hash_name);
  head += ssh_number(4 + key_type.size() + 4 + raw_signature_size);
  head += ssh_string(key_type);
  head += ssh_number(raw_signature_size);
  return head;
}

std::string base64(std::string_view data) {
  constexpr int variant = sodium_base64_VARIANT_ORIGINAL;
  std::string text(sodium_base64_encoded_len(data.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), unsigned_bytes(data), data.size(), variant);
  text.pop_back();  // The terminating NUL.
  return text;
}

struct Parts {
  PublicKey key;
  std::string raw_signature;
};

/// As all sizes are fixed, the parts are cut from where they have to be; whether everything around
/// them is right too shows when they are put together again.
std::optional<Parts> parts_of(std::string_view armored) {
  constexpr std::size_t max_armored = 1024;
  if (armored.size() > max_armored || !armored.starts_with(armor_begin)) return std::nullopt;
  const auto body = armored.substr(armor_begin.size());
  std::array<unsigned char, max_armored> blob{};
  std::size_t blob_size = 0;
  const char* stop = nullptr;
  if (sodium_base642bin(blob.data(),
                        blob.size(),
                        body.data(),
                        body.size(),
                        "\n",
                        &blob_size,
                        &stop,
                        sodium_base64_VARIANT_ORIGINAL) != 0) {
    return std::nullopt;
  }
  const std::string_view data{reinterpret_cast<const char*>(blob.data()), blob_size};
  const std::size_t key_at = magic.size() + 4 + 4 + 4 + key_type.size() + 4;
  if (data.size() != blob_head({}).size() + raw_signature_size) return std::nullopt;
  const auto key = PublicKey::from(data.substr(key_at, PublicKey::size));
  if (!key) return std::nullopt;
  Parts parts{*key, std::string{data.substr(data.size() - raw_signature_size)}};
  if (ssh_signature(parts.key, parts.raw_signature) != armored) return std::nullopt;
  return parts;
}

Error not_canonical() {
  return fail(Errc::corrupt,
              "a signature is not an Ed25519 signature for git in OpenSSH's canonical form");
}

}  // namespace

std::string ssh_signed_data(std::string_view message) {
  std::array<char, crypto_hash_sha512_BYTES> hash{};
  crypto_hash_sha512(
      reinterpret_cast<unsigned char*>(hash.data()), unsigned_bytes(message), message.size());
  std::string data{magic};
  data += ssh_string(git_namespace);
  data += ssh_string("");  // Reserved.
  data += ssh_string(hash_name);
  data += ssh_string({hash.data(), hash.size()});
  return data;
}

std::string ssh_signature(const PublicKey& key, std::string_view raw_signature) {
  const std::string text = base64(blob_head(key).append(raw_signature));
  std::string armored{armor_begin};
  for (std::size_t i = 0; i < text.size(); i += armor_width) {
    if (i != 0) armored += '\n';
    armored += std::string_view{text}.substr(i, armor_width);
  }
  armored += armor_end;
  return armored;
}

Result<void> verify_ssh_signature(std::string_view armored,
                                  std::string_view message,
                                  const PublicKey& expected) {
  const auto parts = parts_of(armored);
  if (!parts) return not_canonical();
  if (parts->key != expected) {
    return fail(Errc::denied, "a signature was made with another key than the device's");
  }
  const std::string data = ssh_signed_data(message);
  if (crypto_sign_verify_detached(unsigned_bytes(parts->raw_signature),
                                  unsigned_bytes(data),
                                  data.size(),
                                  expected.bytes.data()) != 0) {
    return fail(Errc::denied, "a signature does not fit what it signs");
  }
  return {};
}

Result<PublicKey> ssh_signature_key(std::string_view armored) {
  const auto parts = parts_of(armored);
  if (!parts) return not_canonical();
  return parts->key;
}

bool is_valid_key(const PublicKey& key) {
  return crypto_core_ed25519_is_valid_point(key.bytes.data()) == 1;
}

std::string ssh_public_key(const PublicKey& key) {
  return std::string{key_type} + ' ' + base64(key_blob(key));
}

DeviceId device_id(const PublicKey& key) {
  return {blake2b(key.raw()).bytes};
}

}  // namespace guantong
