#include "client/file_syncing.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace guantong {
namespace {

struct Service {
  std::string_view name;
  std::string_view folder;  ///< How the folder's name begins that it looks after; empty: anything.
  std::string_view marker;  ///< What lies in that folder; empty: nothing in particular.
};

constexpr std::array services{
    Service{"Dropbox", "Dropbox", ""},
    Service{"Dropbox", "", ".dropbox"},
    Service{"OneDrive", "OneDrive", ""},
    Service{"坚果云", "坚果云", ""},
    Service{"坚果云", "我的坚果云", ""},
    Service{"坚果云", "Nutstore", ""},
    Service{"百度网盘", "BaiduSyncdisk", ""},
    Service{"百度网盘", "百度网盘同步空间", ""},
    Service{"WPS", "WPSDrive", ""},
    Service{"WPS", "WPS云盘", ""},
    Service{"Google Drive", "Google Drive", ""},
    Service{"iCloud Drive", "iCloud", ""},
    Service{"Nextcloud", "Nextcloud", ""},
    Service{"ownCloud", "ownCloud", ""},
    Service{"Seafile", "Seafile", ""},
    Service{"Syncthing", "", ".stfolder"},
    Service{"Resilio Sync", "", ".sync"},
};

constexpr std::array<std::string_view, 4> copy_marks{
    "conflicted copy", "conflict copy", ".sync-conflict-", "冲突"};

bool looks_after(const Service& service, const std::filesystem::path& folder) {
  if (!folder.filename().string().starts_with(service.folder)) return false;
  std::error_code unreadable;  // What cannot be looked into does not tell.
  return service.marker.empty() || std::filesystem::exists(folder / service.marker, unreadable);
}

}  // namespace

std::optional<std::string> file_syncing_service(const std::filesystem::path& folder) {
  std::error_code unreadable;
  auto at = std::filesystem::weakly_canonical(folder, unreadable);
  if (unreadable) at = folder;
  for (; at.has_relative_path(); at = at.parent_path()) {
    const auto found = std::ranges::find_if(
        services, [&](const Service& service) { return looks_after(service, at); });
    if (found != services.end()) return std::string{found->name};
  }
  return std::nullopt;
}

std::vector<std::string> conflicted_copies(const std::filesystem::path& folder) {
  std::vector<std::string> copies;
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator{folder, unreadable}) {
    const auto name = entry.path().filename().string();
    const auto marks = [&](std::string_view mark) { return name.find(mark) != std::string::npos; };
    if (std::ranges::any_of(copy_marks, marks)) copies.push_back(name);
  }
  std::ranges::sort(copies);
  return copies;
}

}  // namespace guantong
