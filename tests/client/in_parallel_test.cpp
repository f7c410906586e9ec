#include "client/in_parallel.h"

#include <atomic>
#include <cstddef>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace guantong {
namespace {

using ::testing::Each;
using ::testing::Eq;

TEST(InParallel, CallsWithEachNumberOnceAndReturnsWhenAllIsDone) {
  for (const std::size_t count : {0U, 1U, 31U, 32U, 1'000U}) {
    std::vector<int> calls(count);
    std::atomic<std::size_t> done = 0;
    in_parallel(count, [&](std::size_t i) {
      ++calls.at(i);
      ++done;
    });
    EXPECT_EQ(done, count);
    EXPECT_THAT(calls, Each(Eq(1)));
  }
}

}  // namespace
}  // namespace guantong
