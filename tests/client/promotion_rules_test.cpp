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
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view items = "process:60;test:40";

/// 38 of a cohort move on by a rule of the first site, with 40 seats at the second.
class PromotionRules : public test::TwoSites {
protected:
  PromotionRules() {
    for (const std::string_view year : {"2021", "2022"}) {
      v.create(key_of("cohort", year),
               {{"code", fmt::format("CO-{}", year)},
                {"major", id_of("major", "M")},
                {"year", std::string{year}}});
    }
    v.create(way, {{"code", "PW-DOM"}, {"name_zh", "内培"}, {"from_stage", id_of("stage", "S2")}});
    v.create(rule,
             {{"code", "PR-1"},
              {"from_stage", id_of("stage", "S2")},
              {"pathway", id_of("pathway", "DOM")},
              {"items", std::string{items}},
              {"pass_line", "60"},
              {"notice_days", "7"}});
    v.create(batch,
             {{"code", "PB-1"},
              {"rule", id_of("promotion_rule", "R")},
              {"cohort", id_of("cohort", "2021")},
              {"state", "process"},
              {"applicants", "41"},
              {"passed", "39"},
              {"promoted", "38"}});
    u.create(seat,
             {{"code", "SE-1"},
              {"cohort", id_of("cohort", "2021")},
              {"pathway", id_of("pathway", "DOM")},
              {"seats", "40"}});
    meet();
  }

  void publish() { v.set(batch, {{"state", "notice"}}); }

  const RecordKey way = key_of("pathway", "DOM");
  const RecordKey rule = key_of("promotion_rule", "R");
  const RecordKey batch = key_of("promotion_batch", "B");
  const RecordKey seat = key_of("seat", "S");
};

TEST_F(PromotionRules, SeatsThatAreCutBesideThePublishedListAreShort) {
  EXPECT_THAT(found_at(v, "IR-10"), IsEmpty());
  u.set(seat, {{"seats", "36"}});
  v.set(batch, {{"applicants", "41"}, {"passed", "39"}, {"promoted", "39"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-10"),
              ElementsAre(HasSubstr("IR-10 block 39 students move on in PB-1, and 36 seats are "
                                    "given: SE-1 36; 3 are missing. The published list stands")));
  u.create(key_of("seat", "more"),
           {{"code", "SE-2"},
            {"cohort", id_of("cohort", "2021")},
            {"pathway", id_of("pathway", "DOM")},
            {"seats", "3"}});
  EXPECT_THAT(found_at(u, "IR-10"), IsEmpty());
  u.undo();
  EXPECT_THAT(found_at(u, "IR-10"), ElementsAre(HasSubstr("3 are missing")));
  u.set(seat, {{"seats", "39"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-10"), IsEmpty());
}

TEST_F(PromotionRules, SeatsOfAnotherCohortOrWayDoNotCount) {
  u.set(seat, {{"seats", "30"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-10"), ElementsAre(HasSubstr("8 are missing")));
  u.set(seat, {{"cohort", id_of("cohort", "2022")}});
  meet();
  EXPECT_THAT(found_at(v, "IR-10"), IsEmpty());
  v.set(batch, {{"cohort", id_of("cohort", "2022")}});
  meet();
  EXPECT_THAT(found_at(v, "IR-10"), ElementsAre(HasSubstr("8 are missing")));
  v.set(rule, {{"pathway", id_of("pathway", "FOR")}});
  meet();
  EXPECT_THAT(found_at(v, "IR-10"), IsEmpty());
  // Without a way of its own, the rule is for all ways that begin at its stage.
  v.set(rule, {{"pathway", ""}});
  meet();
  EXPECT_THAT(found_at(v, "IR-10"), ElementsAre(HasSubstr("8 are missing")));
  v.set(way, {{"from_stage", id_of("stage", "S1")}});
  meet();
  EXPECT_THAT(found_at(v, "IR-10"), IsEmpty());
}

TEST_F(PromotionRules, TwoBatchesOfACohortShareItsSeats) {
  const auto second = key_of("promotion_batch", "C");
  v.create(second,
           {{"code", "PB-2"},
            {"rule", id_of("promotion_rule", "R")},
            {"cohort", id_of("cohort", "2021")},
            {"promoted", "5"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-10"), ElementsAre(HasSubstr("43 students move on in ")));
  v.archive(second);
  meet();
  EXPECT_THAT(found_at(v, "IR-10"), IsEmpty());
}

TEST_F(PromotionRules, NoMoreMoveOnThanPassedOrApplied) {
  v.set(batch, {{"applicants", "41"}, {"passed", "36"}, {"promoted", "38"}});
  meet();
  EXPECT_THAT(found_at(u, "IR-10"),
              ElementsAre(HasSubstr("PB-1 has 38 students move on, of whom 36 passed")));
  v.set(batch, {{"applicants", "38"}, {"passed", "39"}, {"promoted", "38"}});
  meet();
  EXPECT_THAT(found_at(u, "IR-10"),
              ElementsAre(HasSubstr("39 students pass or move on, of whom 38")));
  v.set(batch, {{"applicants", "39"}, {"passed", "39"}, {"promoted", "38"}});
  meet();
  EXPECT_THAT(found_at(u, "IR-10"), IsEmpty());
}

TEST_F(PromotionRules, ARuleThatChangesBesideTheNoticeDoesNotHoldForItsStudents) {
  publish();
  u.set(rule, {{"items", "process:70;test:30"}});
  EXPECT_THAT(found_at(u, "IR-23"), IsEmpty());
  EXPECT_THAT(found_at(v, "IR-23"), IsEmpty());
  meet();
  EXPECT_THAT(found_at(v, "IR-23"),
              ElementsAre(HasSubstr("IR-23 block PR-1 was changed (items) after PB-1 had been "
                                    "published; for its students process:60;test:40 holds")));
  u.set(rule, {{"items", std::string{items}}});
  meet();
  EXPECT_THAT(found_at(v, "IR-23"), IsEmpty());
}

TEST_F(PromotionRules, ARuleMayChangeUntilItsStudentsHaveBeenTold) {
  u.set(rule, {{"items", "process:70;test:30"}, {"pass_line", "65"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-23"), IsEmpty());
  publish();
  meet();
  EXPECT_THAT(found_at(v, "IR-23"), IsEmpty());
  u.set(rule, {{"pass_line", "70"}});
  v.set(batch, {{"state", "closed"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-23"), ElementsAre(HasSubstr("(pass_line)")));
  v.archive(batch);
  meet();
  EXPECT_THAT(found_at(v, "IR-23"), IsEmpty());
}

TEST_F(PromotionRules, WhatIsInConflictHasChangedNothingUntilItIsDecided) {
  publish();
  meet();
  v.set(rule, {{"items", "process:70;test:30"}});
  u.set(rule, {{"items", "process:50;test:50"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-23"), IsEmpty());  // 60 to 40 is in force.
  u.set(rule, {{"items", "process:50;test:50"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-23"), ElementsAre(HasSubstr("process:60;test:40 holds")));
}

TEST_F(PromotionRules, ANoticeRunsAsLongAsTheRuleSays) {
  u.set(rule, {{"notice_days", "10"}});
  v.set(batch, {{"notice_from", "2026-06-20"}, {"notice_to", "2026-06-27"}});
  EXPECT_THAT(found_at(v, "IR-42"), IsEmpty());
  meet();
  EXPECT_THAT(
      found_at(v, "IR-42"),
      ElementsAre(HasSubstr("IR-42 warn PB-1 is public for 8 days, PR-1 asks for 10; let the")));
  v.set(batch, {{"notice_from", "2026-06-20"}, {"notice_to", "2026-06-29"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-42"), IsEmpty());
}

/// Two cohorts with a batch and seats for each, by two schools.
void prepare_promotions(PlanBuilder& plan) {
  for (const std::string_view word : {"A", "B"}) {
    auto& desk = plan.desk(word == "A" ? 0 : 1);
    const std::string own{word};
    const auto create = [&](std::string_view type, Edits edits) {
      edits.emplace_back("code", "X-" + own);
      desk.create(key_of(type, own), edits);
    };
    plan.desk(0).create(key_of("stage", own), {{"code", own + "1"}, {"name_zh", "段"}});
    plan.desk(0).create(key_of("major", own), {{"code", "MJ-" + own}, {"name_zh", "专业"}});
    create("cohort", {{"major", id_of("major", own)}, {"year", "2021"}});
    create("pathway", {{"name_zh", "路"}, {"from_stage", id_of("stage", "A")}});
    create("promotion_rule",
           {{"from_stage", id_of("stage", "A")}, {"items", "test:0"}, {"notice_days", "5"}});
    create("seat",
           {{"cohort", id_of("cohort", own)}, {"pathway", id_of("pathway", own)}, {"seats", "2"}});
    create("promotion_batch",
           {{"cohort", id_of("cohort", own)},
            {"rule", id_of("promotion_rule", own)},
            {"state", "notice"},
            {"notice_from", "2026-06-01"},
            {"notice_to", "2026-06-05"},
            {"promoted", "2"}});
  }
}

/// One act on two batches, their rules, cohorts, ways and seats.
void act_on_promotions(Desk& desk, Choices& choices) {
  constexpr std::array<std::string_view, 2> words{"A", "B"};
  const auto word = [&] { return words.at(choices.pick(words.size())); };
  const auto reference = [&](std::string_view type) {
    return choices.pick(4) == 0 ? "" : id_of(type, word());
  };
  const auto number = [&] { return std::to_string(choices.pick(4)); };
  const auto own = word();
  const auto put = [&](std::string_view type, Edits creation, const Edits& edits) {
    creation.emplace_back("code", fmt::format("X-{}", own));
    test::put(desk, choices, key_of(type, own), creation, edits);
  };
  switch (choices.pick(8)) {
    case 0:
      return put("pathway", {{"name_zh", "路"}}, {{"from_stage", reference("stage")}});
    case 1:
      return put("promotion_rule", {}, {{"pathway", reference("pathway")}});
    case 2:
      return choices.pick(2) == 0
                 ? put("promotion_rule", {}, {{"items", fmt::format("test:{}", number())}})
                 : put("promotion_rule",
                       {},
                       {{"notice_days", std::to_string(5 + choices.pick(3))}});
    case 3: {
      const std::string_view type = choices.pick(2) == 0 ? "cohort" : "pathway";
      return put("seat", {}, {{std::string{type}, reference(type)}});
    }
    case 4:
      return put("seat", {{"cohort", id_of("cohort", "A")}}, {{"seats", number()}});
    case 5:
      return put(
          "promotion_batch",
          {},
          {choices.pick(2) == 0 ? Edits::value_type{"cohort", id_of("cohort", word())}
                                : Edits::value_type{"rule", id_of("promotion_rule", word())}});
    case 6:
      return put("promotion_batch",
                 {{"cohort", id_of("cohort", "A")}, {"rule", id_of("promotion_rule", word())}},
                 {{"applicants", number()}, {"passed", number()}, {"promoted", number()}});
    default:
      return put("promotion_batch",
                 {{"cohort", id_of("cohort", "A")}, {"rule", id_of("promotion_rule", word())}},
                 {{"state", choices.pick(2) == 0 ? "notice" : "planned"},
                  {"notice_from", "2026-06-01"},
                  {"notice_to", fmt::format("2026-06-0{}", 1 + choices.pick(8))}});
  }
}

TEST(PromotionRulesProperty, WhatWasTouchedGivesTheSameAsEveryRecordAtEverySite) {
  test::find_the_same_everywhere(act_on_promotions, prepare_promotions);
}

}  // namespace
}  // namespace guantong
