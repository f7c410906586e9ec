// What sites own, sign and open again among ordinary edits comes out the same for everybody,
// whatever the order in which it arrives.
#include "tests/support/consent_law.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/choices.h"
#include "tests/support/for_all.h"

namespace guantong::test {
namespace {

/// Enough choices for the largest world, and for several ways to deliver it.
constexpr std::size_t choices_needed = 2048;

void holds_from(std::uint32_t first_seed) {
  ConsentsSeen seen;
  for_all([&](Choices& choices) { consents_converge(choices, seen); },
          {.count = 500, .first_seed = first_seed, .choices = choices_needed});
  if (testing::Test::HasFailure() || std::getenv("GUANTONG_SEED") != nullptr) return;
  EXPECT_GT(seen.closed, 100);
  EXPECT_GT(seen.opened, 20);
  EXPECT_GT(seen.frozen, 5);
  EXPECT_GT(seen.late, 100);
  EXPECT_GT(seen.moved, 40);
  EXPECT_GT(seen.contested, 40);
}

TEST(ConsentLaw, WhateverTheOrderAndTheGroupings1) {
  holds_from(600'000);
}

TEST(ConsentLaw, WhateverTheOrderAndTheGroupings2) {
  holds_from(700'000);
}

}  // namespace
}  // namespace guantong::test
