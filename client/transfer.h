// Records from and to CSV files, by descriptor.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "client/field_edit.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/exchange.h"
#include "sync/schema.h"

namespace guantong {

struct ImportProblem {
  std::size_t line = 0;  ///< Of the file, from 1.
  Message what;
};

/// A file, and the type whose records it carries.
struct ImportFile {
  std::string name;
  const RecordType* type = nullptr;
  std::string bytes;
};

/// What came of one file.
struct ImportReport {
  std::string file;
  std::string type;
  std::uint64_t added = 0, changed = 0, same = 0, proposed = 0;
  /// Duties of which the file says who answers: taken for this site, offered to another, and those
  /// for which somebody else answers already.
  std::uint64_t claimed = 0, offered = 0, held_by_others = 0;
  std::vector<std::string> ignored_columns;
  std::vector<ImportProblem> problems;  ///< Rows that were left out, with the reason.
};

struct ImportOptions {
  /// For columns that a file does not have; each is a field of at least one of the types.
  std::vector<FieldEdit> defaults;
  std::string why;
  bool dry_run = false;
  Progress progress;  ///< Of files.
};

/// The type whose records a file of that name carries; null if none.
const RecordType* type_of_file(const Schema& schema, std::string_view stem);

/// The files of a folder that carry records of a type, each after those that hold what its records
/// refer to. `others` are those that carry none.
Result<std::vector<ImportFile>> files_of(const Schema& schema,
                                         const std::filesystem::path& folder,
                                         std::vector<std::string>& others);

/// Takes every row that fits: one that is here already is changed where it differs (an empty cell
/// says nothing), any other is added, under its `uuid` if it has one, else under the id that its
/// key gives, so that two sites importing one file make one set of records. All files or nothing is
/// durable; rows with problems are left out and named. A row may refer to a later one of its file.
Result<std::vector<ImportReport>> import_csv(Workspace& workspace,
                                             const std::vector<ImportFile>& files,
                                             const ImportOptions& options);

/// The active records of a type, a row each: `uuid`, then the fields by name.
Result<std::string> export_csv(SqliteStore& store, const RecordType& type);

}  // namespace guantong
