#include "client/unfold.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/csv.h"
#include "client/reading.h"
#include "client/text.h"
#include "sync/schema.h"

namespace guantong {
namespace {

std::string heading_in(const CsvTable& table, std::size_t column) {
  return nfkc(trimmed(table.header[column]));
}

std::vector<std::size_t> columns_where(const CsvTable& table, const auto& fits) {
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    if (fits(heading_in(table, i))) columns.push_back(i);
  }
  return columns;
}

const Field* first_field(const RecordType& type, const auto& fits) {
  const auto found = std::ranges::find_if(type.fields, fits);
  return found == type.fields.end() ? nullptr : &*found;
}

std::vector<std::string> cells_in(const std::vector<std::string>& row,
                                  const std::vector<std::size_t>& columns) {
  std::vector<std::string> cells;
  for (const auto column : columns)
    cells.push_back(row[column]);
  return cells;
}

CsvTable part_of(const CsvTable& table, const std::vector<std::size_t>& columns) {
  CsvTable part;
  part.header = cells_in(table.header, columns);
  for (const auto& row : table.rows)
    part.rows.push_back(cells_in(row, columns));
  part.lines = table.lines;
  return part;
}

/// Takes the columns out that are fields of what `type` refers to, and not of `type` itself.
std::optional<TypedTable> take_carried(const Schema& schema,
                                       const RecordType& type,
                                       CsvTable& table) {
  const auto* reference = first_field(type, [](const Field& field) { return field.carried; });
  if (reference == nullptr) return std::nullopt;
  const auto& target = *schema.type(reference->target);
  const auto is_carried = [&](const std::string& heading) {
    const auto* field = target.field(heading);
    return type.field(heading) == nullptr && field != nullptr && field->number != target.key;
  };
  const auto named = columns_where(
      table, [&](const std::string& heading) { return type.field(heading) == reference; });
  auto columns = columns_where(table, is_carried);
  if (named.empty() || columns.empty()) return std::nullopt;
  columns.insert(columns.begin(), named.front());
  TypedTable carried{&target, part_of(table, columns)};
  carried.table.header.front() = target.field(target.key)->name;
  table = part_of(table, columns_where(table, std::not_fn(is_carried)));
  return carried;
}

/// A row for each cell below a heading that is a value.
CsvTable spread(const RecordType& type, const CsvTable& table) {
  const auto* values = first_field(type, [](const Field& field) { return !field.heading.empty(); });
  const auto* cells = first_field(type, [](const Field& field) { return field.cell; });
  if (values == nullptr || cells == nullptr) return table;
  const auto is_value = [&](const std::string& heading) {
    return type.field(heading) == nullptr && matches(heading, values->heading);
  };
  const auto headed = columns_where(table, is_value);
  if (headed.empty()) return table;
  const auto others = columns_where(table, std::not_fn(is_value));
  CsvTable long_table;
  long_table.header = cells_in(table.header, others);
  long_table.header.push_back(values->name);
  long_table.header.push_back(cells->name);
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    for (const auto column : headed) {
      const auto& cell = table.rows[i][column];
      if (trimmed(cell).empty()) continue;
      auto row = cells_in(table.rows[i], others);
      row.push_back(heading_in(table, column));
      row.push_back(cell);
      long_table.rows.push_back(std::move(row));
      long_table.lines.push_back(table.lines[i]);
    }
  }
  return long_table;
}

}  // namespace

std::vector<TypedTable> unfolded(const Schema& schema, const RecordType& type, CsvTable table) {
  std::vector<TypedTable> tables;
  if (auto carried = take_carried(schema, type, table)) tables.push_back(*std::move(carried));
  tables.push_back({&type, spread(type, table)});
  return tables;
}

}  // namespace guantong
