// IR-11, IR-11b, IR-12, IR-40 and the half of IR-21 that is about plans.
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
using test::Edits;
using test::found_at;
using test::id_of;
using test::key_of;
using test::Toy;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

/// A plan for the template 2+3, whose stages are S1, terms 1 to 4, and S2, terms 5 to 10.
class PlanRules : public test::TwoSites {
protected:
  PlanRules() {
    v.create(key_of("stage_template", "23"),
             {{"code", "ST-23"}, {"name_zh", "五年制"}, {"pattern", "2+3"}});
    v.create(plan,
             {{"code", "PLAN-1"},
              {"title_zh", "方案"},
              {"stage_template", id_of("stage_template", "23")}});
    add_stage("S1", "1", "2", "1", "4");
    add_stage("S2", "2", "3", "5", "10");
    meet();
    EXPECT_THAT(found_at(v), IsEmpty());
  }

  void add_stage(const std::string& word,
                 const std::string& seq,
                 const std::string& years,
                 const std::string& first,
                 const std::string& last) {
    v.create(key_of("stage", word),
             {{"code", word},
              {"name_zh", "学段"},
              {"seq", seq},
              {"years", years},
              {"first_term", first},
              {"last_term", last},
              {"template", id_of("stage_template", "23")}});
  }

  /// A course of 2 credits, 20 hours of theory and 12 of practice, in a stage of the plan.
  static void place(Desk& desk, const std::string& word, const std::string& stage, Edits edits) {
    desk.create(key_of("course", word),
                {{"code", word},
                 {"name_zh", "课程"},
                 {"credits", "2"},
                 {"hours_theory", "20"},
                 {"hours_practice", "12"}});
    edits.insert(edits.end(),
                 {{"code", "PC-" + word},
                  {"plan", id_of("plan", "plan")},
                  {"course", id_of("course", word)},
                  {"stage", id_of("stage", stage)}});
    desk.create(placed(word), edits);
  }
  static RecordKey placed(std::string_view word) { return key_of("plan_course", word); }

  static void require(Desk& desk, std::string_view course, std::string_view before) {
    desk.create(arrow(course, before),
                {{"plan", id_of("plan", "plan")},
                 {"course", id_of("course", course)},
                 {"requires", id_of("course", before)},
                 {"kind", "pre"}});
  }
  static RecordKey arrow(std::string_view course, std::string_view before) {
    return key_of("prereq", std::string{course} + " requires " + std::string{before});
  }

  const RecordKey plan = key_of("plan", "plan");
  const RecordKey s1 = key_of("stage", "S1");
  const RecordKey s2 = key_of("stage", "S2");
};

TEST_F(PlanRules, AStageIsMovedAndACourseWithinItsOldTerms) {
  place(u, "A00001", "S1", {{"terms", "3"}});
  meet();
  v.set(s1, {{"first_term", "1"}, {"last_term", "3"}});
  v.set(s2, {{"first_term", "4"}, {"last_term", "10"}});
  u.set(placed("A00001"), {{"terms", "3;4"}});
  meet();
  EXPECT_THAT(
      found_at(v),
      UnorderedElementsAre(
          "IR-11 block S1 lasts 2 years but has 3 terms, 1 to 3; a year has two: change its years "
          "or its terms",
          "IR-11 block S2 lasts 3 years but has 7 terms, 4 to 10; a year has two: change its years "
          "or its terms",
          "IR-11 block PC-A00001 is taught in term 3;4, but S1 has the terms 1 to 3: guantong set "
          "plan_course:PC-A00001 terms=…"));
  v.set(s1, {{"years", "1.5"}});
  v.set(s2, {{"years", "3.5"}});
  u.set(placed("A00001"), {{"stage", id_of("stage", "S2")}, {"terms", "4"}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
}

TEST_F(PlanRules, StagesThatOverlapOrLeaveAGapAreFound) {
  v.set(s1, {{"first_term", "1"}, {"last_term", "6"}, {"years", "3"}});
  meet();
  EXPECT_THAT(
      found_at(v),
      UnorderedElementsAre(
          "IR-11 block in ST-23, S1 ends with term 6 and S2 begins with term 5, but a stage "
          "begins with the term after the one before: guantong set stage:S2 first_term=7",
          "IR-11 block ST-23 is 2+3, 5 years in all, but its stages last 6: change their "
          "years or the pattern"));
  u.set(s2, {{"first_term", "7"}, {"last_term", "10"}, {"years", "2"}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  v.archive(s1);
  meet();
  EXPECT_THAT(found_at(v, "IR-11"), ElementsAre(HasSubstr("its stages last 2")));
  v.set(s2, {{"template", ""}});
  meet();
  EXPECT_THAT(found_at(v, "IR-11"), IsEmpty());
  v.set(s2, {{"template", id_of("stage_template", "23")}});
  v.restore(s1);
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
}

TEST_F(PlanRules, APlanIsAsLongAsTheProgrammeOfItsMajor) {
  v.create(key_of("programme_category", "1"), {{"code", "CAT1"}, {"name_zh", "类别"}});
  v.create(key_of("programme", "1"),
           {{"code", "PRG-1"},
            {"name_zh", "项目"},
            {"category", id_of("programme_category", "1")},
            {"length_years", "5"}});
  v.create(key_of("major", "1"),
           {{"code", "MJ-1"}, {"name_zh", "专业"}, {"programme", id_of("programme", "1")}});
  u.set(plan, {{"major", id_of("major", "1")}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  u.set(key_of("programme", "1"), {{"length_years", "7"}});
  meet();
  EXPECT_THAT(
      found_at(v),
      ElementsAre("IR-11 block PLAN-1 follows ST-23, whose stages last 5 years, but PRG-1 "
                  "lasts 7: choose another template or change the length of the programme"));
  v.set(key_of("major", "1"), {{"programme", ""}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  v.set(key_of("major", "1"), {{"programme", id_of("programme", "1")}});
  meet();
  EXPECT_THAT(found_at(v), SizeIs(1));
  u.set(plan, {{"stage_template", ""}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
}

TEST_F(PlanRules, SC11ACourseIsMovedBeforeTheEndOfWhatItRequires) {
  place(v, "A02017", "S1", {{"terms", "4"}});
  place(u, "A01010", "S1", {{"terms", "1"}});
  require(v, "A02017", "A01010");
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  v.set(placed("A02017"), {{"terms", "2"}});
  u.set(placed("A01010"), {{"terms", "1;2"}});
  meet();
  EXPECT_THAT(found_at(v),
              ElementsAre("IR-11b warn A02017 requires A01010, which ends in term 2, but begins in "
                          "term 2 already: move one of them (guantong set plan_course:PC-A02017 "
                          "terms=…) or change the prerequisite"));
  u.set(arrow("A02017", "A01010"), {{"kind", "co"}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  u.set(arrow("A02017", "A01010"), {{"kind", "pre"}});
  meet();
  EXPECT_THAT(found_at(v), SizeIs(1));
  u.archive(placed("A01010"));
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  u.restore(placed("A01010"));
  meet();
  EXPECT_THAT(found_at(v), SizeIs(1));
  v.set(placed("A02017"), {{"terms", "3"}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
}

TEST_F(PlanRules, APrerequisiteThatACircleSuspendsIsNotHeldAgainstATerm) {
  for (const std::string word : {"A00001", "A00002", "A00003"})
    place(v, word, "S1", {{"terms", std::string{word.back()}}});
  require(v, "A00002", "A00001");
  require(v, "A00003", "A00002");
  v.set(placed("A00002"), {{"terms", "3"}});
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("IR-11b warn A00003 requires A00002")));
  v.undo();
  meet();
  v.archive(arrow("A00003", "A00002"));
  meet();
  require(u, "A00001", "A00003");  // Each alone is no circle.
  EXPECT_THAT(found_at(u), ElementsAre(HasSubstr("IR-11b warn A00001 requires A00003")));
  v.restore(arrow("A00003", "A00002"));
  meet();
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("IR-03 block")));
  u.archive(arrow("A00002", "A00001"));
  meet();
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("IR-11b warn A00001 requires A00003")));
}

TEST_F(PlanRules, SC16AMinimumIsRaisedAndACourseWithdrawn) {
  const auto group = key_of("course_group", "zt");
  v.create(group,
           {{"code", "CG-S2-zt"},
            {"name_zh", "专业拓展课"},
            {"plan", id_of("plan", "plan")},
            {"stage", id_of("stage", "S2")},
            {"group", "major_extension"},
            {"min_credits", "3"}});
  for (const std::string word : {"B00001", "B00002"})
    place(u, word, "S2", {{"group", "major_extension"}});
  u.set(placed("B00002"), {{"credits_override", "3"}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  v.set(group, {{"min_credits", "4.5"}});
  u.archive(placed("B00001"));
  EXPECT_THAT(found_at(v), IsEmpty());
  EXPECT_THAT(found_at(u), IsEmpty());
  meet();
  EXPECT_THAT(found_at(v),
              ElementsAre("IR-12 block the courses of CG-S2-zt offer 3 credits, and 4.5 are to be "
                          "taken: add or restore a course, or lower the minimum: guantong set "
                          "course_group:CG-S2-zt min_credits=3"));

  place(v, "B00003", "S2", {{"group", "major_extension"}});  // Stands in no finding.
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  v.set(placed("B00003"), {{"group", "major_core"}});
  meet();
  EXPECT_THAT(found_at(v), SizeIs(1));
  v.set(placed("B00003"), {{"course_group", id_of("course_group", "zt")}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  v.set(key_of("course", "B00003"), {{"credits", "1"}});
  meet();
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("offer 4 credits")));
  u.restore(placed("B00001"));
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  u.set(placed("B00001"), {{"stage", id_of("stage", "S1")}});
  meet();
  EXPECT_THAT(found_at(v), SizeIs(1));
  place(u, "B00004", "S2", {{"group", "major_extension"}});
  EXPECT_THAT(found_at(u), IsEmpty());
  u.undo();
  EXPECT_THAT(found_at(u), SizeIs(1));
  meet();
  v.archive(group);
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
}

TEST_F(PlanRules, TheCoursesOfAGroupCountForThoseAboveIt) {
  const auto add = [&](const std::string& word, Edits edits) {
    edits.insert(edits.end(), {{"code", word}, {"name_zh", "组"}, {"plan", id_of("plan", "plan")}});
    v.create(key_of("course_group", word), edits);
  };
  add("ALL", {{"min_credits", "2"}});
  add("PART", {{"parent", id_of("course_group", "ALL")}});
  place(u, "B00001", "S2", {{"course_group", id_of("course_group", "PART")}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  u.set(key_of("course_group", "PART"), {{"parent", ""}});
  meet();
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("the courses of ALL offer 0 credits")));
}

TEST_F(PlanRules, EachSchoolTrimsAnotherCourseAndThePlanFallsShort) {
  const auto ask_for = [&](const std::string& item, const std::string& least) {
    v.create(key_of("plan_threshold", item),
             {{"plan", id_of("plan", "plan")}, {"item", item}, {"value", least}});
  };
  place(v, "B00001", "S2", {{"group", "public_basic"}, {"nature", "compulsory"}});
  place(u, "B00002", "S2", {{"group", "major_core"}, {"nature", "limited_elective"}});
  place(u, "A00001", "S1", {{"group", "public_basic"}, {"nature", "compulsory"}});
  ask_for("S2.hours", "60");
  ask_for("credits", "5.5");
  ask_for("S2.public", "50");
  ask_for("S2.elective", "50");
  ask_for("S2.practice", "37.5");
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  v.set(key_of("course", "B00001"), {{"hours_practice", "10"}});
  u.set(key_of("course", "B00002"), {{"hours_practice", "9"}});
  meet();
  const std::string apart = ": sites changed B00001, B00002 without knowing of each other's change";
  EXPECT_THAT(
      found_at(v),
      UnorderedElementsAre(
          "IR-40 warn PLAN-1 S2 has 59 hours and needs 60: add courses or hours" + apart,
          "IR-40 warn electives take 49.15 % of the hours of PLAN-1 S2, and 50 % are needed: offer "
          "more of them, or take hours elsewhere" +
              apart,
          "IR-40 warn practice takes 32.2 % of the hours of PLAN-1 S2, and 37.5 % are needed: make "
          "theory practice, or take hours elsewhere" +
              apart));
  u.set(placed("A00001"), {{"stage", id_of("stage", "S2")}});
  meet();
  EXPECT_THAT(
      found_at(v),
      ElementsAre(HasSubstr("electives take 31.86 %"), HasSubstr("practice takes 34.06 %")));
  u.archive(placed("A00001"));
  meet();
  EXPECT_THAT(found_at(v), testing::Contains(HasSubstr("PLAN-1 has 4 credits and needs 5.5")));
  for (const std::string item : {"S2.hours", "credits", "S2.public", "S2.elective", "S2.practice"})
    v.archive(key_of("plan_threshold", item));
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
}

TEST_F(PlanRules, WhoKnewOfTheOthersCutIsNotSaidToHaveMadeItApart) {
  place(v, "B00001", "S2", {{"group", "public_basic"}});
  place(u, "B00002", "S2", {{"group", "major_core"}});
  v.create(key_of("plan_threshold", "S2.hours"),
           {{"plan", id_of("plan", "plan")}, {"item", "S2.hours"}, {"value", "60"}});
  meet();
  v.set(key_of("course", "B00001"), {{"hours_practice", "10"}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  u.set(key_of("course", "B00002"), {{"hours_practice", "9"}});
  meet();
  EXPECT_THAT(found_at(v),
              ElementsAre("IR-40 warn PLAN-1 S2 has 59 hours and needs 60: add courses or hours"));
}

TEST_F(PlanRules, OnePlanIsEffectiveWhenACohortEnters) {
  v.create(key_of("major", "1"), {{"code", "MJ-1"}, {"name_zh", "专业"}});
  v.create(key_of("cohort", "27"),
           {{"code", "CO-2027"}, {"major", id_of("major", "1")}, {"year", "2027"}});
  for (const std::string word : {"2", "3"}) {
    v.create(key_of("plan", word),
             {{"code", "PLAN-" + word},
              {"title_zh", "方案"},
              {"major", id_of("major", "1")},
              {"effective_from", "2027-09-01"}});
  }
  meet();
  v.set(key_of("plan", "2"), {{"state", "effective"}});
  u.set(key_of("plan", "3"), {{"state", "effective"}});
  meet();
  EXPECT_THAT(found_at(v),
              ElementsAre(AllOf(HasSubstr("IR-21 block several plans are effective when CO-2027 "
                                          "enters: "),
                                HasSubstr("PLAN-2"),
                                HasSubstr("PLAN-3"))));
  u.set(key_of("plan", "3"), {{"effective_from", "2028-09-01"}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  u.set(key_of("plan", "3"), {{"effective_from", "2024-09-01"}, {"effective_to", "2027-08-31"}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  u.set(key_of("plan", "3"), {{"effective_from", "2024-09-01"}});
  meet();
  EXPECT_THAT(found_at(v), SizeIs(1));
  u.set(key_of("plan", "3"), {{"major", ""}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  u.set(key_of("plan", "3"), {{"major", id_of("major", "1")}});
  meet();
  EXPECT_THAT(found_at(v), SizeIs(1));
  v.archive(key_of("plan", "2"));
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
}

TEST(PlanRulesProperty, WhatWasTouchedOfCreditsGivesTheSameAsEveryRecord) {
  std::vector<Toy> world{{key_of("plan", "1"), {{"code", "PLAN-1"}, {"title_zh", "方案"}}, {}}};
  for (const std::string item : {"S1.hours", "S2.public", "elective"}) {
    world.push_back({key_of("plan_threshold", item),
                     {{"plan", id_of("plan", "1")}, {"item", item}},
                     {{{"value", "50"}}, {{"value", "30"}}}});
  }
  for (const std::string word : {"1", "2"}) {
    world.push_back({key_of("stage", word), {{"code", "S" + word}, {"name_zh", "段"}}, {}});
    world.push_back({key_of("course", word),
                     {{"code", "B0000" + word}, {"name_zh", "课"}},
                     {{{"credits", "2"}, {"hours_theory", "32"}},
                      {{"credits", "3"}, {"hours_practice", "32"}}}});
    world.push_back({key_of("course_group", word),
                     {{"code", "CG-" + word},
                      {"name_zh", "组"},
                      {"plan", id_of("plan", "1")},
                      {"stage", id_of("stage", word)},
                      {"group", "public_basic"}},
                     {{{"min_credits", "3"}},
                      {{"min_credits", "2"}},
                      {{"stage", id_of("stage", "1")}},
                      {{"parent", id_of("course_group", word == "1" ? "2" : "1")}},
                      {{"parent", ""}}}});
    world.push_back({key_of("plan_course", word),
                     {{"code", "PC-" + word},
                      {"plan", id_of("plan", "1")},
                      {"course", id_of("course", word)},
                      {"stage", id_of("stage", word)},
                      {"group", "public_basic"}},
                     {{{"stage", id_of("stage", "1")}},
                      {{"stage", id_of("stage", "2")}},
                      {{"group", "public_basic"}, {"nature", "free_elective"}},
                      {{"group", "major_core"}, {"nature", "compulsory"}},
                      {{"course_group", id_of("course_group", "2")}},
                      {{"course_group", ""}},
                      {{"credits_override", "1"}}}});
  }
  test::for_all([&](Choices& choices) { test::play(choices, world); }, 12);
}

TEST(PlanRulesProperty, WhatWasTouchedOfTermsGivesTheSameAsEveryRecord) {
  std::vector<Toy> world{
      {key_of("stage_template", "1"),
       {{"code", "ST-1"}, {"name_zh", "制"}},
       {{{"pattern", "1+1"}}, {{"pattern", "2"}}}},
      {key_of("programme", "1"),
       {{"code", "PRG-1"}, {"name_zh", "项目"}, {"category", id_of("programme_category", "1")}},
       {{{"length_years", "2"}}, {{"length_years", "1"}}}},
      {key_of("major", "1"),
       {{"code", "MJ-1"}, {"name_zh", "专业"}},
       {{{"programme", id_of("programme", "1")}}, {{"programme", ""}}}},
      {key_of("cohort", "1"),
       {{"code", "CO-1"}, {"major", id_of("major", "1")}, {"year", "2027"}},
       {}},
  };
  for (const std::string word : {"1", "2"}) {
    world.push_back(
        {key_of("plan", word),
         {{"code", "PLAN-" + word},
          {"title_zh", "方案"},
          {"state", "effective"},
          {"stage_template", id_of("stage_template", "1")}},
         {{{"major", id_of("major", "1")}}, {{"effective_from", "2028-09-01"}}, {{"major", ""}}}});
    world.push_back({key_of("stage", word),
                     {{"code", "S" + word}, {"name_zh", "段"}, {"seq", word}, {"years", "1"}},
                     {{{"template", id_of("stage_template", "1")}},
                      {{"first_term", "1"}, {"last_term", "2"}},
                      {{"first_term", "3"}, {"last_term", "4"}},
                      {{"template", ""}}}});
  }
  for (const std::string word : {"1", "2", "3"}) {
    world.push_back({key_of("course", word), {{"code", "B0000" + word}, {"name_zh", "课"}}, {}});
    world.push_back({key_of("plan_course", word),
                     {{"code", "PC-" + word},
                      {"plan", id_of("plan", "1")},
                      {"course", id_of("course", word)},
                      {"stage", id_of("stage", "1")}},
                     {{{"terms", "1"}}, {{"terms", "3;4"}}, {{"terms", "2"}}}});
    const std::string before = word == "1" ? "3" : word == "2" ? "1" : "2";
    world.push_back({key_of("prereq", word),
                     {{"plan", id_of("plan", "1")},
                      {"course", id_of("course", word)},
                      {"requires", id_of("course", before)}},
                     {{{"kind", "pre"}}, {{"kind", "pre"}}, {{"kind", "co"}}}});
  }
  test::for_all([&](Choices& choices) { test::play(choices, world); }, 12);
}

}  // namespace
}  // namespace guantong
