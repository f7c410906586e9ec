// What waits for a decision, as each site sees it, through the command line.
#include <algorithm>
#include <cctype>
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
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// The group of a record in one of the lists; null where it has none.
Json group(const Json& inbox, const std::string& list, const std::string& subject) {
  for (const auto& one : inbox.at(list)) {
    if (one.at("subject") == subject) return one;
  }
  return {};
}

std::vector<std::string> commands(const Json& item) {
  std::vector<std::string> all;
  for (const auto& step : item.at("steps"))
    all.push_back(step.at("command"));
  return all;
}

class Inbox : public testing::Test {
protected:
  Schools schools;
};

TEST_F(Inbox, IsEmptyWhereNothingWaits) {
  const auto run = schools.at("bstu", {"inbox"});
  EXPECT_EQ(run.code, 0) << run.out;
  EXPECT_THAT(run.out, HasSubstr("Nothing waits for your decision."));
}

TEST_F(Inbox, GroupsEverythingAboutOneRecordAndSaysWhatEachChoiceDoes) {
  const std::string duty = "duty:DU-07";
  schools.act("bitc", {"duty", "claim", duty});
  schools.sync_all();
  schools.act("bstu", {"duty", "request", duty, "--why", "转段后由本科高校牵头"});
  schools.act("bstu", {"set", duty, "title_zh=转段考核（本科）"});
  schools.act("bitc", {"set", duty, "title_zh=转段考核（高职）"});
  schools.sync_all();

  const auto here = schools.at("bitc", {"--json", "inbox"});
  EXPECT_EQ(here.code, 1);
  const auto mine = group(here.json(), "for_you", duty);
  ASSERT_THAT(mine.at("items"), SizeIs(2));
  EXPECT_EQ(mine.at("items")[0].at("kind"), "duty");
  EXPECT_THAT(commands(mine.at("items")[0]),
              Contains(HasSubstr("guantong duty accept duty:DU-07 --id ")));
  EXPECT_EQ(mine.at("items")[1].at("kind"), "conflict");
  EXPECT_THAT(commands(mine.at("items")[1]),
              Contains("guantong resolve duty:DU-07.title_zh --take 2 --why …"));
  EXPECT_THAT(commands(mine.at("items")[1]), Contains(HasSubstr("guantong duty split")));

  const auto there = schools.ask("bstu", {"inbox"});
  EXPECT_THAT(group(there, "for_others", duty).at("items"), SizeIs(1));  // Its request.
  EXPECT_THAT(group(there, "for_you", duty).at("items"), SizeIs(1));     // The title.
}

TEST_F(Inbox, NeverSpeaksTheLanguageOfVersionControl) {
  const std::string duty = "duty:DU-07";
  schools.act("bitc", {"duty", "claim", duty});
  schools.act("bitc", {"sign", "plan:PLAN-BD-2027"});
  schools.sync_all();
  schools.act("bstu", {"duty", "request", duty});
  schools.act("bstu", {"set", duty, "title_zh=甲"});
  schools.act("bitc", {"set", duty, "title_zh=乙"});
  schools.act("bstu", {"set", "course:B02015", "credits=3"});
  schools.sync_all();
  for (const auto* school : {"bitc", "thuhs", "bstu"}) {
    for (const auto* language : {"--lang=en", "--lang=zh"}) {
      auto text = schools.at(school, {language, "inbox"}).out;
      std::ranges::transform(
          text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      for (const auto* word : {"merge", "commit", "rebase", "head", "合并提交", "变基"})
        EXPECT_THAT(text, Not(HasSubstr(word))) << school << language;
    }
  }
}

TEST_F(Inbox, WhatWasCombinedIsListedForTwoWeeksAndTakenBackByOneCommand) {
  const auto sections = schools.ask("bitc", {"list", "plan_section"});
  ASSERT_THAT(sections, Not(IsEmpty()));
  const std::string name = "plan_section:" + sections[0].at("code").get<std::string>();
  schools.act("bitc", {"set", name, "body_zh=第一句。第二句。第三句。"});
  schools.sync_all();
  schools.act("bitc", {"set", name, "body_zh=第一句改。第二句。第三句。"});
  schools.act("bstu", {"set", name, "body_zh=第一句。第二句。第三句改。"});
  schools.sync_all();
  const auto combined = schools.ask("bitc", {"inbox"}).at("combined");
  ASSERT_THAT(combined, SizeIs(1));
  EXPECT_EQ(combined[0].at("now"), "第一句改。第二句。第三句改。");
  EXPECT_EQ(combined[0].at("before"), "第一句改。第二句。第三句。") << "what stood at this school";
  schools.act("bitc", {"undo", combined[0].at("field").get<std::string>()});
  EXPECT_EQ(schools.ask("bitc", {"show", name}).at("body_zh"), "第一句改。第二句。第三句。");
  EXPECT_THAT(schools.ask("bitc", {"inbox"}).at("combined"), IsEmpty());
  schools.sync_all();
  schools.expect_agreement();
  EXPECT_EQ(schools.ask("bstu", {"show", name}).at("body_zh"), "第一句改。第二句。第三句。");
  EXPECT_EQ(schools.at("bstu", {"undo", name + ".body_zh"}).code, 2) << "nothing is combined now";
}

TEST_F(Inbox, SuggestionsWaitForTheOwnerAndAreSeenByWhoMadeThem) {
  schools.act("bstu", {"set", "course:B02015", "credits=3", "--why", "与 C03009 重复"});
  schools.sync_all();
  const auto mine = group(schools.ask("bitc", {"inbox"}), "for_you", "course:B02015");
  ASSERT_THAT(mine.at("items"), SizeIs(1));
  EXPECT_THAT(commands(mine.at("items")[0]), Contains(HasSubstr("guantong decline")));
  EXPECT_THAT(mine.at("items")[0].at("happened")[0].get<std::string>(),
              HasSubstr("与 C03009 重复"));
  const auto theirs = group(schools.ask("bstu", {"inbox"}), "for_others", "course:B02015");
  ASSERT_THAT(theirs.at("items"), SizeIs(1));
  EXPECT_THAT(commands(theirs.at("items")[0]), Contains(HasSubstr("guantong withdraw")));
  EXPECT_TRUE(group(schools.ask("thuhs", {"inbox"}), "for_others", "course:B02015").is_null());
}

}  // namespace
}  // namespace guantong
