#include "client/edit_distance.h"

#include <cstddef>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/choices.h"
#include "tests/support/for_all.h"

namespace guantong {
namespace {

TEST(EditDistance, CountsEachSlipOnce) {
  EXPECT_EQ(edit_distance(U"", U""), 0U);
  EXPECT_EQ(edit_distance(U"", U"学分"), 2U);
  EXPECT_EQ(edit_distance(U"credits", U"credits"), 0U);
  EXPECT_EQ(edit_distance(U"credits", U"credts"), 1U);
  EXPECT_EQ(edit_distance(U"credits", U"credixs"), 1U);
  EXPECT_EQ(edit_distance(U"name", U"nmae"), 1U);
  EXPECT_EQ(edit_distance(U"理论学时", U"理论课时"), 1U);
  EXPECT_EQ(edit_distance(U"kitten", U"sitting"), 3U);
}

TEST(EditDistance, IsNoMoreThanTheSlipsThatWereMadeAndTheSameBothWays) {
  test::for_all([](test::Choices& choices) {
    std::u32string word;
    for (auto left = choices.pick(12); left > 0; --left)
      word += static_cast<char32_t>(U'a' + choices.pick(3));
    auto slipped = word;
    std::size_t slips = 0;
    for (auto left = choices.pick(4); left > 0; --left, ++slips) {
      const auto place = choices.pick(slipped.size() + 1);
      if (choices.pick(2) == 0 || place == slipped.size()) {
        slipped.insert(place, 1, U'z');
      } else {
        slipped.erase(place, 1);
      }
    }
    EXPECT_LE(edit_distance(word, slipped), slips);
    EXPECT_EQ(edit_distance(word, slipped), edit_distance(slipped, word));
    EXPECT_EQ(edit_distance(word, slipped) == 0, word == slipped);
  });
}

TEST(EditDistance, OneSlipInAShortWordIsForgivenAndNoMore) {
  EXPECT_TRUE(may_be_misspelt("nmae_zh", "name_zh"));
  EXPECT_TRUE(may_be_misspelt("Hours theroy", "hours_theory"));
  EXPECT_TRUE(may_be_misspelt("理论课时", "理论学时"));
  EXPECT_FALSE(may_be_misspelt("note", "name"));
  EXPECT_FALSE(may_be_misspelt("", "a"));
  EXPECT_FALSE(may_be_misspelt(std::string(100, 'a'), std::string(101, 'a')));
}

}  // namespace
}  // namespace guantong
