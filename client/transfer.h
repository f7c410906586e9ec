// Records from and to CSV files, by descriptor.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "client/field_edit.h"
#include "client/import_rows.h"
#include "client/workspace.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/exchange.h"
#include "sync/schema.h"

namespace guantong {

/// A file, and the type whose records it carries.
struct ImportFile {
  std::string name;
  const RecordType* type = nullptr;
  std::string bytes;
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

/// What a file with records of the type is called, without the ending.
const std::string& file_of(const RecordType& type);

/// The files of a folder that carry records of a type, by name. `others` are those that carry none.
Result<std::vector<ImportFile>> files_of(const Schema& schema,
                                         const std::filesystem::path& folder,
                                         std::vector<std::string>& others);

/// Takes every row that fits: one that is here already is changed where it differs (an empty cell
/// says nothing), any other is added, under its `uuid` if it has one, else under the id that its
/// key gives, so that two sites importing one file make one set of records. Each file comes after
/// those that hold what its records refer to, and a row may refer to a later one, of any file. All
/// files or nothing is durable; rows with problems are left out and named. Returns a report for
/// each file and type in it.
Result<std::vector<ImportReport>> import_csv(Workspace& workspace,
                                             const std::vector<ImportFile>& files,
                                             const ImportOptions& options);

/// The active records of a type, a row each, by key: `uuid`, unless the id follows from the
/// identity, then the fields by name. Imported into a programme that has none of them, it is
/// exported the same again.
Result<std::string> export_csv(SqliteStore& store, const RecordType& type);

struct ExportedFile {
  std::string type, name;
  std::size_t records = 0;
};

/// Writes the active records of the plan into a folder, which it makes if need be: a file for each
/// type that has any, under the name by which `import_csv` knows it. A file that lies there of a
/// type that has none now is left with its headings alone. What a school keeps for itself is not
/// written. Fails with `io`; files written before that stay.
Result<std::vector<ExportedFile>> export_folder(SqliteStore& store,
                                                const std::filesystem::path& folder);

/// The BLAKE2b-256 of what `export_csv` gives of every type of the plan: the same wherever the same
/// records stand, whoever made them and whatever led to them.
Result<Digest> exported_digest(SqliteStore& store);

}  // namespace guantong
