#include "sync/text/units.h"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/choices.h"
#include "tests/support/for_all.h"

namespace guantong {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

/// Few pieces, among them broken ones, so that every rule meets every other.
std::string draw_units(test::Choices& choices) {
  static constexpr std::array<std::string_view, 32> pieces{
      "课程", "a",   "。", "！", "？", "；", "\n", "\r\n", "\r",   ".",   "!",
      "?",    ";",   " ",  "　", "\t", "”",  "\"", "）",   "(",    "（",  ")",
      "1",    "3.5", "一", "十", "、", "①",  "……", "\xE3", "\x80", "\xFF"};
  std::string text;
  for (std::size_t count = choices.pick(40); count > 0; --count)
    text += pieces[choices.pick(pieces.size())];
  return text;
}

TEST(SplitUnits, NothingHasNoUnits) {
  EXPECT_THAT(split_units(""), IsEmpty());
}

TEST(SplitUnits, SentencesEndAtChineseTerminators) {
  EXPECT_THAT(split_units("本课程共三学分；先修高等数学。要考试吗？要！完"),
              ElementsAre("本课程共三学分；", "先修高等数学。", "要考试吗？", "要！", "完"));
}

TEST(SplitUnits, LatinTerminatorsEndASentenceOnlyBeforeSpace) {
  EXPECT_THAT(
      split_units("Three credits. See www.example.cn; then? Yes!  Good.Bad"),
      ElementsAre("Three credits. ", "See www.example.cn; ", "then? ", "Yes!  ", "Good.Bad"));
}

TEST(SplitUnits, DecimalsStayWhole) {
  EXPECT_THAT(split_units("学分为3.5分。"), ElementsAre("学分为3.5分。"));
  EXPECT_THAT(split_units("3.5 credits"), ElementsAre("3.5 credits"));
}

TEST(SplitUnits, ClosingQuotesStayWithTheirSentence) {
  EXPECT_THAT(split_units("他说：“同意。”会议结束。（附件略。）《完。》止"),
              ElementsAre("他说：“同意。”", "会议结束。", "（附件略。）", "《完。》", "止"));
  EXPECT_THAT(split_units(R"(He said "Stop." Then (all of them.) left)"),
              ElementsAre(R"(He said "Stop." )", "Then (all of them.) ", "left"));
}

TEST(SplitUnits, AnOpeningQuoteBeginsTheNextSentence) {
  EXPECT_THAT(split_units("会议结束。“同意。”"), ElementsAre("会议结束。", "“同意。”"));
  EXPECT_THAT(split_units("end\n\"next\""), ElementsAre("end\n", "\"next\""));
}

TEST(SplitUnits, TerminatorsInARowStayTogether) {
  EXPECT_THAT(split_units("真的？！是的。\n好。”。\r\n\r\n完"),
              ElementsAre("真的？！", "是的。\n", "好。”。\r\n\r\n", "完"));
  EXPECT_THAT(split_units("Really?! Yes... No"), ElementsAre("Really?! ", "Yes... ", "No"));
}

TEST(SplitUnits, TheEllipsisEndsNothing) {
  EXPECT_THAT(split_units("数学……物理……都学。"), ElementsAre("数学……物理……都学。"));
}

TEST(SplitUnits, AHeadingIsAUnit) {
  EXPECT_THAT(split_units("课程目标\n掌握基础。"), ElementsAre("课程目标\n", "掌握基础。"));
}

TEST(SplitUnits, AListNumberIsAUnit) {
  EXPECT_THAT(split_units("1. 掌握\n2、理解\n  3)会\n10．用"),
              ElementsAre("1. ", "掌握\n", "2、", "理解\n", "  3)", "会\n", "10．", "用"));
  EXPECT_THAT(
      split_units("（一）目标\n(2) 内容\n十一、考核\n③ 其他\n⑳末"),
      ElementsAre(
          "（一）", "目标\n", "(2) ", "内容\n", "十一、", "考核\n", "③ ", "其他\n", "⑳", "末"));
}

TEST(SplitUnits, NumbersElsewhereAreText) {
  EXPECT_THAT(split_units("共1、2两项（一）③"), ElementsAre("共1、2两项（一）③"));
  EXPECT_THAT(split_units("2024年\n(a) b\n一年级\n(一.x"),
              ElementsAre("2024年\n", "(a) b\n", "一年级\n", "(一.x"));
}

TEST(SplitUnits, PutTogetherTheyAreTheText) {
  test::for_all([](test::Choices& choices) {
    const std::string text = draw_units(choices);
    std::string joined;
    for (const std::string_view unit : split_units(text)) {
      EXPECT_THAT(unit, Not(IsEmpty()));
      joined += unit;
    }
    EXPECT_EQ(joined, text);
  });
}

TEST(SplitUnits, AUnitHasALineEndOnlyAtItsEnd) {
  test::for_all([](test::Choices& choices) {
    const std::string text = draw_units(choices);
    for (const std::string_view unit : split_units(text))
      EXPECT_EQ(unit.find_last_not_of("\r\n", unit.find('\n')), unit.find_last_not_of("\r\n"))
          << unit;
  });
}

}  // namespace
}  // namespace guantong
