#include "tests/support/authority_oracle.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/authority_story.h"
#include "tests/support/authority_worlds.h"

namespace guantong::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr int anna = 1;
constexpr int boris = 2;
constexpr int clara = 3;
constexpr int dora = 4;
constexpr int recovery = 9;

/// Four leads of one site: a is senior to b, b to c, c to d.
struct FourLeads : AuthorityStory {
  FourLeads() {
    start = tell(founder,
                 {},
                 {grant(anna, OracleLevel::lead),
                  grant(boris, OracleLevel::lead),
                  grant(clara, OracleLevel::lead)});
  }
  std::size_t expels(int author, int target) { return tell(author, {start}, {expel(target)}); }
};

constexpr int a = founder, b = anna, c = boris, d = clara;

/// A1.
TEST(AuthorityOracle, ABatchIsLookedAtOnlyWhenAllItsParentsAreHere) {
  AuthorityStory story;
  const auto invites = story.tell(founder, {}, {grant(anna, OracleLevel::teacher)});
  const auto wrote = story.tell(anna, {}, {edit});
  EXPECT_TRUE(story.counts(wrote));
  EXPECT_FALSE(judge(arrange(story.world, {story.start, wrote})).batches[1].looked_at);
  EXPECT_TRUE(judge(arrange(story.world, {wrote, invites, story.start})).batches[0].looked_at);
}

/// A3.
TEST(AuthorityOracle, AKeyKnownAtOneSiteIsNotGrantedAtAnother) {
  AuthorityStory story;
  story.tell(founder, {}, {grant(anna, OracleLevel::teacher, "south")});
  const auto second = story.tell(founder, {}, {grant(anna, OracleLevel::teacher, "north")});
  EXPECT_FALSE(story.change(second).has_right);
}

/// A4.
TEST(AuthorityOracle, ACoordinatorHasNoRightOverAnotherSitesDevices) {
  AuthorityStory story;
  const auto start = story.tell(founder,
                                {},
                                {grant(anna, OracleLevel::coordinator),
                                 grant(boris, OracleLevel::teacher),
                                 grant(clara, OracleLevel::teacher, "south")});
  EXPECT_TRUE(story.change(story.tell(anna, {start}, {expel(boris)})).has_right);
  EXPECT_FALSE(story.change(story.tell(anna, {start}, {expel(clara)})).has_right);
  EXPECT_FALSE(story.change(story.tell(anna, {start}, {expel(dora)})).has_right);
  EXPECT_FALSE(story.change(story.tell(anna, {start}, {expel(founder)})).has_right);
  EXPECT_TRUE(story.change(story.tell(founder, {}, {expel(clara)})).has_right);
}

/// A4.
TEST(AuthorityOracle, ATeacherGrantsAFurtherDeviceOfTheSamePersonAtMostAsTeacher) {
  AuthorityStory story;
  story.tell(founder, {}, {grant(anna, OracleLevel::teacher)});
  auto own = grant(boris, OracleLevel::teacher);
  own.person = anna;
  auto raised = own;
  raised.level = OracleLevel::coordinator;
  const auto grants = story.tell(anna, {}, {own, raised, grant(clara, OracleLevel::teacher)});
  EXPECT_TRUE(story.change(grants, 0).has_right);
  EXPECT_FALSE(story.change(grants, 1).has_right);
  EXPECT_FALSE(story.change(grants, 2).has_right);
}

/// A5.
TEST(AuthorityOracle, ARecoveryKeyIsSeniorToTheFounder) {
  AuthorityStory story{{found(recovery), found(founder)}};
  story.tell(founder, {}, {expel(recovery)});
  story.tell(recovery, {}, {expel(founder)});
  EXPECT_THAT(story.verdict().leads, ElementsAre(recovery));
}

/// A6, A7.
TEST(AuthorityOracle, WhatAnExpulsionSawStaysAndTheRestIsStruck) {
  AuthorityStory story;
  story.tell(founder, {}, {grant(anna, OracleLevel::teacher)});
  const auto seen = story.tell(anna, {}, {edit});
  story.tell(founder, {seen}, {expel(anna)});
  const auto unseen = story.tell(anna, {}, {edit});
  EXPECT_TRUE(story.counts(seen));
  EXPECT_FALSE(story.counts(unseen));
}

/// A16.
TEST(AuthorityOracle, OfADemotedTheGrantIsVoidAndTheEditBesideItStays) {
  AuthorityStory story;
  const auto start = story.tell(founder, {}, {grant(anna, OracleLevel::coordinator)});
  story.tell(founder, {}, {demote(anna, OracleLevel::teacher)});
  const auto both = story.tell(anna, {start}, {grant(boris, OracleLevel::teacher), edit});
  EXPECT_FALSE(story.counts(both, 0));
  EXPECT_TRUE(story.counts(both, 1));
  EXPECT_EQ(story.level(anna), OracleLevel::teacher);
}

/// A8.
TEST(AuthorityOracle, WhoIsGrantedAnewBySomebodyWhoHadNotHeardStaysOut) {
  AuthorityStory story;
  const auto start =
      story.tell(founder, {}, {grant(anna, OracleLevel::lead), grant(dora, OracleLevel::teacher)});
  const auto expelled = story.tell(founder, {}, {expel(dora)});
  const auto unheard = story.tell(anna, {start}, {grant(dora, OracleLevel::teacher)});
  story.under[dora] = {unheard, 0, dora};
  const auto still_out = story.tell(dora, {}, {edit});
  EXPECT_EQ(story.level(dora), OracleLevel::none);

  const auto heard = story.tell(anna, {expelled}, {grant(dora, OracleLevel::teacher)});
  story.under[dora] = {heard, 0, dora};
  EXPECT_TRUE(story.counts(story.tell(dora, {}, {edit})));
  EXPECT_FALSE(story.counts(still_out));
  EXPECT_EQ(story.level(dora), OracleLevel::teacher);
}

/// A9, A16.
TEST(AuthorityOracle, WhomAStruckGrantAdmittedWaitsAndCanBeGrantedAgain) {
  AuthorityStory story;
  const auto start = story.tell(
      founder, {}, {grant(anna, OracleLevel::lead), grant(boris, OracleLevel::coordinator)});
  const auto expulsion = story.tell(anna, {start}, {expel(boris)});
  const auto invites = story.tell(boris, {start}, {grant(clara, OracleLevel::coordinator)});
  Batches ten;
  for (int i = 0; i < 10; ++i)
    ten.push_back(story.tell(clara, {}, {edit, grant(dora, OracleLevel::teacher)}));
  EXPECT_FALSE(story.counts(invites));
  EXPECT_FALSE(story.counts(ten.back()));

  story.tell(anna, {expulsion, ten.back()}, {grant(clara, OracleLevel::teacher), admit(ten)});
  for (const auto batch : ten) {
    EXPECT_TRUE(story.counts(batch, 0));
    EXPECT_FALSE(story.counts(batch, 1)) << "a ruling revives no act";
  }
  EXPECT_EQ(story.level(clara), OracleLevel::teacher);
  EXPECT_EQ(story.level(dora), OracleLevel::none);
}

/// A10.
TEST(AuthorityOracle, OfTwoWhoExpelEachOtherTheSeniorStays) {
  FourLeads story;
  const auto right = story.expels(a, b);
  const auto wrong = story.expels(b, a);
  EXPECT_TRUE(story.counts(right));
  EXPECT_TRUE(story.change(wrong).overruled);
  EXPECT_FALSE(story.counts(wrong));
  EXPECT_THAT(story.verdict().leads, ElementsAre(a, c, d));
}

TEST(AuthorityOracle, OfARingOfThreeTheSeniorAndWhomTheStruckExpelledStay) {
  FourLeads story;
  story.expels(a, b);
  story.expels(b, c);
  story.expels(c, a);
  EXPECT_THAT(story.verdict().leads, ElementsAre(a, c, d));
}

TEST(AuthorityOracle, OfARingOfFourEveryOtherStays) {
  FourLeads story;
  story.expels(a, b);
  story.expels(b, c);
  story.expels(c, d);
  story.expels(d, a);
  EXPECT_THAT(story.verdict().leads, ElementsAre(a, c));
}

TEST(AuthorityOracle, AJuniorsExpulsionOfASeniorInNoCircleStands) {
  FourLeads story;
  EXPECT_TRUE(story.counts(story.expels(d, a)));
  EXPECT_THAT(story.verdict().leads, ElementsAre(b, c, d));
}

/// G2.
TEST(AuthorityOracle, AStruckActStillClosesARing) {
  FourLeads ring;  // x is a, y is b, z is c.
  const auto struck = ring.expels(a, c);
  ring.expels(c, b);
  const auto of_senior = ring.expels(b, a);
  EXPECT_TRUE(ring.counts(struck));
  EXPECT_TRUE(ring.change(of_senior).overruled);
  EXPECT_THAT(ring.verdict().leads, ElementsAre(a, b, d));

  FourLeads open;
  open.expels(a, c);
  EXPECT_TRUE(open.counts(open.expels(b, a)));
  EXPECT_THAT(open.verdict().leads, ElementsAre(b, c, d));
}

/// A13.
TEST(AuthorityOracle, TheLastLeadCannotLeave) {
  AuthorityStory story;
  const auto leaves = story.tell(founder, {}, {expel(founder)});
  EXPECT_TRUE(story.change(leaves).has_right);
  EXPECT_TRUE(story.change(leaves).overruled);
  EXPECT_THAT(story.verdict().leads, ElementsAre(founder));
}

TEST(AuthorityOracle, OfTwoLeadsWhoLeaveUnseenByEachOtherTheSeniorStays) {
  AuthorityStory story;
  story.tell(founder, {}, {grant(anna, OracleLevel::lead)});
  story.tell(anna, {}, {expel(anna)});
  EXPECT_THAT(story.verdict().leads, ElementsAre(founder));
  story.tell(founder, {}, {expel(founder)});
  EXPECT_THAT(story.verdict().leads, ElementsAre(founder));
}

TEST(AuthorityOracle, OfTwoLeadsWhoLeaveWhoSawTheOtherLeaveStays) {
  AuthorityStory story;
  story.tell(founder, {}, {grant(anna, OracleLevel::lead)});
  const auto first = story.tell(founder, {}, {expel(founder)});
  const auto second = story.tell(anna, {first}, {expel(anna)});
  EXPECT_TRUE(story.counts(first));
  EXPECT_TRUE(story.change(second).overruled);
  EXPECT_THAT(story.verdict().leads, ElementsAre(anna));
}

/// The founder's north, and Boris and Clara of the south.
struct TwoSites : AuthorityStory {
  TwoSites() {
    start = tell(founder,
                 {},
                 {grant(anna, OracleLevel::lead),
                  grant(boris, OracleLevel::coordinator, "south"),
                  grant(clara, OracleLevel::teacher, "south")});
  }
};

TEST(AuthorityOracle, AHandOverToWhomWasExpelledMeanwhileFailsAsAWhole) {
  TwoSites story;
  const auto expulsion = story.tell(boris, {}, {expel(clara)});
  const auto fails = story.tell(founder, {}, {hand_over({clara})});
  const auto after = story.tell(anna, {}, {grant(dora, OracleLevel::lead)});
  EXPECT_TRUE(story.counts(expulsion));
  EXPECT_TRUE(story.change(fails).overruled);
  EXPECT_TRUE(story.counts(after));
  EXPECT_THAT(story.verdict().leads, ElementsAre(founder, anna, dora));
}

/// A7, A12, A18.
TEST(AuthorityOracle, AHandOverTakesAlongWhatTheGivingSiteDoesUnseen) {
  TwoSites story;
  const auto seen = story.tell(founder, {}, {lead_edit});
  const auto hands = story.tell(founder, {}, {hand_over({boris})});
  const auto unseen = story.tell(anna, {}, {grant(dora, OracleLevel::lead), edit, lead_edit});
  const auto own = story.tell(founder, {}, {hand_over({clara})});
  story.under[boris] = {hands, 0, boris};
  const auto taken = story.tell(boris, {}, {grant(clara, OracleLevel::lead, "south"), lead_edit});

  EXPECT_TRUE(story.change(seen).as_lead);
  EXPECT_FALSE(story.counts(unseen, 0));
  EXPECT_TRUE(story.counts(unseen, 1));
  EXPECT_TRUE(story.counts(unseen, 2));
  EXPECT_FALSE(story.change(unseen, 2).as_lead);
  EXPECT_FALSE(story.counts(own));
  EXPECT_TRUE(story.counts(taken));
  EXPECT_TRUE(story.change(taken, 1).as_lead);
  EXPECT_THAT(story.verdict().leads, ElementsAre(boris, clara));
  EXPECT_THAT(story.verdict().lead_sites, ElementsAre("south"));
  EXPECT_EQ(story.level(founder), OracleLevel::coordinator);
}

/// A stream of Anna's that a thief forks at number 3.
struct Forked : AuthorityStory {
  Forked() {
    tell(founder,
         {},
         {grant(anna, OracleLevel::coordinator), grant(boris, OracleLevel::coordinator)});
    tell(anna, {}, {edit});
    const auto shared = tell(anna, {}, {edit});
    third = tell(anna, {}, {edit});
    fourth = tell(anna, {}, {grant(clara, OracleLevel::teacher)});
    last[anna] = shared;
    thief = tell(anna, {}, {edit});
  }
  bool held(std::size_t batch) const { return verdict().batches[batch].held; }

  std::size_t third = 0;
  std::size_t fourth = 0;
  std::size_t thief = 0;
};

/// A14.
TEST(AuthorityOracle, AForkHoldsEveryBranchFromThereOn) {
  Forked story;
  EXPECT_FALSE(story.held(story.third - 1));
  EXPECT_TRUE(story.held(story.third));
  EXPECT_TRUE(story.held(story.thief));
  EXPECT_FALSE(story.counts(story.fourth));
}

/// A15.
TEST(AuthorityOracle, OfAForkWhatASeniorBuiltOnGoesOnAndTheUnsharedDaysFreeze) {
  Forked story;
  story.tell(founder, {story.fourth}, {edit});
  story.last[anna] = story.fourth;
  const auto unshared = story.tell(anna, {}, {edit});
  story.tell(boris, {story.thief}, {edit});
  EXPECT_FALSE(story.held(story.third));
  EXPECT_TRUE(story.counts(story.fourth));
  EXPECT_TRUE(story.held(unshared));
  EXPECT_TRUE(story.held(story.thief)) << "a junior pins nothing";
}

TEST(AuthorityOracle, WhoBuiltOnBothBranchesOfAForkPinsNeither) {
  Forked story;
  story.tell(founder, {story.fourth, story.thief}, {edit});
  EXPECT_TRUE(story.held(story.third));
  EXPECT_TRUE(story.held(story.thief));
}

/// A13, A15, G6.
TEST(AuthorityOracle, ASoleLeadsForkGoesOnWithTheSmallerDigest) {
  AuthorityStory story;
  const auto shared = story.tell(founder, {}, {grant(anna, OracleLevel::coordinator)});
  const auto smaller = story.tell(founder, {}, {edit});
  story.last[founder] = shared;
  const auto greater = story.tell(founder, {}, {edit});
  const auto verdict = story.verdict();
  EXPECT_THAT(verdict.spared, ElementsAre(founder));
  EXPECT_THAT(verdict.leads, ElementsAre(founder));
  EXPECT_FALSE(verdict.batches[smaller].held);
  EXPECT_TRUE(verdict.batches[greater].held);
}

/// A16.
TEST(AuthorityOracle, ConcurrentAdmitAndRefuseRefuseUntilARulingFollowsBoth) {
  FourLeads story;
  story.expels(a, d);
  const auto late = story.tell(d, {story.start}, {edit});
  EXPECT_FALSE(story.counts(late));
  const auto admits = story.tell(b, {late}, {admit({late})});
  EXPECT_TRUE(story.counts(late));
  const auto refuses = story.tell(c, {late}, {refuse({late})});
  EXPECT_FALSE(story.counts(late));
  story.tell(a, {admits, refuses}, {admit({late})});
  EXPECT_TRUE(story.counts(late));
}

/// A16, A21.
TEST(AuthorityOracle, WhatAnOutsiderWroteCountsOnlyByARuling) {
  AuthorityStory story;
  const auto wrote = story.tell(clara, {story.start}, {edit});
  EXPECT_FALSE(story.counts(wrote));
  story.tell(founder, {wrote}, {admit({wrote})});
  EXPECT_TRUE(story.counts(wrote));
}

/// A22.
TEST(AuthorityOracle, WhatBuildsOnWhatIsHeldIsJudgedByItsOwnGrant) {
  Forked story;
  const auto eva = story.tell(boris, {story.thief}, {edit});
  EXPECT_FALSE(story.counts(story.thief));
  EXPECT_TRUE(story.counts(eva));
}

TEST(AuthorityOracle, JudgesAlikeInWhateverOrderBatchesArrive) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const auto world = draw_authority_world(seed);
    Batches order(world.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::mt19937_64 random{seed};
    std::ranges::shuffle(order, random);
    const auto verdict = judge(world);
    auto expected = verdict;
    for (std::size_t i = 0; i < order.size(); ++i)
      expected.batches[i] = verdict.batches[order[i]];
    ASSERT_EQ(judge(arrange(world, order)), expected);
  }
}

TEST(AuthorityOracle, NeverLeavesTheLeadEmpty) {
  for (std::uint64_t seed = 0; seed < 500; ++seed)
    ASSERT_THAT(judge(draw_authority_world(seed)).leads, Not(IsEmpty())) << seed;
  for (const auto ranks : {Ranks::chain, Ranks::star}) {
    for_each_removal_graph({.most = 2, .ranks = ranks}, [](const AuthorityWorld& world) {
      ASSERT_THAT(judge(world).leads, Not(IsEmpty()));
    });
  }
}

}  // namespace
}  // namespace guantong::test
