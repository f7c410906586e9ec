// Brings a table's rows into the plan, one record a row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/editor.h"
#include "client/field_edit.h"
#include "client/import_table.h"
#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"

namespace guantong {

/// What came of a file's rows of one type.
struct ImportReport {
  std::string file;
  std::string type;
  std::string_view encoding;  ///< What the file's bytes were taken for.
  std::uint64_t added = 0, changed = 0, same = 0, proposed = 0;
  /// Duties of which the file says who answers: taken for this site, offered to another, and those
  /// for which somebody else answers already.
  std::uint64_t claimed = 0, offered = 0, held_by_others = 0;
  std::vector<std::string> ignored_columns;
  std::vector<LineRemark> problems;  ///< Rows that were left out, with the reason.
  std::vector<LineRemark> remarks;   ///< What is odd about the headings, or was left out of a row.
};

/// A row that was left out.
struct OpenRow {
  std::size_t row = 0;
  Error error;
};

/// Takes the rows of one table; those that fail stay open, as what they refer to may come yet.
class RowImporter {
public:
  RowImporter(Workspace& workspace, Session& session, ImportTable table, std::string why);
  RowImporter(RowImporter&&) = delete;  // Its parts know each other's places.

  /// What to do about a code that may be of any type, and is of none or of several.
  enum class Unclear : std::uint8_t { wait, leave_out };

  /// Takes the open rows, again as long as that helps, and counts in the report. Returns whether it
  /// took any. Fails where the disk does; the session is then to be given up.
  Result<bool> take_open(Unclear unclear, ImportReport& report);

  const ImportTable& table() const { return table_; }
  std::vector<OpenRow>& open() { return open_; }
  /// How others of the file would name the record of a row; empty where it does not say.
  std::string key_of(std::size_t row) const;

private:
  Result<void> take(std::size_t row, const std::vector<FieldEdit>& edits, ImportReport& report);
  Result<void> change(RecordNo number, std::vector<FieldEdit> edits, ImportReport& report);
  Result<void> hold(const std::vector<FieldEdit>& edits, ImportReport& report);
  Result<void> check_fixed(const Record& record, const FieldEdit& edit);
  std::vector<LineRemark> without_unclear(std::size_t row, std::vector<FieldEdit>& edits);
  Result<std::optional<RecordId>> id_of(std::size_t row, const std::vector<FieldEdit>& edits);
  Result<std::optional<RecordNo>> find(const std::optional<RecordId>& id, const std::string& key);
  Result<std::optional<RecordNo>> if_known(std::optional<RecordNo> number);

  Workspace& workspace_;
  Session& session_;
  Editor editor_;
  ImportTable table_;
  const RecordType& type_;
  std::string why_;
  std::vector<OpenRow> open_;
};

}  // namespace guantong
