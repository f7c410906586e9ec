#include "client/csv.h"

#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string sample(std::string_view name) {
  std::ifstream file{std::filesystem::path{GUANTONG_DATA_DIR} / "demo/formats" / name,
                     std::ios::binary};
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string flaw_of(std::string_view text) {
  const auto table = parse_csv(text);
  return table ? "" : in_english(table.error().message);
}

CsvTable column(std::vector<std::string> cells) {
  CsvTable table{{"c"}, {}, {}};
  for (auto& cell : cells)
    table.rows.push_back({std::move(cell)});
  return table;
}

TEST(Csv, ReadsQuotedCellsWithSeparatorsQuotesAndNewlines) {
  const auto table = parse_csv("code,name\r\n\"a,b\",\"say \"\"hi\"\"\r\nagain\"\r\nx,\"\"");
  ASSERT_THAT(table, is_ok());
  EXPECT_THAT(table->header, ElementsAre("code", "name"));
  EXPECT_THAT(table->rows,
              ElementsAre(ElementsAre("a,b", "say \"hi\"\r\nagain"), ElementsAre("x", "")));
}

TEST(Csv, TakesAnyLineEnd) {
  for (const auto* text : {"a,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n3,4", "a,b\r1,2\r3,4\r"}) {
    const auto table = parse_csv(text);
    ASSERT_THAT(table, is_ok()) << text;
    EXPECT_THAT(table->header, ElementsAre("a", "b"));
    EXPECT_THAT(table->rows, ElementsAre(ElementsAre("1", "2"), ElementsAre("3", "4")));
    EXPECT_THAT(table->lines, ElementsAre(2, 3));
  }
}

TEST(Csv, SkipsEmptyLinesAndStillCountsThem) {
  const auto table = parse_csv("\n,,\na,b\n\n,\n1,2\n\"x\ny\",3\n4,5\n");
  ASSERT_THAT(table, is_ok());
  EXPECT_THAT(table->rows,
              ElementsAre(ElementsAre("1", "2"), ElementsAre("x\ny", "3"), ElementsAre("4", "5")));
  EXPECT_THAT(table->lines, ElementsAre(6, 7, 9));
}

TEST(Csv, FillsUpShortRows) {
  const auto table = parse_csv("a,b,c\n1\n");
  ASSERT_THAT(table, is_ok());
  EXPECT_THAT(table->rows, ElementsAre(ElementsAre("1", "", "")));
}

TEST(Csv, SplitsAtTabsWhenTheHeaderHasNoCommas) {
  const auto table = parse_csv("a\tb\n1,5\t2\n");
  ASSERT_THAT(table, is_ok());
  EXPECT_THAT(table->rows, ElementsAre(ElementsAre("1,5", "2")));
  const auto commas = parse_csv("a,b\tc\n1,2\t3\n");
  ASSERT_THAT(commas, is_ok());
  EXPECT_THAT(commas->rows, ElementsAre(ElementsAre("1", "2\t3")));
}

TEST(Csv, NamesTheLineOfARowThatIsTooLong) {
  EXPECT_THAT(parse_csv("a,b\n1,2\n1,2,3\n"), fails_with(Errc::invalid));
  EXPECT_EQ(flaw_of("a,b\n1,2\n1,2,3\n"), "line 3: there are 3 cells, but only 2 headings");
}

TEST(Csv, NamesTheLineWhereAnUnclosedQuotationMarkStands) {
  EXPECT_THAT(parse_csv("a\n\"1\n2\n"), fails_with(Errc::invalid));
  EXPECT_THAT(flaw_of("a\n\"1\n2\n"), HasSubstr("line 2"));
}

TEST(Csv, RefusesTextBehindAClosingQuotationMark) {
  EXPECT_THAT(flaw_of("a\n\"1\"2\n"), HasSubstr("line 2"));
}

TEST(Csv, LeavesAQuotationMarkInsideACellAlone) {
  const auto table = parse_csv("a\n5\" disk\n");
  ASSERT_THAT(table, is_ok());
  EXPECT_THAT(table->rows, ElementsAre(ElementsAre("5\" disk")));
}

TEST(Csv, RefusesEqualHeadingsButNotEmptyOnes) {
  EXPECT_THAT(parse_csv("a,b,a\n"), fails_with(Errc::invalid));
  EXPECT_THAT(parse_csv("a,,\n"), is_ok());
}

TEST(Csv, RefusesAFileWithoutAHeader) {
  EXPECT_THAT(parse_csv(""), fails_with(Errc::invalid));
  EXPECT_THAT(parse_csv("\r\n,,\r\n"), fails_with(Errc::invalid));
}

TEST(Csv, RefusesASmallFileThatAsksForAHugeTable) {
  const std::string text = "a" + std::string(3000, ',');
  std::string rows;
  for (int i = 0; i < 3000; ++i)
    rows += "\n1";
  EXPECT_THAT(parse_csv(text + rows), fails_with(Errc::invalid));
}

TEST(Csv, QuotesOnlyWhatNeedsIt) {
  const CsvTable table{{"code", "name"}, {{"B02016", "Java, \"2\""}, {"a b", "x\ny"}}, {}};
  EXPECT_EQ(write_csv(table), "code,name\r\nB02016,\"Java, \"\"2\"\"\"\r\na b,\"x\ny\"\r\n");
}

TEST(Csv, GuardsCellsThatASpreadsheetWouldRun) {
  EXPECT_EQ(write_csv(column({"=1+1", "+cmd", "-x", "@SUM(A1)", "\tx", "\rx"})),
            "c\r\n'=1+1\r\n'+cmd\r\n'-x\r\n'@SUM(A1)\r\n\"'\tx\"\r\n\"'\rx\"\r\n");
}

TEST(Csv, LeavesNumbersUnguarded) {
  EXPECT_EQ(write_csv(column({"-5", "+8610", "-2.50"})), "c\r\n-5\r\n+8610\r\n-2.50\r\n");
  EXPECT_EQ(write_csv(column({"-5+1", "-", "+.", "-5."})), "c\r\n'-5+1\r\n'-\r\n'+.\r\n'-5.\r\n");
}

TEST(Csv, ReadsApostrophesOfOthersAsTheyAre) {
  const auto table = parse_csv("c\n'80s\n'-5\n'\n");
  ASSERT_THAT(table, is_ok());
  EXPECT_THAT(table->rows, ElementsAre(ElementsAre("'80s"), ElementsAre("'-5"), ElementsAre("'")));
}

TEST(Csv, ReadsBackExactlyWhatItWrote) {
  test::for_all([](test::Choices& choices) {
    constexpr std::array<std::string_view, 16> parts{
        "'", "=", "+", "-", "@", "\t", "\r", "\n", "\r\n", "\"", ",", " ", "7", ".", "课", "x"};
    const auto draw = [&] {
      std::string cell;
      for (std::size_t count = choices.pick(5); count > 0; --count)
        cell += parts[choices.pick(parts.size())];
      return cell;
    };
    CsvTable table;
    const std::size_t columns = 1 + choices.pick(3);
    for (std::size_t i = 0; i < columns; ++i)
      table.header.push_back(draw() + std::to_string(i));
    for (std::size_t rows = choices.pick(5); rows > 0; --rows) {
      auto& row = table.rows.emplace_back();
      for (std::size_t i = 0; i < columns; ++i)
        row.push_back(draw());
    }
    const std::string text = write_csv(table);
    const auto read = parse_csv(text);
    ASSERT_THAT(read, is_ok()) << text;
    EXPECT_EQ(read->header, table.header) << text;
    EXPECT_EQ(read->rows, table.rows) << text;
  });
}

TEST(Csv, EndsOnAnyBytesWithATableOrAnError) {
  test::for_all([](test::Choices& choices) {
    std::string bytes;
    while (!choices.exhausted() && bytes.size() < 200)
      bytes += "\",\n\r\ta"[choices.pick(6)];
    if (const auto table = parse_csv(bytes)) {
      for (const auto& row : table->rows)
        EXPECT_EQ(row.size(), table->header.size());
      EXPECT_EQ(table->lines.size(), table->rows.size());
    } else {
      EXPECT_EQ(table.error().code, Errc::invalid);
    }
  });
}

TEST(Csv, ListsComeBackAsTheyWereWritten) {
  EXPECT_THAT(parse_list("甲; 乙 ;;丙"), ElementsAre("甲", "乙", "丙"));
  EXPECT_THAT(parse_list("C:\\temp"), ElementsAre("C:\\temp"));
  EXPECT_THAT(parse_list(" ; "), IsEmpty());
  test::for_all([](test::Choices& choices) {
    std::vector<std::string> members(choices.pick(4));
    for (auto& member : members) {
      for (auto left = 1 + choices.pick(5); left > 0; --left)
        member += "a;\\"[choices.pick(3)];
    }
    EXPECT_EQ(parse_list(write_list(members)), members);
  });
}

TEST(Encoding, KnowsUtf16WithoutAMarkByItsZeros) {
  const std::string_view little{"a\0,\0\n\0\x2D\x4E,\0\n\0", 12};
  EXPECT_EQ(encoding_of(little), "UTF-16LE");
  const std::string_view big{"\0a\0,\0\n\x4E\x2D\0,\0\n", 12};
  EXPECT_EQ(encoding_of(big), "UTF-16BE");
  for (const auto bytes : {little, big}) {
    const auto text = to_utf8(bytes);
    ASSERT_THAT(text, is_ok());
    EXPECT_EQ(*text, "a,\n中,\n");
  }
  EXPECT_EQ(encoding_of("a,b\n"), "UTF-8");
  EXPECT_EQ(encoding_of(std::string(200, 'a') + '\0' + "b"), "UTF-8");  // Damage.
}

TEST(Encoding, TakesOffTheMarkOfUtf8) {
  const auto text = to_utf8(sample("courses_utf8_bom.csv"));
  ASSERT_THAT(text, is_ok());
  EXPECT_TRUE(text->starts_with("课程代码,课程名称,"));
}

TEST(Encoding, ReadsTheSameCoursesFromGb18030) {
  const auto national = to_utf8(sample("courses_gb18030.csv"));
  const auto marked = to_utf8(sample("courses_utf8_bom.csv"));
  ASSERT_THAT(national, is_ok());
  ASSERT_THAT(marked, is_ok());
  EXPECT_EQ(*national, *marked);
  const auto table = parse_csv(*national);
  ASSERT_THAT(table, is_ok());
  EXPECT_THAT(table->header, testing::SizeIs(9));
  EXPECT_THAT(table->rows, testing::SizeIs(68));
}

TEST(Encoding, ReadsRareCharactersOfFourBytes) {
  const auto text = to_utf8(sample("dirty_courses_gb18030.csv"));
  ASSERT_THAT(text, is_ok());
  EXPECT_THAT(*text, HasSubstr("㐂䶮测试生僻字𠮷"));
}

TEST(Encoding, ReadsWhatExcelCallsUnicodeText) {
  const auto tabbed = to_utf8(sample("dirty_courses_utf16le.txt"));
  const auto commas = to_utf8(sample("dirty_courses_gb18030.csv"));
  ASSERT_THAT(tabbed, is_ok());
  ASSERT_THAT(commas, is_ok());
  const auto table = parse_csv(*tabbed);
  const auto same = parse_csv(*commas);
  ASSERT_THAT(table, is_ok());
  ASSERT_THAT(same, is_ok());
  EXPECT_EQ(table->header, same->header);
  EXPECT_EQ(table->rows, same->rows);
  EXPECT_THAT(table->rows, Not(IsEmpty()));
  EXPECT_EQ(table->rows[1][6], "曾示二\n");
}

TEST(Encoding, ReadsUtf16OfEitherByteOrder) {
  using namespace std::string_view_literals;
  const auto big = to_utf8("\xFE\xFF\x8B\xFE\x00\x41"sv);
  ASSERT_THAT(big, is_ok());
  EXPECT_EQ(*big, "课A");
  const auto little = to_utf8("\xFF\xFE\xFE\x8B\x41\x00"sv);
  ASSERT_THAT(little, is_ok());
  EXPECT_EQ(*little, "课A");
}

TEST(Encoding, LeavesPlainUtf8AndNothingAlone) {
  const auto text = to_utf8("课程");
  ASSERT_THAT(text, is_ok());
  EXPECT_EQ(*text, "课程");
  const auto nothing = to_utf8("");
  ASSERT_THAT(nothing, is_ok());
  EXPECT_EQ(*nothing, "");
  EXPECT_THAT(to_utf8("\xFF\xFE"), is_ok());
}

TEST(Encoding, RefusesBytesThatAreNoText) {
  using namespace std::string_view_literals;
  EXPECT_THAT(to_utf8("\xEF\xBB\xBF\xBF"), fails_with(Errc::invalid));
  EXPECT_THAT(to_utf8("\xFF\xFE\x8B"), fails_with(Errc::invalid));
  EXPECT_THAT(to_utf8("\xFF\xFE\x00\xD8\x41\x00"sv), fails_with(Errc::invalid));
  EXPECT_THAT(to_utf8("\xBF\xCE\xFF\xFF"), fails_with(Errc::invalid));
  EXPECT_THAT(to_utf8("\xBF\xCE\xB3"), fails_with(Errc::invalid));
}

}  // namespace
}  // namespace guantong
