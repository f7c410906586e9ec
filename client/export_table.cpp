#include "client/export_table.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "client/csv.h"
#include "client/reading.h"
#include "client/sqlite/sqlite_store.h"
#include "sync/base/bytes.h"
#include "sync/base/result.h"
#include "sync/schema.h"
#include "sync/value.h"

namespace guantong {
namespace {

/// A field's value as a cell; members by what they say, as their order is another at each site.
Result<std::string> cell_of(Reading& reading, const Record& record, const Field& field) {
  if (!field.is_set()) {
    const auto value = record.values.find(field.number);
    return value == record.values.end() ? std::string{} : reading.shown(field, value->second);
  }
  const auto found = record.members.find(field.number);
  std::vector<std::string> members;
  for (const auto& member : found == record.members.end() ? std::vector<Value>{} : found->second) {
    auto text = TRY(reading.shown(field, member));
    members.push_back(std::move(text));
  }
  std::ranges::sort(members);
  return write_list(members);
}

Result<std::vector<std::string>> row_of(Reading& reading, const Record& record) {
  std::vector<std::string> row;
  for (const auto& field : record.type->fields) {
    auto cell = TRY(cell_of(reading, record, field));
    row.push_back(std::move(cell));
  }
  return row;
}

Result<CsvTable> table_with(Reading& reading,
                            const RecordType& type,
                            const std::vector<Record>& records) {
  CsvTable table;
  for (const auto& field : type.fields)
    table.header.push_back(field.name);
  for (const auto& record : records) {
    auto row = TRY(row_of(reading, record));
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

Result<CsvTable> export_table(SqliteStore& store,
                              const RecordType& type,
                              const std::vector<Condition>& where) {
  Reading reading{store};
  const auto records = TRY(reading.list(type, where, false));
  return table_with(reading, type, records);
}

Result<CsvTable> export_table_with_ids(SqliteStore& store, const RecordType& type) {
  Reading reading{store};
  const auto records = TRY(reading.list(type, {}, false));
  auto table = TRY(table_with(reading, type, records));
  if (!type.identity.empty()) return table;
  table.header.insert(table.header.begin(), "uuid");
  for (std::size_t i = 0; i < records.size(); ++i)
    table.rows[i].insert(table.rows[i].begin(), to_hex(records[i].id.id.raw()));
  return table;
}

}  // namespace guantong
