#include "client/import_table.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/csv.h"
#include "client/edit_distance.h"
#include "client/field_edit.h"
#include "client/text.h"
#include "client/unfold.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/schema.h"

namespace guantong {
namespace {

/// All that a heading may say for a field.
std::vector<std::string_view> words_of(const Field& field) {
  std::vector<std::string_view> words{field.name, field.label.zh, field.label.en};
  words.insert(words.end(), field.aliases.begin(), field.aliases.end());
  return words;
}

/// Whether a heading is this word, however it is set.
bool is_headed(std::string_view heading, std::string_view word) {
  return heading == word || letters_of(heading) == letters_of(word);
}

/// The field of a heading by its name, else the only one that is called so.
const Field* field_headed(const RecordType& type, std::string_view heading) {
  if (const auto* named = type.field(heading)) return named;
  const Field* found = nullptr;
  for (const auto& field : type.fields) {
    const auto is_word = [&](std::string_view word) { return is_headed(heading, word); };
    if (std::ranges::none_of(words_of(field), is_word)) continue;
    if (found != nullptr) return nullptr;
    found = &field;
  }
  return found;
}

/// Columns of a file that say something of one record, or of one for each value in a cell.
struct ColumnSet {
  const RecordType* type = nullptr;
  std::vector<const SideColumn*> columns;
};

bool makes_several(const RecordType& type, const SideColumn& column) {
  return std::ranges::find(type.identity, column.value) != type.identity.end();
}

/// What the columns of files of `type` say of other types.
std::vector<ColumnSet> column_sets(const Schema& schema, const RecordType& type) {
  std::vector<ColumnSet> sides;
  for (const auto* other : schema.types()) {
    for (const auto& column : other->side_columns) {
      if (column.file != type.file) continue;
      const bool more = !sides.empty() && sides.back().type == other &&
                        sides.back().columns.front()->with == column.with &&
                        !makes_several(*other, column);
      if (!more) sides.push_back({other, {}});
      sides.back().columns.push_back(&column);
    }
  }
  return sides;
}

std::optional<std::size_t> column_headed(const CsvTable& table, std::string_view heading) {
  const auto found = std::ranges::find_if(
      table.header, [&](const std::string& other) { return is_headed(other, heading); });
  if (found == table.header.end()) return std::nullopt;
  return static_cast<std::size_t>(std::distance(table.header.begin(), found));
}

std::optional<std::size_t> key_column(const RecordType& type, const CsvTable& table) {
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    const auto* field = field_headed(type, nfkc(trimmed(table.header[i])));
    if (field != nullptr && field->number == type.key) return i;
  }
  return std::nullopt;
}

/// The table of a side: the row's record, the values, and what goes with them.
CsvTable table_of_set(const ColumnSet& side, std::size_t key, const CsvTable& table) {
  const auto& first = *side.columns.front();
  CsvTable made;
  made.header_line = table.header_line;
  made.header.push_back(side.type->field(first.row)->name);
  std::vector<std::size_t> cells;
  for (const auto* column : side.columns) {
    const auto at = column_headed(table, column->heading);
    if (!at) continue;
    cells.push_back(*at);
    made.header.push_back(side.type->field(column->value)->name);
  }
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& row = table.rows[i];
    std::vector<std::vector<std::string>> rows;
    if (makes_several(*side.type, first)) {
      for (auto& member : cells.empty() ? std::vector<std::string>{} : parse_list(row[cells[0]]))
        rows.push_back({row[key], std::move(member)});
    } else {
      rows.push_back({row[key]});
      for (const auto cell : cells)
        rows.back().push_back(row[cell]);
      const auto is_blank = [](const std::string& cell) { return trimmed(cell).empty(); };
      if (std::all_of(rows.back().begin() + 1, rows.back().end(), is_blank)) rows.clear();
    }
    made.lines.insert(made.lines.end(), rows.size(), table.lines[i]);
    std::ranges::move(rows, std::back_inserter(made.rows));
  }
  return made;
}

std::vector<FieldEdit> fitting(const Schema& schema,
                               const RecordType& type,
                               std::vector<FieldEdit> defaults) {
  std::erase_if(defaults, [&](const FieldEdit& edit) { return !fits(schema, type, edit); });
  return defaults;
}

std::string with_unix_lines(std::string_view text) {
  std::string lines{text};
  for (auto at = lines.find("\r\n"); at != std::string::npos; at = lines.find("\r\n", at))
    lines.erase(at, 1);
  return lines;
}

}  // namespace

bool fits(const Schema& schema, const RecordType& type, const FieldEdit& edit) {
  const auto* field = type.field(std::string_view{edit.field});
  if (field == nullptr) return false;
  const auto colon = edit.text.find(':');
  if (colon == std::string::npos || field->target == 0) return true;
  return schema.type(std::string_view{edit.text}.substr(0, colon)) == schema.type(field->target);
}

Result<std::vector<ImportTable>> ImportTable::read(const Schema& schema,
                                                   const RecordType& type,
                                                   std::string_view bytes,
                                                   const std::vector<FieldEdit>& defaults) {
  const auto text = TRY(to_utf8(bytes));
  auto parsed = TRY(parse_csv(text));
  auto typed = unfolded(schema, type, std::move(parsed));
  auto table = std::move(typed.back().table);
  typed.pop_back();
  std::vector<ImportTable> tables;
  for (auto& [carried, rows] : typed)
    tables.push_back(
        ImportTable{*carried, std::move(rows), fitting(schema, *carried, defaults), {}});
  const auto own = static_cast<std::ptrdiff_t>(tables.size());
  std::vector<std::string_view> used;
  const auto key = key_column(type, table);
  for (const auto& side : key ? column_sets(schema, type) : std::vector<ColumnSet>{}) {
    for (const auto* column : side.columns)
      used.push_back(column->heading);
    auto said = table_of_set(side, *key, table);
    if (said.rows.empty()) continue;
    auto fixed = fitting(schema, *side.type, defaults);
    if (!side.columns.front()->with.empty()) {
      auto with = TRY(parse_field_edit(side.columns.front()->with));
      fixed.push_back(std::move(with));
    }
    tables.push_back(ImportTable{*side.type, std::move(said), std::move(fixed), {}});
  }
  tables.insert(tables.begin() + own,
                ImportTable{type, std::move(table), fitting(schema, type, defaults), used});
  return tables;
}

ImportTable::ImportTable(const RecordType& type,
                         CsvTable table,
                         std::vector<FieldEdit> defaults,
                         const std::vector<std::string_view>& used)
    : type_{&type}, table_{std::move(table)}, defaults_{std::move(defaults)} {
  fields_.resize(table_.header.size());
  for (std::size_t column = 0; column < table_.header.size(); ++column)
    place(column, used);
  for (const auto& heading : ignored_)
    point_out(heading);
}

/// Finds what a column stands for.
void ImportTable::place(std::size_t column, const std::vector<std::string_view>& used) {
  const auto heading = nfkc(trimmed(table_.header[column]));
  const auto is_heading = [&](std::string_view word) { return is_headed(heading, word); };
  const auto said_by = std::ranges::find_if(type_->fields, [&](const Field& field) {
    return !field.type_heading.empty() && is_heading(field.type_heading);
  });
  const auto* field = field_headed(*type_, heading);
  if (heading == "uuid") {
    uuid_ = column;
  } else if (said_by != type_->fields.end()) {
    types_[&*said_by] = column;
  } else if (field != nullptr && std::ranges::find(fields_, field) == fields_.end()) {
    fields_[column] = field;
  } else if (field != nullptr) {
    const auto before = std::distance(fields_.begin(), std::ranges::find(fields_, field));
    remarks_.push_back({table_.header_line,
                        message("the columns \"{}\" and \"{}\" both stand for {}; the first counts",
                                printable(table_.header[static_cast<std::size_t>(before)]),
                                printable(heading),
                                field->name)});
  } else if (std::ranges::none_of(used, is_heading)) {
    ignored_.push_back(heading.empty() ? fmt::format("#{}", column + 1) : heading);
  }
}

/// Says which field may be meant by a heading that is none, if one lacks a column.
void ImportTable::point_out(const std::string& heading) {
  for (const auto& field : type_->fields) {
    if (std::ranges::find(fields_, &field) != fields_.end()) continue;
    for (const auto word : words_of(field)) {
      if (!may_be_misspelt(heading, word)) continue;
      remarks_.push_back({table_.header_line,
                          message("\"{}\" is no column of a {}; the nearest is \"{}\"",
                                  printable(heading),
                                  type_->name,
                                  word)});
      return;
    }
  }
}

std::vector<FieldEdit> ImportTable::edits(std::size_t row) const {
  const auto& cells = table_.rows[row];
  std::vector<FieldEdit> edits;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Field* field = fields_[i];
    const auto text = trimmed(cells[i]);
    if (field == nullptr || text.empty()) continue;
    if (field->is_set()) {
      for (auto& member : parse_list(text))
        edits.push_back({field->name, FieldEdit::Kind::add, std::move(member)});
      continue;
    }
    const auto type = types_.find(field);
    const auto said = type == types_.end() ? std::string_view{} : trimmed(cells[type->second]);
    const auto prefix = said.empty() || text.find(':') != std::string_view::npos
                            ? std::string{}
                            : std::string{said} + ":";
    edits.push_back({field->name, FieldEdit::Kind::set, prefix + with_unix_lines(text)});
  }
  const auto given = edits.size();
  for (const auto& fixed : defaults_) {
    const auto end = edits.begin() + static_cast<std::ptrdiff_t>(given);
    if (std::find_if(edits.begin(), end, [&](const FieldEdit& edit) {
          return edit.field == fixed.field;
        }) == end)
      edits.push_back(fixed);
  }
  return edits;
}

std::string_view ImportTable::uuid(std::size_t row) const {
  if (!uuid_ || !type_->identity.empty()) return {};
  return trimmed(table_.rows[row][*uuid_]);
}

std::vector<const Field*> ImportTable::missing() const {
  std::vector<const Field*> missing;
  for (const auto& field : type_->fields) {
    const auto fixed = [&](const FieldEdit& edit) { return edit.field == field.name; };
    const bool given = std::ranges::find(fields_, &field) != fields_.end() ||
                       std::ranges::any_of(defaults_, fixed);
    if (field.required && !given) missing.push_back(&field);
  }
  return missing;
}

}  // namespace guantong
