// One revision's content for another, on the whole of the demonstration data.
#include <cstddef>
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
using ::testing::Not;

class PlanCopies : public ::testing::Test {
protected:
  Json copy() const { return programme.ask({"plan", "copy", "PLAN-BD-2027", "PLAN-BD-2024"}); }

  /// What all that `copy` did comes to under one name: "added".
  static int sum(const Json& copied, const std::string& what) {
    int all = 0;
    for (const auto& records : copied.at("types"))
      all += records.at(what).get<int>();
    return all;
  }

  Json ask(const std::string& question, const std::string& plan) const {
    return programme.ask({"plan", question, "--plan", plan});
  }

  std::string value_of(const std::string& record, const std::string& field) const {
    const auto json = programme.ask({"show", record});
    return json.at(field).get<std::string>();
  }

  Programme programme;
};

TEST_F(PlanCopies, EveryRecordOfThePlanHasItsCopy) {
  const auto copied = copy();
  int there = 0;
  for (const auto& records : copied.at("types")) {
    EXPECT_THAT(records.at("problems"), IsEmpty()) << records;
    const auto type = records.at("type").get<std::string>();
    const auto of_plan = [&](const std::string& plan) {
      return programme.ask({"list", type, "--where", "plan=" + plan}).size();
    };
    EXPECT_EQ(of_plan("PLAN-BD-2024"), of_plan("PLAN-BD-2027")) << type;
    there += static_cast<int>(of_plan("PLAN-BD-2024"));
  }
  EXPECT_EQ(copied.at("types").size(), 11U);
  EXPECT_EQ(sum(copied, "added"), there);
}

TEST_F(PlanCopies, TheCopyAnswersAsItsOriginalDoes) {
  copy();
  const auto copied = ask("hours", "PLAN-BD-2024").at("stages");
  const auto original = ask("hours", "PLAN-BD-2027").at("stages");
  ASSERT_EQ(copied.size(), original.size());
  for (std::size_t i = 0; i < copied.size(); ++i) {
    for (const auto* what : {"stage", "courses", "credits", "hours"})
      EXPECT_EQ(copied[i].at(what), original[i].at(what)) << what;
  }
}

TEST_F(PlanCopies, CopiesReferToEachOtherAsTheOriginalsDo) {
  copy();
  EXPECT_EQ(value_of("indicator:GR2-1-2024", "requirement"), "GR2-2024");
  EXPECT_EQ(value_of("support:SU-B01007-GR2-1-2024", "indicator"), "GR2-1-2024");
  EXPECT_EQ(value_of("support:SU-B01007-GR2-1-2024", "course"), "B01007");
}

TEST_F(PlanCopies, TheCopyStaysAsItWasWhenTheDraftIsEdited) {
  copy();
  programme.act({"set", "plan_section:SEC-2027-9", "heading_zh=师资与教材"});
  EXPECT_NE(value_of("plan_section:SEC-2024-9", "heading_zh"), "师资与教材");
}

TEST_F(PlanCopies, CopyingAgainMakesNoSecondCopiesAndTakesWhatChanged) {
  copy();
  programme.act({"set", "plan_section:SEC-2027-9", "heading_zh=师资与教材"});
  const auto again = copy();
  EXPECT_EQ(sum(again, "added"), 0);
  EXPECT_EQ(sum(again, "changed"), 1);
  EXPECT_EQ(value_of("plan_section:SEC-2024-9", "heading_zh"), "师资与教材");
}

TEST_F(PlanCopies, ARehearsalChangesNothing) {
  const auto before = programme.run({"digest"}).out;
  const auto rehearsed =
      programme.ask({"plan", "copy", "PLAN-BD-2027", "PLAN-BD-2024", "--dry-run"});
  EXPECT_GT(sum(rehearsed, "added"), 300);
  EXPECT_EQ(programme.run({"digest"}).out, before);
}

TEST_F(PlanCopies, WhatCannotBeCopiedIsToldOf) {
  const auto itself = programme.run({"plan", "copy", "PLAN-BD-2027", "PLAN-BD-2027"});
  EXPECT_NE(itself.code, 0);
  EXPECT_THAT(itself.err, HasSubstr("into itself"));
  const auto empty = programme.run({"plan", "copy", "PLAN-BD-2020", "PLAN-BD-2024"});
  EXPECT_NE(empty.code, 0);
  EXPECT_THAT(empty.err, HasSubstr("no content to copy"));
  EXPECT_NE(programme.run({"plan", "copy", "PLAN-BD-2027", "PLAN-BD-2030"}).code, 0);
}

TEST_F(PlanCopies, WhatAnotherRecordHasTakenIsLeftOutAndNamed) {
  programme.act({"add", "goal", "code=PEO1-2024", "plan=PLAN-BD-2020", "text_zh=别的"});
  const auto ran = programme.run({"plan", "copy", "PLAN-BD-2027", "PLAN-BD-2024"});
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("goal:PEO1-2024 was left out"));
  EXPECT_THAT(ran.out, Not(HasSubstr("goal:PEO2-2024")));
}

}  // namespace
}  // namespace guantong::test
