#include "tests/support/oracle.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/change.h"
#include "tests/support/choices.h"
#include "tests/support/draw_world.h"
#include "tests/support/for_all.h"

namespace guantong::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using Dots = std::vector<Dot>;

constexpr RecordNo course = 0;
constexpr RecordNo plan = 1;

// Devices are numbered by their sites: 10 and 11 are two computers of site 1.
constexpr StreamNo lead = 0;
constexpr StreamNo v = 10;
constexpr StreamNo v_laptop = 11;
constexpr StreamNo u = 20;
constexpr StreamNo u_laptop = 21;
constexpr StreamNo w = 30;
constexpr StreamNo auditor = 40;  ///< Of a member that is no partner.
constexpr int site_of(StreamNo device) {
  return static_cast<int>(device / 10);
}

/// A history told change by change.
class Story {
public:
  explicit Story(Decides writes = Decides::any) {
    world.lead = site_of(lead);
    world.members = {0, 1, 2, 3, 4};
    world.partners = {0, 1, 2, 3};
    world.types = {{course, every_rule(writes)}, {plan, every_rule(writes)}};
  }

  /// Writes on `device`, which has seen what `seen` saw, these themselves and all that it wrote.
  Dot tell(StreamNo device, const Dots& seen, OracleChange change) {
    change.dot = {device, ++written[device]};
    change.site = site_of(device);
    auto& past = world.past[change.dot];
    auto parents = seen;
    if (change.dot.n > 1) parents.push_back({device, change.dot.n - 1});
    for (const auto parent : parents) {
      past.insert(world.past[parent].begin(), world.past[parent].end());
      past.insert(parent);
    }
    world.changes.push_back(change);
    return change.dot;
  }

  SlotOutcome slot(Slot slot) const { return evaluate(world).at(course).slots.at(slot); }
  RecordOutcome record() const { return evaluate(world).at(course); }

  World world;
  std::map<StreamNo, std::uint64_t> written;
};

std::vector<Version> versions(Slot slot, const Dots& dots) {
  std::vector<Version> named;
  for (const auto dot : dots)
    named.push_back({slot, dot});
  return named;
}

OracleChange create(std::map<Slot, std::string> values = {}, std::optional<int> owner = {}) {
  return {.action = Action::create, .values = std::move(values), .names_owner = owner};
}

OracleChange edit(Slot slot, std::string value, const Dots& supersedes = {}) {
  return {.values = {{slot, std::move(value)}}, .supersedes = versions(slot, supersedes)};
}

OracleChange accept(Slot slot, std::string value, Dot proposal, const Dots& supersedes = {}) {
  auto change = edit(slot, std::move(value), supersedes);
  change.accepts = {{slot, proposal}};
  return change;
}

OracleChange turn(Action action, const Dots& supersedes = {}) {
  return {.action = action, .supersedes = versions(life_cycle, supersedes)};
}

OracleChange add(Slot slot, std::string member) {
  return {.adds = {{slot, {std::move(member)}}}};
}

OracleChange remove(Slot slot, std::string member, Dots adds) {
  return {.removed = {{slot, std::move(member), std::move(adds)}}};
}

/// M1.
TEST(Oracle, NamesSupersedeOnlyWhatWasSeen) {
  Story story;
  const auto start = story.tell(v, {}, create({{slots::register_joint, "4"}}));
  const auto seen = story.tell(v, {}, edit(slots::register_joint, "5", {start}));
  Dots claimed{start};
  for (std::uint64_t n = 1; n <= 1000; ++n)
    claimed.push_back({v, n});
  const auto greedy = story.tell(u, {seen}, edit(slots::register_joint, "3", claimed));
  EXPECT_THAT(story.slot(slots::register_joint).heads, ElementsAre(greedy));

  const auto later = story.tell(v, {}, edit(slots::register_joint, "6", {seen}));
  EXPECT_THAT(story.slot(slots::register_joint).heads, ElementsAre(later, greedy));
  EXPECT_TRUE(story.slot(slots::register_joint).conflict);
}

/// M1.
TEST(Oracle, AnEdgeToAnotherFieldIsNone) {
  Story story;
  const auto start = story.tell(v, {}, create({{slots::register_any, "4"}}));
  const auto other = story.tell(v, {}, edit(slots::register_joint, "5"));
  const auto wrong = story.tell(u, {other}, edit(slots::register_any, "3", {other}));
  EXPECT_THAT(story.slot(slots::register_any).heads, ElementsAre(start, wrong));
  EXPECT_THAT(story.slot(slots::register_joint).heads, ElementsAre(other));
}

/// M2. The page's example moves ownership; what it shows holds without: the past decides.
TEST(Oracle, ARightOnceGivenIsNotTakenBackByALaterArrival) {
  Story story;
  const auto start = story.tell(v, {}, create({{slots::register_owner, "4"}}));
  const auto edited = story.tell(v_laptop, {start}, edit(slots::register_owner, "5", {start}));
  story.tell(u, {}, create());
  EXPECT_THAT(story.record().owners, UnorderedElementsAre(site_of(v), site_of(u)));
  EXPECT_THAT(story.slot(slots::register_owner).heads, ElementsAre(edited));
  EXPECT_EQ(story.slot(slots::register_owner).value, "5");
}

/// M2.
TEST(Oracle, AClaimBesideGivesNoRightToWhoHadNotSeenIt) {
  Story story;
  const auto mine = story.tell(v, {}, create({{slots::register_owner, "4"}}));
  story.tell(u, {}, create());
  const auto foreign = story.tell(u_laptop, {mine}, edit(slots::register_owner, "3", {mine}));
  EXPECT_THAT(story.slot(slots::register_owner).heads, ElementsAre(mine));
  EXPECT_THAT(story.slot(slots::register_owner).proposals,
              UnorderedElementsAre(std::pair{foreign, Answer::open}));
}

/// M2.
TEST(Oracle, EachDeciderCountsItsOwnSitesAlone) {
  for (const auto writer : {lead, v, u, auditor}) {
    Story story;
    const auto start = story.tell(v, {}, create());
    for (const auto slot :
         {slots::register_any, slots::register_owner, slots::register_lead, slots::register_joint})
      story.tell(writer, {start}, edit(slot, "5"));
    const auto counts = [&](Slot slot) { return story.slot(slot).proposals.empty(); };
    EXPECT_TRUE(counts(slots::register_any)) << writer;
    EXPECT_EQ(counts(slots::register_owner), writer == v) << writer;
    EXPECT_EQ(counts(slots::register_lead), writer == lead) << writer;
    EXPECT_EQ(counts(slots::register_joint), writer != auditor) << writer;
  }
}

/// M2.
TEST(Oracle, NobodyOwnsARecordBeforeItsCreationIsSeen) {
  Story story;
  story.tell(v, {}, create());
  story.tell(v_laptop, {}, edit(slots::register_owner, "5"));
  EXPECT_THAT(story.slot(slots::register_owner).heads, IsEmpty());
}

/// M2.
TEST(Oracle, OnlyTheLeadNamesAnotherSiteAsFirstOwner) {
  Story by_lead;
  const auto given = by_lead.tell(lead, {}, create({{slots::register_owner, "4"}}, site_of(u)));
  EXPECT_THAT(by_lead.record().owners, UnorderedElementsAre(site_of(u)));
  EXPECT_THAT(by_lead.slot(slots::register_owner).heads, ElementsAre(given));

  Story by_partner;
  by_partner.tell(v, {}, create({}, site_of(u)));
  EXPECT_THAT(by_partner.record().owners, UnorderedElementsAre(site_of(v)));
}

/// M2.
TEST(Oracle, ACreationThatSawAnotherClaimsNothing) {
  Story story(Decides::owner);
  const auto first = story.tell(v, {}, create({{slots::register_owner, "4"}}));
  const auto second = story.tell(u, {first}, create({{slots::register_owner, "3"}}));
  EXPECT_THAT(story.record().owners, UnorderedElementsAre(site_of(v)));
  EXPECT_THAT(story.slot(slots::register_owner).heads, ElementsAre(first));
  EXPECT_THAT(story.slot(life_cycle).heads, ElementsAre(first));
  EXPECT_TRUE(story.slot(life_cycle).proposals.contains(second));
}

/// M3.
TEST(Oracle, AnEdgePassesThroughAProposal) {
  Story story;
  const auto start = story.tell(v, {}, create({{slots::register_owner, "4"}}));
  const auto wish = story.tell(u, {start}, edit(slots::register_owner, "3", {start}));
  const auto agreed = story.tell(v, {wish}, accept(slots::register_owner, "3", wish));
  EXPECT_THAT(story.slot(slots::register_owner).heads, ElementsAre(agreed));
}

/// M5.
TEST(Oracle, TwoDecisionsOfOneConflictLeaveWhatWasBeforeItInForce) {
  Story story;
  const auto start = story.tell(lead, {}, create({{slots::register_joint, "4"}}));
  const auto five = story.tell(v, {start}, edit(slots::register_joint, "5", {start}));
  const auto three = story.tell(u, {start}, edit(slots::register_joint, "3", {start}));
  EXPECT_THAT(story.slot(slots::register_joint).meet, ElementsAre(start));
  const auto keep = story.tell(v, {three}, edit(slots::register_joint, "5", {five, three}));
  const auto change = story.tell(u, {five}, edit(slots::register_joint, "3", {five, three}));

  const auto slot = story.slot(slots::register_joint);
  EXPECT_THAT(slot.heads, ElementsAre(keep, change));
  EXPECT_THAT(slot.meet, ElementsAre(five, three));
  EXPECT_TRUE(slot.conflict);
  EXPECT_EQ(slot.value, "4");
}

/// M6.
TEST(Oracle, ASetBackIsIdleBesideAnEdit) {
  Story story;
  const auto start = story.tell(lead, {}, create({{slots::register_joint, "4"}}));
  const auto up = story.tell(v, {start}, edit(slots::register_joint, "5", {start}));
  const auto back = story.tell(v, {}, edit(slots::register_joint, "4", {up}));
  const auto other = story.tell(u, {start}, edit(slots::register_joint, "3", {start}));

  const auto slot = story.slot(slots::register_joint);
  EXPECT_FALSE(slot.conflict);
  EXPECT_EQ(slot.value, "3");
  EXPECT_THAT(slot.heads, ElementsAre(back, other));
  EXPECT_THAT(slot.idle, ElementsAre(back));
}

/// M6, the exception.
TEST(Oracle, ADecisionForTheOldValueIsNeverIdle) {
  Story story;
  const auto start = story.tell(lead, {}, create({{slots::register_joint, "4"}}));
  const auto five = story.tell(v, {start}, edit(slots::register_joint, "5", {start}));
  const auto three = story.tell(u, {start}, edit(slots::register_joint, "3", {start}));
  story.tell(v, {three}, edit(slots::register_joint, "4", {five, three}));
  EXPECT_FALSE(story.slot(slots::register_joint).conflict);
  story.tell(w, {start}, edit(slots::register_joint, "6", {start}));

  const auto slot = story.slot(slots::register_joint);
  EXPECT_TRUE(slot.conflict);
  EXPECT_THAT(slot.sides, ElementsAre("4", "6"));
  EXPECT_THAT(slot.idle, IsEmpty());
}

/// M7.
TEST(Oracle, TheValueOfWhoDecidesNowIsInForceInAConflict) {
  Story story;
  const auto start = story.tell(v, {}, create({{slots::register_any, "4"}}));
  const auto mine = story.tell(v, {start}, edit(slots::register_any, "5", {start}));
  story.tell(u, {start}, edit(slots::register_any, "3", {start}));
  EXPECT_TRUE(story.slot(slots::register_any).conflict);
  EXPECT_EQ(story.slot(slots::register_any).value, "5");

  story.tell(v_laptop, {start}, edit(slots::register_any, "6", {start}));
  EXPECT_EQ(story.slot(slots::register_any).value, "4") << "The owner's values differ.";

  story.tell(v_laptop, {mine}, edit(slots::register_any, "6", {mine, {v_laptop, 1}}));
  EXPECT_EQ(story.slot(slots::register_any).value, "6");
}

/// M7.
TEST(Oracle, ALateThirdVersionReopensTheSameConflict) {
  Story story;
  const auto start = story.tell(lead, {}, create({{slots::register_joint, "4"}}));
  const auto five = story.tell(v, {start}, edit(slots::register_joint, "5", {start}));
  const auto three = story.tell(u, {start}, edit(slots::register_joint, "3", {start}));
  const auto before = story.slot(slots::register_joint);
  story.tell(v, {three}, edit(slots::register_joint, "5", {five, three}));
  EXPECT_EQ(story.slot(slots::register_joint).value, "5");
  story.tell(w, {start}, edit(slots::register_joint, "6", {start}));

  const auto after = story.slot(slots::register_joint);
  EXPECT_TRUE(after.conflict);
  EXPECT_EQ(after.meet, before.meet);
  EXPECT_EQ(after.value, "4");
}

/// M7.
TEST(Oracle, DifferentDecisionsAreDecidedOneLevelUp) {
  Story story;
  const auto start = story.tell(lead, {}, create({{slots::register_joint, "4"}}));
  const auto five = story.tell(v, {start}, edit(slots::register_joint, "5", {start}));
  const auto three = story.tell(u, {start}, edit(slots::register_joint, "3", {start}));
  const auto keep = story.tell(v, {three}, edit(slots::register_joint, "5", {five, three}));
  const auto change = story.tell(u, {five}, edit(slots::register_joint, "3", {five, three}));
  const auto end = story.tell(w, {keep, change}, edit(slots::register_joint, "3", {keep, change}));

  const auto slot = story.slot(slots::register_joint);
  EXPECT_FALSE(slot.conflict);
  EXPECT_EQ(slot.value, "3");
  EXPECT_THAT(slot.heads, ElementsAre(end));
}

/// M7, created twice.
TEST(Oracle, WhatIsCreatedTwiceHasNoValueUntilDecided) {
  Story story;
  const auto first = story.tell(v, {}, create({{slots::register_any, "4"}}));
  const auto second = story.tell(u, {}, create({{slots::register_any, "3"}}));
  const auto slot = story.slot(slots::register_any);
  EXPECT_TRUE(slot.conflict);
  EXPECT_THAT(slot.meet, IsEmpty());
  EXPECT_FALSE(slot.has_value);

  story.tell(w, {first, second}, edit(slots::register_any, "3", {first, second}));
  EXPECT_EQ(story.slot(slots::register_any).value, "3");
}

/// M7, created twice.
TEST(Oracle, WhatIsCreatedTwiceForOneOwnerHasThatOwnersValue) {
  Story story;
  story.tell(lead, {}, create({{slots::register_any, "4"}}, site_of(v)));
  story.tell(v, {}, create({{slots::register_any, "3"}}));
  const auto slot = story.slot(slots::register_any);
  EXPECT_TRUE(slot.conflict);
  EXPECT_EQ(slot.value, "3");
}

/// M8.
TEST(Oracle, AStateIsTheMostCautiousHeadWithoutAConflict) {
  Story story;
  const auto start = story.tell(lead, {}, create({{slots::state_joint, "red"}}));
  const auto go = story.tell(v, {start}, edit(slots::state_joint, "green", {start}));
  story.tell(u, {start}, edit(slots::state_joint, "amber", {start}));
  story.tell(w, {start}, edit(slots::state_joint, "", {start}));
  EXPECT_EQ(story.slot(slots::state_joint).value, "amber");
  EXPECT_FALSE(story.slot(slots::state_joint).conflict);

  story.tell(v, {go}, edit(slots::state_joint, "red", {go}));
  EXPECT_EQ(story.slot(slots::state_joint).value, "red") << "A set-back counts as a move.";
}

/// M9.
TEST(Oracle, AMemberAddedAgainBesideItsRemovalStays) {
  Story story;
  const auto start = story.tell(v, {}, create());
  const auto first = story.tell(v, {}, add(slots::set_any, "x"));
  const auto again = story.tell(u, {start}, add(slots::set_any, "x"));
  story.tell(w, {first}, remove(slots::set_any, "x", {first, again}));
  EXPECT_THAT(story.slot(slots::set_any).members, ElementsAre("x"));
  EXPECT_THAT(story.slot(slots::set_any).heads, ElementsAre(again));

  story.tell(w, {again}, remove(slots::set_any, "x", {again}));
  EXPECT_THAT(story.slot(slots::set_any).members, IsEmpty());
}

/// M9.
TEST(Oracle, AnAddOrRemovalWithoutTheRightIsAProposal) {
  Story story;
  const auto start = story.tell(v, {}, create());
  const auto mine = story.tell(v, {}, add(slots::set_owner, "x"));
  const auto addition = story.tell(u, {start}, add(slots::set_owner, "y"));
  const auto removal = story.tell(u, {mine}, remove(slots::set_owner, "x", {mine}));
  EXPECT_THAT(story.slot(slots::set_owner).members, ElementsAre("x"));

  auto agreed = add(slots::set_owner, "y");
  agreed.accepts = {{slots::set_owner, addition}};
  story.tell(v, {removal}, agreed);
  const auto slot = story.slot(slots::set_owner);
  EXPECT_THAT(slot.members, ElementsAre("x", "y"));
  EXPECT_THAT(slot.proposals,
              UnorderedElementsAre(std::pair{addition, Answer::accepted},
                                   std::pair{removal, Answer::open}));
}

/// M10.
TEST(Oracle, TheOwnersEditLeavesASuggestionBesideItOpen) {
  Story story;
  const auto start = story.tell(v, {}, create({{slots::register_owner, "4"}}));
  story.tell(v, {}, edit(slots::register_owner, "5", {start}));
  const auto wish = story.tell(u, {start}, edit(slots::register_owner, "3", {start}));
  const auto slot = story.slot(slots::register_owner);
  EXPECT_EQ(slot.value, "5");
  EXPECT_FALSE(slot.conflict);
  EXPECT_THAT(slot.proposals, UnorderedElementsAre(std::pair{wish, Answer::open}));
}

/// M10.
TEST(Oracle, TwoAcceptedSuggestionsThatDifferAreAConflict) {
  Story story;
  const auto start = story.tell(v, {}, create({{slots::register_owner, "4"}}));
  const auto one = story.tell(u, {start}, edit(slots::register_owner, "3", {start}));
  const auto two = story.tell(w, {start}, edit(slots::register_owner, "6", {start}));
  story.tell(v, {one}, accept(slots::register_owner, "3", one, {start}));
  story.tell(v_laptop, {start, two}, accept(slots::register_owner, "6", two, {start}));
  const auto slot = story.slot(slots::register_owner);
  EXPECT_TRUE(slot.conflict);
  EXPECT_EQ(slot.value, "4");
  EXPECT_THAT(
      slot.proposals,
      UnorderedElementsAre(std::pair{one, Answer::accepted}, std::pair{two, Answer::accepted}));
}

/// M10.
TEST(Oracle, AnAnswerNeedsTheRightAndTheSight) {
  Story story;
  const auto start = story.tell(v, {}, create({{slots::register_owner, "4"}}));
  const auto wish = story.tell(u, {start}, edit(slots::register_owner, "3", {start}));
  const auto answer = [&] { return story.slot(slots::register_owner).proposals.at(wish); };
  const OracleChange no{.declines = {{slots::register_owner, wish}}};
  const OracleChange back{.withdraws = {{slots::register_owner, wish}}};

  story.tell(w, {wish}, no);
  story.tell(v, {start}, no);
  story.tell(v, {wish}, back);
  story.tell(v, {}, accept(slots::register_owner, "6", wish, {start}));
  EXPECT_EQ(answer(), Answer::open);
  story.tell(v_laptop, {wish}, no);
  EXPECT_EQ(answer(), Answer::declined);
}

/// M10.
TEST(Oracle, AProposalKeepsEveryAnswerItGot) {
  Story story;
  const auto start = story.tell(v, {}, create({{slots::register_owner, "4"}}));
  const auto wish = story.tell(u, {start}, edit(slots::register_owner, "3", {start}));
  const auto answer = [&] { return story.slot(slots::register_owner).proposals.at(wish); };

  story.tell(v, {wish}, edit(slots::register_owner, "5", {start, wish}));
  EXPECT_EQ(answer(), Answer::overtaken);
  story.tell(u_laptop, {wish}, {.withdraws = {{slots::register_owner, wish}}});
  EXPECT_EQ(answer(), Answer::overtaken | Answer::withdrawn);
  story.tell(u, {}, edit(slots::register_owner, "6", {wish}));
  EXPECT_EQ(answer(), Answer::overtaken | Answer::withdrawn | Answer::revised);
  story.tell(v_laptop, {wish}, accept(slots::register_owner, "3", wish, {start}));
  EXPECT_EQ(answer(), Answer::overtaken | Answer::withdrawn | Answer::revised | Answer::accepted);
}

/// M11.
TEST(Oracle, ChangesToNeighbouringSentencesMerge) {
  Story story;
  const auto start = story.tell(lead, {}, create({{slots::text_joint, "a。b。c。d。"}}));
  const auto one = story.tell(v, {start}, edit(slots::text_joint, "a。B。c。d。", {start}));
  const auto two = story.tell(u, {start}, edit(slots::text_joint, "a。b。C。d。", {start}));
  const auto slot = story.slot(slots::text_joint);
  EXPECT_EQ(slot.value, "a。B。C。d。");
  EXPECT_FALSE(slot.conflict);
  EXPECT_THAT(slot.heads, ElementsAre(one, two));
}

/// M11.
TEST(Oracle, OnlySentencesChangedTwiceAreOpen) {
  Story story;
  const auto start = story.tell(lead, {}, create({{slots::text_joint, "a。b。c。d。"}}));
  story.tell(v, {start}, edit(slots::text_joint, "a。B。c。d。", {start}));
  story.tell(u, {start}, edit(slots::text_joint, "a。b。C。d。", {start}));
  story.tell(w, {start}, edit(slots::text_joint, "a。X。c。d。", {start}));
  const auto slot = story.slot(slots::text_joint);
  EXPECT_EQ(slot.value, "a。b。C。d。");
  EXPECT_TRUE(slot.conflict);
  EXPECT_THAT(slot.sides, ElementsAre("a。B。c。d。", "a。X。c。d。", "a。b。C。d。"));
}

/// M10, M11.
TEST(Oracle, AProposedTextIsAcceptedWithAnyText) {
  Story story;
  const auto start = story.tell(v, {}, create({{slots::text_owner, "a。b。"}}));
  const auto wish = story.tell(u, {start}, edit(slots::text_owner, "a。X。", {start}));
  story.tell(v, {wish}, accept(slots::text_owner, "a。X。c。", wish, {start}));
  EXPECT_THAT(story.slot(slots::text_owner).proposals,
              UnorderedElementsAre(std::pair{wish, Answer::accepted}));
}

/// M13.
TEST(Oracle, ArchivingIsHeldByAnEditBesideItUntilItSeesIt) {
  Story story;
  const auto start = story.tell(v, {}, create());
  const auto gone = story.tell(v, {}, turn(Action::archive, {start}));
  EXPECT_EQ(story.record().state, RecordOutcome::archived);
  const auto used = story.tell(u, {start}, edit(slots::register_any, "5"));
  EXPECT_EQ(story.record().state, RecordOutcome::held);
  story.tell(v, {used}, turn(Action::archive, {gone}));
  EXPECT_EQ(story.record().state, RecordOutcome::archived);
}

/// M13.
TEST(Oracle, ArchivingIsHeldByAReferenceBesideIt) {
  Story story;
  const auto start = story.tell(v, {}, create());
  story.tell(v, {}, turn(Action::archive, {start}));
  auto reference = edit(slots::reference_any, "course");
  reference.record = plan;
  reference.references = {{slots::reference_any, course}};
  const auto used = story.tell(u, {start}, reference);
  EXPECT_EQ(story.record().state, RecordOutcome::held);

  auto elsewhere = edit(slots::reference_any, "", {used});
  elsewhere.record = plan;
  story.tell(u, {}, elsewhere);
  EXPECT_EQ(story.record().state, RecordOutcome::archived);
}

/// M13.
TEST(Oracle, AUseThatSawTheArchivingIsNoResurrection) {
  Story story;
  const auto start = story.tell(v, {}, create());
  const auto gone = story.tell(v, {}, turn(Action::archive, {start}));
  story.tell(u, {gone}, edit(slots::register_any, "5"));
  EXPECT_EQ(story.record().state, RecordOutcome::archived);
}

/// M13.
TEST(Oracle, RestoringBesideArchivingLeavesTheRecordActive) {
  Story story;
  const auto start = story.tell(v, {}, create());
  const auto gone = story.tell(v, {}, turn(Action::archive, {start}));
  story.tell(v, {}, turn(Action::archive, {gone}));
  story.tell(u, {gone}, turn(Action::restore, {gone}));
  EXPECT_EQ(story.record().state, RecordOutcome::active);
}

/// M13, and of a LEAD type: anyone else's creation is a proposal as a whole.
TEST(Oracle, ARecordIsProposedUntilItsLifeCycleCounts) {
  Story story(Decides::lead);
  EXPECT_EQ(story.record().state, RecordOutcome::none);
  const auto wish = story.tell(v, {}, create());
  EXPECT_EQ(story.record().state, RecordOutcome::proposed);
  auto yes = turn(Action::restore);
  yes.accepts = {{life_cycle, wish}};
  story.tell(lead, {wish}, yes);
  EXPECT_EQ(story.record().state, RecordOutcome::active);
  EXPECT_THAT(story.slot(life_cycle).proposals,
              UnorderedElementsAre(std::pair{wish, Answer::accepted}));
}

/// M14.
TEST(Oracle, ASetOnceFieldKnowsTheCreationOnly) {
  Story story;
  const auto start = story.tell(v, {}, create({{slots::once_owner, "K1"}}));
  story.tell(v, {}, edit(slots::once_owner, "K2", {start}));
  story.tell(u, {start}, edit(slots::once_owner, "K3", {start}));
  const auto slot = story.slot(slots::once_owner);
  EXPECT_EQ(slot.value, "K1");
  EXPECT_THAT(slot.heads, ElementsAre(start));
  EXPECT_THAT(slot.proposals, IsEmpty());
}

TEST(Oracle, AnswersForWhatSomebodyHadSeen) {
  Story story;
  const auto start = story.tell(v, {}, create({{slots::register_any, "4"}}));
  story.tell(v, {}, edit(slots::register_any, "5", {start}));
  const auto seen = evaluate(story.world, {start});
  EXPECT_EQ(seen.at(course).slots.at(slots::register_any).value, "4");
}

TEST(DrawWorld, PastsAreTransitiveHoldTheirStreamAndComeFirst) {
  for_all([](Choices& choices) {
    const auto world = draw_world(choices);
    EXPECT_GE(world.changes.size(), 5U);
    EXPECT_LE(world.changes.size(), 30U);
    std::set<Dot> written;
    for (const auto& change : world.changes) {
      const auto& past = world.past.at(change.dot);
      EXPECT_TRUE(std::ranges::includes(written, past));
      EXPECT_EQ(world.sites.at(change.dot.stream), change.site);
      if (change.dot.n > 1) {
        EXPECT_TRUE(past.contains({change.dot.stream, change.dot.n - 1}));
      }
      for (const auto seen : past)
        EXPECT_TRUE(std::ranges::includes(past, world.past.at(seen)));
      EXPECT_TRUE(written.insert(change.dot).second);
    }
  });
}

TEST(DrawWorld, WhatWasSaidOfAProposalInItsPastStays) {
  for_all(
      [](Choices& choices) {
        const auto world = draw_world(choices);
        const auto after = evaluate(world);
        for (const auto& change : world.changes) {
          const auto before = evaluate(world, world.past.at(change.dot));
          for (const auto& [record, outcome] : before) {
            for (const auto& [slot, field] : outcome.slots) {
              const auto& later = after.at(record).slots.at(slot).proposals;
              for (const auto& [dot, answer] : field.proposals) {
                ASSERT_TRUE(later.contains(dot));
                EXPECT_EQ(later.at(dot) & answer, answer);
              }
            }
          }
        }
      },
      100);
}

TEST(DrawWorld, ReachesEveryKindOfOutcome) {
  std::map<std::string, int> met;
  for_all([&](Choices& choices) {
    const auto world = draw_world(choices);
    for (const auto& [record, outcome] : evaluate(world)) {
      ++met["state " + std::to_string(outcome.state)];
      if (outcome.owners.size() > 1) ++met["several owners"];
      for (const auto& [slot, field] : outcome.slots) {
        const auto rule =
            slot == life_cycle ? Rule::state : world.types.at(record).slots.at(slot).rule;
        const auto name = "rule " + std::to_string(static_cast<int>(rule));
        if (field.conflict) ++met[name + " in conflict"];
        if (field.heads.size() > 2) ++met[name + " of three heads"];
        if (field.meet.size() > 1) ++met["several heads of a base"];
        if (!field.idle.empty()) ++met["idle"];
        for (const auto& [dot, answer] : field.proposals) {
          ++met[name + " answered " + std::to_string(answer)];
          if (answer != Answer::open && (answer & (answer - 1)) != 0) ++met["answered twice"];
        }
      }
    }
  });
  for (const auto* kind : {"state 0",
                           "state 1",
                           "state 2",
                           "state 3",
                           "state 4",
                           "several owners",
                           "rule 0 in conflict",
                           "rule 1 in conflict",
                           "rule 0 of three heads",
                           "rule 1 of three heads",
                           "rule 2 of three heads",
                           "rule 3 of three heads",
                           "several heads of a base",
                           "idle",
                           "answered twice",
                           "rule 0 answered 1",
                           "rule 0 answered 2",
                           "rule 0 answered 4",
                           "rule 0 answered 8",
                           "rule 0 answered 16",
                           "rule 1 answered 1",
                           "rule 2 answered 1",
                           "rule 2 answered 4",
                           "rule 3 answered 1"})
    EXPECT_GE(met[kind], 3) << kind;
}

}  // namespace
}  // namespace guantong::test
