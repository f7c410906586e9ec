#include "client/sqlite/replica_tables.h"

#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "client/sqlite/change_log.h"
#include "client/sqlite/database.h"
#include "client/sqlite/reach_table.h"
#include "client/sqlite/typed_tables.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/schema.h"

namespace guantong {
namespace {

constexpr std::int64_t file_version = 5;

constexpr const char* tables = R"(
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE stream (id INTEGER PRIMARY KEY, device BLOB NOT NULL, space INTEGER NOT NULL,
  number INTEGER NOT NULL, last_n INTEGER NOT NULL, commit_id BLOB NOT NULL, digest BLOB NOT NULL,
  generation INTEGER NOT NULL, from_stream INTEGER, from_n INTEGER) STRICT;
CREATE INDEX stream_by_device ON stream(device, space);
CREATE INDEX stream_forked ON stream(from_stream) WHERE from_stream IS NOT NULL;
CREATE INDEX stream_beside ON stream(space) WHERE space <> 1;
CREATE TABLE batch (stream INTEGER NOT NULL, first_n INTEGER NOT NULL, last_n INTEGER NOT NULL,
  number INTEGER NOT NULL, commit_id BLOB NOT NULL, generation INTEGER NOT NULL,
  under_stream INTEGER NOT NULL, under_n INTEGER NOT NULL, digest BLOB NOT NULL,
  arrived_ms INTEGER NOT NULL, site TEXT NOT NULL, verdict INTEGER NOT NULL,
  writes INTEGER NOT NULL, PRIMARY KEY (stream, first_n)) STRICT, WITHOUT ROWID;
CREATE INDEX batch_by_commit ON batch(commit_id);
CREATE INDEX batch_quarantined ON batch(verdict) WHERE verdict <> 0;
CREATE TABLE record (id INTEGER PRIMARY KEY, type INTEGER NOT NULL, uuid BLOB NOT NULL,
  marks INTEGER NOT NULL DEFAULT 0, state BLOB, digest BLOB, history BLOB) STRICT;
CREATE UNIQUE INDEX record_by_uuid ON record(uuid, type);
CREATE INDEX record_marked ON record(marks) WHERE marks <> 0;
CREATE INDEX record_by_type ON record(type);
CREATE TABLE reference (source INTEGER NOT NULL, slot INTEGER NOT NULL, target INTEGER NOT NULL,
  stream INTEGER NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (source, slot, target, stream, n)) STRICT, WITHOUT ROWID;
CREATE INDEX reference_by_target ON reference(target);
CREATE TABLE act (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE writer (stream INTEGER NOT NULL, n INTEGER NOT NULL, person BLOB NOT NULL,
  PRIMARY KEY (stream, n)) STRICT, WITHOUT ROWID;
CREATE TABLE finding (id BLOB PRIMARY KEY, rule TEXT NOT NULL, severity TEXT NOT NULL,
  records TEXT NOT NULL, message TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE finding_record (record INTEGER NOT NULL, finding BLOB NOT NULL,
  PRIMARY KEY (record, finding)) STRICT, WITHOUT ROWID;
CREATE TABLE suspended (record INTEGER PRIMARY KEY) STRICT;
CREATE TABLE remote_tip (remote TEXT NOT NULL, branch TEXT NOT NULL, commit_id BLOB NOT NULL,
  number INTEGER NOT NULL, PRIMARY KEY (remote, branch)) STRICT, WITHOUT ROWID;
CREATE TABLE set_aside (commit_id BLOB PRIMARY KEY, branch TEXT NOT NULL, code TEXT NOT NULL,
  message TEXT NOT NULL, since_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE receipt (id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, remote TEXT NOT NULL,
  content TEXT NOT NULL) STRICT;
)";

/// From a file of version 1, whose merged state must then be made anew.
constexpr const char* to_version_2 = R"(
ALTER TABLE stream ADD COLUMN from_stream INTEGER;
ALTER TABLE stream ADD COLUMN from_n INTEGER;
DROP INDEX stream_by_device;
CREATE INDEX stream_by_device ON stream(device, space);
CREATE INDEX stream_forked ON stream(from_stream) WHERE from_stream IS NOT NULL;
ALTER TABLE batch ADD COLUMN site TEXT NOT NULL DEFAULT '';
ALTER TABLE batch ADD COLUMN verdict INTEGER NOT NULL DEFAULT 0;
CREATE INDEX batch_quarantined ON batch(verdict) WHERE verdict <> 0;
DROP TABLE grant_fact;
CREATE TABLE act (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE writer (stream INTEGER NOT NULL, n INTEGER NOT NULL, person BLOB NOT NULL,
  PRIMARY KEY (stream, n)) STRICT, WITHOUT ROWID;
DELETE FROM meta WHERE key = 'schema level';
)";

/// From a file of version 2: what is not sealed is kept as it is (in the form that `pack_change`
/// calls "as on the wire"), the rest made anew.
constexpr const char* to_version_3 = R"(
CREATE INDEX stream_beside ON stream(space) WHERE space <> 1;
CREATE INDEX record_by_type ON record(type);
DROP TABLE reach;
ALTER TABLE batch ADD COLUMN writes INTEGER NOT NULL DEFAULT 1;
ALTER TABLE record ADD COLUMN history BLOB;
INSERT INTO pending SELECT stream, n, record, CAST(x'00' || bytes AS BLOB) FROM change c
  WHERE n > (SELECT last_n FROM stream s WHERE s.id = c.stream);
DROP TABLE change;
DELETE FROM meta WHERE key = 'schema level';
)";

/// From a file of version 3, where runs of changes lay by stream and states did not hold values.
constexpr const char* to_version_4 = R"(
DROP TABLE run;
DROP TABLE reach;
CREATE INDEX record_by_type ON record(type);
DELETE FROM meta WHERE key = 'schema level';
)";

/// By what a record may look like another (IR-28).
constexpr const char* trait_table = R"(
CREATE TABLE trait (word TEXT NOT NULL, record INTEGER NOT NULL,
  PRIMARY KEY (word, record)) STRICT, WITHOUT ROWID;
CREATE INDEX trait_by_record ON trait(record);
)";

/// From a file of version 4, with findings of fewer rules.
constexpr const char* to_version_5 = "DELETE FROM meta WHERE key = 'schema level';";

std::string all_tables(const Schema& schema) {
  std::string sql = tables;
  sql += reach_table;
  sql += run_tables;
  sql += history_tables;
  sql += trait_table;
  for (const auto* type : schema.types())
    sql += table_sql(*type);
  return sql;
}

/// What brings a file of that version to this one.
std::string migration_from(std::int64_t version) {
  const std::string runs = std::string{run_tables} + history_tables;
  const std::string traits = std::string{trait_table} + to_version_5;
  if (version == 1) return to_version_2 + runs + to_version_3 + reach_table + traits;
  if (version == 2) return runs + to_version_3 + reach_table + traits;
  if (version == 3) return std::string{to_version_4} + run_tables + reach_table + traits;
  return traits;
}

Result<void> set_version(Database& database) {
  return database.run(fmt::format("PRAGMA user_version = {}", file_version));
}

Result<void> make_tables(Database& database, const Schema& schema) {
  auto transaction = TRY(Transaction::begin(database));
  TRY(database.run(all_tables(schema)));
  TRY(set_version(database));
  auto* level = TRY(database.cached("INSERT INTO meta (key, value) VALUES ('schema level', ?)"));
  TRY(level->bind_blob(1, schema.level().raw()));
  TRY(level->run());
  return transaction.commit();
}

Result<void> migrate(Database& database, std::int64_t from) {
  auto transaction = TRY(Transaction::begin(database));
  TRY(database.run(migration_from(from)));
  TRY(set_version(database));
  return transaction.commit();
}

}  // namespace

Result<void> prepare_tables(Database& database, const Schema& schema) {
  auto* version = TRY(database.cached("PRAGMA user_version"));
  TRY(version->step());
  const auto found = version->int64(0);
  version->reset();
  if (found > file_version) {
    return fail(Errc::too_new,
                "this workspace was made by a newer version of Guantong; install that version, "
                "nothing was changed");
  }
  if (found == file_version) return {};
  return found == 0 ? make_tables(database, schema) : migrate(database, found);
}

}  // namespace guantong
