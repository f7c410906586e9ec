#include "client/git/left_files.h"

#include <chrono>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace guantong {
namespace {

constexpr std::chrono::hours half_file_kept{24};

/// Whether the name is one under which libgit2 writes before it gives a file its own.
bool is_half_file(std::string_view name) {
  return name.starts_with("tmp_object_git2_") || name.starts_with("pack_git2_");
}

void remove_locks(const std::filesystem::path& repository) {
  const auto requests = repository / "refs" / "guantong" / "requests";
  // What cannot be removed is reported by whom it is in the way of.
  std::error_code ignored;
  std::filesystem::recursive_directory_iterator at{repository / "refs", ignored};
  for (; at != end(at); at.increment(ignored)) {
    if (at->path() == requests) at.disable_recursion_pending();
    if (at->path().extension() == ".lock") std::filesystem::remove(at->path(), ignored);
  }
}

void remove_half_files(const std::filesystem::path& folder) {
  const auto recent = std::filesystem::file_time_type::clock::now() - half_file_kept;
  std::error_code ignored;  // They only take space.
  std::filesystem::directory_iterator at{folder, ignored};
  for (; at != end(at); at.increment(ignored)) {
    if (!is_half_file(at->path().filename().native())) continue;
    std::error_code unknown;
    const auto written = at->last_write_time(unknown);
    if (!unknown && written < recent) std::filesystem::remove(at->path(), ignored);
  }
}

}  // namespace

void remove_left_files(const std::filesystem::path& repository) {
  remove_locks(repository);
  remove_half_files(repository / "objects");
  remove_half_files(repository / "objects" / "pack");
}

}  // namespace guantong
