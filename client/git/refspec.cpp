#include "client/git/refspec.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <git2.h>

#include "client/git/git_ref.h"
#include "client/git/libgit2.h"
#include "client/handle.h"
#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

/// Whether the remote's reference may be moved as `move` says, if it is still at `now`.
bool may_move(git_repository* repository, const Move& move, const GitRef* now) {
  if (now == nullptr || move.force) return true;
  const git_oid target = oid_of(move.target);
  const git_oid current = oid_of(now->target);
  // Fails when we do not have what the remote has: then we cannot be ahead of it.
  return git_graph_descendant_of(repository, &target, &current) == 1;
}

}  // namespace

const GitRef* find_ref(const std::vector<GitRef>& refs, std::string_view name) {
  const auto at = std::ranges::lower_bound(refs, name, {}, &GitRef::name);
  return at != refs.end() && at->name == name ? &*at : nullptr;
}

Result<std::vector<Move>> moves_of(const std::vector<std::string>& refspecs,
                                   const std::vector<GitRef>& refs) {
  std::vector<Move> moves;
  for (const std::string& text : refspecs) {
    git_refspec* raw = nullptr;
    const int code = git_refspec_parse(&raw, text.c_str(), 1);
    if (code < 0) return fail(Errc::invalid, "{} is not a refspec", text);
    const Handle<git_refspec, git_refspec_free> refspec{raw};
    const auto is_full = [](const char* name) {  // libgit2 has null for a side that is not there.
      return name != nullptr && std::string_view{name}.starts_with("refs/");
    };
    if (!is_full(git_refspec_src(refspec.get())) || !is_full(git_refspec_dst(refspec.get()))) {
      return fail(Errc::invalid, "{} is not a refspec of two full names", text);
    }
    for (const GitRef& ref : refs) {
      if (git_refspec_src_matches(refspec.get(), ref.name.c_str()) == 0) continue;
      git_buf name = GIT_BUF_INIT;
      const int transformed = git_refspec_transform(&name, refspec.get(), ref.name.c_str());
      if (transformed < 0) return fail(Errc::invalid, "{} is not a refspec", text);
      moves.push_back({ref.name, name.ptr, ref.target, git_refspec_force(refspec.get()) != 0});
      git_buf_dispose(&name);
    }
  }
  return moves;
}

void drop_done(std::vector<Move>& moves, const std::vector<GitRef>& destinations) {
  std::erase_if(moves, [&](const Move& move) {
    const GitRef* now = find_ref(destinations, move.destination);
    return now != nullptr && now->target == move.target;
  });
}

std::vector<std::string> take_rejected(git_repository* repository,
                                       std::vector<Move>& moves,
                                       const std::vector<GitRef>& remote_refs) {
  std::vector<std::string> rejected;
  std::erase_if(moves, [&](const Move& move) {
    if (may_move(repository, move, find_ref(remote_refs, move.destination))) return false;
    rejected.push_back(move.destination);
    return true;
  });
  return rejected;
}

Result<void> say_rejected(const std::vector<std::string>& rejected, const std::string& url) {
  if (rejected.empty()) return {};
  std::string names;
  for (const std::string& name : rejected)
    names += (names.empty() ? "" : ", ") + name;
  return fail(Errc::conflict, "the remote {} did not accept {}", url, names);
}

}  // namespace guantong
