// Git objects from one repository into another that lies on the same computer, without a transport.
#pragma once

#include <filesystem>
#include <set>
#include <span>

#include "client/git/libgit2.h"
#include "client/git/refspec.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

/// `repository` once more, prepared to pack; opened when `opened` is null.
Result<git_repository*> open_to_pack(RepositoryHandle& opened, git_repository* repository);

/// Copies the commits of `wanted`, and all they build on, from one repository, which is prepared to
/// pack, into another, which lies at `place`; what `known` reaches is taken to be there.
///
/// libgit2's own transport for paths sends every branch of the remote, whichever is asked for,
/// looks the remote's names up as revision expressions here, and moves the remote's references
/// without looking where they are by then; so paths have this instead.
Result<void> copy_objects(git_repository* from,
                          git_odb* to,
                          const std::filesystem::path& place,
                          std::span<const Move> wanted,
                          const std::set<CommitId>& known);

}  // namespace guantong
