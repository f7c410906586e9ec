// Whether a range holds a value.
#pragma once

#include <algorithm>
#include <ranges>

namespace guantong {

/// As std::ranges::contains of C++23.
template <std::ranges::input_range Range, class Value>
bool contains(const Range& range, const Value& value) {
  return std::ranges::find(range, value) != std::ranges::end(range);
}

}  // namespace guantong
