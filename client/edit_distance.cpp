#include "client/edit_distance.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/text.h"

namespace guantong {
namespace {

/// What is longer is a sentence, and no heading.
constexpr std::size_t longest_word = 64;

std::u32string characters_of(std::string_view utf8) {
  std::u32string characters;
  for (std::size_t position = 0; position < utf8.size();)
    characters += next_character(utf8, position);
  return characters;
}

}  // namespace

std::size_t edit_distance(std::u32string_view first, std::u32string_view second) {
  std::vector<std::size_t> before(second.size() + 1);
  std::vector<std::size_t> above(second.size() + 1);
  std::vector<std::size_t> row(second.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= first.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= second.size(); ++j) {
      const bool same = first[i - 1] == second[j - 1];
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0U : 1U)});
      const bool swapped =
          i > 1 && j > 1 && first[i - 1] == second[j - 2] && first[i - 2] == second[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above.back();
}

bool may_be_misspelt(std::string_view first, std::string_view second) {
  const auto one = characters_of(letters_of(first));
  const auto other = characters_of(letters_of(second));
  const auto longer = std::max(one.size(), other.size());
  if (one.empty() || other.empty() || longer > longest_word) return false;
  return edit_distance(one, other) <= std::max<std::size_t>(longer / 4, 1);
}

}  // namespace guantong
