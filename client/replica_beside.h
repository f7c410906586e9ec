// A second replica beside the one in use, made from the history: to compare with, or to put in its
// place.
#pragma once

#include <filesystem>
#include <map>
#include <string_view>
#include <vector>

#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/exchange.h"
#include "sync/history.h"
#include "sync/merger.h"

namespace guantong {

/// A file beside the replica that is gone when the work is done, unless it took the replica's
/// place.
class ReplicaBeside {
public:
  ReplicaBeside(const Workspace& workspace, std::string_view ending);
  ReplicaBeside(const ReplicaBeside&) = delete;
  ReplicaBeside& operator=(const ReplicaBeside&) = delete;
  ReplicaBeside(ReplicaBeside&&) = delete;
  ReplicaBeside& operator=(ReplicaBeside&&) = delete;
  ~ReplicaBeside() { remove(); }

  const std::filesystem::path& path() const { return path_; }
  /// Leaves the file where it is.
  void keep() { keep_ = true; }
  /// Removes what is there, for another try.
  void begin_again() { remove(); }

private:
  void remove() const;

  std::filesystem::path path_;
  bool keep_ = false;
};

/// The branches of the plan in this workspace's history.
Result<std::vector<Branch>> plan_branches(Workspace& workspace);

/// Fills an empty replica from `branches`, and returns what came. What the history says without
/// effect is added to `ignored`.
Result<Received> take_history(Workspace& workspace,
                              const std::vector<Branch>& branches,
                              SqliteStore& store,
                              const Progress& progress,
                              std::vector<IgnoredEdge>& ignored);

/// The numbers of one replica in terms of another.
class Translation {
public:
  Translation(SqliteStore& from, SqliteStore& to) : from_{from}, to_{to} {}

  /// Says what a change is called over there, where that is not its device's n.
  void rename(const Dot& from, const Dot& to) { renamed_[from] = to; }
  /// The same of a stream that its device alone does not tell: a branch of a fork.
  void rename(StreamNo from, StreamNo to) { streams_[from] = to; }

  Result<void> translate(Change& change);
  Result<StreamNo> stream(StreamNo number);

private:
  SqliteStore& from_;
  SqliteStore& to_;
  std::map<Dot, Dot> renamed_;
  std::map<StreamNo, StreamNo> streams_;  ///< Those that were asked for.
};

/// Takes over what history does not hold: unsealed changes, and this device's own notes.
Result<void> carry_over(Workspace& workspace, SqliteStore& from, SqliteStore& to);
/// The notes alone: what remotes had, what waits, receipts, and the last time that was given.
Result<void> carry_notes(Workspace& workspace, SqliteStore& from, SqliteStore& to);

/// Makes the file the replica, in one step, and has that on the disk. Nobody has either open, and
/// the caller is alone with the replica.
Result<void> put_in_place(const std::filesystem::path& file, const std::filesystem::path& replica);

}  // namespace guantong
