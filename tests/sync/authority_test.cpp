// The engine of authority against its oracle, which judges whole sets: the same verdicts, whatever
// the order in which the batches come.
#include "sync/authority.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/change.h"
#include "tests/support/authority_letters.h"
#include "tests/support/authority_oracle.h"
#include "tests/support/authority_worlds.h"
#include "tests/support/choices.h"
#include "tests/support/replica.h"
#include "tests/support/result_matchers.h"

namespace guantong::test {
namespace {

using Order = std::vector<std::size_t>;

/// An order in which each batch comes after its parents, the rest by chance.
Order draw_order(const AuthorityWorld& world, Choices& choices) {
  Order order;
  std::vector<bool> taken(world.size(), false);
  while (order.size() < world.size()) {
    Order ready;
    for (std::size_t at = 0; at < world.size(); ++at) {
      const auto here = [&](std::size_t parent) { return taken[parent]; };
      if (!taken[at] && std::ranges::all_of(world[at].parents, here)) ready.push_back(at);
    }
    order.push_back(ready[choices.pick(ready.size())]);
    taken[order.back()] = true;
  }
  return order;
}

std::string text_of(const std::map<std::string, std::string>& is,
                    const std::map<std::string, std::string>& should_be) {
  std::string text;
  for (const auto& [what, verdict] : should_be) {
    const auto found = is.find(what);
    const auto found_text = found == is.end() ? "missing" : found->second;
    if (found_text != verdict) text += what + " is " + found_text + ", not " + verdict + "\n";
  }
  return text;
}

/// Takes the letters in that order, starting the program again in between, and compares.
::testing::AssertionResult agrees(const AuthorityLetters& letters,
                                  const Order& order,
                                  std::optional<std::size_t> reopen = {}) {
  Replica replica;
  for (std::size_t at = 0; at < order.size(); ++at) {
    const auto taken = replica.take(letters.letter(order[at]));
    if (!taken)
      return ::testing::AssertionFailure()
             << "batch " << order[at] << " was refused: " << in_english(taken.error().message);
    if (reopen == at) {
      if (!replica.publish()) return ::testing::AssertionFailure() << "cannot publish";
      replica.reopen();
    }
  }
  if (!replica.publish()) return ::testing::AssertionFailure() << "cannot publish";
  const auto is = letters.picture_of(replica, order);
  const auto should_be = letters.oracle_picture(order);
  if (is == should_be) return ::testing::AssertionSuccess();
  auto failure = ::testing::AssertionFailure()
                 << text_of(is, should_be) << describe(letters.world()) << "in the order";
  for (const auto batch : order)
    failure << ' ' << batch;
  return failure;
}

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
    for (int again = 0; again < 3; ++again) {
      auto order = draw_order(letters.world(), choices);
      const auto half = choices.pick(order.size());
      ASSERT_TRUE(agrees(letters, order, half)) << "seed " << seed;
      order.resize(half + 1);
      ASSERT_TRUE(agrees(letters, order)) << "seed " << seed << " half way";
    }
  }
  EXPECT_GT(judged, worlds * 3 / 4);
}

INSTANTIATE_TEST_SUITE_P(Seeds,
                         AuthorityWorlds,
                         ::testing::Range(std::uint64_t{0}, std::uint64_t{4}));

}  // namespace
}  // namespace guantong::test
