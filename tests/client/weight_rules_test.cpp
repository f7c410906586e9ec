// IR-13, IR-13b, IR-13c.
#include <string>
#include <string_view>
#include <utility>
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
using test::Edits;
using test::found_at;
using test::id_of;
using test::key_of;
using test::Toy;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class WeightRules : public test::TwoSites {
protected:
  WeightRules() {
    v.create(key_of("plan", "plan"), {{"code", "PLAN-1"}, {"title_zh", "方案"}});
    v.create(key_of("indicator", "2-1"), {{"code", "GR2-1"}});
    meet();
  }

  /// A course in the plan that supports the indicator; the school at the desk owns it.
  static void support(test::Desk& desk, const std::string& word, const std::string& weight) {
    desk.create(key_of("course", word), {{"code", word}, {"name_zh", "课程"}});
    desk.create(key_of("plan_course", word),
                {{"code", "PC-" + word},
                 {"plan", id_of("plan", "plan")},
                 {"course", id_of("course", word)},
                 {"nature", "compulsory"}});
    desk.create(key_of("support", word),
                {{"code", "SU-" + word},
                 {"plan", id_of("plan", "plan")},
                 {"course", id_of("course", word)},
                 {"indicator", id_of("indicator", "2-1")},
                 {"weight", weight}});
  }
};

TEST_F(WeightRules, SC17TwoRaiseTheirOwnWeightAndAProportionIsProposed) {
  support(v, "A01003", "0.16");
  support(v, "B01006", "0.23");
  support(v, "B01007", "0.23");
  support(u, "C02004", "0.23");
  support(u, "C02006", "0.15");
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  v.set(key_of("support", "B01007"), {{"weight", "0.35"}});
  u.set(key_of("support", "C02004"), {{"weight", "0.35"}});
  meet();
  EXPECT_THAT(
      found_at(v),
      ElementsAre("IR-13 warn the weights of the compulsory courses that support GR2-1 add up to "
                  "1.24 instead of 1; in proportion they would be A01003 0.13, B01006 0.19, B01007 "
                  "0.28, C02004 0.28, C02006 0.12. Their owners change them: guantong set "
                  "support:… weight=…"));

  v.set(key_of("plan_course", "B01006"), {{"nature", "free_elective"}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());  // 1.01
  v.archive(key_of("support", "A01003"));
  meet();
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("add up to 0.85 instead of 1")));
  v.restore(key_of("support", "A01003"));
  v.archive(key_of("plan_course", "B01007"));
  meet();
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("add up to 0.66 instead of 1")));
  v.archive(key_of("indicator", "2-1"));
  meet();
  EXPECT_THAT(found_at(v, "IR-13"), IsEmpty());
}

TEST_F(WeightRules, AnIndicatorWithoutWeightsIsFine) {
  support(v, "A01003", "0");
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  support(v, "A01004", "1");
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  support(v, "A01005", "0.5");
  EXPECT_THAT(found_at(v), SizeIs(1));
  v.undo();
  EXPECT_THAT(found_at(v), IsEmpty());
  meet();
}

TEST_F(WeightRules, TheProportionAddsUpToOneWhateverIsRounded) {
  for (const std::string word : {"A00001", "A00002", "A00003"})
    support(v, word, "0.4");
  meet();
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("A00001 0.34, A00002 0.33, A00003 0.33.")));
}

TEST_F(WeightRules, ThePartsOfAnAssessmentAddUpTo100Percent) {
  const auto part = [](std::string_view word) { return key_of("assessment_part", word); };
  v.create(key_of("course_standard", "1"), {{"code", "CS-1"}, {"title_zh", "标准"}});
  for (auto* desk : {&v, &u}) {
    const std::string word = desk == &v ? "1" : "2";
    desk->create(part(word),
                 {{"code", "AS-" + word},
                  {"standard", id_of("course_standard", "1")},
                  {"name_zh", "考核"},
                  {"weight", "50"}});
  }
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  v.set(part("1"), {{"weight", "60"}});
  u.set(part("2"), {{"weight", "60.5"}});
  meet();
  EXPECT_THAT(found_at(v),
              ElementsAre("IR-13b block the parts of the assessment in CS-1 add up to 120.5 % "
                          "instead of 100 %: guantong set assessment_part:… weight=…"));
  u.set(part("2"), {{"weight", "40"}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  u.archive(part("2"));
  meet();
  EXPECT_THAT(found_at(v), SizeIs(1));
  v.archive(key_of("course_standard", "1"));
  meet();
  EXPECT_THAT(found_at(v, "IR-13b"), IsEmpty());
}

TEST_F(WeightRules, TheWeightsOfASchemeAddUpToOneAndSoDoThoseOfNone) {
  const auto of = [](std::string_view word) { return key_of("eval_indicator", word); };
  const auto add = [&](test::Desk& desk, const std::string& word, Edits edits) {
    edits.insert(edits.end(), {{"code", "EI-" + word}, {"name_zh", "指标"}});
    desk.create(of(word), edits);
  };
  v.create(key_of("eval_scheme", "1"), {{"code", "ES-1"}, {"title_zh", "方案"}});
  meet();
  add(v, "1", {{"weight", "0.5"}});
  add(v, "2", {{"weight", "0.5"}});
  add(v, "3", {{"weight", "1"}, {"scheme", id_of("eval_scheme", "1")}});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  add(u, "4", {{"weight", "0.25"}});
  add(u, "5", {{"weight", "0.2"}, {"scheme", id_of("eval_scheme", "1")}});
  meet();
  EXPECT_THAT(found_at(v),
              testing::UnorderedElementsAre(
                  "IR-13c block the weights of the evaluation indicators that belong to no scheme "
                  "add up to 1.25 instead of 1: guantong set eval_indicator:… weight=…",
                  "IR-13c block the weights of the indicators of ES-1 add up to 1.2 instead of 1: "
                  "guantong set eval_indicator:… weight=…"));
  u.archive(of("4"));
  u.archive(of("3"));
  meet();
  EXPECT_THAT(found_at(v), ElementsAre(HasSubstr("of ES-1 add up to 0.2")));
  u.set(of("5"), {{"weight", "1"}});
  add(u, "6", {});
  meet();
  EXPECT_THAT(found_at(v), IsEmpty());
  add(u, "7", {{"weight", "0.1"}});
  EXPECT_THAT(found_at(u), SizeIs(1));
  u.undo();
  EXPECT_THAT(found_at(u), IsEmpty());
  meet();
}

TEST(WeightRulesProperty, WhatWasTouchedGivesTheSameAsEveryRecord) {
  std::vector<Toy> world{{key_of("plan", "plan"), {{"code", "PLAN-1"}, {"title_zh", "方案"}}, {}}};
  for (const std::string word : {"1", "2"}) {
    world.push_back({key_of("indicator", word), {{"code", "GR-" + word}}, {}});
    world.push_back(
        {key_of("course_standard", word), {{"code", "CS-" + word}, {"title_zh", "标"}}, {}});
    world.push_back(
        {key_of("eval_scheme", word), {{"code", "ES-" + word}, {"title_zh", "案"}}, {}});
    world.push_back({key_of("course", word),
                     {{"name_zh", "课"}},
                     {{{"code", "A0000" + word}}, {{"code", "B0000" + word}}}});
    world.push_back({key_of("plan_course", word),
                     {{"code", "PC-" + word},
                      {"plan", id_of("plan", "plan")},
                      {"course", id_of("course", word)}},
                     {{{"nature", "compulsory"}}, {{"nature", "free_elective"}}}});
    for (const std::string other : {"1", "2"}) {
      const std::vector<Edits> weights{{{"weight", "0.5"}}, {{"weight", "1"}}, {{"weight", ""}}};
      world.push_back({key_of("support", word + other),
                       {{"code", "SU-" + word + other},
                        {"plan", id_of("plan", "plan")},
                        {"course", id_of("course", word)},
                        {"indicator", id_of("indicator", other)}},
                       weights});
      world.push_back({key_of("assessment_part", word + other),
                       {{"code", "AS-" + word + other},
                        {"name_zh", "考"},
                        {"standard", id_of("course_standard", word)}},
                       {{{"weight", "50"}}, {{"weight", "100"}}, {{"weight", ""}}}});
      world.push_back({key_of("eval_indicator", word + other),
                       {{"code", "EI-" + word + other},
                        {"name_zh", "指"},
                        {"scheme", id_of("eval_scheme", word)}},
                       weights});
      world.push_back({key_of("eval_indicator", "no " + word + other),
                       {{"code", "EI-N-" + word + other}, {"name_zh", "指"}},
                       weights});
    }
  }
  test::for_all([&](Choices& choices) { test::play(choices, world); }, 12);
}

}  // namespace
}  // namespace guantong
