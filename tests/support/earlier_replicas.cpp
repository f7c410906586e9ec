#include "tests/support/earlier_replicas.h"

#include <cstdint>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/sqlite/database.h"
#include "client/workspace.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "tests/support/result_matchers.h"

namespace guantong::test {
namespace {

/// Version 2 had a row for each change.
void make_version_2(const std::filesystem::path& path) {
  auto workspace = Workspace::open(path);
  ASSERT_THAT(workspace, is_ok());
  auto& database = workspace->store().database();
  ASSERT_THAT(
      database.run("CREATE TABLE change (stream INTEGER NOT NULL, n INTEGER NOT NULL, record "
                   "INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (stream, n)) STRICT, "
                   "WITHOUT ROWID; CREATE INDEX change_by_record ON change(record)"),
      is_ok());
  const auto stream = workspace->store().intern_stream(workspace->device(), Space::plan);
  const auto pending = workspace->store().pending(*stream);
  ASSERT_THAT(*pending, testing::SizeIs(1));
  auto insert = database.prepare("INSERT INTO change VALUES (?, ?, ?, ?)");
  const auto bytes = encode_change(pending->front().second);
  ASSERT_TRUE(insert->bind(1, std::int64_t{*stream}));
  ASSERT_TRUE(insert->bind(2, static_cast<std::int64_t>(pending->front().first.n)));
  ASSERT_TRUE(insert->bind(3, std::int64_t{pending->front().second.record}));
  ASSERT_TRUE(insert->bind_blob(4, bytes));
  ASSERT_THAT(insert->run(), is_ok());
  ASSERT_THAT(database.run("DROP TABLE run; DROP TABLE pending; DROP TABLE history_page;"
                           "DROP INDEX stream_beside; DROP INDEX record_by_type;"
                           "ALTER TABLE record DROP COLUMN history;"
                           "ALTER TABLE batch DROP COLUMN writes; DROP TABLE trait;"
                           "PRAGMA user_version = 2"),
              is_ok());
}

/// In version 3 runs of changes and what batches reach lay otherwise.
constexpr const char* to_version_3 =
    "DROP TABLE run; DROP TABLE reach; DROP INDEX record_by_type;"
    "CREATE TABLE run (stream INTEGER NOT NULL, first_n INTEGER NOT NULL, bytes BLOB NOT "
    "NULL, PRIMARY KEY (stream, first_n)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE reach (stream INTEGER NOT NULL, other INTEGER NOT NULL, number INTEGER NOT "
    "NULL, n INTEGER NOT NULL, PRIMARY KEY (stream, other, number)) STRICT, WITHOUT ROWID;"
    "DROP TABLE trait; PRAGMA user_version = 3";

/// Version 4 was before what looks alike was found.
constexpr const char* to_version_4 = "DROP TABLE trait; PRAGMA user_version = 4";

}  // namespace

void make_replica_earlier(const std::filesystem::path& workspace, std::int64_t version) {
  if (version == 2) {
    make_version_2(workspace);
    return;
  }
  auto database = Database::open(workspace / "replica.sqlite");
  ASSERT_THAT(database, is_ok());
  ASSERT_THAT(database->run(version == 3 ? to_version_3 : to_version_4), is_ok());
}

}  // namespace guantong::test
