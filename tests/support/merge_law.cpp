#include "tests/support/merge_law.h"

#include <cstddef>
#include <map>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "tests/support/choices.h"
#include "tests/support/deliver.h"
#include "tests/support/draw_world.h"
#include "tests/support/oracle.h"
#include "tests/support/replica.h"
#include "tests/support/result_matchers.h"

namespace guantong::test {

using testing::Eq;
using testing::IsEmpty;

void expect_agrees(Replica& replica,
                   const Delivery& delivery,
                   const std::map<RecordNo, RecordOutcome>& outcomes) {
  const auto picture = picture_of(replica, delivery);
  ASSERT_THAT(picture, is_ok());
  EXPECT_THAT(differences(*picture, picture_of(outcomes, delivery.world())), IsEmpty())
      << describe(delivery.world());
}

void deliver(Replica& replica, const Delivery& delivery, Choices& choices) {
  const auto every = 1 + choices.pick(8);
  std::vector<std::size_t> done;
  for (const auto at : causal_order(delivery, choices)) {
    ASSERT_THAT(replica.take(delivery.parcels().at(at).arrived), is_ok());
    done.push_back(at);
    if (choices.pick(4) == 0) {
      const auto again = done.at(choices.pick(done.size()));
      ASSERT_THAT(replica.take(delivery.parcels().at(again).arrived), is_ok());
    }
    if (choices.pick(every) != 0) continue;
    ASSERT_THAT(replica.publish(), is_ok());
    if (choices.pick(4) == 0) replica.reopen();
  }
  ASSERT_EQ(done.size(), delivery.parcels().size());
  ASSERT_THAT(replica.publish(), is_ok());
}

void reaches_one_state(Choices& choices) {
  const auto world = draw_world(choices);
  const Delivery delivery{world, choices};
  const auto outcomes = evaluate(delivery.world());
  std::vector<std::map<RecordKey, Digest>> known;
  for (auto left = 2 + choices.pick(2); left > 0; --left) {
    Replica replica;
    ASSERT_NO_FATAL_FAILURE(deliver(replica, delivery, choices));
    ASSERT_NO_FATAL_FAILURE(expect_agrees(replica, delivery, outcomes));
    known.push_back(digests(replica));
    EXPECT_THAT(known.back(), Eq(known.front())) << describe(delivery.world());
  }
}

}  // namespace guantong::test
