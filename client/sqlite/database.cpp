#include "client/sqlite/database.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

constexpr int lock_timeout_ms = 5'000;

Error failure(sqlite3* connection, std::string_view what) {
  const int code = sqlite3_errcode(connection) & 0xff;
  const Errc kind = code == SQLITE_BUSY || code == SQLITE_LOCKED      ? Errc::busy
                    : code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? Errc::corrupt
                                                                      : Errc::io;
  return fail(kind, "the replica, {}: {}", what, sqlite3_errmsg(connection));
}

Result<void> check(int code, sqlite3_stmt* statement, std::string_view what) {
  if (code == SQLITE_OK) return {};
  return failure(sqlite3_db_handle(statement), what);
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

void Database::Close::operator()(sqlite3* connection) const noexcept {
  sqlite3_close_v2(connection);
}

Result<void> Statement::bind(int parameter, std::int64_t value) {
  return check(sqlite3_bind_int64(handle_.get(), parameter, value), handle_.get(), "bind integer");
}

Result<void> Statement::bind_text(int parameter, std::string_view text) {
  return check(sqlite3_bind_text64(
                   handle_.get(), parameter, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8),
               handle_.get(),
               "bind text");
}

Result<void> Statement::bind_blob(int parameter, std::string_view bytes) {
  return check(
      sqlite3_bind_blob64(handle_.get(), parameter, bytes.data(), bytes.size(), SQLITE_STATIC),
      handle_.get(),
      "bind blob");
}

Result<void> Statement::bind_null(int parameter) {
  return check(sqlite3_bind_null(handle_.get(), parameter), handle_.get(), "bind null");
}

Result<bool> Statement::step() {
  switch (sqlite3_step(handle_.get())) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return failure(sqlite3_db_handle(handle_.get()), "step");
  }
}

void Statement::reset() {
  // Its return value repeats the failure of the last step, which `step` has already reported.
  sqlite3_reset(handle_.get());
  sqlite3_clear_bindings(handle_.get());
}

Result<void> Statement::run() {
  auto stepped = step();
  sqlite3_reset(handle_.get());  // As above; what was bound is bound anew before the next step.
  if (!stepped) return std::move(stepped).error();
  return {};
}

int Statement::columns() const {
  return sqlite3_column_count(handle_.get());
}

std::string_view Statement::column_name(int column) const {
  return sqlite3_column_name(handle_.get(), column);
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

bool Statement::is_integer(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_INTEGER;
}

bool Statement::is_blob(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_BLOB;
}

std::int64_t Statement::int64(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

std::string_view Statement::bytes(int column) const {
  // The pointer first: asking for the size first may convert the value and move it.
  const void* data = sqlite3_column_blob(handle_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  return {static_cast<const char*>(data), size};
}

Result<Database> Database::open(const std::filesystem::path& path) {
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  Database database{raw};  // Before the check: SQLite hands out a handle even when it fails.
  if (code != SQLITE_OK) return failure(raw, "open " + path.string());
  sqlite3_busy_timeout(raw, lock_timeout_ms);
  TRY(database.run(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;"
      "PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;"));
  return database;
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(),
                                      sql.data(),
                                      static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT,
                                      &raw,
                                      nullptr);
  if (code != SQLITE_OK) return failure(handle_.get(), "prepare");
  return Statement{raw};
}

Result<Statement*> Database::cached(Sql sql) {
  auto found = literals_.find(sql.text());
  if (found == literals_.end()) {
    auto statement = TRY(prepare(sql.text()));
    found = literals_.emplace(sql.text(), std::move(statement)).first;
  }
  found->second.reset();
  return &found->second;
}

Result<Statement*> Database::cached_text(std::string_view sql) {
  return cached_text(sql, [&] { return std::string{sql}; });
}

Result<Statement*> Database::cached_text(std::string_view name,
                                         const std::function<std::string()>& sql) {
  auto found = statements_.find(name);
  if (found == statements_.end()) {
    auto statement = TRY(prepare(sql()));
    found = statements_.emplace(std::string{name}, std::move(statement)).first;
  }
  found->second.reset();
  return &found->second;
}

Result<void> Database::run(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return failure(handle_.get(), "run");
}

Result<void> Database::join_log() {
  // It has a row even where it could not be done, which says so.
  auto checkpoint = TRY(prepare("PRAGMA wal_checkpoint(TRUNCATE)"));
  const bool answered = TRY(checkpoint.step());
  if (answered && checkpoint.int64(0) == 0) return {};
  return fail(Errc::busy, "another program is reading the replica");
}

Result<Transaction> Transaction::begin(Database& database) {
  TRY(database.run("BEGIN IMMEDIATE"));
  return Transaction{database};
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_{std::exchange(other.database_, nullptr)} {}

Transaction::~Transaction() {
  // A failed rollback changes nothing that we could do: SQLite rolls back on close.
  if (database_ != nullptr) static_cast<void>(database_->run("ROLLBACK"));
}

Result<void> Transaction::commit() {
  TRY(database_->run("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace guantong
