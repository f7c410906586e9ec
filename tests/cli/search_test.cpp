// Finding records by what stands in them, through the real binary, on the demonstration data.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/search/search_words.h"
#include "tests/support/programme.h"
#include "tests/support/schools.h"

namespace guantong::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class Searching : public ::testing::Test {
protected:
  /// The names of what is found, the best first.
  std::vector<std::string> find(std::vector<std::string> words) const {
    words.insert(words.begin(), "search");
    const auto hits = programme.ask(words);
    std::vector<std::string> names;
    for (const auto& hit : hits)
      names.push_back(hit.at("record").get<std::string>());
    return names;
  }

  Programme programme;
};

TEST_F(Searching, TwoChineseCharactersAreFoundInsideAWord) {
  EXPECT_THAT(find({"据库"}), Contains("course:B02015"));
  EXPECT_THAT(find({"数据库原理"}), Contains("course:B02015"));
  // The same characters apart are something else.
  EXPECT_THAT(find({"库数据"}), Not(Contains("course:B02015")));
}

TEST_F(Searching, OneCharacterIsFoundWhereverItStands) {
  EXPECT_THAT(find({"库", "--type", "knowledge_point", "-n", "50"}), Not(IsEmpty()));
  programme.act({"add", "knowledge_point", "code=KP-X1", "name_zh=熵"});
  programme.act({"add", "knowledge_point", "code=KP-X2", "name_zh=信息熵"});
  EXPECT_THAT(find({"熵"}),
              testing::UnorderedElementsAre("knowledge_point:KP-X1", "knowledge_point:KP-X2"));
}

TEST_F(Searching, PinyinAndItsInitialsFindChinese) {
  EXPECT_THAT(find({"shujuku", "--type", "course"}), Contains("course:B02015"));
  EXPECT_THAT(find({"sjk", "--type", "course"}), Contains("course:B02015"));
  EXPECT_THAT(find({"dsj", "-n", "100"}), Contains("major:MJ-BD"));
}

TEST_F(Searching, ANameIsFoundByTheReadingItsCardGives) {
  // 单 is Shan as a surname, 曾 Zeng.
  EXPECT_THAT(find({"shanshi"}), Contains("person_card:TC-B01"));
  EXPECT_THAT(find({"zengshi"}), Contains("person_card:TC-B02"));
}

TEST_F(Searching, CodesComeFirstAndEnglishByItsBeginning) {
  EXPECT_EQ(find({"B02015"}).front(), "course:B02015");
  EXPECT_EQ(find({"b02015"}).front(), "course:B02015");
  EXPECT_THAT(find({"distrib", "--type", "course"}), Contains("course:C03010"));
}

TEST_F(Searching, OfMoreThanAnybodyLooksThroughThoseWithItInTheirCodeComeFirstAndOnceEach) {
  const auto many = find({"b", "-n", "1000"});
  ASSERT_GT(many.size(), 200U);
  EXPECT_EQ(std::set(many.begin(), many.end()).size(), many.size());
  const auto is_in_code = [](const std::string& name) {
    return name.find(":B") != std::string::npos || name.find("-B") != std::string::npos;
  };
  EXPECT_TRUE(std::ranges::all_of(many.begin(), many.begin() + 20, is_in_code));
  EXPECT_FALSE(std::ranges::all_of(many, is_in_code));
}

TEST_F(Searching, AllWordsMustBeThere) {
  const auto both = find({"Python", "程序", "--type", "course"});
  EXPECT_THAT(both, Contains("course:B02013"));
  EXPECT_THAT(both, Not(Contains("course:B02016")));
  EXPECT_THAT(find({"Python", "离散"}), IsEmpty());
}

TEST_F(Searching, WhatChangedIsFoundAsItIsNowAndWhatWasArchivedNot) {
  EXPECT_THAT(find({"量子"}), IsEmpty());
  programme.act({"set", "course:B02015", "name_zh=量子数据库"});
  EXPECT_THAT(find({"量子"}), ElementsAre("course:B02015"));
  EXPECT_THAT(find({"数据库原理与应用", "--type", "course"}), IsEmpty());
  programme.act({"undo"});
  EXPECT_THAT(find({"量子"}), IsEmpty());
  programme.act({"add", "knowledge_point", "code=KP-X1", "name_zh=量子计算"});
  EXPECT_THAT(find({"量子"}), ElementsAre("knowledge_point:KP-X1"));
  programme.act({"archive", "knowledge_point:KP-X1", "--why", "重复"});
  EXPECT_THAT(find({"量子"}), IsEmpty());
  programme.act({"restore", "knowledge_point:KP-X1", "--why", "需要"});
  EXPECT_THAT(find({"量子"}), SizeIs(1));
}

TEST_F(Searching, ARebuiltReplicaIsSearchedAnew) {
  programme.act({"set", "course:B02015", "name_zh=量子数据库"});
  EXPECT_THAT(find({"量子"}), SizeIs(1));
  programme.act({"rebuild"});
  EXPECT_THAT(find({"量子"}), SizeIs(1));
}

TEST_F(Searching, LongTextsAreFoundWithWhatStandsAroundTheWords) {
  const auto hits = programme.ask({"search", "企业资源", "--type", "course_standard"});
  for (const auto& hit : hits)
    EXPECT_THAT(hit.at("excerpt").get<std::string>(), HasSubstr("企业资源"));
  programme.act({"set",
                 "course_standard:CS-B02015",
                 "body_zh=第一段。\n" + std::string(400, 'x') + "学生能设计蓝鲸系统。"});
  const auto found = programme.ask({"search", "蓝鲸"});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].at("field"), "body_zh");
  EXPECT_THAT(found[0].at("excerpt").get<std::string>(), HasSubstr("蓝鲸系统"));
}

TEST_F(Searching, NothingToLookForIsAnErrorAndNothingFoundIsNot) {
  const auto blank = programme.run({"search", "？！"});
  EXPECT_EQ(blank.code, 2);
  EXPECT_THAT(blank.err, HasSubstr("nothing that could be looked for"));
  EXPECT_EQ(programme.run({"search", "zzzzzz"}).code, 0);
  EXPECT_EQ(programme.run({"search", "数据", "--type", "lesson"}).code, 2);
}

TEST_F(Searching, NamesAreListedByHowTheyAreReadOrWritten) {
  const auto order = [&](const std::string& sort) {
    std::string surnames;
    for (const auto& card :
         programme.ask({"list", "person_card", "--where", "org=BITC", "--sort", sort}))
      surnames += card.at("name").get<std::string>().substr(0, 3);
    return surnames;
  };
  // 盖 Ge, 区 Ou, 朴 Piao, 仇 Qiu, 单 Shan, 解 Xie, 乐 Yue, 尉 Yu, 曾 Zeng, 查 Zha: as surnames are
  // read.
  EXPECT_EQ(order("pinyin"), "盖华区欧朴仇任单解尉乐曾查");
  EXPECT_THAT(order("strokes").substr(0, 6), testing::AnyOf("仇区", "区仇"));  // Four strokes each.
  programme.act({"set", "person_card:TC-B01", "pinyin=an shiyi"});
  EXPECT_EQ(order("pinyin").substr(0, 3), "单");
  EXPECT_EQ(programme.run({"list", "person_card", "--sort", "height"}).code, 2);
}

TEST(SearchWords, QuotesAndOperatorsOfTheQueryLanguageAreWords) {
  EXPECT_EQ(search_query("数据库"), "\"数据 据库\"");
  EXPECT_EQ(search_query("a\" OR b*"), "\"a\" * \"or\" * \"b\" *");
  EXPECT_EQ(search_query("ＳＱＬ"), "\"sql\" *");
  EXPECT_EQ(search_query("NEAR(x)"), "\"near\" * \"x\" *");
  EXPECT_EQ(search_query(" \t"), "");
}

TEST(SearchWords, ChineseIsCutInPairsAndReadFromEachCharacterOn) {
  EXPECT_EQ(search_words("数据库 SQL"), "数据 据库 库 sql");
  EXPECT_EQ(search_sounds("数据库"), "shujuku sjk juku jk ku k");
  EXPECT_EQ(search_sounds("SQL"), "");
  EXPECT_EQ(search_sounds("𪜀"), "𪜀 𪜀") << "nobody knows how to read it";
  EXPECT_EQ(search_sounds_of_pinyin("Shàn Shìyī"), "shanshiyi ss shiyi s");
}

}  // namespace
}  // namespace guantong::test
