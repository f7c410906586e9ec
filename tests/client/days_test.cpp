#include "client/days.h"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/base/message.h"
#include "tests/support/result_matchers.h"

namespace guantong {
namespace {

using test::fails_with;
using testing::HasSubstr;

std::string day_in(std::string_view text) {
  const auto day = read_day(text);
  if (day) return *day;
  EXPECT_THAT(day, fails_with(Errc::invalid));
  return in_english(day.error().message);
}

TEST(Days, AreReadAsPeopleAndSpreadsheetsWriteThem) {
  for (const auto* text : {"2026-09-01",
                           "2026-9-1",
                           "2026/9/1",
                           "2026.9.1",
                           "２０２６．９．１",
                           "2026年9月1日",
                           "2026年9月1号",
                           "2026 年 9 月 1",
                           "二〇二六年九月一日",
                           " 46266 "})
    EXPECT_EQ(day_in(text), "2026-09-01") << text;
  EXPECT_EQ(day_in("2024-02-29"), "2024-02-29");
  EXPECT_EQ(day_in("二〇二六年十二月三十一日"), "2026-12-31");
}

TEST(Days, ThatAreNoneAreNamed) {
  EXPECT_EQ(day_in("2026-02-30"), "there is no such date, as 2026-02 has 28 days");
  EXPECT_EQ(day_in("2026年2月29日"), "there is no such date, as 2026-02 has 28 days");
  EXPECT_EQ(day_in("2026-04-00"), "there is no such date, as 2026-04 has 30 days");
  EXPECT_EQ(day_in("2026-13-01"), "there is no such date, as there is no month 13");
  EXPECT_EQ(day_in("2026-00-01"), "there is no such date, as there is no month 0");
}

TEST(Days, OfAnotherFormAreRefused) {
  for (const auto* text : {"",
                           "soon",
                           "9/1/2026",
                           "26-09-01",
                           "2026-09",
                           "2026-09-01-1",
                           "12026-9-1",
                           "1234",
                           "99999"})
    EXPECT_THAT(day_in(text), HasSubstr("a date like 2026-11-20")) << text;
}

}  // namespace
}  // namespace guantong
