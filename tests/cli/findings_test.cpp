// Listing what breaks a rule, and letting it stand for a while.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/programme.h"
#include "tests/support/schools.h"

namespace guantong::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A programme in which one teacher has too many hours: TC-H02 has 19 of 14.
class Findings : public ::testing::Test {
protected:
  Json overloaded(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"findings", "--rule", "IR-14"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Json found = Json::array();
    for (const auto& finding : programme.ask(arguments)) {
      if (finding.at("records").at(0) == "person_card:TC-H02") found.push_back(finding);
    }
    return found;
  }
  /// The beginning of the one finding's number.
  std::string number() const {
    const auto found = overloaded();
    EXPECT_THAT(found, SizeIs(1));
    return found.at(0).at("id").get<std::string>().substr(0, 8);
  }

  Programme programme;
};

TEST_F(Findings, AWaivedOneStandsUntilItsDayAndIsListedOnRequest) {
  const auto id = number();
  EXPECT_EQ(programme.run({"check", "--rule", "IR-01"}).code, 0);
  EXPECT_EQ(programme.run({"check", "--rule", "IR-14"}).code, 1);
  programme.act({"waive", id, "--until", "2199-01-01", "--why", "下学期合并"});
  EXPECT_THAT(overloaded(), IsEmpty());
  const auto waived = overloaded({"--waived"});
  ASSERT_THAT(waived, SizeIs(1));
  EXPECT_EQ(waived.at(0).at("waived_until"), "2199-01-01");
  EXPECT_THAT(programme.run({"findings", "--waived"}).out, HasSubstr("2199-01-01"));
}

TEST_F(Findings, AWaiverThatIsOverCountsNoMoreAndCanBeGivenAnew) {
  const auto id = number();
  programme.act({"waive", id, "--until", "2020-01-01", "--why", "旧"});
  EXPECT_THAT(overloaded(), SizeIs(1));
  programme.act({"waive", id, "--until", "2199-01-01", "--why", "再延"});
  EXPECT_THAT(overloaded(), IsEmpty());
  programme.act({"archive",
                 "waiver:" + overloaded({"--waived"}).at(0).at("id").get<std::string>(),
                 "--why",
                 "收回"});
  EXPECT_THAT(overloaded(), SizeIs(1));
  programme.act({"waive", id, "--until", "2199-06-01", "--why", "又延"});
  EXPECT_THAT(overloaded(), IsEmpty());
}

TEST_F(Findings, StatusCountsWhatIsNotWaived) {
  const auto before = programme.ask({"status"}).at("findings").get<int>();
  programme.act({"waive", number(), "--until", "2199-01-01", "--why", "下学期合并"});
  EXPECT_EQ(programme.ask({"status"}).at("findings"), before - 1);
}

TEST_F(Findings, AWaiverNeedsAFindingADayAndAReason) {
  EXPECT_EQ(programme.run({"waive", "ffffffff", "--until", "2199-01-01", "--why", "x"}).code, 2);
  EXPECT_EQ(programme.run({"waive", number(), "--until", "soon", "--why", "x"}).code, 2);
  EXPECT_EQ(programme.run({"waive", number(), "--until", "2199-01-01"}).code, 2);
  EXPECT_THAT(overloaded(), SizeIs(1));
}

TEST_F(Findings, CanBeAskedForOnePlan) {
  programme.act(
      {"add", "prereq", "plan=PLAN-BD-2027", "course=A01010", "requires=B03021", "kind=pre"});
  EXPECT_THAT(programme.ask({"findings", "--rule", "IR-03", "--plan", "PLAN-BD-2027"}), SizeIs(1));
  EXPECT_THAT(programme.ask({"findings", "--rule", "IR-03", "--plan", "PLAN-BD-2024"}), IsEmpty());
  EXPECT_EQ(programme.run({"findings", "--plan", "PLAN-XX"}).code, 2);
}

TEST(Waivers, OthersThanTheLeadSuggestThem) {
  const Schools schools;
  for (const auto* school : {"bitc", "thuhs"})
    schools.act(school, {"add", "course", "code=B04032", "name_zh=人工智能通识"});
  schools.sync_all();
  const auto found = schools.ask("bstu", {"findings", "--rule", "IR-01"});
  ASSERT_THAT(found, SizeIs(1));
  const std::string id = found.at(0).at("id");
  const auto saved =
      schools.ask("bstu", {"waive", id, "--until", "2199-01-01", "--why", "待开课单位改号"});
  EXPECT_THAT(saved.at("proposed"), testing::Not(IsEmpty()));
  EXPECT_THAT(schools.ask("bstu", {"findings", "--rule", "IR-01"}), SizeIs(1));
  schools.sync_all();
  const auto proposals = schools.ask("bitc", {"proposals"});
  ASSERT_THAT(proposals, testing::Not(IsEmpty()));
  for (const auto& proposal : proposals)
    schools.at("bitc", {"accept", proposal.at("id").get<std::string>()});
  EXPECT_THAT(schools.ask("bitc", {"findings", "--rule", "IR-01"}), IsEmpty());
}

}  // namespace
}  // namespace guantong::test
