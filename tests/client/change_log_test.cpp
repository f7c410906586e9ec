#include "client/sqlite/change_log.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/sqlite/database.h"
#include "sync/base/error.h"
#include "sync/change.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_dir.h"

namespace guantong {
namespace {

using test::fails_with;
using test::is_ok;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using testing::UnorderedElementsAreArray;

constexpr RecordNo record = 1, other_record = 2;

Change edit_of(RecordNo number, const std::string& why) {
  Change change;
  change.record = number;
  change.why = why;
  return change;
}

class Log : public testing::Test {
protected:
  Log() {
    EXPECT_THAT(database.run(std::string{run_tables} + history_tables), is_ok());
    EXPECT_THAT(database.run("CREATE TABLE record (id INTEGER PRIMARY KEY, history BLOB) STRICT;"
                             "INSERT INTO record (id) VALUES (1), (2)"),
                is_ok());
  }
  void add(StreamNo stream, std::uint64_t first_n, std::uint64_t last_n, RecordNo of = record) {
    for (auto n = first_n; n <= last_n; ++n)
      ASSERT_THAT(log.add({stream, n}, edit_of(of, std::to_string(n))), is_ok());
  }
  void write_and_forget() {
    ASSERT_THAT(log.flush(), is_ok());
    log.refresh();
  }
  void expect_there(StreamNo stream, std::uint64_t first_n, std::uint64_t last_n) {
    for (auto n = first_n; n <= last_n; ++n) {
      const auto change = log.change({stream, n});
      ASSERT_THAT(change, is_ok()) << n;
      EXPECT_EQ(change->why, std::to_string(n));
    }
  }
  static std::vector<Dot> dots(StreamNo stream, std::uint64_t first_n, std::uint64_t last_n) {
    std::vector<Dot> all;
    for (auto n = first_n; n <= last_n; ++n)
      all.push_back({stream, n});
    return all;
  }

  test::TempDir folder;
  Database database = *Database::open(folder.path() / "log.sqlite");
  ChangeLog log{database};
};

TEST_F(Log, EveryChangeIsFoundBeforeAndAfterItIsWritten) {
  add(1, 1, 100);
  add(2, 5, 5);
  expect_there(1, 1, 100);
  write_and_forget();
  expect_there(1, 1, 100);
  expect_there(2, 5, 5);
  add(1, 101, 140);  // Goes on where the last run was cut short.
  write_and_forget();
  expect_there(1, 1, 140);
}

TEST_F(Log, WhatIsNotThereIsSaidToBeSo) {
  add(1, 1, 3);
  write_and_forget();
  EXPECT_THAT(log.change({1, 4}), fails_with(Errc::not_found));
  EXPECT_THAT(log.change({9, 1}), fails_with(Errc::not_found));
  EXPECT_THAT(*log.history(other_record), IsEmpty());
}

TEST_F(Log, ARecordsHistoryIsWholeHoweverLong) {
  for (std::uint64_t n = 1; n <= 1000; n += 50) {
    add(3, n, n + 49);
    write_and_forget();
  }
  EXPECT_THAT(*log.history(record), UnorderedElementsAreArray(dots(3, 1, 1000)));
  add(4, 1, 2);
  EXPECT_THAT(*log.history(record), SizeIs(1002)) << "with what is not written yet";
}

TEST_F(Log, WhatWasNotFlushedIsForgotten) {
  add(1, 1, 2);
  write_and_forget();
  add(1, 3, 4);
  log.refresh();
  EXPECT_THAT(log.change({1, 3}), fails_with(Errc::not_found));
  EXPECT_THAT(*log.history(record), UnorderedElementsAreArray(dots(1, 1, 2)));
}

TEST_F(Log, APendingChangeIsInTheHistoryOnceAlsoAfterItIsSealed) {
  ASSERT_THAT(log.add_pending({1, 1}, edit_of(record, "1")), is_ok());
  ASSERT_THAT(log.add_pending({1, 2}, edit_of(other_record, "2")), is_ok());
  ASSERT_THAT(log.add_pending({1, 3}, edit_of(record, "3")), is_ok());
  EXPECT_EQ(*log.last_pending(1), 3U);
  EXPECT_THAT(*log.history(record), UnorderedElementsAre(Dot{1, 1}, Dot{1, 3}));
  ASSERT_THAT(log.seal(1, 1, 2), is_ok());
  write_and_forget();
  expect_there(1, 1, 3);
  EXPECT_THAT(*log.pending(1), SizeIs(1));
  EXPECT_THAT(*log.history(record), UnorderedElementsAre(Dot{1, 1}, Dot{1, 3}));
  EXPECT_THAT(*log.history(other_record), UnorderedElementsAre(Dot{1, 2}));
  ASSERT_THAT(log.remove_pending({1, 3}), is_ok());
  EXPECT_THAT(*log.history(record), UnorderedElementsAre(Dot{1, 1}));
  EXPECT_EQ(*log.last_pending(1), 0U);
}

TEST_F(Log, DamageIsSaid) {
  add(1, 1, 3);
  write_and_forget();
  ASSERT_THAT(database.run("UPDATE record SET history = x'ff'; UPDATE run SET bytes = x'0501'"),
              is_ok());
  EXPECT_THAT(log.history(record), fails_with(Errc::corrupt));
  EXPECT_THAT(log.change({1, 1}), testing::Not(is_ok()));
}

}  // namespace
}  // namespace guantong
