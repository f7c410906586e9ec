#include "sync/forks.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "sync/authority.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/store.h"

namespace guantong {
namespace {

/// A batch of another device that builds on a branch; smaller is more senior (A15).
struct Pin {
  Seniority grant;
  std::uint32_t number = 0;
  Digest digest;
  auto operator<=>(const Pin&) const = default;
};

/// The branches of one device, from where they part on.
class Fork {
public:
  static Result<Fork> load(Store& store, const Members& members, StreamNo stream) {
    Fork fork{store, members, stream};
    const auto streams = TRY(store.branches(stream));
    for (const auto branch : streams) {
      const auto tip = TRY(store.tip(branch));
      auto batches = TRY(store.batches_from(branch, 0));
      auto& line = fork.lines_[branch];
      line.from = tip.from.value_or(Dot{branch, 0});
      for (auto& batch : batches)
        line.batches.emplace(batch.number, std::move(batch));
      if (!line.batches.empty() && branch != stream)
        fork.parts_at_ = std::min(fork.parts_at_, line.batches.begin()->first);
    }
    return fork;
  }

  Result<std::map<StreamNo, std::uint64_t>> held(bool mercy) {
    std::map<StreamNo, std::uint64_t> held;
    for (const auto& [branch, line] : lines_) {
      if (branch != first_) held[branch] = line.from.n + 1;
    }
    auto on = first_;
    for (auto number = parts_at_;; ++number) {
      const auto ways = ways_on(on, number);
      if (ways.empty()) return held;
      const auto chosen = TRY(choose(ways, number, mercy));
      const auto& line = lines_.at(on);
      const auto left = line.batches.find(number);
      if (chosen != on && left != line.batches.end()) held[on] = left->second.first_n;
      if (!chosen) return held;
      held.erase(*chosen);
      on = *chosen;
    }
  }

  /// Of what takes rights away: what all branches had seen where they part, and what had seen two
  /// ways of the stream (A13).
  Result<void> relate(ForkFact& fact) {
    for (const auto number : members_.authority().strikers()) {
      const auto& act = members_.authority().acts()[number];
      const auto batch = TRY(store_.batch_of(act.dot));
      if (batch.number == 0) continue;
      if (TRY(reaches_two_ways(batch))) fact.seen_by.push_back(number);
      if (TRY(all_ways_saw(act.dot))) fact.saw.push_back(number);
    }
    return {};
  }

  std::map<StreamNo, Dot> branches() const {
    std::map<StreamNo, Dot> from;
    for (const auto& [branch, line] : lines_)
      from[branch] = line.from;
    return from;
  }

private:
  struct Line {
    Dot from;
    std::map<std::uint32_t, StoredBatch> batches;  ///< By number.
  };

  Fork(Store& store, const Members& members, StreamNo first)
      : store_{store}, members_{members}, first_{first} {}

  /// The streams that hold a batch of that number which follows the one before it in `on`.
  std::vector<StreamNo> ways_on(StreamNo on, std::uint32_t number) const {
    std::vector<StreamNo> ways;
    for (const auto& [branch, line] : lines_) {
      if (!line.batches.contains(number)) continue;
      const bool begins = line.batches.begin()->first == number;
      const bool parts_here = branch != first_ && begins && (number == 1 || line.from.stream == on);
      if (branch == on || parts_here) ways.push_back(branch);
    }
    return ways;
  }

  Result<std::optional<StreamNo>> choose(const std::vector<StreamNo>& ways,
                                         std::uint32_t number,
                                         bool mercy) {
    std::optional<std::pair<Pin, StreamNo>> best;
    for (const auto way : ways) {
      const auto pin = TRY(senior_pin(lines_.at(way).batches.at(number)));
      if (pin && (!best || *pin < best->first)) best = {*pin, way};
    }
    if (best) return std::optional{best->second};
    if (!mercy) return std::optional<StreamNo>{};
    return std::optional{std::ranges::min(
        ways, {}, [&](StreamNo way) { return lines_.at(way).batches.at(number).digest; })};
  }

  Result<std::optional<Pin>> senior_pin(const StoredBatch& batch) {
    std::optional<Pin> best;
    const auto* grant = members_.grant_of(batch.stream, batch.under);
    if (grant == nullptr) return best;
    const auto reachers = TRY(store_.reachers({batch.stream, batch.last_n}));
    for (const auto& reacher : reachers) {
      if (members_.plan_stream(reacher.stream) == first_) continue;
      const auto batches = TRY(store_.batches_from(reacher.stream, reacher.n));
      std::set<Dot> tried;  // Of those under one grant the first is the best.
      for (const auto& pin : batches) {
        if (!tried.insert(pin.under).second) continue;
        if (TRY(reaches_two_ways(pin))) break;
        const auto* under = members_.grant_of(pin.stream, pin.under);
        if (under == nullptr || !under->right) continue;
        if (under->seniority >= grant->seniority) continue;
        const Pin found{under->seniority, pin.number, pin.digest};
        if (!best || found < *best) best = found;
      }
    }
    return best;
  }

  /// Whether a batch has two of this device's batches with one number in its past.
  Result<bool> reaches_two_ways(const StoredBatch& pin) {
    const auto reach = TRY(store_.reach_of(pin.stream, pin.number));
    std::set<std::uint32_t> numbers;
    for (const auto& row : reach) {
      const auto line = lines_.find(row.stream);
      if (line == lines_.end()) continue;
      for (const auto& [number, batch] : line->second.batches) {
        if (batch.last_n <= row.n && !numbers.insert(number).second) return true;
      }
    }
    return false;
  }

  /// Whether a change is in the past of every batch with which the stream parts first.
  Result<bool> all_ways_saw(const Dot& dot) {
    for (const auto& [branch, line] : lines_) {
      const auto batch = line.batches.find(parts_at_);
      if (batch == line.batches.end()) continue;
      const auto reach = TRY(store_.reach_of(branch, parts_at_));
      const auto has = [&](const Reach& row) { return row.stream == dot.stream && dot.n <= row.n; };
      const bool own = dot.stream == branch && dot.n < batch->second.first_n;
      if (!own && std::ranges::none_of(reach, has)) return false;
    }
    return true;
  }

  Store& store_;
  const Members& members_;
  StreamNo first_;
  std::map<StreamNo, Line> lines_;
  std::uint32_t parts_at_ = ~std::uint32_t{0};
};

}  // namespace

Result<ForkFact> judge_fork(Store& store, const Members& members, StreamNo stream) {
  auto fork = TRY(Fork::load(store, members, stream));
  ForkFact fact;
  fact.branches = fork.branches();
  fact.held = TRY(fork.held(false));
  fact.held_in_mercy = TRY(fork.held(true));
  TRY(fork.relate(fact));
  return fact;
}

Result<void> note_branches(Store& store, Members& members, StreamNo stream) {
  const auto& forks = members.authority().forks();
  const auto known = forks.find(stream);
  auto fact = known == forks.end() ? ForkFact{} : known->second;
  const auto streams = TRY(store.branches(stream));
  for (const auto branch : streams) {
    const auto tip = TRY(store.tip(branch));
    const auto from = tip.from.value_or(Dot{branch, 0});
    if (!fact.branches.emplace(branch, from).second || !tip.from) continue;
    fact.held[branch] = fact.held_in_mercy[branch] = from.n + 1;
  }
  members.set_fork(stream, std::move(fact));
  return {};
}

Result<void> restore_forks(Store& store, Members& members) {
  const auto forked = TRY(store.forked());
  // Whose a stream is has to be known before a grant can be found by it.
  for (const auto stream : forked)
    TRY(note_branches(store, members, stream));
  for (const auto stream : forked) {
    auto fact = TRY(judge_fork(store, members, stream));
    members.set_fork(stream, std::move(fact));
  }
  return {};
}

}  // namespace guantong
