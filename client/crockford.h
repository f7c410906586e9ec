// Douglas Crockford's base 32: no letter that is taken for another one on paper or over the
// telephone.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace guantong {

inline constexpr std::string_view crockford_letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The number, below 32, that a letter stands for, in either case and with O read as 0, I and L as
/// 1. Nothing for what is none of them, U included.
constexpr std::optional<unsigned> crockford_value(char letter) {
  if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  if (letter == 'O') letter = '0';
  if (letter == 'I' || letter == 'L') letter = '1';
  const auto value = crockford_letters.find(letter);
  if (value == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned>(value);
}

}  // namespace guantong
