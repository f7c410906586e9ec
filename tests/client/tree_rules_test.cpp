// IR-04.
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "sync/change.h"
#include "tests/support/choices.h"
#include "tests/support/findings.h"
#include "tests/support/for_all.h"
#include "tests/support/plan_builder.h"

namespace guantong {
namespace {

using test::Choices;
using test::Edits;
using test::found_at;
using test::id_of;
using test::key_of;
using test::suspended;
using test::Toy;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

/// Two sites with the sections A, B and C of a plan, none under another.
class TreeRules : public test::TwoSites {
protected:
  TreeRules() {
    v.create(key_of("plan", "plan"), {{"code", "PLAN-1"}, {"title_zh", "方案"}});
    for (const std::string word : {"A", "B", "C"}) {
      v.create(section(word),
               {{"code", "SEC-" + word}, {"heading_zh", "节"}, {"plan", id_of("plan", "plan")}});
    }
    meet();
  }

  static RecordKey section(std::string_view word) { return key_of("plan_section", word); }
  static Edits under(std::string_view word) { return {{"parent", id_of("plan_section", word)}}; }
};

TEST_F(TreeRules, TwoMovesUnderEachOtherAreBothSuspended) {
  v.set(section("A"), under("B"));
  u.set(section("B"), under("A"));
  EXPECT_THAT(found_at(v), IsEmpty());
  EXPECT_THAT(found_at(u), IsEmpty());
  meet();
  EXPECT_THAT(found_at(v),
              ElementsAre(AllOf(HasSubstr("IR-04 block these stand under each other in a circle: "),
                                HasSubstr("SEC-A → SEC-B"),
                                HasSubstr("SEC-B → SEC-A"))));
  EXPECT_THAT(suspended(v), UnorderedElementsAre(section("A"), section("B")));
  v.set(section("A"), under("C"));
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  EXPECT_THAT(suspended(v), IsEmpty());
}

TEST_F(TreeRules, AMoveThatALaterOneSawCounts) {
  v.set(section("A"), under("B"));
  meet();
  v.set(section("B"), under("C"));  // Sees the one before.
  u.set(section("C"), under("A"));
  meet();
  EXPECT_THAT(suspended(v), UnorderedElementsAre(section("B"), section("C")));
  EXPECT_THAT(found_at(u), testing::SizeIs(1));
  u.archive(section("C"));
  meet();
  EXPECT_THAT(found_at(v, "IR-04"), IsEmpty());
  u.restore(section("C"));
  meet();
  EXPECT_THAT(found_at(v, "IR-04"), testing::SizeIs(1));
  // The restoring saw all; it is the latest now.
  EXPECT_THAT(suspended(v), UnorderedElementsAre(section("C")));
  v.set(section("A"), {{"parent", ""}});
  EXPECT_THAT(found_at(v, "IR-04"), IsEmpty());
  v.undo();
  EXPECT_THAT(found_at(v, "IR-04"), testing::SizeIs(1));
  meet();
}

TEST_F(TreeRules, WhatStandsUnderACircleIsNoPartOfIt) {
  v.set(section("A"), under("A"));
  v.set(section("C"), under("A"));
  meet();
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("SEC-A → SEC-A; ")));
  EXPECT_THAT(suspended(v), UnorderedElementsAre(section("A")));
}

TEST_F(TreeRules, EveryTreeIsLookedAt) {
  v.create(key_of("problem", "1"), {{"code", "P-1"}, {"title_zh", "问题"}});
  for (const std::string_view type : {"org", "cause", "course_group"}) {
    Edits edits{{"code", "X-1"}, {"parent", id_of(type, "1")}};
    if (type == "org") edits.insert(edits.end(), {{"kind", "other"}, {"name_zh", "校"}});
    if (type == "cause") edits.emplace_back("problem", id_of("problem", "1"));
    if (type == "course_group")
      edits.insert(edits.end(), {{"name_zh", "组"}, {"plan", id_of("plan", "plan")}});
    v.create(key_of(type, "1"), edits);
  }
  meet();
  EXPECT_THAT(found_at(v, "IR-04"), testing::SizeIs(3));
}

TEST(TreeRulesProperty, WhatWasTouchedGivesTheSameAsEveryRecord) {
  std::vector<Toy> world;
  constexpr std::array<std::string_view, 4> words{"A", "B", "C", "D"};
  for (const auto word : words) {
    std::vector<Edits> places{{{"parent", ""}}};
    for (const auto other : words)
      places.push_back({{"parent", id_of("plan_section", other)}});
    world.push_back({key_of("plan_section", word),
                     {{"code", fmt::format("SEC-{}", word)}, {"heading_zh", "节"}},
                     places});
  }
  test::for_all([&](Choices& choices) { test::play(choices, world); }, 12);
}

}  // namespace
}  // namespace guantong
