#include <array>
#include <string>
#include <string_view>
#include <vector>

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
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class LookAlikes : public test::TwoSites {
protected:
  static void report(Desk& desk, std::string_view code, std::string_view title) {
    desk.create(key_of("problem", code),
                {{"code", std::string{code}}, {"title_zh", std::string{title}}});
  }
};

TEST_F(LookAlikes, AProblemThatTwoSchoolsReportAgainLooksLikeTheOneThereIs) {
  report(v, "PB-04", "学生基础段与高职段英语水平落差大");
  report(v, "PB-02", "本科段离散数学缺少证明基础");
  meet();
  report(v, "PB-11", "英语衔接落差大");
  report(u, "PB-12", "学生英语基础薄弱影响学术英语");
  meet();
  EXPECT_THAT(found_at(v, "IR-28"),
              testing::UnorderedElementsAre(
                  testing::AllOf(HasSubstr("IR-28 hint "), HasSubstr("PB-11"), HasSubstr("(71 ")),
                  testing::AllOf(HasSubstr("PB-04"), HasSubstr("PB-12"), HasSubstr("(66 "))));

  v.set(key_of("problem", "PB-11"), {{"duplicates", id_of("problem", "PB-04")}});
  u.set(key_of("problem", "PB-12"), {{"title_zh", "学术英语写作课时太少"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-28"), IsEmpty());
}

TEST_F(LookAlikes, TitlesThatEachTurnIntoTheOtherAreFound) {
  report(v, "P-1", "活页教材未完成审核");
  report(u, "P-2", "转段材料移交不全");
  meet();
  EXPECT_THAT(found_at(v, "IR-28"), IsEmpty());
  v.set(key_of("problem", "P-1"), {{"title_zh", "实训设备老化"}});
  u.set(key_of("problem", "P-2"), {{"title_zh", "实训设备已老化"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-28"), SizeIs(1));
  u.archive(key_of("problem", "P-2"));
  meet();
  EXPECT_THAT(found_at(v, "IR-28"), IsEmpty());
  u.restore(key_of("problem", "P-2"));
  report(u, "P-3", "实训设备 老化！");
  EXPECT_THAT(found_at(u, "IR-28"), SizeIs(3));
  u.undo();
  meet();
  EXPECT_THAT(found_at(v, "IR-28"), SizeIs(1));
}

TEST_F(LookAlikes, EnglishIsComparedByRunsOfThreeLettersInAnyCase) {
  report(v, "P-1", "Weak proof in mathematics");
  report(u, "P-2", "weak proofs in Mathematics!");
  report(u, "P-3", "Weak networks in the halls");
  meet();
  EXPECT_THAT(found_at(v, "IR-28"), ElementsAre(testing::Not(HasSubstr("P-3"))));
}

TEST_F(LookAlikes, OneNameOrISBNIsOneThingWhereverItsBlanksAre) {
  const auto point = [](Desk& desk, std::string_view code, std::string_view name) {
    desk.create(key_of("knowledge_point", code),
                {{"code", std::string{code}}, {"name_zh", std::string{name}}});
  };
  point(v, "KP-1", "SQL 查询");
  point(u, "KP-2", "ＳＱＬ查询");
  point(u, "KP-3", "SQL 查询优化");
  for (auto* desk : {&v, &u}) {
    const auto& site = desk->member().site;
    desk->create(key_of("material", site),
                 {{"code", site == "bitc" ? "MT-1" : "MT-2"},
                  {"title_zh", "书"},
                  {"isbn", "9787000009004"}});
  }
  meet();
  EXPECT_THAT(found_at(v, "IR-28"),
              testing::UnorderedElementsAre(HasSubstr("have one ISBN, 9787000009004"),
                                            HasSubstr("have one name, ")));
  v.set(key_of("knowledge_point", "KP-1"), {{"same_as", id_of("knowledge_point", "KP-2")}});
  v.set(key_of("material", "bitc"), {{"isbn", ""}});
  meet();
  EXPECT_THAT(found_at(v, "IR-28"), IsEmpty());
}

TEST_F(LookAlikes, TwoCardsOfOneNameAreOnePersonsOnlyAtOneSchool) {
  const auto card = [](Desk& desk, std::string_view code, const std::string& org) {
    desk.create(key_of("person_card", code),
                {{"code", std::string{code}}, {"name", "王示五"}, {"org", org}});
  };
  card(v, "TC-1", v.org_id());
  card(u, "TC-2", u.org_id());
  meet();
  EXPECT_THAT(found_at(v, "IR-28"), IsEmpty());
  card(u, "TC-3", v.org_id());
  meet();
  EXPECT_THAT(found_at(v, "IR-28"),
              ElementsAre(HasSubstr("have one name, 王示五, and one employer")));
}

/// One act on few records with texts that are often alike.
void act_on_titles(Desk& desk, Choices& choices) {
  constexpr std::array<std::string_view, 3> words{"A", "B", "C"};
  constexpr std::array<std::string_view, 5> titles{
      "英语衔接落差大", "英语衔接落差很大", "数学衔接落差", "实训设备老化", "实训设备已老化"};
  const auto word = [&] { return std::string{words.at(choices.pick(words.size()))}; };
  const auto own = word();
  const std::string title{titles.at(choices.pick(titles.size()))};
  const auto put = [&](std::string_view type, Edits creation, const Edits& edits) {
    creation.emplace_back("code", "X-" + own);
    test::put(desk, choices, key_of(type, own), creation, edits);
  };
  switch (choices.pick(5)) {
    case 0:
      return put("problem",
                 {{"title_zh", title}},
                 {{"duplicates", choices.pick(2) == 0 ? "" : id_of("problem", word())}});
    case 1:
      return put("knowledge_point", {}, {{"name_zh", title}});
    case 2:
      return put("material",
                 {{"title_zh", "书"}},
                 {{"isbn", fmt::format("123456789{}", choices.pick(2))}});
    default:
      return put("problem", {}, {{"title_zh", title}});
  }
}

TEST(LookAlikesProperty, WhatWasTouchedGivesTheSameAsEveryRecordAtEverySite) {
  test::find_the_same_everywhere(act_on_titles);
}

}  // namespace
}  // namespace guantong
