// A remote that is a folder of this computer: its objects are copied as they lie, without a
// transport between.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "client/git/libgit2.h"
#include "sync/base/result.h"

namespace guantong {

/// The path that `url` is; nothing when it leads to another computer.
std::optional<std::filesystem::path> path_of(const std::string& url);

/// Opens what lies there. Fails with `offline` when nothing does, `invalid` when it is no
/// repository.
Result<RepositoryHandle> open_at(const std::filesystem::path& path, const std::string& url);

/// See Repository::push and Repository::fetch.
Result<void> push_to_path(git_repository* from,
                          const std::filesystem::path& path,
                          const std::string& url,
                          const std::vector<std::string>& refspecs);
Result<void> fetch_from_path(git_repository* to,
                             git_odb* objects,
                             const std::filesystem::path& path,
                             const std::string& url,
                             const std::vector<std::string>& refspecs);

}  // namespace guantong
