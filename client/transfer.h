// Records from and to CSV files, by descriptor.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/editor.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/schema.h"

namespace guantong {

struct ImportProblem {
  std::size_t line = 0;  ///< Of the file, from 1.
  Message what;
};

struct ImportReport {
  std::string type;
  std::uint64_t added = 0, changed = 0, same = 0, proposed = 0;
  /// Duties of which the file says who answers: taken for this site, offered to another, and those
  /// for which somebody else answers already.
  std::uint64_t claimed = 0, offered = 0, held_by_others = 0;
  std::vector<std::string> ignored_columns;
  std::vector<ImportProblem> problems;  ///< Rows that were left out, with the reason.
};

struct ImportOptions {
  const RecordType* type = nullptr;
  std::vector<FieldEdit> defaults;  ///< For columns that the file does not have.
  std::string why;
  bool dry_run = false;
};

/// The type whose records a file of that name carries; null if none.
const RecordType* type_of_file(const Schema& schema, std::string_view stem);

/// Takes every row that fits: one that is here already is changed where it differs (an empty cell
/// says nothing), any other is added, under its `uuid` if it has one, else under the id that its
/// key gives, so that two sites importing one file make one set of records. All or nothing is
/// durable; rows with problems are left out and named.
Result<ImportReport> import_csv(Workspace& workspace,
                                std::string_view bytes,
                                const ImportOptions& options);

/// The active records of a type, a row each: `uuid`, then the fields by name.
Result<std::string> export_csv(SqliteStore& store, const RecordType& type);

}  // namespace guantong
