#include "client/durable_names.h"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace guantong {

std::error_code flush_folder(const std::filesystem::path& folder) {
  const auto* name = folder.empty() ? "." : folder.c_str();
  const int descriptor = ::open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return {errno, std::generic_category()};
  std::error_code error;
  if (::fsync(descriptor) != 0) error = {errno, std::generic_category()};
  ::close(descriptor);
  return error;
}

std::error_code rename_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::rename(from, to, error);
  return error ? error : flush_folder(to.parent_path());
}

}  // namespace guantong
