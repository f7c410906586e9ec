#include "tests/support/authority_law.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sync/base/message.h"
#include "tests/support/authority_letters.h"
#include "tests/support/authority_worlds.h"
#include "tests/support/choices.h"
#include "tests/support/replica.h"

namespace guantong::test {
namespace {

std::string differing(const std::map<std::string, std::string>& is,
                      const std::map<std::string, std::string>& should_be) {
  std::string text;
  for (const auto& [what, verdict] : should_be) {
    const auto found = is.find(what);
    const auto found_text = found == is.end() ? "missing" : found->second;
    if (found_text != verdict) text += what + " is " + found_text + ", not " + verdict + "\n";
  }
  return text;
}

}  // namespace

ArrivalOrder draw_order(const AuthorityWorld& world, Choices& choices) {
  ArrivalOrder order;
  std::vector<bool> taken(world.size(), false);
  while (order.size() < world.size()) {
    ArrivalOrder ready;
    for (std::size_t at = 0; at < world.size(); ++at) {
      const auto here = [&](std::size_t parent) { return taken[parent]; };
      if (!taken[at] && std::ranges::all_of(world[at].parents, here)) ready.push_back(at);
    }
    order.push_back(ready[choices.pick(ready.size())]);
    taken[order.back()] = true;
  }
  return order;
}

::testing::AssertionResult agrees(const AuthorityLetters& letters,
                                  const ArrivalOrder& order,
                                  std::optional<std::size_t> reopen) {
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
                 << differing(is, should_be) << describe(letters.world()) << "in the order";
  for (const auto batch : order)
    failure << ' ' << batch;
  return failure;
}

void is_judged_the_same(const AuthorityLetters& letters, Choices& choices) {
  for (int again = 0; again < 3; ++again) {
    auto order = draw_order(letters.world(), choices);
    const auto half = choices.pick(order.size());
    ASSERT_TRUE(agrees(letters, order, half));
    order.resize(half + 1);
    ASSERT_TRUE(agrees(letters, order)) << "half way";
  }
}

}  // namespace guantong::test
