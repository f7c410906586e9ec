// One site's computer: its workspace, its clock, its disk, and what of the ledger it has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "simulation/ledger.h"
#include "simulation/simulated_disk.h"

#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong::simulation {

struct Site {
  std::size_t number = 0;
  std::string name;  ///< Its short name.
  Computer computer;
  std::optional<Workspace> workspace;

  std::int64_t clock_ahead_ms = 0;  ///< By how much its clock is wrong.
  bool offline = false;
  bool is_copy = false;      ///< It was copied or restored, and may find out.
  bool asks_in = false;      ///< It is to be admitted again.
  bool may_be_held = false;  ///< Some of what it wrote may wait for a ruling.
  bool has_new_key = false;  ///< It has another key than its first.
  bool has_backup = false;
  bool is_later = false;  ///< It has the later program.

  std::vector<bool> known;                              ///< By edit.
  std::map<EditNo, Dot> dots;                           ///< Of those, in the replica's numbers.
  std::map<StreamNo, std::uint64_t> read;               ///< How far each stream was looked through.
  std::map<RecordKey, std::vector<RecordId>> answered;  ///< By duty: who answered last here.
  std::vector<CommitId>
      new_batches;  ///< Of those that were looked through; whoever asks takes them.

  const std::filesystem::path& root() const { return computer.root; }
  bool knows(EditNo edit) const { return edit < known.size() && known[edit]; }

  /// Looks through what the replica has that was not looked through yet. Fails when an edit is
  /// there twice.
  Result<void> look_through(Ledger& ledger);
  /// Forgets what was looked through: the replica is another one.
  void begin_anew();
};

/// Whether the device of a stream of the plan may write, as a replica sees it.
bool may_write(Session& session, StreamNo stream);

}  // namespace guantong::simulation
