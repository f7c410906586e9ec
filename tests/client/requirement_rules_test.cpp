// IR-05 and IR-16.
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>

#include "sync/change.h"
#include "tests/support/choices.h"
#include "tests/support/findings.h"
#include "tests/support/for_all.h"
#include "tests/support/plan_builder.h"

namespace guantong {
namespace {

using test::Choices;
using test::Desk;
using test::found_at;
using test::id_of;
using test::key_of;
using test::Toy;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

/// A plan with the goals PEO1 and PEO2, which the requirements GR1 and GR2 support.
class RequirementRules : public test::TwoSites {
protected:
  RequirementRules() {
    v.create(key_of("stage_template", "1"), {{"code", "ST-1"}, {"name_zh", "学制"}});
    v.create(key_of("plan", "plan"),
             {{"code", "PLAN-1"},
              {"title_zh", "方案"},
              {"stage_template", id_of("stage_template", "1")}});
    for (const std::string word : {"1", "2"}) {
      v.create(goal(word), {{"code", "PEO" + word}, {"plan", id_of("plan", "plan")}});
      v.create(requirement(word),
               {{"code", "GR" + word},
                {"title_zh", "要求"},
                {"plan", id_of("plan", "plan")},
                {"supports", id_of("goal", word)}});
      v.create(key_of("stage", word),
               {{"code", "S" + word},
                {"name_zh", "学段"},
                {"seq", word},
                {"template", id_of("stage_template", "1")}});
    }
    meet();
    EXPECT_THAT(found_at(v), IsEmpty());
  }

  static RecordKey goal(std::string_view word) { return key_of("goal", word); }
  static RecordKey requirement(std::string_view word) { return key_of("requirement", word); }
  static RecordKey target(std::string_view stage) { return key_of("stage_target", stage); }

  /// How far GR1 is brought in a stage.
  static void aim(Desk& desk, const std::string& stage, const std::string& level) {
    desk.create(target(stage),
                {{"code", "TG-" + stage},
                 {"plan", id_of("plan", "plan")},
                 {"requirement", id_of("requirement", "1")},
                 {"stage", id_of("stage", stage)},
                 {"level", level}});
  }
};

TEST_F(RequirementRules, AGoalIsArchivedAndAnotherLosesItsRequirement) {
  v.archive(goal("1"));  // GR1 knows of it; nothing holds it.
  u.set(requirement("2"), {{"supports", ""}});
  meet();
  EXPECT_THAT(
      found_at(v, "IR-05"),
      UnorderedElementsAre(
          "IR-05 warn GR1 supports no training goal: guantong set requirement:GR1 "
          "supports+=…",
          "IR-05 warn GR2 supports no training goal: guantong set requirement:GR2 "
          "supports+=…",
          "IR-05 warn no graduation requirement supports PEO2: add one, or name the goal in "
          "one: guantong set requirement:… supports+=PEO2"));
  u.set(requirement("1"), {{"supports", id_of("goal", "2")}});
  meet();
  EXPECT_THAT(found_at(v, "IR-05"), ElementsAre(HasSubstr("GR2 supports no training goal")));
  u.archive(requirement("2"));
  meet();
  EXPECT_THAT(found_at(v, "IR-05"), IsEmpty());
  v.restore(goal("1"));
  u.restore(requirement("2"));
  meet();
  EXPECT_THAT(found_at(v, "IR-05"), ElementsAre(HasSubstr("GR2 supports")));
  v.create(requirement("3"),
           {{"code", "GR3"},
            {"title_zh", "要求"},
            {"plan", id_of("plan", "plan")},
            {"supports", id_of("goal", "1")}});
  v.archive(requirement("1"));
  meet();
  EXPECT_THAT(found_at(v, "IR-05"), UnorderedElementsAre(HasSubstr("GR2"), HasSubstr("PEO2")));
}

TEST_F(RequirementRules, OneStageSaysReinforceAndTheNextIntroduce) {
  aim(v, "1", "introduce");
  aim(u, "2", "master");
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  v.set(target("1"), {{"level", "reinforce"}});
  u.set(target("2"), {{"level", "introduce"}});
  meet();
  EXPECT_THAT(
      found_at(v),
      ElementsAre("IR-16 warn GR1 falls back from reinforce in S1 to introduce in S2; a "
                  "later stage does not fall behind an earlier one. Whoever owns them agrees "
                  "on the levels: guantong set stage_target:TG-2 level=…"));
  v.set(key_of("stage", "1"), {{"seq", "3"}});
  meet();
  EXPECT_THAT(found_at(v),
              ElementsAre("IR-16 warn GR1 has a target in every stage and is mastered in none: "
                          "guantong set stage_target:TG-1 level=master"));
  v.set(key_of("stage", "1"), {{"seq", "1"}});
  u.set(target("2"), {{"level", "master"}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
}

TEST_F(RequirementRules, ARequirementIsMasteredInOneOfTheStagesOfItsPlan) {
  aim(v, "1", "introduce");
  aim(u, "2", "reinforce");
  meet();
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("mastered in none")));
  v.create(key_of("stage", "3"),
           {{"code", "S3"},
            {"name_zh", "学段"},
            {"seq", "3"},
            {"template", id_of("stage_template", "1")}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());  // There, perhaps.
  u.set(key_of("stage", "3"), {{"template", ""}});
  meet();
  EXPECT_THAT(found_at(v), SizeIs(1));
  v.set(key_of("plan", "plan"), {{"stage_template", ""}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  v.set(key_of("plan", "plan"), {{"stage_template", id_of("stage_template", "1")}});
  meet();
  EXPECT_THAT(found_at(v), SizeIs(1));
  u.archive(target("2"));
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
}

TEST(RequirementRulesProperty, WhatWasTouchedGivesTheSameAsEveryRecord) {
  std::vector<Toy> world{
      {key_of("stage_template", "1"), {{"code", "ST-1"}, {"name_zh", "制"}}, {}}};
  for (const std::string word : {"1", "2"}) {
    world.push_back(
        {key_of("plan", word),
         {{"code", "PLAN-" + word}, {"title_zh", "方案"}},
         {{{"stage_template", id_of("stage_template", "1")}}, {{"stage_template", ""}}}});
    world.push_back(
        {key_of("goal", word), {{"code", "PEO" + word}, {"plan", id_of("plan", "1")}}, {}});
    world.push_back({key_of("requirement", word),
                     {{"code", "GR" + word}, {"title_zh", "要"}, {"plan", id_of("plan", word)}},
                     {{{"supports", id_of("goal", "1")}},
                      {{"supports", id_of("goal", "2")}},
                      {{"supports", ""}}}});
    world.push_back({key_of("stage", word),
                     {{"code", "S" + word}, {"name_zh", "段"}},
                     {{{"seq", "1"}, {"template", id_of("stage_template", "1")}},
                      {{"seq", "2"}, {"template", id_of("stage_template", "1")}},
                      {{"template", ""}}}});
    for (const std::string stage : {"1", "2"}) {
      world.push_back({key_of("stage_target", word + stage),
                       {{"code", "TG-" + word + stage},
                        {"requirement", id_of("requirement", word)},
                        {"stage", id_of("stage", stage)}},
                       {{{"level", "none"}},
                        {{"level", "introduce"}},
                        {{"level", "reinforce"}},
                        {{"level", "master"}}}});
    }
  }
  test::for_all([&](Choices& choices) { test::play(choices, world); }, 12);
}

}  // namespace
}  // namespace guantong
