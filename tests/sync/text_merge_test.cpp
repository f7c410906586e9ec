#include "sync/text/text_merge.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <numeric>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/text/units.h"
#include "tests/support/choices.h"
#include "tests/support/for_all.h"

namespace guantong {
namespace {

using testing::ElementsAre;
using testing::Eq;
using testing::IsEmpty;

/// Merges sides of which every two share `base`, as two always do.
TextMerge merge(const std::string& base, const std::vector<TextSide>& sides) {
  return merge_texts(base, sides, [&](std::size_t, std::size_t) { return base; });
}

TextMerge merge(const std::string& base, std::initializer_list<const char*> texts) {
  std::vector<TextSide> sides;
  for (const char* text : texts)
    sides.push_back({.text = text});
  return merge(base, sides);
}

std::vector<TextCluster> open_clusters(const TextMerge& merge) {
  std::vector<TextCluster> open;
  std::ranges::copy_if(merge.clusters,

                       std::back_inserter(open),
                       [](const TextCluster& cluster) { return cluster.open; });
  return open;
}

const std::string abcd = "a。b。c。d。";

TEST(TextMerge, ChangesOfNeighboursBothStand) {
  const auto merged = merge(abcd, {"a。B。c。d。", "a。b。C。d。"});
  EXPECT_FALSE(merged.conflict);
  EXPECT_THAT(merged.text, Eq("a。B。C。d。"));
}

TEST(TextMerge, ALateThirdOpensOnlyItsCluster) {
  const auto merged = merge(abcd, {"a。B。c。d。", "a。b。C。d。", "a。X。c。d。"});
  EXPECT_TRUE(merged.conflict);
  EXPECT_THAT(merged.text, Eq("a。b。C。d。"));
  const auto open = open_clusters(merged);
  ASSERT_EQ(open.size(), 1U);
  EXPECT_THAT(open[0].base, Eq("b。"));
  EXPECT_THAT(open[0].readings, ElementsAre("B。", "b。", "X。"));
  EXPECT_THAT(open[0].idle, ElementsAre(false, true, false));
  EXPECT_EQ(open[0].base_begin, 1U);
  EXPECT_EQ(open[0].base_end, 2U);
}

TEST(TextMerge, NeighboursChangedByOneSideAreOneCluster) {
  const auto merged = merge(abcd, {"a。B。C。d。", "a。X。c。d。"});
  EXPECT_TRUE(merged.conflict);
  EXPECT_THAT(merged.text, Eq(abcd));
  ASSERT_EQ(merged.clusters.size(), 1U);
  EXPECT_THAT(merged.clusters[0].readings, ElementsAre("B。C。", "X。c。"));
}

TEST(TextMerge, OneSideIsTheTextAndNoneIsTheBase) {
  EXPECT_THAT(merge(abcd, std::vector<TextSide>{}).text, Eq(abcd));
  EXPECT_THAT(merge(abcd, {"a。x。"}).text, Eq("a。x。"));
  EXPECT_THAT(merge("", {"", ""}).clusters, IsEmpty());
}

TEST(TextMerge, MergesChineseParagraphs) {
  const std::string base =
      "一、课程目标\n掌握微积分的基本概念。能解决3.5节的习题；了解应用。\n二、考核\n期末考试占60%"
      "。\n";
  const auto merged = merge(base,
                            {"一、课程目标\n掌握微积分的基本概念和方法。能解决3."
                             "5节的习题；了解应用。\n二、考核\n期末考试占60%。\n",
                             "一、课程目标\n掌握微积分的基本概念。能解决3."
                             "5节的习题；了解应用。\n二、考核\n期末考试占70%。\n"
                             "三、教材\n自编。\n"});
  EXPECT_FALSE(merged.conflict);
  EXPECT_THAT(
      merged.text,
      Eq("一、课程目标\n掌握微积分的基本概念和方法。能解决3.5节的习题；了解应用。\n二、考核\n"
         "期末考试占70%。\n三、教材\n自编。\n"));
}

TEST(TextMerge, EqualChangesJoin) {
  const auto merged = merge(abcd, {"a。B。c。d。e。", "a。B。c。d。e。"});
  EXPECT_FALSE(merged.conflict);
  EXPECT_THAT(merged.text, Eq("a。B。c。d。e。"));
}

TEST(TextMerge, EqualInsertionsAtOnePointJoin) {
  const auto merged = merge(abcd, {"a。新。b。c。d。", "a。新。b。c。D。"});
  EXPECT_FALSE(merged.conflict);
  EXPECT_THAT(merged.text, Eq("a。新。b。c。D。"));
}

TEST(TextMerge, DifferentInsertionsAtOnePointAreAConflict) {
  const auto merged = merge(abcd, {"a。x。b。c。d。", "a。y。b。c。d。"});
  EXPECT_TRUE(merged.conflict);
  EXPECT_THAT(merged.text, Eq(abcd));
  ASSERT_EQ(merged.clusters.size(), 1U);
  EXPECT_THAT(merged.clusters[0].readings, ElementsAre("x。", "y。"));
  EXPECT_EQ(merged.clusters[0].base_begin, merged.clusters[0].base_end);
}

TEST(TextMerge, AnInsertionAtTheEdgeOfAReplacementDoesNotOverlapIt) {
  const auto before = merge(abcd, {"a。x。b。c。d。", "a。B。c。d。"});
  EXPECT_FALSE(before.conflict);
  EXPECT_THAT(before.text, Eq("a。x。B。c。d。"));
  const auto behind = merge(abcd, {"a。b。x。c。d。", "a。B。c。d。"});
  EXPECT_FALSE(behind.conflict);
  EXPECT_THAT(behind.text, Eq("a。B。x。c。d。"));
}

TEST(TextMerge, AnInsertionInsideAReplacementOverlapsIt) {
  const auto merged = merge(abcd, {"a。b。x。c。d。", "a。Y。d。"});
  EXPECT_TRUE(merged.conflict);
  EXPECT_THAT(merged.text, Eq(abcd));
  ASSERT_EQ(merged.clusters.size(), 1U);
  EXPECT_THAT(merged.clusters[0].readings, ElementsAre("b。x。c。", "Y。"));
}

TEST(TextMerge, OverlapsReachAcrossSides) {
  const auto merged = merge(abcd, {"X。c。d。", "a。Y。d。", "a。b。Z。"});
  ASSERT_EQ(merged.clusters.size(), 1U);
  EXPECT_THAT(merged.clusters[0].base, Eq(abcd));
  EXPECT_THAT(merged.clusters[0].readings, ElementsAre("X。c。d。", "a。Y。d。", "a。b。Z。"));
}

TEST(TextMerge, DeletionBesideAChangeIsAConflict) {
  const auto merged = merge(abcd, {"a。c。d。", "a。B。c。d。"});
  EXPECT_TRUE(merged.conflict);
  EXPECT_THAT(merged.text, Eq(abcd));
}

TEST(TextMerge, TheReadingOfTheSideThatDecidesIsInForce) {
  const auto merged =
      merge(abcd, {{.text = "a。B。c。d。", .decides = true}, {.text = "a。X。c。d。"}});
  EXPECT_TRUE(merged.conflict);
  EXPECT_THAT(merged.text, Eq("a。B。c。d。"));
}

TEST(TextMerge, DecidersThatDifferLeaveTheBaseInForce) {
  const auto merged = merge(
      abcd, {{.text = "a。B。c。d。", .decides = true}, {.text = "a。X。c。d。", .decides = true}});
  EXPECT_TRUE(merged.conflict);
  EXPECT_THAT(merged.text, Eq(abcd));
}

TEST(TextMerge, AnIdleDeciderDoesNotDecide) {
  const auto merged = merge(abcd,
                            {{.text = "a。b。c。D。", .decides = true},
                             {.text = "a。B。c。d。"},
                             {.text = "a。X。c。d。", .decides = true}});
  EXPECT_TRUE(merged.conflict);
  EXPECT_THAT(merged.text, Eq("a。X。c。D。"));
}

TEST(TextMerge, ADecisionForTheOldReadingIsNotIdle) {
  const auto set_back = merge(abcd, {{.text = abcd}, {.text = "a。X。c。d。"}});
  EXPECT_FALSE(set_back.conflict);
  EXPECT_THAT(set_back.text, Eq("a。X。c。d。"));
  const auto decided =
      merge(abcd, {{.text = abcd, .over = {"a。B。c。d。", abcd}}, {.text = "a。X。c。d。"}});
  EXPECT_TRUE(decided.conflict);
  EXPECT_THAT(decided.text, Eq(abcd));
}

TEST(TextMerge, ADecisionDecidesOnlyWhereItsVersionsDiffered) {
  // Somebody edited b on top of two merged texts; beside that, d was edited: nothing to decide.
  const auto merged = merge(
      abcd, {{.text = "a。B。c。d。", .over = {"a。B。c。d。", abcd}}, {.text = "a。b。c。D。"}});
  EXPECT_FALSE(merged.conflict);
  EXPECT_THAT(merged.text, Eq("a。B。c。D。"));
}

TEST(TextMerge, IdlenessIsJudgedByTheBaseOfThePair) {
  // The first two build on "a。B。", the third on "a。b。" alone: only "X。" is news to the second.
  const auto merged =
      merge_texts("a。b。c。",
                  {{.text = "a。X。c。"}, {.text = "a。B。c。"}, {.text = "a。b。C。"}},
                  [](std::size_t i, std::size_t j) -> std::string {
                    return i == 0 && j == 1 ? "a。B。c。" : "a。b。c。";
                  });
  EXPECT_FALSE(merged.conflict);
  EXPECT_THAT(merged.text, Eq("a。X。C。"));
}

TEST(TextMerge, ABaseOfTwoThatNobodyKeptOpensNothing) {
  const auto merged = merge_texts(
      "a。b。c。",
      {{.text = "a。b。c。"}, {.text = "a。b。c。"}, {.text = "a。b。C。"}},
      [](std::size_t, std::size_t j) -> std::string { return j == 1 ? "a。B。c。" : "a。b。c。"; });
  EXPECT_FALSE(merged.conflict);
  EXPECT_THAT(merged.text, Eq("a。b。C。"));
}

TEST(TextMerge, WhereAllAreIdleNoneIs) {
  const std::array<std::array<const char*, 3>, 3> pairs{{{"", "x", "z"}, {"", "", "y"}, {}}};
  const auto merged = merge_texts("w",
                                  {{.text = "x"}, {.text = "y"}, {.text = "z"}},
                                  [&](std::size_t i, std::size_t j) { return pairs.at(i).at(j); });
  EXPECT_TRUE(merged.conflict);
  EXPECT_THAT(merged.text, Eq("w"));
  ASSERT_EQ(merged.clusters.size(), 1U);
  EXPECT_THAT(merged.clusters[0].idle, ElementsAre(false, false, false));
}

TEST(TextMerge, AsksForEachPairOnce) {
  std::vector<std::pair<std::size_t, std::size_t>> asked;
  merge_texts(
      abcd, {{.text = "x"}, {.text = "x"}, {.text = "y"}}, [&](std::size_t i, std::size_t j) {
        asked.emplace_back(i, j);
        return abcd;
      });
  EXPECT_THAT(
      asked,
      testing::UnorderedElementsAre(testing::Pair(0, 1), testing::Pair(0, 2), testing::Pair(1, 2)));
}

std::string draw_text(test::Choices& choices) {
  static constexpr std::array<std::string_view, 7> pieces{
      "甲。", "乙。", "丙。", "丁", "\n", "1. ", "a. "};
  std::string text;
  for (std::size_t count = choices.pick(9); count > 0; --count)
    text += pieces[choices.pick(pieces.size())];
  return text;
}

/// What a merge is made of: sides, and what each two of them share, by two sides in either order.
struct Case {
  std::string base;
  std::vector<TextSide> sides;
  std::vector<std::vector<std::string>> pairs;

  TextMerge merged() const {
    return merge_texts(
        base, sides, [this](std::size_t i, std::size_t j) { return pairs.at(i).at(j); });
  }
};

Case draw_case(test::Choices& choices) {
  Case drawn;
  drawn.base = draw_text(choices);
  drawn.sides.resize(1 + choices.pick(4));
  drawn.pairs.assign(drawn.sides.size(), std::vector<std::string>(drawn.sides.size()));
  for (std::size_t i = 0; i < drawn.sides.size(); ++i) {
    drawn.sides[i] = {.text = draw_text(choices),
                      .over = choices.pick(4) == 3
                                  ? std::vector<std::string>{draw_text(choices), drawn.base}
                                  : std::vector<std::string>{},
                      .decides = choices.pick(3) == 2};
    for (std::size_t j = 0; j < i; ++j)
      drawn.pairs[i][j] = drawn.pairs[j][i] = choices.pick(3) == 0   ? draw_text(choices)
                                              : choices.pick(2) == 0 ? drawn.base
                                                                     : drawn.sides[j].text;
  }
  return drawn;
}

Case reordered(const Case& original, test::Choices& choices) {
  std::vector<std::size_t> order(original.sides.size());
  std::iota(order.begin(), order.end(), 0U);
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[choices.pick(i)]);
  Case result{original.base, {}, original.pairs};
  for (std::size_t i = 0; i < order.size(); ++i) {
    result.sides.push_back(original.sides[order[i]]);
    for (std::size_t j = 0; j < order.size(); ++j)
      result.pairs[i][j] = original.pairs[order[i]][order[j]];
  }
  return result;
}

/// A cluster as it is whatever the order of the sides.
auto unordered(const TextCluster& cluster) {
  std::vector<std::pair<std::string, bool>> readings;
  readings.reserve(cluster.readings.size());
  for (std::size_t i = 0; i < cluster.readings.size(); ++i)
    readings.emplace_back(cluster.readings[i], cluster.idle[i]);
  std::ranges::sort(readings);
  return std::tuple{
      cluster.base_begin, cluster.base_end, cluster.base, readings, cluster.open, cluster.in_force};
}

TEST(TextMerge, ComesToTheSameWhateverTheOrderOfTheSides) {
  test::for_all([](test::Choices& choices) {
    const Case drawn = draw_case(choices);
    const TextMerge one = drawn.merged();
    const TextMerge other = reordered(drawn, choices).merged();
    EXPECT_EQ(one.text, other.text);
    EXPECT_EQ(one.conflict, other.conflict);
    ASSERT_EQ(one.clusters.size(), other.clusters.size());
    for (std::size_t i = 0; i < one.clusters.size(); ++i)
      EXPECT_EQ(unordered(one.clusters[i]), unordered(other.clusters[i]));
  });
}

/// The base with each cluster replaced by what `say` makes of it.
std::string replaced(const Case& drawn,
                     const TextMerge& merged,
                     const std::function<std::string(const TextCluster&)>& say) {
  const auto units = split_units(drawn.base);
  std::string text;
  std::size_t from = 0;
  const auto copy_to = [&](std::size_t end) {
    for (; from < end; ++from)
      text += units.at(from);
  };
  for (const TextCluster& cluster : merged.clusters) {
    copy_to(cluster.base_begin);
    text += say(cluster);
    from = cluster.base_end;
  }
  copy_to(units.size());
  return text;
}

TEST(TextMerge, TheReadingsOfASideMakeItsText) {
  test::for_all([](test::Choices& choices) {
    const Case drawn = draw_case(choices);
    const TextMerge merged = drawn.merged();
    for (std::size_t i = 0; i < drawn.sides.size(); ++i)
      EXPECT_EQ(replaced(drawn, merged, [i](const TextCluster& c) { return c.readings.at(i); }),
                drawn.sides[i].text);
    EXPECT_EQ(replaced(drawn, merged, [](const TextCluster& c) { return c.base; }), drawn.base);
    EXPECT_EQ(replaced(drawn, merged, [](const TextCluster& c) { return c.in_force; }),
              merged.text);
  });
}

TEST(TextMerge, EqualSidesAreTheText) {
  test::for_all([](test::Choices& choices) {
    Case drawn = draw_case(choices);
    for (TextSide& side : drawn.sides)
      side.text = drawn.sides[0].text;
    const TextMerge merged = drawn.merged();
    EXPECT_FALSE(merged.conflict);
    EXPECT_EQ(merged.text, drawn.sides[0].text);
  });
}

TEST(TextMerge, AChangeBesideTheBaseStands) {
  test::for_all([](test::Choices& choices) {
    const std::string base = draw_text(choices);
    const std::string side = draw_text(choices);
    const TextMerge merged = merge(base, {{.text = base}, {.text = side}});
    EXPECT_FALSE(merged.conflict);
    EXPECT_EQ(merged.text, side);
  });
}

}  // namespace
}  // namespace guantong
