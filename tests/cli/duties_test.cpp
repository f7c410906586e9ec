// Who answers for what, through the command line: each story with its one outcome at every school.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/reading.h"
#include "tests/support/schools.h"

namespace guantong {
namespace {

using test::Schools;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

const std::string analysis = "duty:DU-01";

Json duty(const Schools& schools, const std::string& school, const std::string& name = analysis) {
  return schools.ask(school, {"duty", "show", name});
}

/// The same state, and who answers, at all three.
void expect_everywhere(const Schools& schools, const std::string& state, const Json& accountable) {
  for (const auto* school : {"bitc", "thuhs", "bstu"}) {
    const auto shown = duty(schools, school);
    EXPECT_EQ(shown.at("state").get<std::string>(), state) << school;
    EXPECT_EQ(shown.at("accountable"), accountable) << school;
  }
  schools.expect_agreement();
  EXPECT_EQ(schools.at("thuhs", {"verify"}).code, 0);
}

class Duties : public testing::Test {
protected:
  void SetUp() override {
    schools.act("bitc", {"duty", "claim", analysis});
    schools.sync_all();
  }
  Schools schools;
};

/// The university wants the duty that the college holds; the college edits it meanwhile.
TEST_F(Duties, SC01AClaimOnAHeldDutyWaitsForTheHolder) {
  EXPECT_EQ(schools.at("bstu", {"duty", "claim", analysis}).code, 2);
  schools.act("bstu", {"duty", "request", analysis, "--why", "与大学阶段重叠"});
  schools.act("bitc", {"set", analysis, "due_rule=每年 6 月"});
  schools.sync_all();
  expect_everywhere(schools, "held", {"bitc"});
  EXPECT_EQ(schools.ask("thuhs", {"show", analysis}).at("accountable"), Json({"bitc"}));
  const auto acts = duty(schools, "thuhs").at("acts");
  ASSERT_THAT(acts, SizeIs(2));
  EXPECT_EQ(acts[1].at("status").get<std::string>(), "open");
  EXPECT_EQ(acts[1].at("waits_for"), Json({"bitc"}));
  EXPECT_EQ(schools.ask("bitc", {"status"}).at("agreements").get<int>(), 1);
  EXPECT_EQ(schools.ask("bstu", {"status"}).at("agreements").get<int>(), 0);
  const auto card = schools.at("bitc", {"duty", "show", analysis});
  EXPECT_THAT(card.out, AllOf(HasSubstr("answers for it"), HasSubstr("guantong duty accept")));

  schools.act("bitc", {"duty", "accept", analysis});
  schools.sync_all();
  expect_everywhere(schools, "held", {"bstu"});
}

/// The college lays a duty down; the university only says that it agrees.
TEST_F(Duties, SC02ADutyLaidDownIsAnsweredForUntilSomebodyTakesItUp) {
  schools.act("bitc", {"duty", "offer", analysis, "--to", "all", "--why", "学期末停办"});
  schools.act("bstu", {"set", analysis, "due_rule=同意", "--why", "同意"});
  schools.sync_all();
  expect_everywhere(schools, "held", {"bitc"});
  schools.act("bstu", {"duty", "accept", analysis});
  schools.sync_all();
  expect_everywhere(schools, "held", {"bstu"});
}

TEST_F(Duties, TwoClaimsOfAFreeDutyAreAContestThatARulingCloses) {
  const std::string free = "duty:DU-02";
  schools.act("thuhs", {"duty", "claim", free});
  schools.act("bstu", {"duty", "claim", free});
  schools.sync_all();
  for (const auto* school : {"bitc", "thuhs", "bstu"}) {
    EXPECT_EQ(duty(schools, school, free).at("state").get<std::string>(), "contested");
    EXPECT_THAT(duty(schools, school, free).at("accountable"), SizeIs(2));
  }
  const auto hasty = schools.at("bitc", {"duty", "rule", free, "--to", "thuhs", "--why", "x"});
  EXPECT_EQ(hasty.code, 2);
  EXPECT_THAT(hasty.err, HasSubstr("asked for a ruling"));
  schools.act("bstu", {"duty", "escalate", free, "--why", "谈不拢"});
  schools.sync_all();
  EXPECT_EQ(schools.ask("bitc", {"status"}).at("agreements").get<int>(), 1);
  schools.act("bitc", {"duty", "rule", free, "--to", "thuhs", "--why", "高中阶段的事"});
  schools.sync_all();
  for (const auto* school : {"bitc", "thuhs", "bstu"})
    EXPECT_EQ(duty(schools, school, free).at("accountable"), Json({"thuhs"}));
  schools.expect_agreement();
}

TEST_F(Duties, AnAcceptanceStandsAgainstAWithdrawalItHadNotHeardOf) {
  schools.act("bitc", {"duty", "offer", analysis, "--to", "bstu"});
  schools.sync_all();
  schools.act("bitc", {"duty", "withdraw", analysis});
  schools.act("bstu", {"duty", "accept", analysis});
  schools.sync_all();
  expect_everywhere(schools, "held", {"bstu"});
}

TEST_F(Duties, AnActThatIsNotSealedIsUndoneWithoutATrace) {
  schools.act("bitc", {"duty", "offer", analysis, "--to", "thuhs"});
  schools.act("bitc", {"undo"});
  EXPECT_THAT(duty(schools, "bitc").at("acts"), SizeIs(1));
  schools.sync_all();
  expect_everywhere(schools, "held", {"bitc"});
}

TEST_F(Duties, TheHistorySaysWhoDidWhatInBothLanguages) {
  schools.act("bitc", {"duty", "offer", analysis, "--to", "bstu", "--why", "2027级起"});
  schools.sync_all();
  EXPECT_THAT(schools.at("thuhs", {"history", analysis}).out,
              AllOf(HasSubstr("offered to bstu"), HasSubstr("2027级起")));
  const auto chinese = schools.at("thuhs", {"--lang=zh", "duty", "show", analysis});
  EXPECT_THAT(chinese.out, AllOf(HasSubstr("提出移交给"), Not(HasSubstr("offered"))));
}

TEST_F(Duties, TheReplicaMadeAnewTellsTheSameStory) {
  schools.act("bitc", {"duty", "offer", analysis, "--to", "bstu"});
  schools.sync_all();
  const auto before = duty(schools, "thuhs");
  schools.act("thuhs", {"rebuild"});
  EXPECT_EQ(duty(schools, "thuhs").at("state"), before.at("state"));
  EXPECT_EQ(duty(schools, "thuhs").at("acts").size(), before.at("acts").size());
  schools.expect_agreement();
}

TEST_F(Duties, AFileOfAssignmentsClaimsForItsSiteAndOffersToOthers) {
  const Schools fresh;
  const std::string file = GUANTONG_DATA_DIR "/demo/duty_assignments.csv";
  const auto report = fresh.ask("bitc", {"import", "csv", file});
  EXPECT_EQ(report.at("claimed"), 16);
  EXPECT_EQ(report.at("offered"), 6);
  EXPECT_EQ(report.at("added"), 85);
  const auto again = fresh.ask("bitc", {"import", "csv", file});
  EXPECT_EQ(again.at("claimed"), 0);
  EXPECT_EQ(again.at("offered"), 0);
  EXPECT_EQ(again.at("same"), 85);
  EXPECT_EQ(duty(fresh, "bitc", "duty:DU-03").at("state"), "free") << "thuhs has not agreed yet";
  fresh.agree_on_duties();
  const auto grid = fresh.ask("bstu", {"plan", "duties"});
  EXPECT_EQ(grid.at("held"), 22);
  EXPECT_EQ(duty(fresh, "bitc", "duty:DU-03").at("accountable"), Json({"thuhs"}));
  fresh.expect_agreement();
}

TEST_F(Duties, TheGridSaysWhoDoesWhatWhoHasTooMuchAndWhoIsOnlyAsked) {
  schools.agree_on_duties();
  const auto grid = schools.ask("thuhs", {"plan", "duties"});
  ASSERT_THAT(grid.at("duties"), SizeIs(22));
  const auto& seventh = grid.at("duties")[6];
  EXPECT_EQ(seventh.at("duty"), "duty:DU-07");
  EXPECT_EQ(seventh.at("cells").at("BITC").at("roles"), "AR");
  EXPECT_EQ(seventh.at("cells").at("BITC").at("post"), "教务处长 Dean") << "a post, not a person";
  EXPECT_EQ(seventh.at("cells").at("THUHS").at("roles"), "R");
  EXPECT_EQ(seventh.at("cells").at("BSTU").at("roles"), "C");
  std::map<std::string, Json> loads;
  for (const auto& load : grid.at("loads"))
    loads[load.at("org")] = load;
  EXPECT_EQ(loads.at("BITC").at("accountable"), 16);
  EXPECT_EQ(loads.at("BITC").at("too_much"), true);
  EXPECT_EQ(loads.at("BSTU").at("too_much"), false);
  EXPECT_EQ(loads.at("BJMEC").at("only_c_or_i"), true);
  EXPECT_EQ(loads.at("THUHS").at("only_c_or_i"), false);
  EXPECT_THAT(schools.at("thuhs", {"plan", "duties"}).out, HasSubstr("too much"));
  EXPECT_THAT(schools.at("thuhs", {"plan", "duties", "--csv"}).out, HasSubstr("教务处长 Dean"));
}

/// The A of a row is who the site is, not what it answers for.
TEST_F(Duties, ARowOfAssignmentsMakesNobodyAccountable) {
  schools.act("bstu", {"add", "duty_assignment", "duty=DU-01", "org=BSTU", "role=A", "post=院长"});
  schools.sync_all();
  expect_everywhere(schools, "held", {"bitc"});
  const auto grid = schools.ask("thuhs", {"plan", "duties"});
  EXPECT_EQ(grid.at("duties")[0].at("cells").at("BSTU").at("roles"), "");
}

TEST_F(Duties, ADutyWithTwoOrWithoutAnyThatAnswerIsAFinding) {
  schools.act("thuhs", {"duty", "claim", "duty:DU-02"});
  schools.act("bstu", {"duty", "claim", "duty:DU-02"});
  schools.sync_all();
  for (const auto* school : {"bitc", "thuhs", "bstu"}) {
    std::map<std::string, std::string> rule_of;
    for (const auto& finding : schools.ask(school, {"findings"}))
      rule_of[finding.at("records")[0]] = finding.at("rule");
    EXPECT_EQ(rule_of["duty:DU-02"], "IR-06") << school;
    EXPECT_EQ(rule_of["duty:DU-05"], "IR-07") << school;
    EXPECT_FALSE(rule_of.contains(analysis)) << school;
  }
  EXPECT_EQ(schools.ask("bitc", {"check"}), schools.ask("bitc", {"findings"}))
      << "found as it came, and found anew";
}

TEST_F(Duties, OneSetOfDutiesImportedAtTwoSitesIsOneSet) {
  const std::string file = GUANTONG_DATA_DIR "/demo/duties.csv";
  const auto imported = schools.ask("bstu", {"import", "csv", file});
  EXPECT_EQ(imported.at("added"), 0);
  EXPECT_EQ(imported.at("same"), 22);
}

TEST_F(Duties, AnArchivingBesideAHandOverIsOnHold) {
  schools.act("bitc", {"duty", "offer", analysis, "--to", "bstu"});
  schools.sync_all();
  schools.act("bstu", {"duty", "accept", analysis});
  schools.act("bitc", {"archive", analysis, "--why", "不再需要"});
  schools.sync_all();
  expect_everywhere(schools, "held", {"bstu"});
  for (const auto* school : {"bitc", "thuhs", "bstu"}) {
    const auto findings = schools.ask(school, {"findings"});
    EXPECT_TRUE(std::ranges::any_of(findings, [](const Json& finding) {
      return finding.at("rule") == "IR-02" && finding.at("records")[0] == "duty:DU-01";
    })) << school;
  }
  schools.act("bstu", {"archive", analysis, "--why", "知道移交后仍停办"});
  schools.sync_all();
  EXPECT_EQ(schools.at("bstu", {"duty", "offer", analysis, "--to", "bitc"}).code, 2) << "archived";
  schools.expect_agreement();
}

TEST_F(Duties, OneThatIsSplitIsAnsweredForInEveryPart) {
  const auto split = schools.ask("bitc",
                                 {"duty",
                                  "split",
                                  analysis,
                                  "--into",
                                  "DU-01A=编制方案",
                                  "--into",
                                  "DU-01B=修订方案",
                                  "--why",
                                  "两件事"});
  EXPECT_EQ(split.at("parts"), Json({"duty:DU-01A", "duty:DU-01B"}));
  schools.sync_all();
  for (const auto* part : {"duty:DU-01A", "duty:DU-01B"})
    EXPECT_EQ(duty(schools, "thuhs", part).at("accountable"), Json({"bitc"}));
  const auto part = schools.ask("thuhs", {"show", "duty:DU-01A"});
  EXPECT_EQ(part.at("area"), "plan");
  schools.expect_agreement();
  schools.act("thuhs", {"duty", "claim", "duty:DU-02"});
  schools.sync_all();
  EXPECT_EQ(
      schools
          .at("bitc",
              {"duty", "split", "duty:DU-02", "--into", "X1=甲", "--into", "X2=乙", "--why", "x"})
          .code,
      2)
      << "another site answers for it";
}

/// A part of the plan as three schools signed it says who rules.
TEST_F(Duties, TheStagesSignedCharterNamesWhoRulesAndWhoMayAsk) {
  schools.act("bstu", {"set", "stage:S3", "ruling_days=14", "may_escalate=partners"});
  schools.act("bitc", {"add", "duty", "code=DU-90", "title_zh=毕业论文", "stage=S3"});
  schools.sync_all();
  const std::string thesis = "duty:DU-90";
  const auto charter = [&](const std::string& school) {
    return duty(schools, school, thesis).at("ruled_by");
  };
  EXPECT_EQ(charter("thuhs"), "bitc") << "nobody has signed it yet: the lead rules";
  for (const auto* school : {"bitc", "thuhs", "bstu"}) {
    schools.act(school, {"sign", "stage:S3"});
    schools.sync_all();
  }
  EXPECT_EQ(charter("thuhs"), "bstu");
  schools.act("bitc", {"duty", "claim", thesis});
  schools.act("thuhs", {"duty", "claim", thesis});
  schools.sync_all();
  schools.act("bstu", {"duty", "escalate", thesis, "--why", "两校都已排课"});
  schools.sync_all();
  EXPECT_EQ(schools.at("bitc", {"duty", "rule", thesis, "--to", "bitc", "--why", "x"}).code, 2);
  EXPECT_THAT(schools.at("bstu", {"inbox"}).out, HasSubstr("A ruling is expected by"));
  schools.act("bstu", {"duty", "rule", thesis, "--to", "thuhs", "--why", "附中先提出"});
  schools.sync_all();
  for (const auto* school : {"bitc", "thuhs", "bstu"})
    EXPECT_EQ(duty(schools, school, thesis).at("accountable"), Json({"thuhs"}));
  schools.expect_agreement();
  EXPECT_EQ(schools.at("thuhs", {"verify"}).code, 0);
}

TEST_F(Duties, ARecordChangesOwnersByConsentOfBothAndTheNewOwnerDecides) {
  const std::string course = "course:B02015";
  schools.act("bitc", {"owner", "offer", course, "--to", "bstu", "--why", "2027级起由大学开课"});
  schools.sync_all();
  EXPECT_THAT(schools.ask("bstu", {"set", course, "credits=3"}).at("proposed"), SizeIs(1));
  schools.act("bstu", {"undo"});
  schools.act("bstu", {"owner", "accept", course});
  schools.act("bitc", {"set", course, "credits=5", "--why", "移交前"});
  schools.sync_all();
  for (const auto* school : {"bitc", "thuhs", "bstu"}) {
    EXPECT_EQ(schools.ask(school, {"show", course}).at("owners"), Json({"bstu"})) << school;
    EXPECT_EQ(schools.ask(school, {"show", course}).at("credits"), 5)
        << "written as the owner that it still was";
  }
  EXPECT_THAT(schools.ask("bitc", {"set", course, "credits=6"}).at("proposed"), SizeIs(1));
  schools.act("bstu", {"set", course, "credits=4"});
  schools.sync_all();
  EXPECT_EQ(schools.ask("thuhs", {"show", course}).at("credits"), 4);
  schools.expect_agreement();
  EXPECT_EQ(schools.at("thuhs", {"verify"}).code, 0);
  schools.act("thuhs", {"rebuild"});
  schools.expect_agreement();
}

TEST_F(Duties, AuditorsReadAndDoNotAct) {
  schools.add_computer("auditor", "bstu", "auditor");
  const auto denied = schools.at("auditor", {"duty", "request", analysis});
  EXPECT_EQ(denied.code, 2);
  EXPECT_EQ(duty(schools, "auditor").at("accountable"), Json({"bitc"}));
}

}  // namespace
}  // namespace guantong
