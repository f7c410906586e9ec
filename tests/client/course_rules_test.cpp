// IR-08, IR-08b, IR-20 and the half of IR-21 that is about courses.
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>

#include "sync/record_state.h"
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
using test::Toy;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A plan with a stage at 16 hours a credit, in which a course of 4 credits and 64 hours is placed.
class CourseRules : public test::TwoSites {
protected:
  CourseRules() {
    v.create(key_of("plan", "plan"), {{"code", "PLAN-1"}, {"title_zh", "方案"}});
    v.create(stage, {{"code", "S2"}, {"name_zh", "高职段"}, {"hours_per_credit", "16"}});
    v.create(course,
             {{"code", "B00001"},
              {"name_zh", "课程"},
              {"credits", "4"},
              {"hours_theory", "32"},
              {"hours_practice", "32"}});
    v.create(placed,
             {{"code", "PC-B00001"},
              {"plan", id_of("plan", "plan")},
              {"course", id_of("course", "B")},
              {"stage", id_of("stage", "S2")}});
    meet();
    EXPECT_THAT(found_at(v), IsEmpty());
  }

  const RecordKey course = key_of("course", "B");
  const RecordKey stage = key_of("stage", "S2");
  const RecordKey placed = key_of("plan_course", "B");
};

TEST_F(CourseRules, HoursAndTheHoursACreditMayBeChangedTooFarApart) {
  v.set(course, {{"hours_theory", "24"}});
  u.set(stage, {{"hours_per_credit", "18"}});
  meet();
  EXPECT_THAT(found_at(v),
              ElementsAre("IR-08 warn B00001 has 56 hours for 4 credits; at 18 hours a credit in "
                          "S2 that would be 72, give or take 15 %. Change its hours or its "
                          "credits: guantong set course:B00001 credits=…"));
  v.set(placed, {{"credits_override", "3"}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  v.set(placed, {{"credits_override", ""}});
  meet();
  EXPECT_THAT(found_at(v), SizeIs(1));
  v.archive(placed);
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  u.restore(placed);
  meet();
  EXPECT_THAT(found_at(v), SizeIs(1));
  u.create(key_of("stage", "S3"),
           {{"code", "S3"}, {"name_zh", "本科段"}, {"hours_per_credit", "14"}});
  u.set(placed, {{"stage", id_of("stage", "S3")}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  u.undo();  // Sealed: nothing.
  u.set(placed, {{"stage", id_of("stage", "S2")}});
  EXPECT_THAT(found_at(u), SizeIs(1));
  u.undo();
  EXPECT_THAT(found_at(u), IsEmpty());
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
}

TEST_F(CourseRules, ThePlanGoesByTheHoursACreditInForceWhileTheyAreInConflict) {
  v.set(course, {{"hours_theory", "24"}});
  v.set(stage, {{"hours_per_credit", "18"}});
  u.set(stage, {{"hours_per_credit", "20"}});
  EXPECT_THAT(found_at(v), SizeIs(1));
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());  // 16 as before.
  u.set(stage, {{"hours_per_credit", "20"}});
  meet();
  EXPECT_THAT(found_at(v), SizeIs(1));
}

TEST_F(CourseRules, WhatIsTaughtInWeeksOnEndHas30HoursACredit) {
  v.set(course, {{"hours_theory", ""}, {"hours_practice", "120"}, {"practice_weeks", "4"}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  v.set(course, {{"hours_theory", "36"}, {"hours_practice", "112"}, {"practice_weeks", "2"}});
  meet();
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("148 hours for 4 credits; at 30 hours a credit")));
}

TEST_F(CourseRules, TopicsMayTakeMoreHoursThanTheirCourseHas) {
  const auto topic = [](std::string_view word) { return key_of("course_topic", word); };
  const Edits half{{"course", id_of("course", "B")}, {"role", "teaches"}, {"hours", "32"}};
  for (const std::string_view word : {"1", "2"}) {
    auto edits = half;
    edits.emplace_back("code", "TP-" + std::string{word});
    v.create(topic(word), edits);
  }
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  v.set(topic("1"), {{"hours", "34.5"}});
  meet();
  EXPECT_THAT(found_at(v),
              ElementsAre("IR-08b warn the topics of B00001 take 66.5 hours, but it has 64: "
                          "shorten a topic or give the course more hours"));
  v.set(topic("2"), {{"role", "requires"}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  v.set(topic("2"), {{"role", "teaches"}});
  v.create(key_of("course", "C"), {{"code", "B00002"}, {"name_zh", "课程"}});
  meet();
  EXPECT_THAT(found_at(v), SizeIs(1));
  v.set(topic("2"), {{"course", id_of("course", "C")}});  // Its hours are not known.
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  v.set(key_of("course", "C"), {{"hours_theory", "30"}});
  meet();
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("the topics of B00002")));
  v.archive(topic("2"));
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
}

TEST_F(CourseRules, ATopicThatIsTakenBackTakesNoHours) {
  v.create(
      key_of("course_topic", "1"),
      {{"code", "TP-1"}, {"course", id_of("course", "B")}, {"role", "teaches"}, {"hours", "64"}});
  v.create(
      key_of("course_topic", "2"),
      {{"code", "TP-2"}, {"course", id_of("course", "B")}, {"role", "teaches"}, {"hours", "1"}});
  EXPECT_THAT(found_at(v), SizeIs(1));
  v.undo();
  EXPECT_THAT(found_at(v), IsEmpty());
  meet();
}

TEST_F(CourseRules, NoMoreCreditsAreRecognisedThanBothCoursesHave) {
  v.create(key_of("course", "C"), {{"code", "C00001"}, {"name_zh", "课程"}, {"credits", "3"}});
  u.create(key_of("equivalence", "1"),
           {{"code", "EQ-1"},
            {"source_course", id_of("course", "B")},
            {"target_course", id_of("course", "C")},
            {"credits", "2"}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  v.set(key_of("course", "C"), {{"credits", "2.5"}});
  u.set(key_of("equivalence", "1"), {{"credits", "3"}});
  meet();
  EXPECT_THAT(found_at(v),
              ElementsAre("IR-20 warn EQ-1 recognises 3 credits, more than these courses have: "
                          "C00001 (2.5). Agree on fewer: guantong set equivalence:EQ-1 credits=…"));
  u.set(key_of("equivalence", "1"), {{"target_course", id_of("course", "B")}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  v.set(course, {{"credits", "2"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-20"), ElementsAre(HasSubstr("B00001 (2)")));
  u.set(key_of("equivalence", "1"), {{"state", "ended"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-20"), IsEmpty());
}

TEST_F(CourseRules, OneStandardOfACourseIsEffective) {
  const auto standard = [](std::string_view word) { return key_of("course_standard", word); };
  for (auto* desk : {&v, &u}) {
    const std::string word = desk == &v ? "1" : "2";
    desk->create(standard(word),
                 {{"code", "CS-" + word},
                  {"title_zh", "标准"},
                  {"course", id_of("course", "B")},
                  {"state", "approved"}});
  }
  meet();
  v.set(standard("1"), {{"state", "effective"}});
  u.set(standard("2"), {{"state", "effective"}});
  meet();
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("IR-21 block several standards of B00001 are")));
  u.set(standard("2"), {{"course", ""}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  u.set(standard("2"), {{"course", id_of("course", "B")}});
  meet();
  EXPECT_THAT(found_at(v), SizeIs(1));
  v.set(standard("1"), {{"state", "superseded"}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
}

TEST(CourseRulesProperty, WhatWasTouchedGivesTheSameAsEveryRecord) {
  std::vector<Toy> world{{key_of("plan", "plan"), {{"code", "PLAN-1"}, {"title_zh", "方案"}}, {}}};
  for (const std::string word : {"1", "2"}) {
    world.push_back({key_of("stage", word),
                     {{"code", "S" + word}, {"name_zh", "段"}},
                     {{{"hours_per_credit", "16"}}, {{"hours_per_credit", "24"}}}});
    world.push_back({key_of("course", word),
                     {{"code", "B0000" + word}, {"name_zh", "课"}},
                     {{{"credits", "4"}},
                      {{"credits", "2"}},
                      {{"hours_theory", "64"}},
                      {{"hours_theory", "32"}, {"practice_weeks", "1"}},
                      {{"hours_theory", ""}}}});
    world.push_back({key_of("plan_course", word),
                     {{"code", "PC-" + word},
                      {"plan", id_of("plan", "plan")},
                      {"course", id_of("course", word)}},
                     {{{"stage", id_of("stage", "1")}},
                      {{"stage", id_of("stage", "2")}},
                      {{"credits_override", "3"}}}});
    world.push_back({key_of("course_topic", word),
                     {{"code", "TP-" + word}, {"role", "teaches"}},
                     {{{"course", id_of("course", "1")}, {"hours", "40"}},
                      {{"course", id_of("course", "2")}, {"hours", "20"}},
                      {{"role", "requires"}}}});
    world.push_back({key_of("equivalence", word),
                     {{"code", "EQ-" + word}, {"credits", "3"}},
                     {{{"source_course", id_of("course", "1")}},
                      {{"target_course", id_of("course", "2")}},
                      {{"state", "ended"}},
                      {{"credits", "1"}}}});
    world.push_back({key_of("course_standard", word),
                     {{"code", "CS-" + word}, {"title_zh", "标准"}},
                     {{{"course", id_of("course", "1")}, {"state", "effective"}},
                      {{"course", id_of("course", "2")}, {"state", "effective"}},
                      {{"state", "draft"}}}});
  }
  test::for_all([&](Choices& choices) { test::play(choices, world); }, 12);
}

}  // namespace
}  // namespace guantong
