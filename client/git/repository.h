// A Git repository, with owners and Results. Only files of this folder include <git2.h>.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/git/git_ref.h"
#include "sync/base/result.h"
#include "sync/change.h"

struct git_odb;
struct git_repository;

namespace guantong {

/// A bare repository that holds signed payloads as commits. One thread at a time. Other processes
/// may use the same repository meanwhile.
class Repository {
public:
  /// Opens the bare repository at `path`, nowhere above it. Fails with `not_found` when there is
  /// none.
  static Result<Repository> open(const std::filesystem::path& path);

  /// The same when it is first used: whatever that is fails if it cannot be opened.
  static Repository open_later(std::filesystem::path path);

  /// Makes a bare repository at `path`, folders above it included. Fails with `conflict` when there
  /// is one already.
  static Result<Repository> create(const std::filesystem::path& path);

  /// Stores `payload` under `file_name`, alone in a tree, and returns the tree's id, 40 hexadecimal
  /// digits. `file_name` is one of ours: not empty, without '/' and NUL.
  Result<std::string> write_payload(std::string_view file_name, std::string_view payload);

  /// Reads what `write_payload` stored. Fails with `not_found` when tree or blob are not here, and
  /// with `corrupt` when the tree holds anything but one plain file of that name, or the file has
  /// more than `max_bytes`, which is found before it is read.
  Result<std::string> read_payload(const std::string& tree_hex,
                                   std::string_view file_name,
                                   std::size_t max_bytes) const;

  /// Stores a commit as it is, byte for byte: see `render` in sync/commit.h. Storing one twice is
  /// storing it once.
  Result<CommitId> write_commit(std::string_view raw_commit);

  /// The commit's bytes as they were stored. Fails with `not_found`, and with `corrupt` when it is
  /// no commit, more than 1 MiB, or not what its id says.
  Result<std::string> read_commit(const CommitId& id) const;

  bool has_commit(const CommitId& id) const;

  /// The references whose names begin with `prefix`, by name. Symbolic ones, as HEAD, are left out.
  Result<std::vector<GitRef>> refs(std::string_view prefix) const;

  /// Makes the reference, or moves it from wherever it was. Fails with `not_found` when the commit
  /// is not here, `invalid` when git does not allow the name, `busy` when another process is
  /// writing it.
  Result<void> set_ref(const std::string& name, const CommitId& target);

  /// Removes the reference; it is no failure when there is none.
  Result<void> remove_ref(const std::string& name);

private:
  friend class Peer;
  struct Free {
    void operator()(git_repository* repository) const noexcept;
    void operator()(git_odb* odb) const noexcept;
  };
  explicit Repository(std::filesystem::path path) : path_{std::move(path)} {}
  Result<void> take(git_repository* raw) const;
  Result<git_repository*> handle() const;
  Result<git_odb*> objects() const;

  std::filesystem::path path_;
  // Null until they are needed.
  mutable std::unique_ptr<git_repository, Free> handle_;
  mutable std::unique_ptr<git_odb, Free> objects_;  // Kept, as opening it lists the packs.
};

/// Makes an empty bare repository at `path`, to be somebody's remote.
Result<void> create_bare(const std::filesystem::path& path);

}  // namespace guantong
