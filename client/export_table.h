// Records as a table, by descriptor: what an import reads back.
#pragma once

#include <vector>

#include "client/csv.h"
#include "client/reading.h"
#include "client/sqlite/sqlite_store.h"
#include "sync/base/result.h"
#include "sync/schema.h"

namespace guantong {

/// The active records of a type that meet `where`, a row each, by key; a column for each field, by
/// its name and number.
Result<CsvTable> export_table(SqliteStore& store,
                              const RecordType& type,
                              const std::vector<Condition>& where);

/// The same with the ids in front, as "uuid", unless they follow from the identity.
Result<CsvTable> export_table_with_ids(SqliteStore& store, const RecordType& type);

}  // namespace guantong
