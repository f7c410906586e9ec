#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "sync/change.h"
#include "sync/record_state.h"
#include "tests/support/choices.h"
#include "tests/support/findings.h"
#include "tests/support/for_all.h"
#include "tests/support/plan_builder.h"

namespace guantong {
namespace {

using test::Choices;
using test::Desk;
using test::Edits;
using test::found_at;
using test::full_picture;
using test::id_of;
using test::key_of;
using test::picture;
using test::PlanBuilder;
using test::suspended;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

RecordKey edge(std::string_view from, std::string_view to) {
  return key_of("prereq", fmt::format("{} requires {}", from, to));
}

Edits edge_fields(std::string_view from, std::string_view to, std::string_view kind = "pre") {
  return {{"plan", id_of("plan", "plan")},
          {"course", id_of("course", from)},
          {"requires", id_of("course", to)},
          {"kind", std::string{kind}}};
}

void draw(Desk& desk, std::string_view from, std::string_view to, std::string_view kind = "pre") {
  desk.create(edge(from, to), edge_fields(from, to, kind));
}

/// Two sites with a plan and the courses A, B and C, whose codes are A00001, B00001, C00001.
class Rules : public test::TwoSites {
protected:
  Rules() {
    v.create(key_of("plan", "plan"), {{"code", "PLAN-1"}, {"title_zh", "方案"}});
    for (const std::string_view course : {"A", "B", "C"}) {
      v.create(key_of("course", course),
               {{"code", fmt::format("{}00001", course)}, {"name_zh", "课程"}});
    }
    plan_.meet();
  }
};

/// Words for records, the one with the lesser id first.
std::vector<std::string> by_id(std::string_view type, std::vector<std::string> words) {
  std::ranges::sort(words, {}, [&](const std::string& word) { return key_of(type, word).id; });
  return words;
}

TEST_F(Rules, FindNothingInAPlanThatIsRight) {
  draw(v, "A", "B");
  draw(v, "B", "C");
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
}

TEST_F(Rules, ACodeTakenAtThreeSitesIsOneFindingThatNamesThemAll) {
  const auto words = by_id("course", {"one", "two", "three"});
  for (const auto& word : words) {
    auto& desk = word == words[1] ? u : v;
    desk.create(key_of("course", word), {{"code", "B04032"}, {"name_zh", "课" + word}});
  }
  meet();
  EXPECT_THAT(
      found_at(v),
      ElementsAre(fmt::format(
          "IR-01 block code B04032 is taken more than once: B04032 (课{}), B04032~2 (课{}), "
          "B04032~3 (课{}); whoever owns B04032~2, B04032~3 should choose another one",
          words[0],
          words[1],
          words[2])));

  v.set(key_of("course", words[2]), {{"code", "B04033"}});
  meet();
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("whoever owns B04032~2 should")));
  v.archive(key_of("course", words[0]));
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
}

TEST_F(Rules, ACodeThatCannotChangeIsToBeArchived) {
  v.create(key_of("goal", "one"), {{"code", "PEO-1"}});
  u.create(key_of("goal", "two"), {{"code", "PEO-1"}});
  meet();
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("archive it and add it again")));
}

TEST_F(Rules, ARecordArchivedHereAndUsedThereIsOnHold) {
  v.create(key_of("problem", "old"), {{"code", "P-1"}, {"title_zh", "问题"}});
  v.create(key_of("problem", "new"), {{"code", "P-2"}, {"title_zh", "问题"}});
  meet();
  v.archive(key_of("problem", "old"));
  u.set(key_of("problem", "new"), {{"duplicates", id_of("problem", "old")}});
  meet();
  EXPECT_EQ(v.life(key_of("problem", "old")), LifeState::held);
  EXPECT_THAT(found_at(v),
              ElementsAre("IR-02 block the archiving of P-1 is on hold: meanwhile it was taken "
                          "into use by P-2; archive or restore it again to decide"));

  u.set(key_of("problem", "old"), {{"title_zh", "问题一"}});  // It saw the archiving: no use.
  meet();
  EXPECT_THAT(found_at(v), SizeIs(1));
  u.set(key_of("problem", "new"), {{"duplicates", ""}});
  meet();
  EXPECT_EQ(v.life(key_of("problem", "old")), LifeState::archived);
  EXPECT_THAT(found_at(v), IsEmpty());
}

TEST_F(Rules, D74ARecordArchivedHereAndEditedThereIsOnHold) {
  v.create(key_of("problem", "old"), {{"code", "P-1"}, {"title_zh", "问题"}});
  meet();
  v.archive(key_of("problem", "old"));
  u.set(key_of("problem", "old"), {{"title_zh", "问题一"}});
  meet();
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("meanwhile somebody edited its title_zh;")));
}

TEST_F(Rules, UsingWhatOneKnowsToBeArchivedIsFound) {
  v.create(key_of("problem", "old"), {{"code", "P-1"}, {"title_zh", "问题"}});
  v.create(key_of("problem", "new"), {{"code", "P-2"}, {"title_zh", "问题"}});
  v.archive(key_of("problem", "old"));
  meet();
  u.set(key_of("problem", "new"), {{"duplicates", id_of("problem", "old")}});
  meet();
  EXPECT_EQ(v.life(key_of("problem", "old")), LifeState::archived);
  EXPECT_THAT(found_at(v),
              ElementsAre("IR-02 block P-2 refers to P-1 (duplicates), which was archived before; "
                          "choose another one or restore P-1"));
  v.restore(key_of("problem", "old"));
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
}

TEST_F(Rules, TwoArrowsAgainstEachOtherAreBothSuspended) {
  draw(v, "A", "B");
  draw(u, "B", "A");
  meet();
  EXPECT_THAT(found_at(v),
              ElementsAre(AllOf(HasSubstr("IR-03 block prerequisites go round in a circle: "),
                                HasSubstr("A00001 → B00001"),
                                HasSubstr("B00001 → A00001"))));
  EXPECT_THAT(suspended(v), testing::UnorderedElementsAre(edge("A", "B"), edge("B", "A")));

  u.archive(edge("A", "B"));
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  EXPECT_THAT(suspended(v), IsEmpty());
}

TEST_F(Rules, TheArrowThatALaterOneSawStays) {
  draw(v, "A", "B");
  draw(v, "B", "C");  // Sees the one before.
  draw(u, "C", "A");
  meet();
  EXPECT_THAT(found_at(v), SizeIs(1));
  EXPECT_THAT(suspended(v), testing::UnorderedElementsAre(edge("B", "C"), edge("C", "A")));

  u.set(edge("C", "A"), {{"kind", "recommended"}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  EXPECT_THAT(suspended(v), IsEmpty());
}

TEST_F(Rules, WhatRemainsOfTwoCirclesIsLookedAtAgain) {
  draw(v, "A", "B");
  draw(v, "B", "A");  // Closes a circle in sight of the first.
  meet();
  draw(v, "B", "C");
  draw(u, "C", "A");  // Another circle, A → B → C → A.
  meet();
  EXPECT_THAT(found_at(v), SizeIs(1));
  EXPECT_THAT(suspended(v),
              testing::UnorderedElementsAre(edge("B", "A"), edge("B", "C"), edge("C", "A")));
}

TEST_F(Rules, CoursesTaughtTogetherAreNoCircle) {
  draw(v, "A", "B", "co");
  draw(u, "B", "A", "co");
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());

  // Through a third course one of the two arrows is on a circle; the other is not.
  draw(v, "B", "C");
  draw(u, "C", "A");
  meet();
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("circle")));
  EXPECT_FALSE(suspended(v).contains(edge("B", "A")));
  v.archive(edge("B", "C"));
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  u.set(edge("B", "A"), {{"kind", "pre"}});
  meet();
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("circle")));
}

TEST_F(Rules, ACourseThatRequiresItselfIsACircle) {
  draw(v, "A", "A", "co");
  meet();
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("A00001 → A00001")));
}

TEST_F(Rules, AFindingCallsItsCoursesByTheirPresentNames) {
  draw(v, "A", "B");
  draw(u, "B", "A");
  meet();
  v.set(key_of("course", "A"), {{"code", "A00009"}});
  meet();
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("A00009 → B00001")));
}

TEST_F(Rules, AReferenceToWhatHasNotArrivedIsFound) {
  const auto target = id_of("org", "SZ");
  u.create(key_of("problem", "one"),
           {{"code", "P-1"}, {"title_zh", "问题"}, {"owner_org", target}});
  meet();
  EXPECT_THAT(found_at(v),
              ElementsAre("IR-27 warn P-1 refers to a record that is not here yet: org " +
                          target.substr(0, 8) + " (owner_org)"));
  v.create(key_of("org", "SZ"), {{"code", "SZ"}, {"kind", "other"}, {"name_zh", "某校"}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
}

TEST_F(Rules, EnglishThatHasNotSeenTheChineseIsOlder) {
  v.create(key_of("problem", "one"),
           {{"code", "P-1"}, {"title_zh", "问题"}, {"title_en", "a problem"}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  v.set(key_of("problem", "one"), {{"title_zh", "两个问题"}});
  u.set(key_of("problem", "one"), {{"title_en", "one problem"}});
  meet();
  EXPECT_THAT(found_at(v),
              ElementsAre("IR-31 hint the English of P-1 is older than the Chinese: title_en"));
  u.set(key_of("problem", "one"), {{"title_en", "two problems"}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
}

/// One act that a person might do at a desk, on few records, so that they collide.
void act(Desk& desk, Choices& choices) {
  constexpr std::array<std::string_view, 4> words{"A", "B", "C", "D"};
  const auto word = [&] { return words.at(choices.pick(words.size())); };
  const auto code = [&](char letter) { return fmt::format("{}0000{}", letter, choices.pick(3)); };
  const auto put = [&](const RecordKey& key, const Edits& creation, const Edits& edits) {
    test::put(desk, choices, key, creation, edits);
  };
  switch (choices.pick(6)) {
    case 0:
      return put(key_of("course", word()), {{"name_zh", "课"}}, {{"code", code('A')}});
    case 1:
      return put(key_of("problem", word()), {{"title_zh", "问"}}, {{"code", code('P')}});
    case 2:
      return put(key_of("problem", word()),
                 {{"code", code('P')}, {"title_zh", "问"}, {"title_en", "a"}},
                 {{choices.pick(2) == 0 ? "title_zh" : "title_en", "b"}});
    case 3:
      return put(key_of("problem", word()),
                 {{"code", code('P')}, {"title_zh", "问"}},
                 {{"duplicates", choices.pick(4) == 0 ? "" : id_of("problem", word())}});
    default: {
      const auto from = word();
      const auto to = word();
      constexpr std::array<std::string_view, 4> kinds{"pre", "pre", "co", "recommended"};
      auto creation = edge_fields(from, to);
      creation.pop_back();
      return put(edge(from, to), creation, {{"kind", std::string{kinds.at(choices.pick(4))}}});
    }
  }
}

TEST(RulesProperty, WhatWasTouchedGivesTheSameAsEveryRecordAtEverySite) {
  test::find_the_same_everywhere(act);
}

}  // namespace
}  // namespace guantong
