// A file's table as the importer reads it: what its columns stand for, and what its rows say.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/csv.h"
#include "client/field_edit.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/schema.h"

namespace guantong {

/// What is to be said of a line of a file, from 1.
struct LineRemark {
  std::size_t line = 0;
  Message what;
};

/// The rows of a file that say something of records of one type.
class ImportTable {
public:
  /// Of a file whose rows are records of `type`, or several each (`unfolded`); behind that, a table
  /// for each further type of which columns say something. `defaults` stand in for columns that are
  /// missing; those that are no field of a type, or name a record of another kind there, are not
  /// for it. Fails with `invalid` on bytes that are no text, or a text that is no table.
  static Result<std::vector<ImportTable>> read(const Schema& schema,
                                               const RecordType& type,
                                               std::string_view bytes,
                                               const std::vector<FieldEdit>& defaults);

  const RecordType& type() const { return *type_; }
  std::size_t size() const { return table_.rows.size(); }
  std::size_t line(std::size_t row) const { return table_.lines[row]; }
  std::size_t header_line() const { return table_.header_line; }

  /// What a row says, without its empty cells. Members of a SET are added.
  std::vector<FieldEdit> edits(std::size_t row) const;
  /// The id that a row gives to its record, as it was written; empty if none, or if the type's
  /// records get theirs from their identity.
  std::string_view uuid(std::size_t row) const;

  /// Headings that stand for nothing.
  const std::vector<std::string>& ignored() const { return ignored_; }
  /// What is odd about the headings: misspelt, or twice the same field.
  const std::vector<LineRemark>& remarks() const { return remarks_; }
  /// Fields that a new record needs and no column gives.
  std::vector<const Field*> missing() const;

private:
  /// `used` are headings of which other tables take what their columns say.
  ImportTable(const RecordType& type,
              CsvTable table,
              std::vector<FieldEdit> defaults,
              const std::vector<std::string_view>& used);

  void place(std::size_t column, const std::vector<std::string_view>& used);
  void point_out(const std::string& heading);

  const RecordType* type_;
  CsvTable table_;
  std::vector<FieldEdit> defaults_;
  std::vector<const Field*> fields_;  ///< By column; null: not ours.
  std::optional<std::size_t> uuid_;
  std::map<const Field*, std::size_t> types_;  ///< The column that says of which type a code is.
  std::vector<std::string> ignored_;
  std::vector<LineRemark> remarks_;
};

/// Whether a type has the field of a default and, where that is another record, one of its kind.
bool fits(const Schema& schema, const RecordType& type, const FieldEdit& edit);

}  // namespace guantong
