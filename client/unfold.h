// Files whose rows are several records each, taken apart.
#pragma once

#include <vector>

#include "client/csv.h"
#include "sync/schema.h"

namespace guantong {

/// Rows that are a record of one type each.
struct TypedTable {
  const RecordType* type = nullptr;
  CsvTable table;
};

/// The tables of a file of `type`, each after those that hold what its records refer to, that of
/// `type` last; most files are this one as it stands. Columns that belong to the record which a
/// `carried` reference names make a table of that type. Columns whose headings are values of a
/// field make a row each, of every cell that is not empty. Lines stay those of the file.
std::vector<TypedTable> unfolded(const Schema& schema, const RecordType& type, CsvTable table);

}  // namespace guantong
