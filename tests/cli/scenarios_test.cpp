// The scenarios of the subject matter, each with its one right outcome, through the command line.
#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/reading.h"
#include "tests/support/schools.h"

namespace guantong {
namespace {

using test::Schools;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

std::vector<std::string> rules_in(const Json& findings) {
  std::vector<std::string> rules;
  for (const auto& finding : findings)
    rules.push_back(finding.at("rule"));
  return rules;
}

Json finding_of(const Json& findings, const std::string& rule) {
  for (const auto& finding : findings) {
    if (finding.at("rule") == rule) return finding;
  }
  return {};
}

/// What is asked of every scenario at its end: one outcome everywhere, and the history holds.
void expect_whole(const Schools& schools) {
  schools.expect_agreement();
  const auto verified = schools.at("bstu", {"verify"});
  EXPECT_EQ(verified.code, 0) << verified.out;
}

TEST(Scenarios, SC03TwoMeaningsOfOneTitleLeaveTheBaseInForceUntilDecided) {
  const Schools schools;
  const std::string base = "基础段—高职段转段考核";
  schools.act("bitc", {"set", "duty:DU-07", "title_zh=" + base + "（含综合素质评价）"});
  schools.act("thuhs", {"set", "duty:DU-07", "title_zh=" + base + "（文化课学业水平）"});
  schools.sync_all();
  for (const auto* school : {"bitc", "thuhs", "bstu"}) {
    const auto conflicts = schools.ask(school, {"conflicts"});
    ASSERT_THAT(conflicts, SizeIs(1));
    EXPECT_EQ(conflicts[0].at("record"), "duty:DU-07");
    EXPECT_EQ(conflicts[0].at("base"), base);
    EXPECT_EQ(conflicts[0].at("in_force"), base);
    EXPECT_THAT(conflicts[0].at("sides"), SizeIs(2));
    EXPECT_EQ(schools.ask(school, {"show", "duty:DU-07"}).at("title_zh"), base);
  }
  const auto card = schools.at("thuhs", {"conflicts", "duty:DU-07"});
  EXPECT_EQ(card.code, 1);
  EXPECT_THAT(card.out, HasSubstr("In force now:"));
  schools.act(
      "thuhs",
      {"resolve", "duty:DU-07.title_zh", "--value", base + "（两项）", "--why", "拆成两项"});
  schools.sync_all();
  EXPECT_THAT(schools.ask("bstu", {"conflicts"}), IsEmpty());
  EXPECT_EQ(schools.ask("bitc", {"show", "duty:DU-07"}).at("title_zh"), base + "（两项）");
  expect_whole(schools);
}

TEST(Scenarios, SC04ANonOwnersNumberIsASuggestionBasedOnTheOldValue) {
  const Schools schools;
  schools.act("bitc", {"set", "course:B02015", "credits=5", "--why", "增加实训"});
  const auto saved =
      schools.ask("bstu", {"set", "course:B02015", "credits=3", "--why", "与 C03009 重复"});
  EXPECT_THAT(saved.at("proposed"), ElementsAre("credits"));
  EXPECT_THAT(saved.at("deciders"), ElementsAre("bitc"));
  schools.sync_all();
  for (const auto* school : {"bitc", "thuhs", "bstu"}) {
    EXPECT_EQ(schools.ask(school, {"show", "course:B02015"}).at("credits"), 5);
    EXPECT_THAT(schools.ask(school, {"conflicts"}), IsEmpty());
    const auto proposals = schools.ask(school, {"proposals"});
    ASSERT_THAT(proposals, SizeIs(1));
    EXPECT_EQ(proposals[0].at("suggested"), "3");
    EXPECT_EQ(proposals[0].at("based_on"), "4");
    EXPECT_EQ(proposals[0].at("in_force"), "5");
  }
  const std::string id = schools.ask("bitc", {"proposals"})[0].at("id");
  EXPECT_EQ(schools.at("bstu", {"accept", id}).code, 2);
  schools.act("bitc", {"decline", id, "--why", "实训课时不能再减"});
  schools.sync_all();
  EXPECT_THAT(schools.ask("bstu", {"proposals"}), IsEmpty());
  expect_whole(schools);
}

TEST(Scenarios, SC05OneCodeForTwoCoursesShowsTheGreaterIdAsSecond) {
  const Schools schools;
  schools.act("bitc", {"add", "course", "code=B04032", "name_zh=数据标注技术", "credits=2"});
  schools.act("thuhs", {"add", "course", "code=B04032", "name_zh=人工智能通识", "credits=2"});
  schools.sync_all();
  const auto first = schools.ask("bstu", {"show", "course:B04032"});
  const auto second = schools.ask("bstu", {"show", "course:B04032~2"});
  EXPECT_LT(first.at("id").get<std::string>(), second.at("id").get<std::string>());
  const auto finding = finding_of(schools.ask("bstu", {"findings"}), "IR-01");
  EXPECT_THAT(finding.at("records"), UnorderedElementsAre("course:B04032", "course:B04032~2"));
  const std::string owner = second.at("owners")[0];
  schools.act(owner, {"set", "course:B04032~2", "code=B04033"});
  schools.sync_all();
  EXPECT_EQ(schools.ask("bstu", {"show", "course:B04033"}).at("id"), second.at("id"));
  EXPECT_THAT(rules_in(schools.ask("bstu", {"findings"})), testing::Not(Contains("IR-01")));
  expect_whole(schools);
}

TEST(Scenarios, SC06ACycleOfTwoNewEdgesSuspendsBoth) {
  const Schools schools;
  schools.act(
      "bitc",
      {"add", "prereq", "plan=PLAN-BD-2027", "course=B03020", "requires=B03021", "kind=pre"});
  schools.act(
      "bstu",
      {"add", "prereq", "plan=PLAN-BD-2027", "course=B03021", "requires=B03020", "kind=pre"});
  schools.sync_all();
  const auto here = finding_of(schools.ask("bitc", {"findings"}), "IR-03");
  const auto there = finding_of(schools.ask("bstu", {"findings"}), "IR-03");
  ASSERT_FALSE(here.is_null());
  EXPECT_EQ(here.at("id"), there.at("id"));
  EXPECT_THAT(here.at("records"),
              UnorderedElementsAre("prereq:PLAN-BD-2027/B03020/B03021",
                                   "prereq:PLAN-BD-2027/B03021/B03020"));
  EXPECT_THAT(here.at("message").get<std::string>(), HasSubstr("B03020"));
  EXPECT_EQ(schools.ask("thuhs", {"show", "prereq:PLAN-BD-2027/B03020/B03021"}).at("suspended"),
            true);
  EXPECT_EQ(schools.ask("thuhs", {"show", "prereq:PLAN-BD-2027/B03021/B03020"}).at("suspended"),
            true);
  schools.act("bitc", {"archive", "prereq:PLAN-BD-2027/B03020/B03021", "--why", "保留另一条"});
  schools.sync_all();
  EXPECT_THAT(rules_in(schools.ask("thuhs", {"findings"})), testing::Not(Contains("IR-03")));
  EXPECT_EQ(schools.ask("thuhs", {"show", "prereq:PLAN-BD-2027/B03021/B03020"}).at("suspended"),
            false);
  expect_whole(schools);
}

TEST(Scenarios, SC12ACourseThatHasJustBecomeNeededStaysActive) {
  const Schools schools;
  schools.act("bitc", {"archive", "course:B04029", "--why", "选课不足"});
  schools.act("bstu",
              {"add",
               "prereq",
               "plan=PLAN-BD-2027",
               "course=C03010",
               "requires=B04029",
               "kind=pre",
               "--why",
               "需要容器基础"});
  schools.sync_all();
  for (const auto* school : {"bitc", "thuhs", "bstu"}) {
    EXPECT_EQ(schools.ask(school, {"show", "course:B04029"}).at("life"), "held");
    EXPECT_THAT(rules_in(schools.ask(school, {"findings"})), Contains("IR-02"));
  }
  schools.act("bstu", {"archive", "prereq:PLAN-BD-2027/C03010/B04029", "--why", "改用实验课"});
  schools.act("bitc", {"restore", "course:B04029", "--why", "保留"});
  schools.sync_all();
  EXPECT_EQ(schools.ask("thuhs", {"show", "course:B04029"}).at("life"), "active");
  EXPECT_THAT(rules_in(schools.ask("thuhs", {"findings"})), testing::Not(Contains("IR-02")));
  expect_whole(schools);
}

TEST(Scenarios, SC14DifferentParagraphsOfAStandardBothStand) {
  const Schools schools;
  schools.add_computer("bitc2", "bitc");
  schools.sync({"bitc", "bstu"});
  const std::string body = schools.ask("bitc", {"show", "course_standard:CS-B03018"}).at("body_zh");
  const std::string mining = "与数据挖掘课程衔接。";
  const std::string compliance = "增加采集合规一段。";
  schools.act("bstu", {"set", "course_standard:CS-B03018", "body_zh=" + body + mining});
  schools.sync({"bstu", "bitc2"});
  const auto proposals = schools.ask("bitc2", {"proposals"});
  ASSERT_THAT(proposals, SizeIs(1));
  schools.act("bitc2", {"accept", proposals[0].at("id")});
  schools.act("bitc", {"set", "course_standard:CS-B03018", "body_zh=" + compliance + body});
  schools.sync({"bitc2", "bitc", "thuhs", "bstu", "bitc2"});
  for (const auto* school : {"bitc", "bitc2", "bstu"}) {
    EXPECT_EQ(schools.ask(school, {"show", "course_standard:CS-B03018"}).at("body_zh"),
              compliance + body + mining);
    EXPECT_THAT(schools.ask(school, {"conflicts"}), IsEmpty());
    EXPECT_THAT(schools.ask(school, {"proposals"}), IsEmpty());
  }
  EXPECT_GE(schools.ask("bitc", {"status"}).at("merged").get<int>(), 1);
  expect_whole(schools);
}

TEST(Scenarios, SC15ChineseHereAndEnglishThereMergeAndTheEnglishIsStale) {
  const Schools schools;
  const std::string zh =
      "三方共建师资库与教学团队；共享教材、实训与企业资源；教材凡选必审，每年复核。";
  const std::string en =
      "A shared three-party teacher pool and teams; shared materials and facilities; every "
      "selected textbook is reviewed.";
  schools.act("bitc", {"set", "plan_section:SEC-2027-9", "body_zh=" + zh});
  schools.act("bstu", {"set", "plan_section:SEC-2027-9", "body_en=" + en});
  schools.sync_all();
  for (const auto* school : {"bitc", "thuhs", "bstu"}) {
    const auto section = schools.ask(school, {"show", "plan_section:SEC-2027-9"});
    EXPECT_EQ(section.at("body_zh"), zh);
    EXPECT_EQ(section.at("body_en"), en);
    const auto stale = finding_of(schools.ask(school, {"findings"}), "IR-31");
    EXPECT_THAT(stale.at("records"), ElementsAre("plan_section:SEC-2027-9"));
    EXPECT_EQ(stale.at("severity"), "hint");
  }
  expect_whole(schools);
}

TEST(Scenarios, SC22EachBodysOwnHeadCountIsInForce) {
  const Schools schools;
  schools.act("thuhs", {"set", "attendance:SM-05/BITC", "count=5", "--why", "主办方点数"});
  schools.act("bitc", {"set", "attendance:SM-05/BITC", "count=6"});
  schools.sync_all();
  for (const auto* school : {"bitc", "thuhs", "bstu"}) {
    EXPECT_EQ(schools.ask(school, {"show", "attendance:SM-05/BITC"}).at("count"), 6);
    EXPECT_THAT(schools.ask(school, {"conflicts"}), IsEmpty());
    const auto proposals = schools.ask(school, {"proposals"});
    ASSERT_THAT(proposals, SizeIs(1));
    EXPECT_EQ(proposals[0].at("suggested"), "5");
    EXPECT_EQ(proposals[0].at("based_on"), "4");
  }
  expect_whole(schools);
}

TEST(Scenarios, AllOfThemAtOnceReachOneDigestForEveryOrderOfSyncing) {
  std::vector<std::string> order{"bitc", "bstu", "thuhs"};
  const Schools base;
  base.act("bitc", {"set", "course:B02015", "credits=5"});
  base.act("bitc", {"set", "duty:DU-07", "title_zh=甲"});
  base.act("bitc", {"archive", "course:B04029", "--why", "选课不足"});
  base.act("thuhs", {"set", "duty:DU-07", "title_zh=乙"});
  base.act("thuhs", {"set", "problem:PB-03", "severity=low"});
  base.act("bstu", {"set", "duty:DU-07", "title_zh=丙"});
  base.act("bstu", {"set", "course:B02015", "credits=3"});
  base.act("bstu",
           {"add", "prereq", "plan=PLAN-BD-2027", "course=C03010", "requires=B04029", "kind=pre"});
  std::vector<std::string> digests;
  do {
    const Schools schools{base};  // NOLINT(performance-unnecessary-copy-initialization)
    for (int round = 0; round < 2; ++round) {
      for (const auto& school : order)
        schools.act(school, {"sync"});
    }
    schools.expect_agreement();
    digests.push_back(schools.digest(order.front()));
  } while (std::ranges::next_permutation(order).found);
  EXPECT_THAT(digests, SizeIs(6));
  EXPECT_THAT(digests, testing::Each(digests.front()));
}

}  // namespace
}  // namespace guantong
