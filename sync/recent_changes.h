// Changes that passed by lately, read: what merging asks for again and again before it saves.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sync/change.h"
#include "sync/read_change.h"

namespace guantong {

/// Each stays in its place until it is forgotten. They lie in blocks, as one allocation a change
/// costs as much as reading it.
class RecentChanges {
public:
  /// Null: it did not pass by.
  const ReadChange* find(const Dot& dot) const {
    const auto at = places_.find(dot);
    return at == places_.end() ? nullptr : at->second;
  }

  /// Keeps a change in the place of what was known under its name.
  const ReadChange* keep(const Dot& dot, ReadChange&& read) {
    if (blocks_.empty() || blocks_.back().size() == changes_a_block) {
      blocks_.emplace_back();
      blocks_.back().reserve(changes_a_block);
    }
    blocks_.back().push_back(std::move(read));
    const auto* kept = &blocks_.back().back();
    places_[dot] = kept;
    return kept;
  }

  void forget(const Dot& dot) { places_.erase(dot); }
  void forget_all() {
    places_.clear();
    blocks_.clear();
  }

private:
  static constexpr std::size_t changes_a_block = 64;

  std::unordered_map<Dot, const ReadChange*, DotHash> places_;
  std::vector<std::vector<ReadChange>> blocks_;
};

}  // namespace guantong
