#include "client/sqlite/typed_tables.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/sqlite/database.h"
#include "sync/base/bytes.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/store.h"
#include "sync/value.h"

namespace guantong {
namespace {

std::string_view column_type(const Field& field) {
  if (field.is_set()) return "TEXT";
  switch (field.kind) {
    case ValueKind::integer:
      return "INTEGER";
    case ValueKind::reference:
    case ValueKind::any_reference:
      return "BLOB";
    case ValueKind::choice:
    case ValueKind::text:
      return "TEXT";
  }
  return "TEXT";
}

/// What a JSON array of a SET shows for one member.
nlohmann::json member_json(const Field& field, const Value& member) {
  if (field.is_reference()) return to_hex(text_in(field, member).value_or(""));
  if (field.kind == ValueKind::text) return std::string{text_in(field, member).value_or("")};
  return integer_in(field, member).value_or(0);
}

/// One column to write: what it holds must stay until the statement has run.
struct Written {
  const Field* field = nullptr;
  Value value;
  std::string json;  ///< Of a SET.
};

Result<void> bind(Statement& statement, int parameter, const Written& one) {
  const Field& field = *one.field;
  if (field.is_set())
    return one.json.empty() ? statement.bind_null(parameter)
                            : statement.bind_text(parameter, one.json);
  if (field.kind == ValueKind::text) {
    const auto text = text_in(field, one.value);
    return text ? statement.bind_text(parameter, *text) : statement.bind_null(parameter);
  }
  if (field.is_reference()) {
    const auto content = text_in(field, one.value);
    return content ? statement.bind_blob(parameter, *content) : statement.bind_null(parameter);
  }
  const auto number = integer_in(field, one.value);
  if (!number) return statement.bind_null(parameter);
  if (field.kind == ValueKind::integer) return statement.bind(parameter, *number);
  // A choice that a later program knows shows as its number.
  const auto* choice = field.choice(*number);
  return choice == nullptr ? statement.bind_null(parameter)
                           : statement.bind_text(parameter, choice->word);
}

std::vector<Written> written_in(const RecordType& type, const RecordView& view) {
  std::vector<Written> all;
  for (const auto& [slot, value] : view.values) {
    if (slot == life_cycle) continue;
    const Field& first = *type.field(slot);
    if (first.together.empty()) {
      all.push_back({&first, value, {}});
      continue;
    }
    const auto parts = split_value(type, value);
    for (const auto* field : type.fields_of(slot)) {
      const auto part = parts.find(field->number);
      all.push_back({field, part == parts.end() ? Value{} : part->second, {}});
    }
  }
  for (const auto& [number, members] : view.members) {
    const Field& field = *type.field(number);
    auto array = nlohmann::json::array();
    for (const auto& member : members)
      array.push_back(member_json(field, member));
    all.push_back({&field, {}, array.dump()});
  }
  return all;
}

/// Parameters of the statement that writes a row: the record, its id, its life, which of the
/// columns are written, then one a field. The key is written by a statement of its own, as SQLite
/// makes an index entry anew whenever its column is named, even if it stays as it is.
constexpr int life_parameter = 3;
constexpr int columns_parameter = 4;
constexpr int first_parameter = 5;

/// Where a row's fields begin, behind record, id and life.
constexpr int first_field_column = 3;

/// Writes a row's life and those columns that parameter 4 has a bit for.
std::string upsert_sql(const RecordType& type, bool with_key) {
  std::string columns;
  std::string marks;
  std::string updates;
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    const auto& field = type.fields[i];
    columns += fmt::format(", \"{}\"", field.name);
    marks += fmt::format(", ?{}", first_parameter + static_cast<int>(i));
    if (field.number == type.key && !with_key) continue;
    updates += fmt::format(", \"{0}\" = iif(?{1} & {2}, excluded.\"{0}\", \"{0}\")",
                           field.name,
                           columns_parameter,
                           std::uint64_t{1} << i);
  }
  return fmt::format(
      "INSERT INTO \"{}\" (record, id, \"life\"{}) VALUES (?1, ?2, ?3{}) "
      "ON CONFLICT (record) DO UPDATE SET \"life\" = excluded.\"life\"{}",
      type.name,
      columns,
      marks,
      updates);
}

}  // namespace

std::string_view word_of(LifeState life) {
  switch (life) {
    case LifeState::missing:
      return "missing";
    case LifeState::proposed:
      return "proposed";
    case LifeState::active:
      return "active";
    case LifeState::held:
      return "held";
    case LifeState::archived:
      return "archived";
  }
  return "missing";
}

LifeState life_from(std::string_view word) {
  for (const auto life :
       {LifeState::proposed, LifeState::active, LifeState::held, LifeState::archived}) {
    if (word_of(life) == word) return life;
  }
  return LifeState::missing;
}

std::string table_sql(const RecordType& type) {
  std::string sql = fmt::format(
      "CREATE TABLE \"{}\" (record INTEGER PRIMARY KEY, id BLOB NOT NULL, \"life\" TEXT NOT NULL",
      type.name);
  for (const auto& field : type.fields)
    sql += fmt::format(", \"{}\" {}", field.name, column_type(field));
  sql += ") STRICT;\n";
  if (type.key != 0) {
    const auto& key = type.field(type.key)->name;
    sql += fmt::format("CREATE INDEX \"{0}_by_{1}\" ON \"{0}\"(\"{1}\");\n", type.name, key);
  }
  return sql;
}

bool may_move_references(const RecordType& type, const RecordView& view) {
  const auto moves = [&](std::uint32_t number) {
    const Field& field = *type.field(number);
    return field.kind == ValueKind::reference && !field.set_once;
  };
  return std::ranges::any_of(
             view.values,
             [&](const auto& entry) { return entry.first != life_cycle && moves(entry.first); }) ||
         std::ranges::any_of(view.members, [&](const auto& entry) { return moves(entry.first); });
}

Result<std::vector<RecordKey>> shown_references(Database& database,
                                                const RecordType& type,
                                                RecordNo record) {
  std::vector<RecordKey> targets;
  auto* row =
      TRY(database.cached_text(fmt::format("SELECT * FROM \"{}\" WHERE record = ?", type.name)));
  TRY(row->bind(1, std::int64_t{record}));
  const bool there = TRY(row->step());
  for (std::size_t i = 0; there && i < type.fields.size(); ++i) {
    const Field& field = type.fields[i];
    const int column = first_field_column + static_cast<int>(i);
    if (field.kind != ValueKind::reference || row->is_null(column)) continue;
    const auto add = [&](std::string_view id) {
      if (const auto target = RecordId::from(id)) targets.push_back({field.target, *target});
    };
    if (!field.is_set()) {
      add(row->bytes(column));
      continue;
    }
    for (const auto& member : nlohmann::json::parse(row->bytes(column)))
      add(from_hex(member.get<std::string>()).value_or(""));
  }
  row->reset();
  return targets;
}

Result<void> write_row(Database& database,
                       const RecordType& type,
                       RecordNo record,
                       const RecordKey& key,
                       const RecordView& view) {
  const auto all = written_in(type, view);
  const bool with_key =
      std::ranges::any_of(all, [&](const Written& one) { return one.field->number == type.key; });
  // A name that is shorter than the text.
  const auto name = fmt::format("{}{}", type.name, with_key ? " with key" : "");
  auto* statement = TRY(database.cached_text(name, [&] { return upsert_sql(type, with_key); }));
  TRY(statement->bind(1, std::int64_t{record}));
  TRY(statement->bind_blob(2, key.id.raw()));
  TRY(statement->bind_text(life_parameter, word_of(view.life)));
  std::uint64_t written = 0;
  for (const auto& one : all) {
    const auto column = static_cast<std::size_t>(one.field - type.fields.data());
    written |= std::uint64_t{1} << column;
    TRY(bind(*statement, first_parameter + static_cast<int>(column), one));
  }
  TRY(statement->bind(columns_parameter, static_cast<std::int64_t>(written)));
  return statement->run();
}

}  // namespace guantong
