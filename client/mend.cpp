#include "client/mend.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>

#include "client/disk_watch.h"
#include "client/durable_names.h"
#include "client/git/git_history.h"
#include "client/git/peer.h"
#include "client/git/repository.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/commit.h"
#include "sync/history.h"

namespace guantong {
namespace {

/// What came, though not all of it did: what is damaged or cannot be reached gives what it has.
bool gave_something(const Result<void>& fetched) {
  return fetched || fetched.error().code == Errc::corrupt;
}

/// Copies a commit and what it builds on, as far down as the new history has it already.
Result<void> carry(GitHistory& old, GitHistory& anew, const CommitId& tip) {
  std::vector<CommitId> open{tip};
  std::vector<std::string> commits;  // Written once all of them are known to be sound.
  while (!open.empty()) {
    const auto id = open.back();
    open.pop_back();
    if (anew.repository().has_commit(id)) continue;
    auto raw = TRY(old.read_commit(id));
    const auto commit = TRY(parse_commit(raw));
    const auto payload = TRY(old.read_payload(commit.tree));
    TRY(anew.write_payload(payload));
    open.insert(open.end(), commit.parents.begin(), commit.parents.end());
    commits.push_back(std::move(raw));
  }
  for (const auto& raw : commits)
    TRY(anew.write_commit(raw));
  return {};
}

/// Brings together what there is of the history, and returns the remotes that gave something.
Result<std::vector<std::string>> gather(Workspace& workspace, const std::filesystem::path& path) {
  std::vector<std::string> helpers;
  auto repository = TRY(Repository::create(path));
  GitHistory anew{std::move(repository)};
  for (const auto& [name, remote] : workspace.config().remotes) {
    const auto refspec = fmt::format("+refs/heads/plan/*:refs/remotes/{}/plan/*", name);
    Peer peer{anew.repository(), remote.url};
    if (gave_something(peer.fetch({refspec}))) helpers.push_back(name);
  }
  auto& old = workspace.history();
  const auto branches = TRY(old.branches());
  for (const auto& branch : branches) {
    const auto carried = carry(old, anew, branch.commit);
    if (!carried) {
      Error error =
          fail(Errc::corrupt,
               "{} is damaged here, and no remote that can be reached has it whole; nothing was "
               "changed. Sync with another remote, or copy history.git from another member",
               branch.name);
      error.message.causes.push_back(carried.error().message);
      return error;
    }
    TRY(anew.set_branch(branch));
  }
  return helpers;
}

/// Puts the mended history in place of the damaged one, in one step, and that beside it.
Result<void> exchange(const std::filesystem::path& history, const std::filesystem::path& anew) {
  TRY(ask_disk(DiskAct::file, history));
  if (::renameat2(AT_FDCWD, anew.c_str(), AT_FDCWD, history.c_str(), RENAME_EXCHANGE) != 0)
    return fail(Errc::io,
                "the mended history cannot be put in place: {}; nothing was changed. Copy "
                "history.git from another member",
                std::strerror(errno));
  const std::filesystem::path damaged = history.string() + ".damaged";
  auto error = flush_folder(history.parent_path());
  if (!error) std::filesystem::remove_all(damaged, error);
  if (!error) error = rename_durably(anew, damaged);
  if (error)
    return fail(
        Errc::io,
        "the history is mended, and the damaged one is left in {}: {}. Nothing is lost; run "
        "\"guantong rebuild\" again",
        anew.string(),
        error.message());
  return {};
}

}  // namespace

Result<std::vector<std::string>> mend_history(Workspace& workspace) {
  const auto history = workspace.history_path();
  const std::filesystem::path anew = history.string() + ".anew";
  std::error_code ignored;  // What is in the way is reported when the new one is made.
  std::filesystem::remove_all(anew, ignored);
  auto helpers = gather(workspace, anew);
  if (!helpers) {
    std::filesystem::remove_all(anew, ignored);
    return helpers;
  }
  TRY(exchange(history, anew));
  TRY(workspace.reopen_history());
  return helpers;
}

}  // namespace guantong
