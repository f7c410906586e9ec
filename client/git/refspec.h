// Which references of one repository are to stand for what in another.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/git/git_ref.h"
#include "sync/base/result.h"
#include "sync/change.h"

struct git_repository;

namespace guantong {

/// One reference to move: `target` is the source's, `destination` is to stand for it.
struct Move {
  std::string source;
  std::string destination;
  CommitId target;
  bool force = false;
};

/// What `refspecs` make of the references on the sending side. Fails with `invalid` for a refspec
/// that is not of two full names.
Result<std::vector<Move>> moves_of(const std::vector<std::string>& refspecs,
                                   const std::vector<GitRef>& refs);

/// The reference of that name among `refs`, which are sorted; null if there is none.
const GitRef* find_ref(const std::vector<GitRef>& refs, std::string_view name);

/// Takes the moves that are none out of `moves`: the destination is where it should be.
void drop_done(std::vector<Move>& moves, const std::vector<GitRef>& destinations);

/// Takes the moves that would not be forward out of `moves`, and returns their destinations.
std::vector<std::string> take_rejected(git_repository* repository,
                                       std::vector<Move>& moves,
                                       const std::vector<GitRef>& remote_refs);

/// Fails with `conflict`, naming the destinations, unless there are none.
Result<void> say_rejected(const std::vector<std::string>& rejected, const std::string& url);

}  // namespace guantong
