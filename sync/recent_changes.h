// Changes that passed by lately, read: what merging asks for again and again before it saves.
#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/read_change.h"

namespace guantong {

/// Each stays in its place until it is forgotten. What came together lies together: memory that is
/// touched for the first time, or far from the last, costs more than reading a change.
class RecentChanges {
public:
  /// What is known of all changes that came together.
  struct Wrote {
    std::uint64_t generation = 0;
    std::optional<SiteNo> site;  ///< None: not admitted yet.
  };

  /// Nothing: it did not pass by.
  std::optional<ReadChange> find(const Dot& dot) const {
    const auto at = run_of(dot);
    if (at == runs_.end()) return std::nullopt;
    const auto& [first, run] = *at;
    return ReadChange{run.changes[dot.n - first.n], run.values[dot.n - first.n]};
  }

  /// Who wrote it, where that was noted.
  std::optional<Wrote> wrote(const Dot& dot) const {
    const auto at = run_of(dot);
    return at == runs_.end() ? std::nullopt : at->second.wrote;
  }

  /// Notes who wrote each: `ask` is called with the first of those that came together.
  template <class Ask>
  Result<void> note_authors(const Ask& ask) {
    for (auto& [first, run] : runs_)
      run.wrote = TRY(ask(first));
    return {};
  }

  /// Keeps the changes of a stream from `first` on, and as many values, in the place of what was
  /// known under that name.
  std::span<Change> keep(const Dot& first,
                         std::vector<Change> changes,
                         std::vector<FieldValues> values) {
    auto& run =
        runs_.insert_or_assign(first, Run{std::move(changes), std::move(values), {}}).first->second;
    return run.changes;
  }

  /// Forgets a change, and those that came together with it.
  void forget(const Dot& dot) {
    if (const auto at = run_of(dot); at != runs_.end()) runs_.erase(at);
  }
  void forget_all() { runs_.clear(); }

private:
  struct Run {
    std::vector<Change> changes;
    std::vector<FieldValues> values;
    std::optional<Wrote> wrote;
  };

  std::map<Dot, Run>::const_iterator run_of(const Dot& dot) const {
    const auto after = runs_.upper_bound(dot);
    if (after == runs_.begin()) return runs_.end();
    const auto at = std::prev(after);
    const auto& [first, run] = *at;
    const bool holds = first.stream == dot.stream && dot.n - first.n < run.changes.size();
    return holds ? at : runs_.end();
  }

  std::map<Dot, Run> runs_;  ///< By their first changes.
};

}  // namespace guantong
