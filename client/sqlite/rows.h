// Questions in SQL, asked in one line: the statement is kept, and given back whatever happens.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

#include "client/sqlite/database.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

/// Calls `take(const Statement&)` for each row of a query whose parameters are numbers, in the
/// query's order. What `take` reads of a row is valid until it returns; it must not ask the same
/// question again.
template <typename Take>
Result<void> each_row(Database& database,
                      Sql question,
                      std::initializer_list<std::int64_t> parameters,
                      Take&& take) {
  auto* rows = TRY(database.cached(question));
  int number = 0;
  for (const auto parameter : parameters)
    TRY(rows->bind(++number, parameter));
  for (;;) {
    const auto more = rows->step();
    if (!more) {
      rows->reset();
      return more.error();
    }
    if (!*more) break;
    take(std::as_const(*rows));
  }
  rows->reset();
  return {};
}

/// What a column holds; all zeros, or nothing, where it is null.
inline RecordNo record_in(const Statement& row, int column) {
  return static_cast<RecordNo>(row.int64(column));
}
inline RecordId id_in(const Statement& row, int column) {
  return RecordId::from(row.bytes(column)).value_or(RecordId{});
}
inline std::string string_in(const Statement& row, int column) {
  return std::string{row.bytes(column)};
}

}  // namespace guantong
