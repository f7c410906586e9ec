#include "sync/text/text_merge.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/text/diff.h"
#include "sync/text/units.h"

namespace guantong {
namespace {

using Units = std::vector<std::string_view>;

/// Units of the base from `begin` up to, not including, `end`.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
  auto operator<=>(const Range&) const = default;
};

/// A text laid against the base, read cluster by cluster.
struct TextVersion {
  Units units;
  std::vector<Hunk> hunks;
  std::size_t next = 0;  ///< The first hunk of the clusters to come.
  std::string reading;   ///< In the cluster read last.
};

/// Keeps the texts as keys, since the units are views of them: nodes of a map do not move. Sides
/// and bases with equal texts are one version.
using Versions = std::map<std::string, TextVersion, std::less<>>;

/// Whether a hunk over `hunk` belongs to what has grown to `cluster`. Hunks are shown in the order
/// of their ranges, so that an insertion is tried before the replacement of what stands there.
bool belongs(Range hunk, Range cluster) {
  const bool insertions_only = cluster.begin == cluster.end;
  return insertions_only ? hunk.end == cluster.end : hunk.begin < cluster.end;
}

Range range_of(const Hunk& hunk) {
  return {hunk.base_begin, hunk.base_end};
}

/// Returns the clusters in the order of their ranges.
std::vector<Range> clusters_of(const Versions& versions) {
  std::vector<Range> hunks;
  for (const auto& [text, version] : versions)
    std::ranges::transform(version.hunks, std::back_inserter(hunks), range_of);
  std::ranges::sort(hunks);
  std::vector<Range> clusters;
  for (const Range& hunk : hunks)
    if (!clusters.empty() && belongs(hunk, clusters.back()))
      clusters.back().end = std::max(clusters.back().end, hunk.end);
    else
      clusters.push_back(hunk);
  return clusters;
}

void append(std::string& text, std::span<const std::string_view> units, Range range) {
  for (const std::string_view unit : units.subspan(range.begin, range.end - range.begin))
    text += unit;
}

/// Reads `version` in `cluster`; clusters are read in their order, each once.
void read(TextVersion& version, const Units& base, Range cluster) {
  version.reading.clear();
  std::size_t from = cluster.begin;
  for (; version.next < version.hunks.size(); ++version.next) {
    const Hunk& hunk = version.hunks[version.next];
    if (!belongs(range_of(hunk), cluster)) break;
    append(version.reading, base, {from, hunk.base_begin});
    append(version.reading, version.units, {hunk.side_begin, hunk.side_end});
    from = hunk.base_end;
  }
  append(version.reading, base, {from, cluster.end});
}

/// The sides' versions, and those of the bases that two of them share.
class Heads {
public:
  Heads(const std::vector<TextSide>& sides,
        const std::function<std::string(std::size_t, std::size_t)>& pair_base,
        const Units& base)
      : sides_{sides}, pairs_(sides.size() * sides.size()) {
    for (const TextSide& side : sides) {
      heads_.push_back(add(side.text, base));
      auto& over = over_.emplace_back();
      for (const std::string& text : side.over)
        over.push_back(add(text, base));
    }
    for (std::size_t i = 0; i < sides.size(); ++i)
      for (std::size_t j = i + 1; j < sides.size(); ++j)
        pairs_[i * sides.size() + j] = pairs_[j * sides.size() + i] = add(pair_base(i, j), base);
  }

  std::vector<Range> clusters() const { return clusters_of(versions_); }

  /// Reads all versions in the next of `clusters()` and settles it.
  TextCluster settle(const Units& base, Range range) {
    for (auto& [text, version] : versions_)
      read(version, base, range);
    TextCluster cluster;
    cluster.base_begin = range.begin;
    cluster.base_end = range.end;
    append(cluster.base, base, range);
    for (const TextVersion* head : heads_)
      cluster.readings.push_back(head->reading);
    for (std::size_t i = 0; i < sides_.size(); ++i)
      cluster.idle.push_back(is_idle(i));
    if (std::ranges::find(cluster.idle, false) == cluster.idle.end())
      cluster.idle.assign(sides_.size(), false);
    decide(cluster);
    return cluster;
  }

private:
  const TextVersion* add(std::string text, const Units& base) {
    const auto [found, is_new] = versions_.try_emplace(std::move(text));
    TextVersion& version = found->second;
    if (is_new) {
      version.units = split_units(found->first);
      version.hunks = diff(base, version.units);
    }
    return &version;
  }

  /// Whether the versions below head `i` differ in the cluster read last.
  bool is_decision(std::size_t i) const {
    const auto differs = [&](const TextVersion* below) {
      return below->reading != over_[i].front()->reading;
    };
    return std::any_of(over_[i].begin(), over_[i].end(), differs);
  }

  /// Whether head `i` only kept or put back what it shared with a head that says something else.
  bool is_idle(std::size_t i) const {
    if (is_decision(i)) return false;
    const std::string& reading = heads_[i]->reading;
    for (std::size_t j = 0; j < sides_.size(); ++j)
      if (j != i && heads_[j]->reading != reading &&
          pairs_[i * sides_.size() + j]->reading == reading)
        return true;
    return false;
  }

  void decide(TextCluster& cluster) const {
    const std::string* first = nullptr;
    const std::string* decided = nullptr;
    bool deciders_differ = false;
    for (std::size_t i = 0; i < sides_.size(); ++i) {
      if (cluster.idle[i]) continue;
      const std::string& reading = cluster.readings[i];
      if (first == nullptr) first = &reading;
      cluster.open = cluster.open || reading != *first;
      if (!sides_[i].decides) continue;
      if (decided == nullptr) decided = &reading;
      deciders_differ = deciders_differ || reading != *decided;
    }
    if (first != nullptr && !cluster.open)
      cluster.in_force = *first;
    else
      cluster.in_force = decided != nullptr && !deciders_differ ? *decided : cluster.base;
  }

  const std::vector<TextSide>& sides_;
  Versions versions_;
  std::vector<const TextVersion*> heads_;              ///< By side.
  std::vector<std::vector<const TextVersion*>> over_;  ///< By side: what it supersedes.
  std::vector<const TextVersion*> pairs_;              ///< By two sides, in either order.
};

}  // namespace

TextMerge merge_texts(const std::string& base,
                      const std::vector<TextSide>& sides,
                      const std::function<std::string(std::size_t, std::size_t)>& pair_base) {
  const Units units = split_units(base);
  Heads heads{sides, pair_base, units};
  TextMerge merge;
  std::size_t from = 0;
  for (const Range& range : heads.clusters()) {
    TextCluster cluster = heads.settle(units, range);
    append(merge.text, units, {from, range.begin});
    merge.text += cluster.in_force;
    from = range.end;
    merge.conflict = merge.conflict || cluster.open;
    merge.clusters.push_back(std::move(cluster));
  }
  append(merge.text, units, {from, units.size()});
  return merge;
}

}  // namespace guantong
