// The simulator over many seeds, and the simulator itself: that it repeats, and that it finds.
#include <cstdint>
#include <memory>
#include <string>

#include "simulation/script.h"
#include "simulation/simulator.h"
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/base/message.h"
#include "tests/support/result_matchers.h"

namespace guantong::simulation {
namespace {

using test::fails_with;
using test::is_ok;
using testing::Eq;

constexpr std::size_t sites = 3;
constexpr std::size_t nights = 10;
constexpr std::uint64_t seeds_a_test = 10;

Simulator& simulator() {
  static const auto begun = Simulator::begin();
  return **begun;
}

class Seeds : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Seeds, LeaveNothingLostUndecidedOrUnseen) {
  const auto first = GetParam() * seeds_a_test + 1;
  for (auto seed = first; seed < first + seeds_a_test; ++seed) {
    const auto script = draw_script({seed, sites, nights});
    const auto outcome = simulator().run(script);
    ASSERT_THAT(outcome, is_ok());
    ASSERT_FALSE(outcome->violation)
        << "guantong simulate --seed " << seed << " --sites " << sites << " --nights " << nights
        << "\nstep " << outcome->violation->step << ": "
        << in_english(outcome->violation->error.message);
  }
}

INSTANTIATE_TEST_SUITE_P(Many, Seeds, testing::Range<std::uint64_t>(0, 20));

TEST(Simulator, DoesTheSameForTheSameSeedToTheLastByte) {
  const auto script = draw_script({5, sites, 6});
  const auto once = simulator().run(script);
  const auto again = simulator().run(script);
  ASSERT_THAT(once, is_ok());
  ASSERT_THAT(again, is_ok());
  EXPECT_EQ(once->digest, again->digest);
  EXPECT_EQ(once->counts, again->counts);
  const auto other = simulator().run(draw_script({6, sites, 6}));
  ASSERT_THAT(other, is_ok());
  EXPECT_NE(once->digest, other->digest);
}

/// Lets a script happen that was written for it, behind a plan that everybody has written to.
void expect_holds(const std::string& steps) {
  auto text = std::string{"simulation seed 1 sites 3\n"};
  for (const auto* site : {"college", "highschool", "university"})
    text += fmt::format("set {0} course:B00001 credits=3\nsync {0}\n", site);
  const auto script = script_in(text + steps + "quiet\n");
  ASSERT_THAT(script, is_ok());
  const auto outcome = simulator().run(*script);
  ASSERT_THAT(outcome, is_ok());
  EXPECT_FALSE(outcome->violation) << to_line(script->steps[outcome->violation->step]) << ": "
                                   << in_english(outcome->violation->error.message);
}

class Attackers : public testing::TestWithParam<const char*> {};

TEST_P(Attackers, PutNothingInForceAndStopNobody) {
  std::string steps;
  for (const auto* kind : {"signature",
                           "unsigned",
                           "name",
                           "replay",
                           "gap",
                           "fork",
                           "future",
                           "garbage",
                           "large",
                           "seize",
                           "foreign",
                           "school",
                           "tree",
                           "nothing",
                           "misplace",
                           "witness"}) {
    for (const auto* chance : {"0", "1"})
      steps += fmt::format("hostile {} {} university {}\nset university course:B00003 tags+={}\n",
                           kind,
                           GetParam(),
                           chance,
                           kind);
    steps += "quiet\n";
  }
  expect_holds(steps);
}

INSTANTIATE_TEST_SUITE_P(All, Attackers, testing::Values("member", "outcast", "stranger"));

TEST(Simulator, TheLeadGoesOnThoughItsOnlyComputerIsCopied) {
  expect_holds(
      "clone college course:B00001 credits=5\nset college course:B00001 credits=2\n"
      "quiet\nexpel university\nquiet\n");
}

TEST(Simulator, WhatAComputerWritesWhoseStreamIsFrozenCountsNowhere) {
  expect_holds(
      "rotate college\nset college plan_section:SEC-1 body_zh=改。\nsync college\n"
      "steal college\nrotate college\nquiet\n"
      "set college course:B00002 tags+=考核\nquiet\n");
}

TEST(Simulator, TheLeadIsHandedOverAndBackWhileSitesAreAway) {
  expect_holds(
      "offline university\npass highschool\nsync college\nsync highschool\n"
      "pass university\nexpel college\nquiet\npass college\nquiet\n");
}

TEST(Simulator, BothWaysOfAForkReachEverybodyThoughTheirNameIsTaken) {
  expect_holds(
      "set highschool course:B00003 status=suspended\nsteal highschool\n"
      "hostile foreign member highschool 263\nsync highschool\nquiet\n");
}

TEST(Simulator, WhatALaterProgramWritesIsThereAfterTheUpgrade) {
  expect_holds(
      "upgrade university\nnovel university course:B00003 1\nnovel university new 2\n"
      "quiet\nupgrade college\nnovel college course:B00003 2\nquiet\n"
      "upgrade highschool\nquiet\n");
}

TEST(Simulator, APlanIsClosedByAllAndOpenedAgain) {
  expect_holds(
      "sign college plan:PLAN-1 sign\nquiet\nsign highschool plan:PLAN-1 sign\n"
      "sign university plan:PLAN-1 sign\nset college plan_section:SEC-1 body_zh=改。\n"
      "quiet\nsign college plan:PLAN-1 reopen\nquiet\n");
}

TEST(Simulator, ReplaysAScriptThatAPersonCanRead) {
  const auto script = draw_script({3, sites, 4});
  const auto read = script_in(to_text(script));
  ASSERT_THAT(read, is_ok());
  EXPECT_EQ(read->seed, script.seed);
  EXPECT_EQ(read->sites, script.sites);
  EXPECT_EQ(read->steps, script.steps);
}

TEST(Simulator, SaysWhichLineOfAScriptItDoesNotKnow) {
  EXPECT_THAT(script_in("simulation seed x sites 3\n"), fails_with(Errc::invalid));
  EXPECT_THAT(script_in(""), fails_with(Errc::invalid));
  const auto script = script_in("simulation seed 1 sites 2\ndance college\n");
  ASSERT_THAT(script, is_ok());
  EXPECT_THAT(simulator().run(*script), fails_with(Errc::invalid));
}

}  // namespace
}  // namespace guantong::simulation
