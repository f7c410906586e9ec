// What has happened, for those who look after it: changes, decisions, how syncing goes.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/schools.h"

namespace guantong::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// The rows of a table with that value in a column.
std::vector<Json> rows_with(const Json& rows, const std::string& column, const std::string& value) {
  std::vector<Json> found;
  for (const auto& row : rows) {
    if (row.at(column) == value) found.push_back(row);
  }
  return found;
}

TEST(Reports, ChangesSayWhatWhoWhereAndWhyAtEverySite) {
  const Schools schools;
  schools.act("bitc", {"set", "course:B02015", "credits=5", "--why", "增加实训"});
  schools.sync_all();
  for (const auto* school : {"bitc", "thuhs"}) {
    const auto report = schools.ask(school, {"report", "changes"});
    const auto rows = rows_with(report.at("changes"), "why", "增加实训");
    ASSERT_THAT(rows, SizeIs(1));
    EXPECT_EQ(rows[0].at("record"), "course:B02015");
    EXPECT_EQ(rows[0].at("site"), "bitc");
    EXPECT_THAT(rows[0].at("what").get<std::string>(), HasSubstr("credits 4 -> 5"));
    EXPECT_THAT(rows[0].at("from"), Contains("course:B02015"));
  }
  const auto later = schools.ask("bitc", {"report", "changes", "--since", "2199-01-01"});
  EXPECT_THAT(later.at("changes"), IsEmpty());
}

TEST(Reports, DecisionsNameWhoDecidedAndWhy) {
  const Schools schools;
  schools.act("bitc", {"set", "duty:DU-07", "title_zh=转段考核（含综合素质评价）"});
  schools.act("thuhs", {"set", "duty:DU-07", "title_zh=转段考核（文化课学业水平）"});
  schools.act("bitc", {"set", "course:B02015", "credits=5", "--why", "增加实训"});
  schools.act("bstu", {"set", "course:B02015", "credits=3", "--why", "与 C03009 重复"});
  schools.sync_all();
  EXPECT_THAT(schools.ask("bstu", {"report", "decisions"}).at("decisions"), IsEmpty());
  schools.act("thuhs",
              {"resolve", "duty:DU-07.title_zh", "--value", "转段考核", "--why", "拆成两项"});
  const std::string id = schools.ask("bitc", {"proposals"})[0].at("id");
  schools.act("bitc", {"decline", id, "--why", "实训课时不能再减"});
  schools.sync_all();
  const auto decisions = schools.ask("bstu", {"report", "decisions"}).at("decisions");
  ASSERT_THAT(decisions, SizeIs(2));
  const auto conflict = rows_with(decisions, "sort", "conflict");
  ASSERT_THAT(conflict, SizeIs(1));
  EXPECT_EQ(conflict[0].at("record"), "duty:DU-07");
  EXPECT_EQ(conflict[0].at("site"), "thuhs");
  EXPECT_EQ(conflict[0].at("why"), "拆成两项");
  EXPECT_EQ(conflict[0].at("days_open"), 0);
  const auto declined = rows_with(decisions, "sort", "declined");
  ASSERT_THAT(declined, SizeIs(1));
  EXPECT_EQ(declined[0].at("why"), "实训课时不能再减");
}

TEST(Reports, HealthTellsOfSilentSitesAndDaysWithoutASync) {
  const Schools schools;
  EXPECT_THAT(rows_with(schools.ask("bitc", {"report", "health"}).at("sites"), "state", "silent"),
              SizeIs(2));
  schools.act("thuhs", {"set", "problem:PB-01", "severity=medium"});
  schools.act("bstu", {"set", "problem:PB-02", "severity=medium"});
  schools.sync_all();
  const auto now = schools.ask("bitc", {"report", "health"});
  EXPECT_THAT(rows_with(now.at("sites"), "state", "ok"), SizeIs(3));
  const auto remotes = rows_with(now.at("remotes"), "remote", "origin");
  ASSERT_THAT(remotes, SizeIs(1));
  EXPECT_EQ(remotes[0].at("synced").get<int>() + remotes[0].at("missed").get<int>(), 30);
  EXPECT_GE(remotes[0].at("synced"), 1);
  const auto later = schools.ask("bitc", {"report", "health", "--on", "2199-01-01"});
  EXPECT_THAT(rows_with(later.at("sites"), "state", "silent"), SizeIs(3));
  EXPECT_EQ(later.at("remotes").at(0).at("missed"), 30);
}

TEST(Reports, AreReadInChineseToo) {
  const Schools schools;
  schools.act("bitc", {"set", "course:B02015", "credits=5", "--why", "增加实训"});
  const auto report = schools.at("bitc", {"--lang", "zh", "report", "changes"});
  EXPECT_EQ(report.code, 0) << report.err;
  EXPECT_THAT(report.out, HasSubstr("增加实训"));
}

}  // namespace
}  // namespace guantong::test
