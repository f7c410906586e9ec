// Who answers for what, through the command line: each story with its one outcome at every school.
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
  EXPECT_EQ(schools.ask("bitc", {"status"}).at("duties").get<int>(), 1);
  EXPECT_EQ(schools.ask("bstu", {"status"}).at("duties").get<int>(), 0);
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
  EXPECT_EQ(schools.ask("bitc", {"status"}).at("duties").get<int>(), 1);
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

TEST_F(Duties, AuditorsReadAndDoNotAct) {
  schools.add_computer("auditor", "bstu", "auditor");
  const auto denied = schools.at("auditor", {"duty", "request", analysis});
  EXPECT_EQ(denied.code, 2);
  EXPECT_EQ(duty(schools, "auditor").at("accountable"), Json({"bitc"}));
}

}  // namespace
}  // namespace guantong
