// How far batches reach into other streams, as the replica keeps it: what has grown, and now and
// then the whole.
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/sqlite/sqlite_store.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"
#include "sync/store.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_dir.h"

namespace guantong {
namespace {

using test::is_ok;

constexpr std::uint32_t batches = 50;
constexpr std::uint64_t changes_a_batch_here = 3;

class Reaching : public testing::Test {
protected:
  Reaching() {
    auto opened = SqliteStore::open(folder_.path() / "replica.sqlite", Schema::built_in());
    EXPECT_THAT(opened, is_ok());
    store_ = *std::move(opened);
    for (std::size_t i = 0; i < 4; ++i) {
      DeviceId device;
      device.bytes[0] = static_cast<std::uint8_t>(i + 1);
      const auto stream = store_->intern_stream(device, Space::plan);
      EXPECT_THAT(stream, is_ok());
      streams_.push_back(*stream);
    }
  }

  /// Writes the next batch of the first stream; now and then its reach grows.
  void write(std::uint32_t number) {
    std::vector<Reach> grown;
    for (std::size_t i = 1; i < streams_.size(); ++i) {
      if (random_() % 5 != 0) continue;
      auto& n = reach_[streams_[i]];
      n += 1 + random_() % 4;
      grown.push_back({streams_[i], n});
    }
    StoredBatch batch;
    batch.stream = streams_.front();
    batch.number = number;
    batch.first_n = (number - 1) * changes_a_batch_here + 1;
    batch.last_n = number * changes_a_batch_here;
    ASSERT_THAT(store_->put_batch(batch, grown), is_ok());
    expected_[number] = reach_;
  }

  std::map<StreamNo, std::uint64_t> stored(std::uint32_t number) {
    std::map<StreamNo, std::uint64_t> found;
    const auto rows = store_->reach_of(streams_.front(), number);
    EXPECT_THAT(rows, is_ok());
    StreamNo last = 0;
    for (const auto& row : *rows) {
      EXPECT_GT(row.stream, last) << "By stream.";
      last = row.stream;
      found[row.stream] = row.n;
    }
    return found;
  }

  test::TempDir folder_;
  std::unique_ptr<SqliteStore> store_;
  std::vector<StreamNo> streams_;
  std::mt19937 random_{7};
  std::map<StreamNo, std::uint64_t> reach_;
  std::map<std::uint32_t, std::map<StreamNo, std::uint64_t>> expected_;
};

TEST_F(Reaching, IsReadBackAsItWasWhateverStandsBetween) {
  for (std::uint32_t number = 1; number <= batches; ++number)
    write(number);
  for (std::uint32_t number = 1; number <= batches; ++number)
    EXPECT_EQ(stored(number), expected_[number]) << number;
  store_->refresh();  // From the file.
  for (std::uint32_t number = batches; number >= 1; --number)
    EXPECT_EQ(stored(number), expected_[number]) << number;
}

TEST_F(Reaching, TheFirstBatchThatHasAChangeInItsPastIsFound) {
  for (std::uint32_t number = 1; number <= batches; ++number)
    write(number);
  const auto other = streams_[1];
  for (std::uint64_t n = 1; n <= reach_[other]; ++n) {
    std::uint32_t first = 1;
    while (expected_[first][other] < n)
      ++first;
    const auto reachers = store_->reachers({other, n});
    ASSERT_THAT(reachers, is_ok());
    EXPECT_THAT(*reachers,
                testing::ElementsAre(Dot{streams_.front(), (first - 1) * changes_a_batch_here + 1}))
        << n;
  }
  const auto none = store_->reachers({other, reach_[other] + 1});
  ASSERT_THAT(none, is_ok());
  EXPECT_THAT(*none, testing::IsEmpty());
}

}  // namespace
}  // namespace guantong
