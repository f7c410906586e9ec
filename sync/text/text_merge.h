// Versions of one text, merged unit by unit: M11 of the merge semantics.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace guantong {

/// A head of a TEXT field.
struct TextSide {
  std::string text;
  std::vector<std::string> over = {};  ///< The nearest versions it supersedes: where these differ, it decides.
  bool decides = false;           ///< Written by the site that decides now (M7).
};

/// A stretch of the base that sides, or the bases that pairs of them share, have changed.
struct TextCluster {
  std::size_t base_begin = 0;  ///< In units of the base. Equal to `base_end`: inserted there.
  std::size_t base_end = 0;
  std::string base;                   ///< What the base says here.
  std::vector<std::string> readings;  ///< What each side says here, in the order of the sides.
  std::vector<bool> idle;             ///< Which sides gave way to another's change.
  bool open = false;                  ///< The sides that are not idle differ.
  std::string in_force;               ///< One of the readings, or the base's.
};

struct TextMerge {
  std::string text;       ///< In force: the base with each cluster's text in force.
  bool conflict = false;  ///< Some cluster is open.
  /// In the order of the base. Text between two clusters is the base's and the same for all.
  std::vector<TextCluster> clusters;
};

/// Merges `sides`, which go back to `base`, the value of base(H) of them all (M5).
///
/// Changes that share a unit of the base, insertions at one point of it, and an insertion inside a
/// changed stretch are one cluster, transitively; changes that only touch are not. Each cluster is
/// a register of its own (M4, M6, M7): one reading left after the idle ones is in force; where
/// several are, the reading of those sides that decide, if these agree, and else the base's.
///
/// `pair_base(i, j)` is the value of base({side i, side j}); it is called once for each i < j. The
/// order of the sides changes nothing but the order of `readings` and `idle`.
TextMerge merge_texts(const std::string& base,
                      const std::vector<TextSide>& sides,
                      const std::function<std::string(std::size_t, std::size_t)>& pair_base);

}  // namespace guantong
