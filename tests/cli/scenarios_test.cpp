// What follows on scenarios of the subject matter: how they are shown, and decided, through the
// command line. The outcomes before that are in merge_scenarios_test.
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

TEST(Scenarios, SC01AClaimOnAHeldDutyLeavesTheHolderInChargeUntilBothAgree) {
  const Schools schools;
  schools.agree_on_duties();
  schools.act("bstu",
              {"duty", "request", "duty:DU-12", "--why", "重复集中在本科段，由我方牵头更合适"});
  schools.act("bitc", {"set", "duty_assignment:DU-12/BITC/A", "post=专业带头人 Major leader"});
  schools.sync_all();
  for (const auto* school : {"bitc", "thuhs", "bstu"}) {
    const auto duty = schools.ask(school, {"duty", "show", "duty:DU-12"});
    EXPECT_EQ(duty.at("state"), "held") << school;
    EXPECT_EQ(duty.at("accountable"), Json({"bitc"})) << school;
    const auto request = duty.at("acts").back();
    EXPECT_EQ(request.at("status"), "open") << school;
    EXPECT_EQ(request.at("to"), "bstu") << school;
    EXPECT_EQ(request.at("waits_for"), Json({"bitc"})) << school;
    const auto grid = schools.ask(school, {"plan", "duties"});
    const auto row = std::ranges::find_if(
        grid.at("duties"), [](const Json& one) { return one.at("duty") == "duty:DU-12"; });
    EXPECT_EQ(row->at("cells").at("BITC").at("roles"), "AR") << school;
    EXPECT_EQ(row->at("cells").at("BITC").at("post"), "专业带头人 Major leader") << school;
    EXPECT_EQ(row->at("cells").at("BSTU").at("roles"), "R") << school;
  }
  const auto card = schools.at("bitc", {"inbox"});
  EXPECT_EQ(card.code, 1);
  EXPECT_THAT(card.out,
              testing::AllOf(HasSubstr("duty:DU-12"),
                             HasSubstr("重复集中在本科"),  // The line breaks behind it.
                             HasSubstr("guantong duty accept duty:DU-12"),
                             HasSubstr("guantong duty decline duty:DU-12")));
  schools.act("bitc", {"duty", "decline", "duty:DU-12", "--why", "先拆成两项"});
  schools.sync_all();
  EXPECT_EQ(schools.ask("bstu", {"duty", "show", "duty:DU-12"}).at("accountable"), Json({"bitc"}));
  expect_whole(schools);
}

TEST(Scenarios, SC02ADutyIsNotLaidDownBeforeSomebodyTakesItUp) {
  const Schools schools;
  schools.agree_on_duties();
  schools.act("bitc",
              {"duty", "offer", "duty:DU-15", "--to", "bstu", "--why", "转段后由本科高校牵头"});
  schools.act("bstu", {"set", "duty:DU-15", "due_rule=转段后", "--why", "同意牵头，待会签"});
  schools.sync_all();
  const auto no_finding = [&](const std::string& school) {
    const auto findings = schools.ask(school, {"findings"});
    EXPECT_THAT(rules_in(findings), testing::Not(Contains("IR-06"))) << school;
    EXPECT_THAT(rules_in(findings), testing::Not(Contains("IR-07"))) << school;
  };
  for (const auto* school : {"bitc", "thuhs", "bstu"}) {
    const auto duty = schools.ask(school, {"duty", "show", "duty:DU-15"});
    EXPECT_EQ(duty.at("accountable"), Json({"bitc"})) << "its end waits for the other's consent";
    EXPECT_EQ(duty.at("acts").back().at("waits_for"), Json({"bstu"})) << school;
    no_finding(school);
  }
  schools.act("bstu", {"duty", "accept", "duty:DU-15"});
  schools.sync_all();
  for (const auto* school : {"bitc", "thuhs", "bstu"}) {
    EXPECT_EQ(schools.ask(school, {"duty", "show", "duty:DU-15"}).at("accountable"),
              Json({"bstu"}));
    no_finding(school);
  }
  expect_whole(schools);
}

TEST(Scenarios, SC18TheGoalIsDecidedByAllAndSignedByThree) {
  const Schools schools;
  const std::string goal = "goal:PEO1";
  const auto base = schools.ask("thuhs", {"show", goal}).at("text_zh");
  const std::string ours = "能在一线岗位独立完成数据工程任务的高端技术技能人才";
  const std::string theirs = "能解决复杂工程问题的应用型工程技术人才";
  schools.act("bitc", {"set", goal, "text_zh=" + ours});
  schools.act("bstu", {"set", goal, "text_zh=" + theirs});
  schools.sync_all();
  for (const auto* school : {"bitc", "thuhs", "bstu"}) {
    const auto conflicts = schools.ask(school, {"conflicts"});
    ASSERT_THAT(conflicts, SizeIs(1)) << school;
    EXPECT_EQ(conflicts[0].at("in_force"), base) << school;
    EXPECT_THAT(conflicts[0].at("deciders"), UnorderedElementsAre("bitc", "thuhs", "bstu"));
    EXPECT_EQ(schools.ask(school, {"show", goal}).at("text_zh"), base) << school;
  }
  EXPECT_EQ(schools.at("thuhs", {"sign", "plan:PLAN-BD-2027"}).code, 2) << "it is undecided";
  schools.act("thuhs",
              {"resolve", goal + ".text_zh", "--value", ours + "，" + theirs, "--why", "合并"});
  schools.sync_all();
  for (const auto* school : {"thuhs", "bitc", "bstu"}) {
    EXPECT_EQ(schools.ask("bstu", {"sign", "plan:PLAN-BD-2027", "--show"}).at("phase"), "draft");
    schools.act(school, {"sign", "plan:PLAN-BD-2027"});
    schools.sync_all();
  }
  EXPECT_EQ(schools.ask("bstu", {"sign", "plan:PLAN-BD-2027", "--show"}).at("phase"), "closed");
  EXPECT_EQ(schools.ask("bitc", {"show", goal}).at("text_zh"), ours + "，" + theirs);
  expect_whole(schools);
}

TEST(Scenarios, SC26WeightsChangedApartAreOneConflictAndTheAgreedOnesHold) {
  const Schools schools;
  const std::string rule = "promotion_rule:PR-S2S3";
  schools.act("bitc", {"set", rule, "items=process:70;test:30"});
  schools.act("bstu", {"set", rule, "items=process:50;test:50"});
  schools.sync_all();
  for (const auto* school : {"bitc", "thuhs", "bstu"}) {
    const auto conflicts = schools.ask(school, {"conflicts"});
    ASSERT_THAT(conflicts, SizeIs(1)) << school;
    EXPECT_EQ(conflicts[0].at("record"), rule);
    EXPECT_EQ(conflicts[0].at("in_force"), "process:60;test:40");
    EXPECT_THAT(conflicts[0].at("sides"), SizeIs(2));
    EXPECT_EQ(schools.ask(school, {"show", rule}).at("items"), "process:60;test:40");
  }
  schools.act("bstu",
              {"resolve", rule + ".items", "--value", "process:60;test:40", "--why", "下届再议"});
  schools.sync_all();
  for (const auto* school : {"bstu", "bitc", "thuhs"}) {
    schools.act(school, {"sign", rule});
    schools.sync_all();
  }
  EXPECT_THAT(schools.ask("bitc", {"set", rule, "items=process:70;test:30"}).at("proposed"),
              ElementsAre("items"))
      << "what is signed is changed with a new draft only";
  EXPECT_EQ(schools.ask("thuhs", {"show", rule}).at("items"), "process:60;test:40");
  schools.sync_all();
  expect_whole(schools);
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
