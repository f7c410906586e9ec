// How far two words are from each other: for naming what somebody probably meant.
#pragma once

#include <cstddef>
#include <string_view>

namespace guantong {

/// The fewest single characters to put in, leave out, replace, or swap with the next one, each
/// character once, that turn one word into the other. Takes time by the product of the lengths.
std::size_t edit_distance(std::u32string_view first, std::u32string_view second);

/// Whether one word, of UTF-8, may be the other misspelt: one slip in up to 7 characters, one more
/// for every 4 beyond. Punctuation, blanks and case do not count.
bool may_be_misspelt(std::string_view first, std::string_view second);

}  // namespace guantong
