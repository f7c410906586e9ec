// The engine against the oracle, and replicas against each other.
#include <cstddef>
#include <map>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "tests/support/choices.h"
#include "tests/support/deliver.h"
#include "tests/support/draw_world.h"
#include "tests/support/for_all.h"
#include "tests/support/merge_law.h"
#include "tests/support/oracle.h"
#include "tests/support/replica.h"
#include "tests/support/result_matchers.h"

namespace guantong::test {
namespace {

using testing::Eq;
using testing::IsEmpty;

TEST(Convergence, D17WhateverTheOrderAndTheGroupings1) {
  for_all(reaches_one_state, {.count = 2'500, .first_seed = 0, .choices = choices_a_world});
}

TEST(Convergence, D17WhateverTheOrderAndTheGroupings2) {
  for_all(reaches_one_state, {.count = 2'500, .first_seed = 100'000, .choices = choices_a_world});
}

TEST(Convergence, D17WhateverTheOrderAndTheGroupings3) {
  for_all(reaches_one_state, {.count = 2'500, .first_seed = 200'000, .choices = choices_a_world});
}

TEST(Convergence, WhoeverHasSeenAPartHasItsOutcome) {
  for_all(
      [](Choices& choices) {
        const auto world = draw_world(choices);
        const Delivery delivery{world, choices};
        Replica replica;
        std::set<Dot> seen;
        for (const auto at : causal_order(delivery, choices)) {
          const auto& parcel = delivery.parcels().at(at);
          ASSERT_THAT(replica.take(parcel.arrived), is_ok());
          seen.insert(parcel.holds.begin(), parcel.holds.end());
          if (choices.pick(3) != 0) continue;
          ASSERT_THAT(replica.publish(), is_ok());
          ASSERT_NO_FATAL_FAILURE(
              expect_agrees(replica, delivery, evaluate(delivery.world(), seen)));
        }
      },
      {.count = 1'500, .first_seed = 300'000, .choices = choices_a_world});
}

TEST(Convergence, FoldingAnewChangesNothing) {
  for_all(
      [](Choices& choices) {
        const auto world = draw_world(choices);
        const Delivery delivery{world, choices};
        Replica replica;
        ASSERT_NO_FATAL_FAILURE(deliver(replica, delivery, choices));
        const auto before = digests(replica);
        ASSERT_THAT(replica.refold(), is_ok());
        EXPECT_THAT(digests(replica), Eq(before)) << describe(delivery.world());
        ASSERT_NO_FATAL_FAILURE(expect_agrees(replica, delivery, evaluate(delivery.world())));
      },
      {.count = 1'000, .first_seed = 400'000, .choices = choices_a_world});
}

/// Applies what a parcel builds on, and not more.
void take_past(Replica& replica, const Delivery& delivery, std::size_t at) {
  for (const auto parent : delivery.parcels().at(at).builds_on) {
    const auto& arrived = delivery.parcels().at(parent).arrived;
    const auto known = replica.store().batch_by_commit(arrived.commit);
    ASSERT_THAT(known, is_ok());
    if (*known) continue;
    ASSERT_NO_FATAL_FAILURE(take_past(replica, delivery, parent));
    ASSERT_THAT(replica.take(arrived), is_ok());
  }
}

/// The device that writes sees what all others will see, before it seals and after. Its first batch
/// it may write before it has been admitted.
TEST(Convergence, TheAuthorSeesTheSameAsItsReaders) {
  for_all(
      [](Choices& choices) {
        const auto world = draw_world(choices);
        const Delivery delivery{world, choices};
        const auto& parcels = delivery.parcels();
        std::set<StreamNo> writers;
        for (const auto& parcel : parcels) {
          if (!parcel.holds.empty()) writers.insert(parcel.device);
        }
        for (const auto writer : writers) {
          Replica replica;
          for (std::size_t at = 2; at < parcels.size(); ++at) {
            const auto& own = parcels[at];
            if (own.device != writer) continue;
            const bool first = own.arrived.batch.number == 1 && own.builds_on.size() == 1;
            if (first && choices.pick(2) == 0) {
              ASSERT_THAT(replica.write(own.arrived), is_ok());
              if (choices.pick(2) == 0) {
                ASSERT_THAT(replica.publish(), is_ok());
              }
              ASSERT_NO_FATAL_FAILURE(take_past(replica, delivery, at));
            } else {
              ASSERT_NO_FATAL_FAILURE(take_past(replica, delivery, at));
              ASSERT_THAT(replica.write(own.arrived), is_ok());
              ASSERT_THAT(replica.publish(), is_ok());
              auto seen = delivery.world().past.at(*own.holds.begin());
              seen.insert(own.holds.begin(), own.holds.end());
              ASSERT_NO_FATAL_FAILURE(
                  expect_agrees(replica, delivery, evaluate(delivery.world(), seen)));
            }
            ASSERT_THAT(replica.seal(own.arrived), is_ok());
            if (choices.pick(2) == 0) {
              ASSERT_THAT(replica.publish(), is_ok());
            }
          }
          ASSERT_NO_FATAL_FAILURE(deliver(replica, delivery, choices));
          ASSERT_NO_FATAL_FAILURE(expect_agrees(replica, delivery, evaluate(delivery.world())));
        }
      },
      {.count = 500, .first_seed = 500'000, .choices = choices_a_world});
}

}  // namespace
}  // namespace guantong::test
