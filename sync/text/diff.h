// How one sequence of units became another.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace guantong {

/// The units [base_begin, base_end) of the base stand as [side_begin, side_end) in the side. At
/// most one of the two ranges is empty: the base's in an insertion, the side's in a deletion.
struct Hunk {
  std::size_t base_begin = 0;
  std::size_t base_end = 0;
  std::size_t side_begin = 0;
  std::size_t side_end = 0;
  bool operator==(const Hunk&) const = default;
};

/// Returns the hunks that turn `base` into `side`, in order, with at least one unit that is equal
/// in both between any two of them. The same input gives the same hunks everywhere.
///
/// The hunks delete and insert as few units as possible: the greedy algorithm of Myers, "An O(ND)
/// Difference Algorithm and Its Variations" (1986). It gives up beyond 4 million steps (and
/// 32 MB), as only texts with thousands of changes need: then all between the equal beginning and
/// the equal end is one hunk.
std::vector<Hunk> diff(std::span<const std::string_view> base,
                       std::span<const std::string_view> side);

}  // namespace guantong
