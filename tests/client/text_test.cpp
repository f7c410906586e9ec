#include "client/text.h"

#include <cstddef>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/base/error.h"
#include "sync/base/message.h"
#include "tests/support/choices.h"
#include "tests/support/for_all.h"
#include "tests/support/result_matchers.h"

namespace guantong {
namespace {

using test::fails_with;
using test::is_ok;
using testing::HasSubstr;

std::string complaint(std::string_view text) {
  const auto checked = check_text(text, 100);
  return checked ? "" : in_english(checked.error().message);
}

TEST(Text, TellsUtf8FromOtherBytes) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("贯通 𠮷"));
  EXPECT_FALSE(is_utf8("\xB9\xE1\xCD\xA8"));  // 贯通 in GBK.
  EXPECT_FALSE(is_utf8("\xC0\xAF"));          // "/", too long.
  EXPECT_FALSE(is_utf8("\xED\xA0\x80"));      // Half a surrogate pair.
  EXPECT_FALSE(is_utf8("贯\xE9\x80"));        // Cut off.
}

TEST(Text, HasNoWhiteSpaceAroundItOfAnyScript) {
  EXPECT_EQ(trimmed(" \t数据 库\r\n"), "数据 库");
  EXPECT_EQ(trimmed("\u3000数据\u00A0"), "数据");
  EXPECT_EQ(trimmed("x"), "x");
  EXPECT_EQ(trimmed("\u3000 "), "");
  EXPECT_EQ(trimmed(""), "");
  EXPECT_EQ(trimmed("\xB9 "), "\xB9");
}

TEST(Text, SpellsAccentedLettersOneWay) {
  EXPECT_EQ(nfc("cafe\u0301"), "caf\u00E9");
  EXPECT_EQ(nfc("plain"), "plain");
}

TEST(Text, KeepsFullWidthFormsInWhatPeopleWrote) {
  EXPECT_EQ(nfc("数据结构（应用）"), "数据结构（应用）");
}

TEST(Text, FlattensFullWidthFormsInCodes) {
  EXPECT_EQ(nfkc("Ｂ０２０１６"), "B02016");
  EXPECT_EQ(nfkc("数据结构（应用）"), "数据结构(应用)");
}

TEST(Text, MayHoldNewlinesTabsAndRareCharacters) {
  EXPECT_THAT(check_text("㐂䶮𠮷\n\t第二行", 100), is_ok());
  EXPECT_THAT(check_text("", 0), is_ok());
}

TEST(Text, MayNotHoldControlCharacters) {
  EXPECT_THAT(check_text("贯通\x1b[2J", 100), fails_with(Errc::invalid));
  EXPECT_EQ(complaint("贯通\x1b[2J"), "character 3 is U+001B, a control character");
  EXPECT_THAT(complaint(std::string_view{"a\0b", 3}), HasSubstr("character 2 is U+0000"));
  EXPECT_THAT(complaint("a\r\n"), HasSubstr("U+000D"));
  EXPECT_THAT(complaint("\x7f"), HasSubstr("U+007F"));
  EXPECT_THAT(complaint("\u009B2J"), HasSubstr("U+009B"));
}

TEST(Text, MayNotTurnTheDirectionOfWriting) {
  for (const auto* text : {"a\u202Ab", "a\u202Eb", "a\u2066b", "a\u2069b"})
    EXPECT_THAT(complaint(text), HasSubstr("character 2 is U+20")) << text;
  EXPECT_EQ(complaint("学\u202E分"), "character 2 is U+202E, which turns the direction of writing");
}

TEST(Text, MayNotHoldBytesThatAreNotUtf8) {
  EXPECT_EQ(complaint("学\xB9"), "character 2 is not UTF-8");
}

TEST(Text, IsLimitedInCharactersNotInBytes) {
  EXPECT_THAT(check_text("学分互认", 4), is_ok());
  EXPECT_THAT(check_text("学分互认", 3), fails_with(Errc::invalid));
}

TEST(Text, CountsCodePoints) {
  EXPECT_EQ(count_characters("大数据2401班"), 8U);
  EXPECT_EQ(count_characters("𠮷"), 1U);
}

TEST(Text, IsAsWideAsATerminalDrawsIt) {
  EXPECT_EQ(display_width("Spark"), 5U);
  EXPECT_EQ(display_width("数据结构（应用）"), 16U);
  EXPECT_EQ(display_width("cafe\u0301"), 4U);
  EXPECT_EQ(display_width("\u1112\u1161\u11AB"), 2U);  // 한, in its three parts.
  EXPECT_EQ(display_width("a\u200Bb"), 2U);
  EXPECT_EQ(display_width("…─"), 2U);
}

TEST(Text, IsCutBetweenCharactersAndSaysSo) {
  EXPECT_EQ(cut_to_width("贯通培养", 8), "贯通培养");
  EXPECT_EQ(cut_to_width("贯通培养", 7), "贯通培…");
  EXPECT_EQ(cut_to_width("贯通培养", 6), "贯通…");
  EXPECT_EQ(cut_to_width("abc", 1), "…");
  EXPECT_EQ(cut_to_width("abc", 0), "");
  EXPECT_EQ(cut_to_width("", 0), "");
}

TEST(Text, KeepsAnAccentWithItsLetterWhenCut) {
  EXPECT_EQ(cut_to_width("e\u0301abc", 2), "e\u0301…");
}

TEST(Text, ShowsWhatWouldDriveATerminal) {
  EXPECT_EQ(printable("a\x1b[31mred\a"), "a\\x1b[31mred\\x07");
  EXPECT_EQ(printable("\u009B31m"), "\\x9b31m");
  EXPECT_EQ(printable("学\u202E分\u2028"), "学\\u202e分\\u2028");
  EXPECT_EQ(printable("a\r\n\tb"), "a\\r\\n\\tb");
  EXPECT_EQ(printable("学\xD1"), "学\uFFFD");
}

TEST(Text, KeepsNewlinesOnlyWhenAsked) {
  EXPECT_EQ(printable("一\n二\r"), "一\\n二\\r");
  EXPECT_EQ(printable("一\n二\r", Newlines::keep), "一\n二\\r");
}

TEST(Text, WhateverTheBytesIsShownAsCleanUtf8WithinItsWidth) {
  test::for_all([](test::Choices& choices) {
    std::string bytes;
    while (!choices.exhausted() && bytes.size() < 64)
      bytes += static_cast<char>(choices.pick(256));
    const std::string shown = printable(bytes);
    ASSERT_THAT(check_text(shown, 1000), is_ok());
    const std::size_t width = choices.pick(80);
    EXPECT_LE(display_width(cut_to_width(shown, width)), width);
    EXPECT_EQ(printable(shown), shown);
  });
}

}  // namespace
}  // namespace guantong
