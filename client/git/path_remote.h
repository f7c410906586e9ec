// A remote that is a folder of this computer: its objects are copied as they lie, without a
// transport between.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/git/git_ref.h"
#include "client/git/libgit2.h"
#include "sync/base/result.h"

namespace guantong {

/// The path that `url` is; nothing when it leads to another computer.
std::optional<std::filesystem::path> path_of(const std::string& url);

/// The repository that lies there; see Peer. It is opened when it is first used, and stays open:
/// opening one lists its packs, and reading from it maps each of them. Its references are read
/// once, and again for a push.
class PathRemote {
public:
  PathRemote(std::filesystem::path path, std::string url)
      : path_{std::move(path)}, url_{std::move(url)} {}

  Result<std::vector<GitRef>> refs();
  Result<void> fetch(git_repository* to,
                     git_odb* objects,
                     const std::vector<std::string>& refspecs);
  /// `from` is the same repository each time.
  Result<void> push(git_repository* from, const std::vector<std::string>& refspecs);

private:
  Result<git_repository*> open();
  Result<void> look(git_repository* there);

  std::filesystem::path path_;
  std::string url_;
  // Null until they are needed.
  RepositoryHandle there_;
  RepositoryHandle there_to_pack_;  ///< The same, prepared to send its objects.
  RepositoryHandle here_to_pack_;
  std::optional<std::vector<GitRef>> shown_;
};

}  // namespace guantong
