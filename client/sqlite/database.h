// SQLite, with owners and Results. The only code that includes <sqlite3.h> is beside this file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "sync/base/bytes.h"
#include "sync/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace guantong {

/// A prepared statement: bind, step through the rows, reset, bind again.
///
/// It must not outlive its Database. Columns count from 0 and parameters from 1, as SQLite has it.
class Statement {
public:
  Result<void> bind(int parameter, std::int64_t value);
  /// Not copied: it must stay until the next reset.
  Result<void> bind_text(int parameter, std::string_view text);
  Result<void> bind_blob(int parameter, std::string_view bytes);
  Result<void> bind_null(int parameter);

  /// Returns true while there is a row to read. Fails with `busy` when the database stays locked
  /// past its timeout.
  Result<bool> step();
  void reset();
  /// Steps a statement that has no rows, and resets it.
  Result<void> run();

  int columns() const;
  std::string_view column_name(int column) const;
  bool is_null(int column) const;
  std::int64_t int64(int column) const;
  std::string_view bytes(int column) const;  ///< Text or blob. Valid until the next step or reset.
  /// Whether the column holds an integer; text and blobs are what remains.
  bool is_integer(int column) const;
  bool is_blob(int column) const;

private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  explicit Statement(sqlite3_stmt* statement) : handle_{statement} {}

  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// A statement's text that stands in the program: the place of it is a name for it.
class Sql {
public:
  consteval Sql(const char* literal)  // NOLINT(google-explicit-constructor)
      : text_{literal} {}
  const char* text() const { return text_; }

private:
  const char* text_;
};

/// One connection, for one thread at a time.
class Database {
public:
  /// Opens `path`, creating it if need be, in WAL mode, so that what is committed survives a power
  /// cut, and waiting at most 5 s for a lock.
  static Result<Database> open(const std::filesystem::path& path);

  /// Compiles one statement. Fails with `io`; the message quotes SQLite's own.
  Result<Statement> prepare(std::string_view sql);

  /// As `prepare`, but keeps the statement: the same text gives the same statement, reset.
  Result<Statement*> cached(Sql sql);

  /// As above, of a text that was put together.
  Result<Statement*> cached_text(std::string_view sql);

  /// As above, by a name that stands for the text, which is asked for once.
  Result<Statement*> cached_text(std::string_view name, const std::function<std::string()>& sql);

  /// Runs statements that take no parameters and whose rows nobody wants, in order.
  Result<void> run(const std::string& sql);

  /// Writes what the log beside the file holds into the file, and empties the log. Fails with
  /// `busy` when somebody reads or writes all the while.
  Result<void> join_log();

private:
  struct Close {
    void operator()(sqlite3* connection) const noexcept;
  };
  explicit Database(sqlite3* connection) : handle_{connection} {}

  std::unique_ptr<sqlite3, Close> handle_;
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  // Finalised before the connection closes.
  std::unordered_map<const char*, Statement> literals_;
  std::unordered_map<std::string, Statement, TextHash, std::equal_to<>> statements_;
};

/// Rolls back when it goes out of scope, unless `commit` succeeded first.
class [[nodiscard]] Transaction {
public:
  /// Takes the write lock at once (BEGIN IMMEDIATE), so that `busy` comes here and not half way.
  static Result<Transaction> begin(Database& database);

  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  Result<void> commit();

private:
  explicit Transaction(Database& database) : database_{&database} {}

  Database* database_;  ///< Null once committed or moved from.
};

}  // namespace guantong
