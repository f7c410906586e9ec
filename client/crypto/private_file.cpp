#include "client/crypto/private_file.h"

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/crypto/guarded_bytes.h"
#include "client/disk_watch.h"
#include "client/durable_names.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

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
  bool write(std::string_view data) const {
    while (!data.empty()) {
      const auto count = ::write(number_, data.data(), data.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return false;
      data.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  /// How many bytes could be read, at most `size`; negative on failure.
  ssize_t read(unsigned char* data, std::size_t size) const {
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

/// A name is on the disk once its folder is. Else errno says why not.
bool sync_folder_of(const std::filesystem::path& path) {
  const auto error = flush_folder(path.parent_path());
  if (error) errno = error.value();
  return !error;
}

Error remove_after(Error error, const std::filesystem::path& path) {
  ::unlink(path.c_str());
  return error;
}

}  // namespace

Result<GuardedBytes> read_private_file(const std::filesystem::path& path, std::size_t most) {
  // Not to hang on a pipe that someone put in the file's place.
  const File file{path, O_RDONLY | O_NONBLOCK};
  if (!file.is_open()) return failure("cannot open {}", path);
  struct stat status{};
  if (!file.status(status)) return failure("cannot look at {}", path);
  if (!S_ISREG(status.st_mode)) return fail(Errc::invalid, "{} is not a file", path.string());
  if ((status.st_mode & 077U) != 0) {
    return fail(Errc::denied, "other users can reach {0}; run: chmod 600 {0}", path.string());
  }
  auto contents = TRY(GuardedBytes::allocate(most));
  const auto count = file.read(contents.data(), most);
  if (count < 0) return failure("cannot read {}", path);
  contents.shorten(static_cast<std::size_t>(count));
  return contents;
}

Result<void> create_private_file(const std::filesystem::path& path, std::string_view contents) {
  TRY(ask_disk(DiskAct::file, path));
  const File file{path, O_WRONLY | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR};
  if (!file.is_open()) return failure("cannot make {}", path);
  if (!file.write(contents) || !file.sync() || !sync_folder_of(path))
    return remove_after(failure("cannot write {}", path), path);
  return {};
}

Result<void> replace_private_file(const std::filesystem::path& path, std::string_view contents) {
  auto beside = path;
  beside += ".new";
  ::unlink(beside.c_str());  // A run that was cut off may have left one.
  TRY(create_private_file(beside, contents));
  TRY(ask_disk(DiskAct::file, path));
  if (::rename(beside.c_str(), path.c_str()) != 0)
    return remove_after(failure("cannot replace {}", path), beside);
  if (!sync_folder_of(path)) return failure("cannot write {}", path);
  return {};
}

}  // namespace guantong
