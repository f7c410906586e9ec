// The engine of authority against its oracle, which judges whole sets: the same verdicts, whatever
// the order in which the batches come.
#include "sync/authority.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/authority_law.h"
#include "tests/support/authority_letters.h"
#include "tests/support/authority_worlds.h"
#include "tests/support/choices.h"

namespace guantong::test {
namespace {

using Order = ArrivalOrder;

/// All orders of what comes after the first `fixed` batches.
void for_each_order(const AuthorityWorld& world,
                    std::size_t fixed,
                    const std::function<void(const Order&)>& visit) {
  Order order;
  for (std::size_t at = 0; at < world.size(); ++at)
    order.push_back(at);
  do {
    std::vector<bool> taken(world.size(), false);
    const auto comes_late = [&](std::size_t at) {
      const auto here = [&](std::size_t parent) { return taken[parent]; };
      const bool fits = std::ranges::all_of(world[at].parents, here);
      taken[at] = true;
      return !fits;
    };
    if (std::ranges::none_of(order, comes_late)) visit(order);
  } while (
      std::ranges::next_permutation(order.begin() + static_cast<std::ptrdiff_t>(fixed), order.end())
          .found);
}

void check_graphs(Ranks ranks, std::size_t fixed, std::size_t part, std::size_t parts) {
  std::size_t worlds = 0;
  for_each_removal_graph({.most = 3, .ranks = ranks, .leaves = true}, [&](const auto& world) {
    if (worlds++ % parts != part || ::testing::Test::HasFailure()) return;
    const AuthorityLetters letters{world};
    for_each_order(letters.world(), fixed, [&](const Order& order) {
      if (::testing::Test::HasFailure()) return;
      EXPECT_TRUE(agrees(letters, order)) << "world " << worlds;
    });
  });
  EXPECT_GT(worlds, 10'000U);
}

class AuthorityGraphs : public ::testing::TestWithParam<std::size_t> {};

TEST_P(AuthorityGraphs, D35OfThreeRemovalsAmongAChainOfLeadsAreJudgedTheSameInEveryOrder) {
  check_graphs(Ranks::chain, 4, GetParam(), 4);
}

TEST_P(AuthorityGraphs, D35OfThreeRemovalsAmongEqualsAreJudgedTheSameInEveryOrder) {
  check_graphs(Ranks::star, 2, GetParam(), 4);
}

/// One graph in so many is tried; GUANTONG_ALL_GRAPHS, which takes minutes, has all of them tried.
std::size_t thinning() {
  return std::getenv("GUANTONG_ALL_GRAPHS") == nullptr ? 100 : 1;
}

TEST_P(AuthorityGraphs, D35OfFourRemovalsAreJudgedTheSameInDrawnOrders) {
  std::size_t worlds = 0;
  std::uint32_t seed = 0;
  for_each_removal_graph({.most = 4, .leaves = false}, [&](const auto& world) {
    if (worlds++ % (4 * thinning()) != thinning() * GetParam() || HasFailure()) return;
    const AuthorityLetters letters{world};
    auto choices = Choices::from_seed(++seed);
    for (int again = 0; again < 3; ++again)
      EXPECT_TRUE(agrees(letters, draw_order(letters.world(), choices))) << "world " << worlds;
  });
  EXPECT_GT(seed, 500U);
  RecordProperty("graphs", std::to_string(seed));
}

INSTANTIATE_TEST_SUITE_P(Part, AuthorityGraphs, ::testing::Range(std::size_t{0}, std::size_t{4}));

class AuthorityWorlds : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(AuthorityWorlds, AreJudgedTheSameInDrawnOrdersAlsoHalfWayAndAfterStartingAgain) {
  constexpr std::uint64_t worlds = 250;
  std::uint64_t judged = 0;
  for (std::uint64_t seed = GetParam() * worlds; seed < (GetParam() + 1) * worlds; ++seed) {
    const AuthorityLetters letters{draw_authority_world(seed)};
    if (letters.is_ambiguous()) continue;
    ++judged;
    auto choices = Choices::from_seed(static_cast<std::uint32_t>(seed));
    ASSERT_NO_FATAL_FAILURE(is_judged_the_same(letters, choices)) << "seed " << seed;
  }
  EXPECT_GT(judged, worlds * 3 / 4);
}

INSTANTIATE_TEST_SUITE_P(Seeds,
                         AuthorityWorlds,
                         ::testing::Range(std::uint64_t{0}, std::uint64_t{4}));

}  // namespace
}  // namespace guantong::test
