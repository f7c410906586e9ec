#include "client/crypto/device_key.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

constexpr std::string_view header = "guantong device key 1\n";
constexpr std::size_t seed_size = crypto_sign_SEEDBYTES;
constexpr std::size_t hex_size = 2 * seed_size;
constexpr std::size_t file_size = header.size() + hex_size + 1;  // A newline ends it.

static_assert(PublicKey::size == crypto_sign_PUBLICKEYBYTES);
static_assert(crypto_sign_SECRETKEYBYTES == seed_size + PublicKey::size);

/// An open file or folder.
class File {
public:
  File(const std::filesystem::path& path, int flags, mode_t mode = 0)
      : number_{::open(path.c_str(), flags | O_CLOEXEC, mode)} {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  File(File&&) = delete;
  File& operator=(File&&) = delete;
  ~File() {
    if (number_ >= 0) ::close(number_);
  }

  bool is_open() const { return number_ >= 0; }

  /// False when fewer bytes than that could be written.
  bool write(const char* data, std::size_t size) const {
    while (size > 0) {
      const auto count = ::write(number_, data, size);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return false;
      data += count;
      size -= static_cast<std::size_t>(count);
    }
    return true;
  }

  /// How many bytes could be read, at most `size`; negative on failure.
  ssize_t read(char* data, std::size_t size) const {
    ssize_t total = 0;
    while (size > 0) {
      const auto count = ::read(number_, data, size);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return count;
      if (count == 0) break;
      data += count;
      size -= static_cast<std::size_t>(count);
      total += count;
    }
    return total;
  }

  bool sync() const { return ::fsync(number_) == 0; }
  bool status(struct stat& out) const { return ::fstat(number_, &out) == 0; }

private:
  int number_;
};

Error failure(std::string_view what, const std::filesystem::path& path) {
  const int code = errno;
  const Errc kind = code == ENOENT                    ? Errc::not_found
                    : code == EEXIST                  ? Errc::conflict
                    : code == EACCES || code == EPERM ? Errc::denied
                                                      : Errc::io;
  Error error = fail(kind, what, path.string());
  error.message.causes.push_back(message("{}", std::generic_category().message(code)));
  return error;
}

bool sync_folder_of(const std::filesystem::path& path) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
  const File file{folder, O_RDONLY | O_DIRECTORY};
  return file.is_open() && file.sync();
}

}  // namespace

void DeviceKey::Wipe::operator()(unsigned char* secret) const noexcept {
  sodium_free(secret);
}

Result<DeviceKey::Secret> DeviceKey::guarded_memory(std::size_t size) {
  if (sodium_init() < 0) return fail(Errc::io, "libsodium does not start");
  Secret secret{static_cast<unsigned char*>(sodium_malloc(size))};
  if (secret == nullptr) return fail(Errc::io, "there is no guarded memory for a key");
  return secret;
}

Result<DeviceKey> DeviceKey::generate() {
  auto secret = TRY(guarded_memory(crypto_sign_SECRETKEYBYTES));
  PublicKey ignored;
  crypto_sign_keypair(ignored.bytes.data(), secret.get());
  return DeviceKey{std::move(secret)};
}

Result<DeviceKey> DeviceKey::load(const std::filesystem::path& path) {
  // Not to hang on a pipe that someone put in the key's place.
  const File file{path, O_RDONLY | O_NONBLOCK};
  if (!file.is_open()) return failure("cannot open the device key {}", path);
  struct stat status{};
  if (!file.status(status)) return failure("cannot look at the device key {}", path);
  if (!S_ISREG(status.st_mode)) {
    return fail(Errc::corrupt, "the device key {} is not a file", path.string());
  }
  if ((status.st_mode & 077U) != 0) {
    return fail(Errc::denied,
                "other users can reach the device key {0}; run: chmod 600 {0}",
                path.string());
  }
  auto text = TRY(guarded_memory(file_size + 1));
  auto* chars = reinterpret_cast<char*>(text.get());
  const auto count = file.read(chars, file_size + 1);
  if (count < 0) return failure("cannot read the device key {}", path);

  auto seed = TRY(guarded_memory(seed_size));
  std::size_t seed_bytes = 0;
  const bool whole =
      static_cast<std::size_t>(count) == file_size &&
      std::memcmp(chars, header.data(), header.size()) == 0 && chars[file_size - 1] == '\n' &&
      sodium_hex2bin(
          seed.get(), seed_size, chars + header.size(), hex_size, nullptr, &seed_bytes, nullptr) ==
          0 &&
      seed_bytes == seed_size;
  if (!whole) return fail(Errc::corrupt, "{} does not hold a device key", path.string());

  auto secret = TRY(guarded_memory(crypto_sign_SECRETKEYBYTES));
  PublicKey ignored;
  crypto_sign_seed_keypair(ignored.bytes.data(), secret.get(), seed.get());
  return DeviceKey{std::move(secret)};
}

Result<void> DeviceKey::save(const std::filesystem::path& path) const {
  auto text = TRY(guarded_memory(file_size + 1));  // sodium_bin2hex ends it with NUL.
  auto* chars = reinterpret_cast<char*>(text.get());
  std::memcpy(chars, header.data(), header.size());
  sodium_bin2hex(chars + header.size(), hex_size + 1, secret_.get(), seed_size);
  chars[file_size - 1] = '\n';

  const File file{path, O_WRONLY | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR};
  if (!file.is_open()) return failure("cannot make the device key {}", path);
  if (!file.write(chars, file_size) || !file.sync() || !sync_folder_of(path)) {
    Error error = failure("cannot write the device key {}", path);
    ::unlink(path.c_str());
    return error;
  }
  return {};
}

PublicKey DeviceKey::public_key() const {
  PublicKey key;
  std::memcpy(key.bytes.data(), secret_.get() + seed_size, PublicKey::size);
  return key;
}

std::string DeviceKey::sign(std::string_view message) const {
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()),
                       nullptr,
                       reinterpret_cast<const unsigned char*>(message.data()),
                       message.size(),
                       secret_.get());
  return signature;
}

void fill_random(std::span<std::uint8_t> out) {
  randombytes_buf(out.data(), out.size());
}

}  // namespace guantong
