#include "client/git/path_remote.h"

#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <git2.h>

#include "client/disk_watch.h"
#include "client/git/copy_objects.h"
#include "client/git/git_ref.h"
#include "client/git/libgit2.h"
#include "client/git/refspec.h"
#include "client/handle.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

/// What several references stand at, once.
std::set<CommitId> targets_of(const std::vector<GitRef>& refs) {
  std::set<CommitId> targets;
  for (const auto& ref : refs)
    targets.insert(ref.target);
  return targets;
}

/// Objects on their way from a remote, and the references that are to stand at them.
struct Fetching {
  git_repository* from;
  git_repository* to;
  git_odb* objects;  ///< Of `to`.
  const std::string& url;
  std::set<CommitId> known;

  Result<void> fetch(std::span<const Move> moves) const {
    auto copied = copy_objects(from, objects, git_repository_path(to), moves, known);
    if (copied) return set_references(moves);
    if (moves.size() == 1) return in_context(std::move(copied), moves.front());
    // Some branch is damaged, or the disk is; halves find out which.
    const auto half = moves.size() / 2;
    auto first = fetch(moves.first(half));
    auto second = fetch(moves.subspan(half));
    return first ? std::move(second) : std::move(first);
  }

private:
  Result<void> in_context(Result<void> failed, const Move& move) const {
    return guantong::in_context(
        std::move(failed), "cannot fetch {} from the remote {}", move.source, url);
  }

  Result<void> set_references(std::span<const Move> moves) const {
    Result<void> first_failure;
    for (const Move& move : moves) {
      auto moved = set_reference(to, move.destination, move.target);
      if (!moved && first_failure) first_failure = in_context(std::move(moved), move);
    }
    return first_failure;
  }
};

}  // namespace

std::optional<std::filesystem::path> path_of(const std::string& url) {
  constexpr std::string_view file_scheme = "file://";
  if (url.starts_with(file_scheme)) return url.substr(file_scheme.size());
  if (url.find("://") != std::string::npos) return std::nullopt;
  std::error_code ignored;
  const bool is_scp_like = url.find(':') < url.find('/');
  if (is_scp_like && !std::filesystem::exists(url, ignored)) return std::nullopt;
  return url;
}

Result<git_repository*> PathRemote::open() {
  std::error_code ignored;
  // A stick may be pulled out of an open repository, which would then show no references.
  if (!std::filesystem::exists(path_, ignored)) {
    return fail(Errc::offline, "the remote {} is not there", url_);
  }
  if (there_ != nullptr) return there_.get();
  git_repository* raw = nullptr;
  const int code =
      git_repository_open_ext(&raw, path_.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
  if (code == GIT_ENOTFOUND) return fail(Errc::invalid, "{} is not a Git repository", url_);
  if (code < 0) return failure(code, "cannot open the remote {}", url_);
  there_.reset(raw);
  return there_.get();
}

Result<void> PathRemote::look(git_repository* there) {
  if (!shown_) shown_ = TRY(refs_of(there, ""));
  return {};
}

Result<std::vector<GitRef>> PathRemote::refs() {
  auto* there = TRY(open());
  TRY(look(there));
  return *shown_;
}

Result<void> PathRemote::push(git_repository* from, const std::vector<std::string>& refspecs) {
  auto* to = TRY(open());
  if (git_repository_is_bare(to) == 0) {
    return fail(Errc::invalid, "{} is not a bare Git repository", url_);
  }
  shown_.reset();
  const auto remote_refs = TRY(refs_of(to, ""));
  const auto own_refs = TRY(refs_of(from, ""));
  auto moves = TRY(moves_of(refspecs, own_refs));
  drop_done(moves, remote_refs);
  auto rejected = take_rejected(from, moves, remote_refs);
  if (!moves.empty()) {
    const auto objects = TRY(objects_of(to));
    auto* packed = TRY(open_to_pack(here_to_pack_, from));
    TRY(copy_objects(packed, objects.get(), path_, moves, targets_of(remote_refs)));
  }
  for (const Move& move : moves) {
    TRY(ask_disk(DiskAct::reference, path_ / move.destination));
    const git_oid target = oid_of(move.target);
    const GitRef* now = find_ref(remote_refs, move.destination);
    const git_oid current = now != nullptr ? oid_of(now->target) : git_oid{};
    git_reference* raw = nullptr;
    const auto* name = move.destination.c_str();
    const int code = past_left_lock(to, move.destination, [&] {
      return now == nullptr
                 ? git_reference_create(&raw, to, name, &target, 0, nullptr)
                 : git_reference_create_matching(&raw, to, name, &target, 1, &current, nullptr);
    });
    const Handle<git_reference, git_reference_free> ref{raw};
    if (code == GIT_EEXISTS || code == GIT_EMODIFIED || code == GIT_ENOTFOUND) {
      rejected.push_back(move.destination);
    } else if (code < 0) {
      return failure(code, "cannot set {} on the remote {}", move.destination, url_);
    }
  }
  return say_rejected(rejected, url_);
}

Result<void> PathRemote::fetch(git_repository* to,
                               git_odb* objects,
                               const std::vector<std::string>& refspecs) {
  auto* there = TRY(open());
  TRY(look(there));
  auto moves = TRY(moves_of(refspecs, *shown_));
  const auto known = TRY(refs_of(to, ""));
  drop_done(moves, known);
  if (moves.empty()) return {};

  auto* from = TRY(open_to_pack(there_to_pack_, there));
  return Fetching{from, to, objects, url_, targets_of(known)}.fetch(moves);
}

}  // namespace guantong
