#include "client/plan_codes.h"

#include <gtest/gtest.h>

namespace guantong::test {
namespace {

TEST(PlanCodes, ACopySaysWhichPlanItBelongsTo) {
  EXPECT_EQ(code_in_plan("GR2-1", "PLAN-BD-2027", "PLAN-BD-2024"), "GR2-1-2024");
  EXPECT_EQ(code_in_plan("GR2-1", "PLAN-BD-2027", "P"), "GR2-1-P");
}

TEST(PlanCodes, TheMarkOfThePlanThatWasCopiedGivesWay) {
  EXPECT_EQ(code_in_plan("SEC-2027-9", "PLAN-BD-2027", "PLAN-BD-2030"), "SEC-2030-9");
  EXPECT_EQ(code_in_plan("GR2-1-2024", "PLAN-BD-2024", "PLAN-BD-2027"), "GR2-1-2027");
}

TEST(PlanCodes, WhatACodeBeginsWithIsNoMark) {
  EXPECT_EQ(code_in_plan("2027-9", "PLAN-BD-2027", "PLAN-BD-2030"), "2027-9-2030");
  EXPECT_EQ(code_of_any_plan("2027", "PLAN-BD-2027"), "2027");
}

TEST(PlanCodes, WithoutTheirMarksACopyAndItsOriginalAreCalledTheSame) {
  for (const auto* code : {"GR2-1", "SEC-2027-9", "CG-S2-ZH"}) {
    const auto copy = code_in_plan(code, "PLAN-BD-2027", "PLAN-BD-2024");
    EXPECT_NE(copy, code);
    EXPECT_EQ(code_of_any_plan(copy, "PLAN-BD-2024"), code_of_any_plan(code, "PLAN-BD-2027"));
  }
}

}  // namespace
}  // namespace guantong::test
