#include "sync/text/diff.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <ranges>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace guantong {
namespace {

constexpr std::size_t max_steps = 4'000'000;

using UnitSpan = std::span<const std::string_view>;

/// A unit that stays: its place in the base and in the side.
struct Match {
  std::size_t base = 0;
  std::size_t side = 0;
};

/// What is left to compare of one sequence: units as numbers, and where each of them stands.
struct Sequence {
  std::vector<int> units;
  std::vector<std::size_t> places;
};

/// Numbers the units that occur in both sequences. The others cannot match, so that
/// leaving them out changes no result, and a rewritten chapter costs next to nothing.
std::pair<Sequence, Sequence> common_units(UnitSpan base, UnitSpan side, std::size_t first_place) {
  struct Known {
    int number = -1;
    bool in_side = false;
  };
  // Ordered, not hashed: nobody can choose texts that make it slow.
  std::map<std::string_view, Known> known;
  for (const std::string_view unit : base)
    known.try_emplace(unit);
  for (const std::string_view unit : side)
    if (const auto found = known.find(unit); found != known.end()) found->second.in_side = true;
  int numbers = 0;
  const auto number = [&](UnitSpan units) {
    Sequence sequence;
    for (std::size_t i = 0; i < units.size(); ++i) {
      const auto found = known.find(units[i]);
      if (found == known.end() || !found->second.in_side) continue;
      if (found->second.number < 0) found->second.number = numbers++;
      sequence.units.push_back(found->second.number);
      sequence.places.push_back(first_place + i);
    }
    return sequence;
  };
  Sequence of_base = number(base);
  return {std::move(of_base), number(side)};
}

/// The greedy search. A path has walked `x` units of the base and `y` of the side; its diagonal is
/// x - y. Row d of `reach_` holds, for each diagonal 2i - d that d edits can end on (0 <= i <= d),
/// the greatest x there. All rows are kept, one behind the other, to walk back along.
class Search {
public:
  Search(std::span<const int> base, std::span<const int> side) : base_{base}, side_{side} {}

  /// The matches of a shortest edit, in order; none when that takes too many steps.
  std::vector<Match> matches() {
    // A path has at least as many steps as the longer side, and here they still count in ints.
    if (std::max(base_.size(), side_.size()) > max_steps) return {};
    const int base_size = static_cast<int>(base_.size());
    const int side_size = static_cast<int>(side_.size());
    std::size_t steps = 0;
    for (int edits = 0;; ++edits) {
      for (int i = 0; i <= edits; ++i) {
        int x = start(edits, i);
        int y = x - (2 * i - edits);
        while (x < base_size && y < side_size && at(base_, x) == at(side_, y)) {
          ++x;
          ++y;
          ++steps;
        }
        reach_.push_back(x);
        if (x >= base_size && y >= side_size) return walk_back(edits, i);
        if (++steps > max_steps) return {};
      }
    }
  }

private:
  static int at(std::span<const int> units, int index) {
    return units[static_cast<std::size_t>(index)];
  }

  int reach(int edits, int i) const {
    const auto row = static_cast<std::size_t>(edits);
    return reach_[row * (row + 1) / 2 + static_cast<std::size_t>(i)];
  }

  /// Whether the last edit of path `i` inserted; else it deleted. Not for 0 edits.
  bool inserted_last(int edits, int i) const {
    if (i == 0) return true;
    return i < edits && reach(edits - 1, i - 1) < reach(edits - 1, i);
  }

  /// The x of path `i` directly behind its last edit.
  int start(int edits, int i) const {
    if (edits == 0) return 0;
    return inserted_last(edits, i) ? reach(edits - 1, i) : reach(edits - 1, i - 1) + 1;
  }

  std::vector<Match> walk_back(int edits, int i) const {
    std::vector<Match> matches;
    for (; edits >= 0; --edits) {
      for (int x = reach(edits, i); x > start(edits, i); --x) {
        const int y = x - (2 * i - edits);
        matches.push_back({static_cast<std::size_t>(x - 1), static_cast<std::size_t>(y - 1)});
      }
      if (edits > 0 && !inserted_last(edits, i)) --i;
    }
    std::ranges::reverse(matches);
    return matches;
  }

  std::span<const int> base_;
  std::span<const int> side_;
  std::vector<int> reach_;
};

/// The units that stay between the equal beginning and the equal end.
std::vector<Match> matches_between(UnitSpan base, UnitSpan side, std::size_t first_place) {
  const auto [of_base, of_side] = common_units(base, side, first_place);
  std::vector<Match> matches = Search{of_base.units, of_side.units}.matches();
  for (Match& match : matches)
    match = {of_base.places[match.base], of_side.places[match.side]};
  return matches;
}

}  // namespace

std::vector<Hunk> diff(UnitSpan base, UnitSpan side) {
  const auto same_to = std::ranges::mismatch(base, side);
  const auto prefix = static_cast<std::size_t>(same_to.in1 - base.begin());
  const UnitSpan base_rest = base.subspan(prefix);
  const UnitSpan side_rest = side.subspan(prefix);
  const auto base_back = std::views::reverse(base_rest);
  const auto side_back = std::views::reverse(side_rest);
  const auto same_from = std::ranges::mismatch(base_back, side_back);
  const auto suffix = static_cast<std::size_t>(same_from.in1 - base_back.begin());

  std::vector<Match> matches = matches_between(base_rest.first(base_rest.size() - suffix),
                                               side_rest.first(side_rest.size() - suffix),
                                               prefix);
  matches.push_back({base.size() - suffix, side.size() - suffix});
  std::vector<Hunk> hunks;
  Match next{prefix, prefix};
  for (const Match& match : matches) {
    if (next.base < match.base || next.side < match.side)
      hunks.push_back({next.base, match.base, next.side, match.side});
    next = {match.base + 1, match.side + 1};
  }
  return hunks;
}

}  // namespace guantong
