#include "sync/text/diff.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/choices.h"
#include "tests/support/for_all.h"

namespace guantong {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Units = std::vector<std::string_view>;

/// Up to 20 units out of four, so that they repeat.
Units draw_units(test::Choices& choices) {
  static constexpr std::array<std::string_view, 4> words{"甲。", "乙。", "丙。", "丁。"};
  Units units(choices.pick(21));
  std::ranges::generate(units, [&] { return words[choices.pick(words.size())]; });
  return units;
}

Units patched(const Units& base, const Units& side, const std::vector<Hunk>& hunks) {
  Units result;
  std::size_t from = 0;
  const auto copy = [&](const Units& units, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      result.push_back(units.at(i));
  };
  for (const Hunk& hunk : hunks) {
    copy(base, from, hunk.base_begin);
    copy(side, hunk.side_begin, hunk.side_end);
    from = hunk.base_end;
  }
  copy(base, from, base.size());
  return result;
}

std::size_t units_changed(const std::vector<Hunk>& hunks) {
  std::size_t count = 0;
  for (const Hunk& hunk : hunks)
    count += hunk.base_end - hunk.base_begin + hunk.side_end - hunk.side_begin;
  return count;
}

/// What must be deleted and inserted at least, worked out by the table of all prefixes.
std::size_t fewest_changes(const Units& base, const Units& side) {
  std::vector<std::size_t> row(side.size() + 1);
  for (std::size_t j = 0; j <= side.size(); ++j)
    row[j] = j;
  for (const auto& unit : base) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < side.size(); ++j) {
      const std::size_t changed = std::min(row[j], row[j + 1]) + 1;
      const std::size_t here = unit == side[j] ? diagonal : changed;
      diagonal = row[j + 1];
      row[j + 1] = here;
    }
  }
  return row.back();
}

TEST(Diff, EqualSequencesHaveNoHunks) {
  EXPECT_THAT(diff({}, {}), IsEmpty());
  const Units units{"甲。", "乙。"};
  EXPECT_THAT(diff(units, units), IsEmpty());
}

TEST(Diff, FindsAReplacementAnInsertionAndADeletion) {
  const Units base{"a", "b", "c", "d", "e"};
  const Units side{"a", "B", "c", "x", "d"};
  EXPECT_THAT(diff(base, side), ElementsAre(Hunk{1, 2, 1, 2}, Hunk{3, 3, 3, 4}, Hunk{4, 5, 5, 5}));
}

TEST(Diff, NeighbouringChangesAreOneHunk) {
  const Units base{"a", "b", "c", "d"};
  const Units side{"a", "x", "y", "z", "d"};
  EXPECT_THAT(diff(base, side), ElementsAre(Hunk{1, 3, 1, 4}));
}

TEST(Diff, FromOrToNothingIsOneHunk) {
  const Units units{"a", "b"};
  EXPECT_THAT(diff({}, units), ElementsAre(Hunk{0, 0, 0, 2}));
  EXPECT_THAT(diff(units, {}), ElementsAre(Hunk{0, 2, 0, 0}));
}

TEST(Diff, HunksMakeTheSideOfTheBase) {
  test::for_all([](test::Choices& choices) {
    const Units base = draw_units(choices);
    const Units side = draw_units(choices);
    EXPECT_EQ(patched(base, side, diff(base, side)), side);
  });
}

TEST(Diff, ChangesAsFewUnitsAsPossible) {
  test::for_all([](test::Choices& choices) {
    const Units base = draw_units(choices);
    const Units side = draw_units(choices);
    EXPECT_EQ(units_changed(diff(base, side)), fewest_changes(base, side));
  });
}

TEST(Diff, BetweenHunksAreEqualUnits) {
  test::for_all([](test::Choices& choices) {
    const Units base = draw_units(choices);
    const Units side = draw_units(choices);
    Hunk last;
    bool is_first = true;
    for (const Hunk& hunk : diff(base, side)) {
      EXPECT_TRUE(hunk.base_begin < hunk.base_end || hunk.side_begin < hunk.side_end);
      EXPECT_EQ(hunk.base_begin - last.base_end, hunk.side_begin - last.side_end);
      if (!is_first) {
        EXPECT_GT(hunk.base_begin, last.base_end);
      }
      last = hunk;
      is_first = false;
    }
  });
}

TEST(Diff, FindsOneOldUnitInAMuchLongerText) {
  const Units base{"old"};
  std::vector<std::string> words;
  words.reserve(50'000);
  for (int i = 0; i < 50'000; ++i)
    words.push_back(std::to_string(i));
  Units side{words.begin(), words.end()};
  side[40'000] = "old";
  EXPECT_THAT(diff(base, side), ElementsAre(Hunk{0, 0, 0, 40'000}, Hunk{1, 1, 40'001, 50'000}));
}

TEST(Diff, GivesUpOnHostileInputWithOneHunkOverTheMiddle) {
  std::mt19937 random{1};
  Units base{"begin"};
  Units side{"begin"};
  for (int i = 0; i < 30'000; ++i) {
    base.emplace_back(random() % 2 == 0 ? "a" : "b");
    side.emplace_back(random() % 2 == 0 ? "a" : "b");
  }
  base.insert(base.end(), {"x", "end"});
  side.insert(side.end(), {"y", "end"});
  base[1] = "x";
  side[1] = "y";
  EXPECT_THAT(diff(base, side), ElementsAre(Hunk{1, 30'002, 1, 30'002}));
}

}  // namespace
}  // namespace guantong
