#include "client/in_parallel.h"

#include <atomic>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/change.h"
#include "tests/support/plan_builder.h"
#include "tests/support/result_matchers.h"

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

/// More than are joined on one thread alone.
constexpr int many = 100;

TEST(InParallel, WhatTwoSitesWroteInManyRecordsIsJoinedTheSameAtBoth) {
  using test::key_of;
  test::PlanBuilder plan{{"v", "u"}};
  std::vector<std::pair<RecordKey, test::Edits>> duties;
  for (int i = 0; i < many; ++i) {
    const auto code = "DU-" + std::to_string(i);
    duties.emplace_back(key_of("duty", code), test::Edits{{"code", code}, {"title_zh", "职责"}});
  }
  plan.desk(0).create_all(duties);
  plan.meet();
  for (const auto& [key, edits] : duties) {
    plan.desk(0).set(key, {{"title_zh", "甲的" + edits.front().second}});
    plan.desk(1).set(key, {{"title_zh", "乙的" + edits.front().second}});
  }
  plan.meet();
  const auto one = plan.desk(0).store().digest(Space::plan);
  const auto other = plan.desk(1).store().digest(Space::plan);
  ASSERT_THAT(one, test::is_ok());
  ASSERT_THAT(other, test::is_ok());
  EXPECT_EQ(*one, *other);
  const auto open = plan.desk(1).store().in_conflict();
  ASSERT_THAT(open, test::is_ok());
  EXPECT_EQ(open->size(), duties.size());
}

}  // namespace
}  // namespace guantong
