#include "client/numerals.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/choices.h"
#include "tests/support/for_all.h"

namespace guantong {
namespace {

std::string digits_of(std::string_view text) {
  const auto number = read_number(text);
  if (!number) return "none";
  return number->digits + (number->unit.empty() ? "" : " " + number->unit);
}

TEST(Numerals, AreReadInFullWidthAndInGroupsOfThree) {
  EXPECT_EQ(digits_of("64"), "64");
  EXPECT_EQ(digits_of(" ６４　"), "64");
  EXPECT_EQ(digits_of("３．５"), "3.5");
  EXPECT_EQ(digits_of("-0.5"), "-0.5");
  EXPECT_EQ(digits_of("+7"), "7");
  EXPECT_EQ(digits_of("1,200"), "1200");
  EXPECT_EQ(digits_of("１，２００，０００"), "1200000");
  EXPECT_EQ(digits_of("1200,000"), "1200 ,000");
}

TEST(Numerals, AreReadInChinese) {
  EXPECT_EQ(digits_of("十二"), "12");
  EXPECT_EQ(digits_of("三十"), "30");
  EXPECT_EQ(digits_of("两百"), "200");
  EXPECT_EQ(digits_of("一百一十二"), "112");
  EXPECT_EQ(digits_of("两百零五"), "205");
  EXPECT_EQ(digits_of("三千零五十"), "3050");
  EXPECT_EQ(digits_of("三万二千"), "32000");
  EXPECT_EQ(digits_of("一亿三千万"), "130000000");
  EXPECT_EQ(digits_of("叁拾贰"), "32");
  EXPECT_EQ(digits_of("二〇二七"), "2027");
  EXPECT_EQ(digits_of("零"), "0");
  EXPECT_EQ(digits_of("三点五"), "3.5");
  EXPECT_EQ(digits_of("负二"), "-2");
  EXPECT_EQ(digits_of("百分之二十"), "20 %");
}

TEST(Numerals, KeepWhatStandsBehindThem) {
  EXPECT_EQ(digits_of("3.5学分"), "3.5 学分");
  EXPECT_EQ(digits_of("六十四 学时"), "64 学时");
  EXPECT_EQ(digits_of("两周"), "2 周");
  EXPECT_EQ(digits_of("1-4"), "1 -4");
}

TEST(Numerals, ThatCanBeMeantInTwoWaysOrAreNoneAreRefused) {
  for (const auto* text : {"",
                           "-",
                           "学分",
                           "3.",
                           "一百二",
                           "三万五",
                           "百",
                           "万",
                           "一百零",
                           "十百",
                           "一二十",
                           "三点",
                           "三点十",
                           "百分之二十学分",
                           "一一一一一一一一一一一一一一一一一一一一一一一一一"})
    EXPECT_EQ(digits_of(text), "none") << text;
}

/// As it is said in Chinese.
std::string in_chinese(std::uint64_t number) {
  const auto digit = [](std::uint64_t d) {
    return std::string{"零一二三四五六七八九"}.substr(3 * d, 3);
  };
  std::string said;
  bool gap = false;
  for (const auto& [unit, word] : {std::pair{1000U, "千"}, {100U, "百"}, {10U, "十"}, {1U, ""}}) {
    const auto d = number / unit % 10;
    if (d == 0) {
      gap = !said.empty();
      continue;
    }
    said += (gap ? "零" : "") + digit(d) + word;
    gap = false;
  }
  return said;
}

TEST(Numerals, OfUpToAHundredMillionComeBackAsTheyWereSaid) {
  test::for_all([](test::Choices& choices) {
    const std::uint64_t high = choices.pick(100) * 100 + choices.pick(100);
    const std::uint64_t low = choices.pick(100) * 100 + choices.pick(100);
    if (low == 0 && high == 0) return;
    std::string said = high == 0 ? "" : in_chinese(high) + "万";
    if (high != 0 && low != 0 && low < 1000) said += "零";
    if (low != 0) said += in_chinese(low);
    EXPECT_EQ(digits_of(said), std::to_string(high * 10'000 + low)) << said;
  });
}

TEST(Numerals, UnitsAreKnownByWhatTheyAreCalled) {
  EXPECT_EQ(unit_called("学分"), "credit");
  EXPECT_EQ(unit_called("credits"), "credit");
  EXPECT_EQ(unit_called("课时"), "hour");
  EXPECT_EQ(unit_called("week"), "week");
  EXPECT_EQ(unit_called("%"), "percent");
  EXPECT_EQ(unit_called("本"), "");
  EXPECT_EQ(unit_called(""), "");
  EXPECT_EQ(chinese_unit("hour"), "学时");
  EXPECT_EQ(chinese_unit("lightyear"), "lightyear");
}

}  // namespace
}  // namespace guantong
