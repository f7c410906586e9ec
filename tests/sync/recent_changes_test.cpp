#include "sync/recent_changes.h"

#include <cstdint>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/value.h"
#include "tests/support/result_matchers.h"

namespace guantong {
namespace {

using test::is_ok;

constexpr StreamNo stream = 3;

/// Changes that say by their dates which they are.
void keep(RecentChanges& recent, const Dot& first, std::uint64_t count) {
  std::vector<Change> changes(count);
  for (std::uint64_t i = 0; i < count; ++i)
    changes[i].time.ms = first.n + i;
  recent.keep(first, std::move(changes), std::vector<FieldValues>(count));
}

std::uint64_t found(const RecentChanges& recent, const Dot& dot) {
  const auto known = recent.find(dot);
  return known ? known->change.time.ms : 0;
}

TEST(RecentChanges, AreFoundByTheirPlaceInWhatCameTogether) {
  RecentChanges recent;
  keep(recent, {stream, 10}, 5);
  keep(recent, {stream, 20}, 1);
  keep(recent, {stream + 1, 12}, 2);
  for (const std::uint64_t n : {10U, 14U, 20U})
    EXPECT_EQ(found(recent, {stream, n}), n);
  for (const std::uint64_t n : {9U, 15U, 19U, 21U})
    EXPECT_EQ(found(recent, {stream, n}), 0U) << n;
  EXPECT_EQ(found(recent, {stream + 1, 13}), 13U);
  EXPECT_EQ(found(recent, {stream + 1, 11}), 0U);
  EXPECT_EQ(found(recent, {stream - 1, 10}), 0U);
}

TEST(RecentChanges, AreForgottenWithWhatCameTogether) {
  RecentChanges recent;
  keep(recent, {stream, 10}, 5);
  keep(recent, {stream, 20}, 1);
  recent.forget({stream, 16});  // It was not kept.
  EXPECT_EQ(found(recent, {stream, 14}), 14U);
  recent.forget({stream, 12});
  EXPECT_EQ(found(recent, {stream, 10}), 0U);
  EXPECT_EQ(found(recent, {stream, 20}), 20U);
}

TEST(RecentChanges, KnowWhoWroteThemOnceThatIsNoted) {
  RecentChanges recent;
  keep(recent, {stream, 10}, 5);
  EXPECT_FALSE(recent.wrote({stream, 12}));
  ASSERT_THAT(recent.note_authors([](const Dot& first) -> Result<RecentChanges::Wrote> {
    return RecentChanges::Wrote{first.n, std::nullopt};
  }),
              is_ok());
  EXPECT_EQ(recent.wrote({stream, 14})->generation, 10U);
  EXPECT_FALSE(recent.wrote({stream, 15}));
}

}  // namespace
}  // namespace guantong
