#include "cli/table.h"

#include <array>
#include <cstddef>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <asm-generic/ioctls.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "client/text.h"
#include "tests/support/choices.h"
#include "tests/support/for_all.h"

namespace guantong {
namespace {

using testing::HasSubstr;

TEST(Table, AlignsColumnsByWhatTheyShow) {
  Table table{{"代码", "名称", "Credits"}};
  table.row({"B02016", "Java程序设计", "5.0"});
  table.row({"思政", "语文", "14"});
  EXPECT_EQ(table.render(80),
            "代码    名称          Credits\n"
            "────    ────          ───────\n"
            "B02016  Java程序设计  5.0\n"
            "思政    语文          14\n");
}

TEST(Table, WrapsTheLastColumnBelowItself) {
  Table table{{"代码", "说明"}};
  table.row({"B1", "数据库原理与应用的实践教学环节安排"});
  EXPECT_EQ(table.render(24),
            "代码  说明\n"
            "────  ────\n"
            "B1    数据库原理与应用的\n"
            "      实践教学环节安排\n");
}

TEST(Table, ShowsTheOtherColumnsWholeOnANarrowTerminal) {
  Table table{{"Name", "Note"}};
  table.row({"A long name that is not cut", "one two three four five"});
  EXPECT_EQ(table.render(10),
            "Name                         Note\n"
            "────                         ────\n"
            "A long name that is not cut  one two three\n"
            "                             four five\n");
}

TEST(Table, CannotBeUsedToDriveTheTerminal) {
  Table table{{"\x1b]0;x\a"}};
  table.row({"\x1b[2J\n\u202E"});
  const auto text = table.render(80);
  EXPECT_THAT(text, HasSubstr("\\x1b]0;x\\x07"));
  EXPECT_THAT(text, HasSubstr("\\x1b[2J\\n\\u202e"));
}

TEST(Table, FillsUpShortRowsAndLeavesNoSpacesAtLineEnds) {
  Table table{{"a", "b", "c"}};
  table.row({"1"});
  EXPECT_EQ(table.render(80), "a  b  c\n─  ─  ─\n1\n");
}

TEST(Table, WithoutRowsIsItsHeadings) {
  EXPECT_EQ(Table{{"a"}}.render(80), "a\n─\n");
  EXPECT_EQ(Table{{}}.render(80), "");
}

TEST(Wrap, KeepsLatinWordsWhole) {
  EXPECT_EQ(wrap("the quick brown fox", 10, 0), "the quick\nbrown fox");
  EXPECT_EQ(wrap("学习Spark大数据处理", 10, 0), "学习Spark\n大数据处理");
}

TEST(Wrap, CutsAWordOnlyWhenItFillsALineByItself) {
  EXPECT_EQ(wrap("id a6cc7a0d58dc", 8, 0), "id\na6cc7a0d\n58dc");
}

TEST(Wrap, KeepsChinesePunctuationWhereItBelongs) {
  EXPECT_EQ(wrap("一二三四。五", 8, 0), "一二三\n四。五");
  EXPECT_EQ(wrap("一二三（四）", 8, 0), "一二三\n（四）");
  EXPECT_EQ(wrap("一二三《四》，五", 8, 0), "一二三\n《四》，\n五");
  EXPECT_EQ(wrap("一二三“四”五", 8, 0), "一二三\n“四”五");
}

TEST(Wrap, IndentsAllLinesButTheFirst) {
  EXPECT_EQ(wrap("one two three", 9, 4), "one\n    two\n    three");
}

TEST(Wrap, KeepsLineBreaksAndIndentationOfTheText) {
  EXPECT_EQ(wrap("one\n\n  two", 20, 2), "one\n\n    two");
}

TEST(Wrap, EndsEvenWhereNothingFits) {
  EXPECT_EQ(wrap("一二", 0, 0), "一\n二");
  EXPECT_EQ(wrap("", 0, 5), "");
}

TEST(Wrap, StaysWithinTheWidthAndLosesNothingButSpaces) {
  test::for_all([](test::Choices& choices) {
    constexpr std::array<std::string_view, 12> parts{
        "课", "程", "。", "（", "”", "“", "a", "bc", " ", " ", "e\u0301", ","};
    std::string text;
    for (std::size_t count = choices.pick(60); count > 0; --count)
      text += parts[choices.pick(parts.size())];
    const std::size_t indent = choices.pick(6);
    const std::size_t width = indent + 2 + choices.pick(20);
    const auto wrapped = wrap(text, width, indent);
    std::istringstream lines{std::string(indent, ' ') + wrapped};
    for (std::string line; std::getline(lines, line);)
      EXPECT_LE(display_width(line), width) << wrapped;
    const auto without_spaces = [](std::string from) {
      std::erase_if(from, [](char c) { return c == ' ' || c == '\n'; });
      return from;
    };
    EXPECT_EQ(without_spaces(wrapped), without_spaces(text));
  });
}

TEST(TerminalWidth, IsWhatTheTerminalSays) {
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(terminal, 0) << "no pseudoterminal to be had";
  winsize size{};
  size.ws_col = 123;
  ASSERT_EQ(ioctl(terminal, TIOCSWINSZ, &size), 0);
  EXPECT_EQ(terminal_width(terminal), 123U);
  close(terminal);
}

TEST(TerminalWidth, IsTakenFromTheEnvironmentWithoutATerminal) {
  setenv("COLUMNS", "132", 1);
  EXPECT_EQ(terminal_width(-1), 132U);
  for (const auto* nonsense : {"", "wide", "0", "80x", "-1"}) {
    setenv("COLUMNS", nonsense, 1);
    EXPECT_EQ(terminal_width(-1), 80U) << nonsense;
  }
  unsetenv("COLUMNS");
  EXPECT_EQ(terminal_width(-1), 80U);
}

}  // namespace
}  // namespace guantong
