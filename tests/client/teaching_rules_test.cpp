#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "sync/change.h"
#include "tests/support/choices.h"
#include "tests/support/findings.h"
#include "tests/support/plan_builder.h"

namespace guantong {
namespace {

using test::Choices;
using test::Desk;
using test::Edits;
using test::found_at;
using test::id_of;
using test::key_of;
using test::PlanBuilder;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

RecordKey task(std::string_view word) {
  return key_of("teaching_task", word);
}

RecordKey slot(std::string_view word) {
  return key_of("timetable_slot", word);
}

/// The first site's teachers T (at most 14 hours) and W, and two terms.
class TeachingRules : public test::TwoSites {
protected:
  TeachingRules() {
    test::introduce(plan_);
    for (const std::string_view word : {"T", "W"}) {
      v.create(key_of("person_card", word),
               {{"code", fmt::format("TC-{}", word)},
                {"name", fmt::format("王{}", word)},
                {"org", v.org_id()},
                {"max_weekly_hours", "14"}});
    }
    for (const std::string_view word : {"1", "2"})
      v.create(key_of("term", word), {{"code", fmt::format("2026-2027-{}", word)}});
    meet();
  }

  void add_task(Desk& desk, std::string_view word, std::string_view hours) {
    desk.create(task(word),
                {{"code", fmt::format("TT-{}", word)},
                 {"term", id_of("term", "1")},
                 {"teacher", id_of("person_card", "T")},
                 {"deliver_org", desk.org_id()},
                 {"weekly_hours", std::string{hours}}});
  }

  void add_slot(Desk& desk,
                std::string_view of_task,
                std::string_view periods,
                const std::string& campus,
                std::string_view room = "") {
    Edits edits{{"task", id_of("teaching_task", of_task)},
                {"weekday", "2"},
                {"periods", std::string{periods}},
                {"campus", campus}};
    if (!room.empty()) edits.emplace_back("room", std::string{room});
    desk.create(slot(of_task), edits);
  }
};

TEST_F(TeachingRules, AnOverloadThatOnlyBothSchoolsTogetherMakeIsFoundWithTheirShares) {
  add_task(v, "A", "8");
  add_task(u, "B", "2.5");
  meet();
  EXPECT_THAT(found_at(v, "IR-14"), IsEmpty());
  v.set(task("A"), {{"weekly_hours", "11.5"}});
  u.set(task("B"), {{"weekly_hours", "4"}});
  EXPECT_THAT(found_at(v, "IR-14"), IsEmpty());  // 14 of 14, as far as each can see.
  EXPECT_THAT(found_at(u, "IR-14"), IsEmpty());
  meet();
  EXPECT_THAT(found_at(v, "IR-14"),
              ElementsAre(AllOf(HasSubstr("IR-14 warn TC-T teaches 15.5 hours a week in "
                                          "2026-2027-1, at most 14 are agreed: "),
                                HasSubstr("BITC 11.5"),
                                HasSubstr("BIST 4"))));

  u.set(task("B"), {{"teacher", id_of("person_card", "W")}});
  meet();
  EXPECT_THAT(found_at(v, "IR-14"), IsEmpty());
  u.set(task("B"), {{"teacher", id_of("person_card", "T")}});
  meet();
  EXPECT_THAT(found_at(v, "IR-14"), SizeIs(1));
  v.set(key_of("person_card", "T"), {{"max_weekly_hours", "16"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-14"), IsEmpty());
}

TEST_F(TeachingRules, OnlyTheClassesOfOneTermThatAreInUseAddUp) {
  add_task(v, "A", "10");
  add_task(u, "B", "10");
  meet();
  EXPECT_THAT(found_at(v, "IR-14"), SizeIs(1));
  u.archive(task("B"));
  meet();
  EXPECT_THAT(found_at(v, "IR-14"), IsEmpty());
  u.restore(task("B"));
  meet();
  EXPECT_THAT(found_at(v, "IR-14"), SizeIs(1));
  u.archive(task("B"));
  u.create(task("C"),
           {{"code", "TT-C"},
            {"term", id_of("term", "2")},
            {"teacher", id_of("person_card", "T")},
            {"weekly_hours", "10"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-14"), IsEmpty());
  add_task(u, "D", "5");
  EXPECT_THAT(found_at(u, "IR-14"), SizeIs(1));
  u.undo();
  EXPECT_THAT(found_at(u, "IR-14"), IsEmpty());
}

TEST_F(TeachingRules, OneTeacherInTwoPlacesAtOneTimeIsFound) {
  add_task(v, "A", "4");
  add_task(u, "B", "4");
  meet();
  add_slot(v, "A", "3-4", v.org_id());
  add_slot(u, "B", "4-5", u.org_id());
  EXPECT_THAT(found_at(v, "IR-15"), IsEmpty());
  EXPECT_THAT(found_at(u, "IR-15"), IsEmpty());
  meet();
  EXPECT_THAT(found_at(v, "IR-15"),
              ElementsAre(AllOf(HasSubstr("IR-15 warn TT-"),
                                HasSubstr("TT-A/2/3-4"),
                                HasSubstr("TT-B/2/4-5"),
                                HasSubstr("one teacher in two places at one time"),
                                HasSubstr("as weekday/periods: 1/1-2, 2/7-8"))));

  v.set(task("A"), {{"weeks", "1-8"}});
  u.set(task("B"), {{"weeks", "9,11-18"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-15"), IsEmpty());
  u.set(task("B"), {{"weeks", "8-18"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-15"), SizeIs(1));
  u.set(task("B"), {{"teacher", id_of("person_card", "W")}});
  meet();
  EXPECT_THAT(found_at(v, "IR-15"), IsEmpty());
}

TEST_F(TeachingRules, WhereATeacherIsFreeFollowsAllOfTheLessons) {
  add_task(v, "A", "4");
  add_task(u, "B", "4");
  add_slot(v, "A", "5-6", v.org_id());
  add_slot(u, "B", "5-6", u.org_id());
  const auto expect_free = [&](const std::string& when) {
    meet();
    EXPECT_THAT(found_at(v, "IR-15"), ElementsAre(HasSubstr("as weekday/periods: " + when)));
    EXPECT_THAT(found_at(u, "IR-15"), ElementsAre(HasSubstr("as weekday/periods: " + when)));
  };
  expect_free("1/1-2, 2/1-2");
  const Edits monday{{"task", id_of("teaching_task", "B")}, {"weekday", "1"}, {"periods", "2"}};
  v.create(slot("monday"), monday);
  expect_free("1/5-6, 2/1-2");
  v.archive(slot("monday"));
  expect_free("1/1-2, 2/1-2");
}

TEST_F(TeachingRules, ATeacherNeedsAFreePeriodOnTheWay) {
  add_task(v, "A", "4");
  add_task(u, "B", "4");
  add_slot(v, "A", "1-2", v.org_id());
  add_slot(u, "B", "3-4", u.org_id());
  meet();
  EXPECT_THAT(found_at(v, "IR-15"), ElementsAre(HasSubstr("without a free period between")));
  u.set(slot("B"), {{"campus", v.org_id()}});
  meet();
  EXPECT_THAT(found_at(v, "IR-15"), IsEmpty());
  u.archive(slot("B"));
  u.create(slot("later"),
           {{"task", id_of("teaching_task", "B")},
            {"weekday", "2"},
            {"periods", "4-5"},
            {"campus", u.org_id()}});
  meet();
  EXPECT_THAT(found_at(v, "IR-15"), IsEmpty());
}

TEST_F(TeachingRules, ARoomIsForOneTeacherAtATime) {
  add_task(v, "A", "4");
  add_task(u, "B", "4");
  u.set(task("B"), {{"teacher", id_of("person_card", "W")}});
  add_slot(v, "A", "1-2", v.org_id(), "机房 5");
  add_slot(u, "B", "2-3", v.org_id(), "机房 5");
  meet();
  EXPECT_THAT(found_at(v, "IR-15"), ElementsAre(HasSubstr("in one room at one time (机房 5)")));
  u.set(task("B"), {{"teacher", id_of("person_card", "T")}});  // Two classes taught together.
  meet();
  EXPECT_THAT(found_at(v, "IR-15"), IsEmpty());
  u.set(task("B"), {{"teacher", ""}});
  meet();
  EXPECT_THAT(found_at(v, "IR-15"), SizeIs(1));
  u.set(slot("B"), {{"room", "机房 6"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-15"), IsEmpty());
}

TEST_F(TeachingRules, ATeacherWhomTheEmployerDoesNotLendIsFound) {
  const auto consent = key_of("task_consent", "B");
  add_task(u, "B", "4");
  meet();
  EXPECT_THAT(found_at(v, "IR-30"), IsEmpty());  // Nobody has been asked, as when a term begins.
  const auto answer = [&](std::string_view word) {
    if (!v.has(consent)) {
      v.create(consent, {{"task", id_of("teaching_task", "B")}, {"org", v.org_id()}});
    }
    v.set(consent, {{"employer_ok", std::string{word}}});
    meet();
  };
  answer("unasked");
  EXPECT_THAT(found_at(v, "IR-30"), ElementsAre(HasSubstr("BITC has not been asked yet")));
  answer("asked");
  EXPECT_THAT(found_at(v, "IR-30"), IsEmpty());
  answer("declined");
  EXPECT_THAT(found_at(v, "IR-30"),
              ElementsAre(HasSubstr("IR-30 warn TT-B names TC-T, but BITC does not agree")));
  v.archive(consent);
  meet();
  EXPECT_THAT(found_at(v, "IR-30"), IsEmpty());
  v.restore(consent);
  answer("agreed");
  EXPECT_THAT(found_at(v, "IR-30"), IsEmpty());
}

TEST_F(TeachingRules, WhoIsMarkedAwayBesideBeingNamedIsFound) {
  add_task(u, "B", "4");
  v.set(key_of("person_card", "T"), {{"status", "away"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-30"),
              ElementsAre(HasSubstr("TT-B names TC-T, whom BITC has marked as away")));
  u.set(task("B"), {{"teacher", id_of("person_card", "W")}});
  meet();
  EXPECT_THAT(found_at(v, "IR-30"), IsEmpty());
  v.set(key_of("person_card", "W"), {{"status", "left"}});  // Who did so knew of the task.
  meet();
  EXPECT_THAT(found_at(v, "IR-30"), IsEmpty());
}

TEST_F(TeachingRules, ASchoolPutsItsOwnPeopleAndThoseItWasSentIntoATeam) {
  u.create(key_of("team", "M"), {{"code", "TM-M"}, {"name_zh", "数学组"}});
  u.create(
      key_of("team_member", "T"),
      {{"team", id_of("team", "M")}, {"person", id_of("person_card", "T")}, {"org", u.org_id()}});
  meet();
  EXPECT_THAT(found_at(v, "IR-30"),
              ElementsAre(HasSubstr("was entered by BIST, but TC-T works for")));
  const auto stay = key_of("secondment", "S");
  v.create(stay, {{"code", "SD-1"}, {"person", id_of("person_card", "T")}, {"to_org", u.org_id()}});
  meet();
  EXPECT_THAT(found_at(v, "IR-30"), IsEmpty());
  v.archive(stay);
  meet();
  EXPECT_THAT(found_at(v, "IR-30"), SizeIs(1));
}

TEST_F(TeachingRules, APersonWithACardAtBothSchoolsIsFoundWhereOneSentThemToTheOther) {
  v.set(key_of("person_card", "T"), {{"name", "王示五"}});
  u.create(key_of("person_card", "copy"),
           {{"code", "TC-U"}, {"name", "王 示五"}, {"org", u.org_id()}});
  meet();
  EXPECT_THAT(found_at(v, "IR-29"), IsEmpty());  // Two may have one name.
  v.create(key_of("secondment", "S"),
           {{"code", "SD-1"}, {"person", id_of("person_card", "T")}, {"to_org", u.org_id()}});
  meet();
  EXPECT_THAT(found_at(v, "IR-29"),
              ElementsAre(HasSubstr("IR-29 warn TC-T and TC-U have one name, and TC-T is sent")));
  u.archive(key_of("person_card", "copy"));
  meet();
  EXPECT_THAT(found_at(v, "IR-29"), IsEmpty());
  u.restore(key_of("person_card", "copy"));
  meet();
  EXPECT_THAT(found_at(v, "IR-29"), SizeIs(1));
  v.set(key_of("secondment", "S"), {{"person", id_of("person_card", "W")}});
  meet();
  EXPECT_THAT(found_at(v, "IR-29"), IsEmpty());
}

/// Two schools with a teacher, a class and a lesson each. The first one's teaches both, as much as
/// agreed, in weeks of their own, and with consent.
void prepare_teaching(PlanBuilder& plan) {
  test::introduce(plan);
  auto& first = plan.desk(0);
  first.create(key_of("team", "M"), {{"code", "TM-M"}, {"name_zh", "组"}});
  for (const std::string_view word : {"A", "B"}) {
    auto& desk = plan.desk(word == "A" ? 0 : 1);
    const std::string own{word};
    const std::string number = word == "A" ? "1" : "2";
    first.create(key_of("org", own), {{"code", own}, {"kind", "other"}, {"name_zh", "校"}});
    first.create(key_of("term", own), {{"code", "2026-2027-" + number}});
    desk.create(
        key_of("person_card", own),
        {{"code", "TC-" + own}, {"name", "王"}, {"org", desk.org_id()}, {"max_weekly_hours", "4"}});
    desk.create(task(own),
                {{"code", "TT-" + own},
                 {"term", id_of("term", "A")},
                 {"teacher", id_of("person_card", "A")},
                 {"deliver_org", desk.org_id()},
                 {"weekly_hours", "2"},
                 {"weeks", number}});
    desk.create(slot(own),
                {{"task", id_of("teaching_task", own)},
                 {"weekday", "1"},
                 {"periods", "1"},
                 {"campus", id_of("org", "A")},
                 {"room", number}});
  }
  first.create(
      key_of("task_consent", "B"),
      {{"task", id_of("teaching_task", "B")}, {"org", first.org_id()}, {"employer_ok", "agreed"}});
}

/// One act on few teachers, their classes and lessons, teams and stays elsewhere.
void act_on_teaching(Desk& desk, Choices& choices) {
  constexpr std::array<std::string_view, 2> words{"A", "B"};
  constexpr std::array<std::string_view, 3> lessons{"A", "B", "C"};
  const auto word = [&] { return std::string{words.at(choices.pick(words.size()))}; };
  const auto lesson = slot(lessons.at(choices.pick(lessons.size())));
  const auto digit = [&](std::size_t most) { return std::to_string(1 + choices.pick(most)); };
  const auto person = [&] { return id_of("person_card", word()); };
  const auto own = word();
  const auto put = [&](std::string_view type, Edits creation, const Edits& edits) {
    test::put(desk, choices, key_of(type, own), creation, edits);
  };
  const Edits new_task{{"code", "TT-" + own},
                       {"term", id_of("term", word())},
                       {"teacher", person()},
                       {"deliver_org", desk.org_id()}};
  const Edits new_card{{"code", "TC-" + own}, {"name", "王"}, {"org", desk.org_id()}};
  const Edits new_slot{{"task", id_of("teaching_task", word())},
                       {"weekday", "1"},
                       {"periods", digit(4)},
                       {"room", "1"}};
  switch (choices.pick(10)) {
    case 0:
      return put("person_card", new_card, {{"max_weekly_hours", digit(4)}});
    case 1:
      return put("person_card", new_card, {{"status", choices.pick(2) == 0 ? "away" : "active"}});
    case 2:
      return put("teaching_task", new_task, {{"weekly_hours", digit(4)}});
    case 3:
      return desk.has(task(own)) ? put("teaching_task", {}, {{"teacher", person()}})
                                 : put("teaching_task", new_task, {});
    case 4:
      return put("teaching_task", new_task, {{"weeks", digit(2)}});
    case 5:
      return test::put(desk, choices, lesson, new_slot, {{"campus", id_of("org", word())}});
    case 6:
      return desk.has(lesson) ? test::put(desk, choices, lesson, {}, {{"room", digit(2)}})
                              : test::put(desk, choices, lesson, new_slot, {});
    case 7:
      return put("task_consent",
                 {{"task", id_of("teaching_task", own)}, {"org", desk.org_id()}},
                 {{"employer_ok", choices.pick(2) == 0 ? "declined" : "agreed"}});
    case 8:
      return put("team_member",
                 {{"team", id_of("team", "M")}, {"person", person()}, {"org", desk.org_id()}},
                 {{"role", choices.pick(2) == 0 ? "member" : "deputy"}});
    default:
      return put(
          "secondment", {{"code", "SD-" + own}, {"to_org", desk.org_id()}}, {{"person", person()}});
  }
}

TEST(TeachingRulesProperty, WhatWasTouchedGivesTheSameAsEveryRecordAtEverySite) {
  test::find_the_same_everywhere(act_on_teaching, prepare_teaching);
}

}  // namespace
}  // namespace guantong
