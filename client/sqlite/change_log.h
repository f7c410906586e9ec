// Every change of the replica by its dot, and every record's history: sealed changes packed in
// runs, and for each record the dots of those that concern it.
//
// A row for each change and an index entry beside it would cost as much as all the rest of merging.
// A run is a row of up to `changes_a_run` consecutive changes of one stream; the latest dots of a
// record stand in its own row, which merging writes anyway, and move to a page once they are many.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "client/sqlite/database.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/packing.h"

namespace guantong {

/// The tables; `record` has a column `history` besides.
extern const char* const run_tables;
extern const char* const history_tables;

class ChangeLog {
public:
  explicit ChangeLog(Database& database) : database_{database} {}

  /// Forgets what memory keeps; what was not flushed is lost.
  void refresh();
  /// Writes what memory keeps.
  Result<void> flush();

  /// Adds the next sealed change of a stream.
  Result<void> add(const Dot& dot, const Change& change);
  /// Adds a change that is not sealed.
  Result<void> add_pending(const Dot& dot, const Change& change);
  Result<void> remove_pending(const Dot& dot);
  /// Takes pending changes that were sealed into the runs.
  Result<void> seal(StreamNo stream, std::uint64_t first_n, std::uint64_t last_n);

  /// Fails with `not_found` when it is not here.
  Result<Change> change(const Dot& dot);
  /// The changes of a stream that are not sealed, in order.
  Result<std::vector<std::pair<Dot, Change>>> pending(StreamNo stream);
  /// The greatest n of those; 0: there are none.
  Result<std::uint64_t> last_pending(StreamNo stream);
  /// The dots of all changes of a record, in no particular order.
  Result<std::vector<Dot>> history(RecordNo record);

  /// Takes note of the latest dots that stand in a record's row, when that is read.
  void loaded(RecordNo record, std::string_view latest);
  /// What its row is to hold from now on: the latest dots and those of changes that were added.
  Result<std::string> latest(RecordNo record);

private:
  struct Run {
    std::uint64_t first_n = 0;
    std::uint64_t count = 0;
    PackWriter changes;  ///< Each behind its length.
  };

  Result<void> write(StreamNo stream, const Run& run);
  Result<std::string> stored_latest(RecordNo record);
  Result<void> move_to_page(RecordNo record, std::string_view dots);

  Database& database_;
  PackWriter packed_;             // The change that is added; for its memory.
  std::map<StreamNo, Run> open_;  // The last run of each stream, not written yet.
  std::unordered_map<RecordNo, std::string> latest_;
  std::unordered_map<RecordNo, std::vector<Dot>> added_;
};

}  // namespace guantong
