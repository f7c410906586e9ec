// What every file that speaks to libgit2 needs: owners, errors, ids. Included beside this file
// alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <git2.h>

#include "client/git/git_ref.h"
#include "client/handle.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

using RepositoryHandle = Handle<git_repository, git_repository_free>;
using OdbHandle = Handle<git_odb, git_odb_free>;

/// How a tree's entry begins that is a file, as in all trees of ours.
inline constexpr std::string_view plain_entry = "100644 ";

/// Our code for what libgit2 returned and said last.
Errc kind_of_git_error(int code, int domain);

/// libgit2 keeps its message per thread, and now and then fails without setting one.
template <class... Arguments>
Error failure(int code, std::string_view what, const Arguments&... arguments) {
  const git_error* last = git_error_last();
  Error error =
      fail(kind_of_git_error(code, last != nullptr ? last->klass : 0), what, arguments...);
  if (last != nullptr) error.message.causes.push_back(message("{}", last->message));
  return error;
}

git_oid oid_of(const CommitId& id);
CommitId id_of(const git_oid& oid);
/// Forty hexadecimal digits.
std::string hex_of(const git_oid& oid);

/// The references whose names begin with `prefix`, by name; without symbolic ones.
Result<std::vector<GitRef>> refs_of(git_repository* repository, std::string_view prefix);
Result<void> set_reference(git_repository* repository,
                           const std::string& name,
                           const CommitId& target);
/// Removes the lock on a reference, or on all that are packed, if a program left it that was ended
/// long ago; false where there is none.
bool remove_left_lock(git_repository* repository, const std::string& name);
/// Does something to a reference; if a lock that was left is in the way, once more without it.
/// `act` returns libgit2's code, as this does.
template <class Act>
int past_left_lock(git_repository* repository, const std::string& name, const Act& act) {
  const int code = act();
  return code == GIT_ELOCKED && remove_left_lock(repository, name) ? act() : code;
}
Result<OdbHandle> objects_of(git_repository* repository);

}  // namespace guantong
