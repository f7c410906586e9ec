#include "tests/bench/plain.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/sqlite/database.h"
#include "client/sqlite/typed_tables.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/schema.h"
#include "sync/value.h"
#include "tests/bench/nights.h"

namespace guantong::bench {
namespace {

/// As the column shows it, more or less: what counts is how much there is to write.
std::string shown(const Field& field, const Value& value) {
  if (const auto number = integer_in(field, value)) {
    const auto* choice = field.choice(*number);
    return choice == nullptr ? std::to_string(*number) : choice->word;
  }
  return std::string{text_in(field, value).value_or("")};
}

}  // namespace

Result<PlainRow> plain_row(const RecordType& type, const Dot& dot, const Change& change) {
  PlainRow row{dot.stream, static_cast<std::int64_t>(dot.n), change.record, {}, {}, {}};
  row.bytes = encode_change(change);
  const auto values = TRY(read_fields(type, change));
  for (const auto& [slot, value] : values.slots) {
    const auto& field = *type.field(slot);
    row.column = field.name;
    row.value = shown(field, value);
  }
  return row;
}

Result<std::vector<PlainRow>> edits_in(Workspace& workspace, std::size_t without_nights) {
  const auto& type = *workspace.schema().type("material");
  std::vector<PlainRow> rows;
  const auto streams = TRY(workspace.store().streams());
  for (const auto& [stream, tip] : streams) {
    if (tip.device == workspace.device()) continue;
    for (auto n = without_nights * edits_a_night + 1; n <= tip.last_n; ++n) {
      const auto change = TRY(workspace.store().change({stream, n}));
      auto row = TRY(plain_row(type, {stream, n}, change));
      rows.push_back(std::move(row));
    }
  }
  std::ranges::sort(rows, {}, [](const PlainRow& row) {
    const auto night = (row.n - 1) / static_cast<std::int64_t>(edits_a_night);
    return std::tuple{night, row.stream, row.n};
  });
  return rows;
}

Result<PlainTables> PlainTables::open(const std::filesystem::path& path) {
  auto database = TRY(Database::open(path));
  return PlainTables{std::move(database)};
}

Result<PlainTables> PlainTables::make(Workspace& workspace, const std::filesystem::path& path) {
  auto tables = TRY(open(path));
  TRY(tables.database_.run(
      "CREATE TABLE change (stream INTEGER, n INTEGER, record INTEGER, bytes BLOB, "
      "PRIMARY KEY (stream, n)) WITHOUT ROWID;"
      "CREATE INDEX change_by_record ON change(record);" +
      table_sql(*workspace.schema().type("material"))));
  TRY(tables.database_.run(
      fmt::format("ATTACH '{}' AS replica; INSERT INTO main.material SELECT * FROM "
                  "replica.material; DETACH replica",
                  workspace.replica_path().string())));
  return tables;
}

Result<void> PlainTables::write(std::span<const PlainRow> rows) {
  auto transaction = TRY(Transaction::begin(database_));
  for (const auto& row : rows) {
    auto* change =
        TRY(database_.cached("INSERT INTO change (stream, n, record, bytes) VALUES (?, ?, ?, ?)"));
    TRY(change->bind(1, row.stream));
    TRY(change->bind(2, row.n));
    TRY(change->bind(3, row.record));
    TRY(change->bind_blob(4, row.bytes));
    TRY(change->run());
    auto* typed = TRY(database_.cached_text(row.column, [&] {
      return fmt::format(
          "INSERT INTO material (record, id, life, \"{0}\") VALUES (?, x'', 'active', ?) ON "
          "CONFLICT "
          "(record) DO UPDATE SET \"{0}\" = excluded.\"{0}\"",
          row.column);
    }));
    TRY(typed->bind(1, row.record));
    TRY(typed->bind_text(2, row.value));
    TRY(typed->run());
  }
  return transaction.commit();
}

}  // namespace guantong::bench
