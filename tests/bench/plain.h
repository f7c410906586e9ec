// What SQLite itself can do with the same rows: the limit that applying is held against.
//
// The rows are those that any program would write which keeps every change: the change itself, an
// entry in the history of its record, and the field in the record's row, one statement each, in one
// transaction. Nothing is checked, merged or signed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "client/sqlite/database.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"

namespace guantong::bench {

struct PlainRow {
  std::int64_t stream = 0, n = 0, record = 0;
  std::string bytes;  ///< The change, as on the wire.
  std::string column, value;
};

/// The row of an edit of one field.
Result<PlainRow> plain_row(const RecordType& type, const Dot& dot, const Change& change);

/// The edits that a workspace holds of everybody but its founder, without the first nights, in the
/// order in which they came.
Result<std::vector<PlainRow>> edits_in(Workspace& workspace, std::size_t without_nights = 0);

class PlainTables {
public:
  /// Makes the tables at `path`, and the rows of the materials as they were before any edit.
  static Result<PlainTables> make(Workspace& workspace, const std::filesystem::path& path);
  static Result<PlainTables> open(const std::filesystem::path& path);

  /// All in one transaction.
  Result<void> write(std::span<const PlainRow> rows);

private:
  explicit PlainTables(Database database) : database_{std::move(database)} {}
  Database database_;
};

}  // namespace guantong::bench
