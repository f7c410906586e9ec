#include "sync/applier.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/members.h"
#include "sync/merger.h"
#include "sync/past.h"
#include "sync/read_change.h"
#include "sync/rights.h"
#include "sync/ssh_signature.h"
#include "sync/store.h"
#include "sync/value.h"

namespace guantong {
namespace {

/// What a school keeps for itself comes from nobody, whatever branch it stands at (D72).
Result<void> check_space(const Batch& batch) {
  if (batch.space == Space::plan) return {};
  return fail(Errc::denied, "it is of what a school keeps for itself, which nobody sends");
}

}  // namespace

bool GroundPast::contains(const Dot& dot) const {
  if (dot.stream == self_.stream) return dot.n < self_.n;
  return dot.n <= reach_into(ground_.reach, dot.stream);
}

Result<Ground> ground_of(Store& store, std::span<const StoredBatch> parents) {
  Ground ground;
  std::vector<std::uint64_t> highest;  // By stream; their numbers are small.
  const auto raise = [&](StreamNo stream, std::uint64_t n) {
    if (stream >= highest.size()) highest.resize(stream + 1);
    highest[stream] = std::max(highest[stream], n);
  };
  for (const auto& parent : parents) {
    raise(parent.stream, parent.last_n);
    const auto rows = TRY(store.reach_of(parent.stream, parent.number));
    for (const auto& row : rows)
      raise(row.stream, row.n);
    ground.generation = std::max(ground.generation, parent.generation + 1);
  }
  for (StreamNo stream = 0; stream < highest.size(); ++stream) {
    if (highest[stream] > 0) ground.reach.push_back({stream, highest[stream]});
  }
  return ground;
}

Result<std::vector<StoredBatch>> Applier::parents_of(const ArrivedBatch& arrived) {
  std::vector<StoredBatch> parents;
  for (const auto& commit : arrived.parents) {
    const auto parent = TRY(store_.batch_by_commit(commit));
    if (!parent) return fail(Errc::not_found, "it builds on work that is not here or was refused");
    parents.push_back(*parent);
  }
  return parents;
}

/// The stream that the batch goes on: its device's, or a branch where that goes on otherwise.
Result<StreamNo> Applier::place_in_stream(const ArrivedBatch& arrived,
                                          const std::vector<StoredBatch>& parents,
                                          bool& forks) {
  const auto& batch = arrived.batch;
  const auto main = TRY(store_.intern_stream(batch.devices.front(), batch.space));
  StoredBatch before;  // Number 0: it begins the stream.
  before.stream = main;
  if (batch.number > 1) {
    if (parents.empty())
      return fail(Errc::corrupt, "it does not build on the batch of its stream before it");
    const auto tip = TRY(store_.tip(parents.front().stream));
    const bool same_stream = tip.device == batch.devices.front() && tip.space == batch.space;
    if (!same_stream) return fail(Errc::corrupt, "its first parent is no batch of its own stream");
    before = parents.front();
  }
  if (batch.number != before.number + 1 || batch.first_n != before.last_n + 1) {
    return fail(Errc::corrupt,
                "it is number {} where number {} of its stream was due",
                batch.number,
                before.number + 1);
  }
  if (batch.previous && *batch.previous != before.digest) {
    return fail(Errc::corrupt, "it names another batch before it than the one that is there");
  }
  const auto tip = TRY(store_.tip(before.stream));
  if (tip.number == before.number) return before.stream;
  forks = true;
  return store_.add_branch(main, {before.stream, before.last_n});
}

/// The grant the batch is under (A2): one to its device, given with right, that it has seen, and
/// whose commit a stream's first batch under it names. Otherwise its author is an outsider.
Result<void> Applier::find_grant(const ArrivedBatch& arrived,
                                 const std::vector<StoredBatch>& parents,
                                 Placed& placed) {
  const auto& batch = arrived.batch;
  if (!batch.under) {
    // The founding batch acts under its own first act.
    placed.batch.under = {placed.batch.stream, placed.batch.first_n};
    return {};
  }
  auto candidates = TRY(find_all(*batch.under, placed));
  // The grant of the batch before goes first: a stream does not change grants by chance.
  if (batch.number > 1)
    std::ranges::stable_partition(candidates,
                                  [&](const Dot& under) { return under == parents.front().under; });
  for (const auto& under : candidates) {
    const auto holds_it = [&](const StoredBatch& parent) {
      return parent.stream == under.stream && parent.first_n <= under.n && under.n <= parent.last_n;
    };
    const bool same_grant = batch.number > 1 && parents.front().under == under;
    const bool names_grant = std::ranges::any_of(parents, holds_it);
    const auto* grant = members_.grant_of(placed.batch.stream, under);
    const GroundPast past{placed.ground, {placed.batch.stream, placed.batch.first_n}};
    if (grant == nullptr || !grant->right || !past.contains(under)) continue;
    // It must not speak for a site that is not its own.
    if (!(same_grant || names_grant) || grant->member.site != arrived.site) continue;
    placed.under = grant;
    placed.batch.under = under;
    break;
  }
  return {};
}

Result<Applier::Placed> Applier::place(const ArrivedBatch& arrived, std::uint64_t now_ms) {
  const auto& batch = arrived.batch;
  const auto parents = TRY(parents_of(arrived));
  Placed placed;
  const auto stream = TRY(place_in_stream(arrived, parents, placed.forks));
  for (const auto& device : batch.devices) {
    const auto other = TRY(store_.intern_stream(device, batch.space));
    placed.streams.push_back(other);
  }
  const auto main = std::exchange(placed.streams.front(), stream);
  placed.ground = TRY(guantong::ground_of(store_, parents));
  placed.batch.stream = stream;
  placed.batch.number = batch.number;
  placed.batch.commit = arrived.commit;
  placed.batch.first_n = batch.first_n;
  placed.batch.last_n = batch.first_n + batch.changes.size() - 1;
  placed.batch.generation = placed.ground.generation;
  placed.batch.digest = arrived.digest;
  placed.batch.arrived_ms = now_ms;
  placed.batch.site = arrived.site;
  placed.batch.writes =
      std::ranges::any_of(batch.changes, [](const Change& change) { return !change.is_act(); });
  if (placed.forks) TRY(registrar_.note_fork(main));
  TRY(find_grant(arrived, parents, placed));
  if (batch.under && placed.under == nullptr && batch.number > outsider_batches_max &&
      !placed.forks)
    return fail(Errc::denied,
                "nobody has admitted its author, and the first {} batches are kept already",
                outsider_batches_max);
  if (batch.under) {
    placed.batch.verdict = members_.authority().verdict(
        members_.plan_stream(stream), {stream, batch.first_n}, placed.under);
  }
  for (const auto& key : batch.records) {
    const auto record = TRY(store_.intern_record(key));
    placed.records.push_back(record);
  }
  return placed;
}

/// What a place in the dictionary and an n may name here: of a forked device, the changes with that
/// n on the ways that the batch has seen, the first by what began it before the others.
Result<std::vector<Dot>> Applier::find_all(const Dot& dot, const Placed& placed) {
  const auto stream = placed.streams[dot.stream];
  const auto first = members_.plan_stream(stream);
  const auto& forks = members_.authority().forks();
  const auto fork = forks.find(first);
  if (fork == forks.end()) return std::vector{Dot{stream, dot.n}};
  const auto own = placed.batch.stream;
  std::map<Digest, Dot> found;
  std::vector<Dot> dots;
  for (const auto& [branch, from] : fork->second.branches) {
    const Dot here{branch, dot.n};
    if (branch != first && dot.n <= from.n) continue;  // That stands in what it goes on from.
    if (branch == own && dot.n >= placed.batch.first_n) {
      dots.push_back(here);  // In the batch itself.
      continue;
    }
    if (dot.n > reach_into(placed.ground.reach, branch)) continue;
    const auto batch = TRY(store_.batch_of(here));
    found.emplace(batch.digest, here);
  }
  for (const auto& [digest, here] : found)
    dots.push_back(here);
  if (dots.empty()) dots.push_back({first, dot.n});
  return dots;
}

Result<Dot> Applier::find(const Dot& dot, const Placed& placed) {
  const auto dots = TRY(find_all(dot, placed));
  return dots.front();
}

Result<void> Applier::renumber(Change& change, const Placed& placed) {
  if (members_.authority().forks().empty()) {
    guantong::renumber(change, placed.streams, placed.records);
    return {};
  }
  for (auto* dot : dots_of(change))
    *dot = TRY(find(*dot, placed));
  if (!change.is_act()) change.record = placed.records[change.record];
  return {};
}

Result<void> Applier::file(const Placed& placed) {
  std::vector<Reach> before;
  if (placed.batch.number > 1)
    before = TRY(store_.reach_of(placed.batch.stream, placed.batch.number - 1));
  std::vector<Reach> grown;
  for (const auto& row : placed.ground.reach) {
    if (row.stream != placed.batch.stream && reach_into(before, row.stream) != row.n)
      grown.push_back(row);
  }
  TRY(store_.put_batch(placed.batch, grown));
  return registrar_.note_batch(placed.batch);
}

ActGround Applier::ground_of(const Dot& dot, const Placed& placed, const Past& past) const {
  const auto& batch = placed.batch;
  const auto reach = [&placed](StreamNo stream) { return reach_into(placed.ground.reach, stream); };
  return {past, reach, {batch.generation, batch.digest, dot.n - batch.first_n}};
}

Result<void> Applier::take_act(const Dot& dot, const Change& change, Placed& placed) {
  TRY(store_.put_change(dot, change));
  if (change.founding) {
    TRY(registrar_.found(dot, *change.founding, placed.batch.digest));
    placed.under = members_.grant_of(dot.stream, placed.batch.under);
    return {};
  }
  // An outsider's acts are void for ever, whatever is ruled on the rest (A16).
  if (placed.under == nullptr) return {};
  const GroundPast past{placed.ground, dot};
  return registrar_.take(dot, change, *placed.under, ground_of(dot, placed, past));
}

Result<void> Applier::check_founding(const ArrivedBatch& arrived) const {
  const auto& batch = arrived.batch;
  const auto& first = batch.changes.front();
  const bool founds = !members_.founded() && arrived.parents.empty() && first.founding &&
                      first.founding->member.site == arrived.site &&
                      device_id(first.founding->member.key) == batch.devices.front();
  if (batch.under && arrived.parents.empty())
    return fail(Errc::corrupt, "it builds on nothing, as the founding alone does");
  if (batch.under || founds) return {};
  return fail(Errc::denied, "it claims to found the consortium, which is founded already");
}

Result<Applied> Applier::apply(ArrivedBatch arrived, std::uint64_t now_ms) {
  const auto stream = TRY(store_.intern_stream(arrived.batch.devices.front(), arrived.batch.space));
  const auto own = TRY(store_.pending(stream));
  if (!own.empty()) {
    return fail(
        Errc::corrupt,
        "it continues this computer's own stream, which holds other work that is not sealed "
        "yet: this workspace, or a part of it, was copied or restored");
  }
  TRY(check_founding(arrived));
  TRY(check_space(arrived.batch));
  if (arrived.values.empty()) arrived.values = TRY(read_values(schema_, arrived.batch));
  auto placed = TRY(place(arrived, now_ms));
  TRY(file(placed));
  const Dot first{placed.batch.stream, placed.batch.first_n};
  const auto changes =
      merger_.keep(first, std::move(arrived.batch.changes), std::move(arrived.values));
  if (auto taken = take_all(first, changes, placed); !taken) {
    merger_.forget(first);  // Some may not be in this replica's numbers yet.
    return std::move(taken).error();
  }
  TRY(registrar_.finish());
  return Applied{placed.batch.stream, placed.batch.verdict};
}

Result<void> Applier::take_all(Dot dot, std::span<Change> changes, Placed& placed) {
  std::optional<Author> author;  // One for the whole batch, but that acts may change it.
  for (auto& change : changes) {
    TRY(renumber(change, placed));
    if (change.is_act()) {
      TRY(take_act(dot, change, placed));
      author.reset();
    } else {
      const GroundPast past{placed.ground, dot};
      if (!author) author = TRY(merger_.author_of(dot));
      TRY(merger_.take(dot, change, *author, past));
    }
    ++dot.n;
  }
  return {};
}

Result<void> Applier::take_pending(const Dot& dot, const Change& change) {
  const WholePast past;
  if (change.is_act()) {
    TRY(store_.put_change(dot, change));
    const auto writer = TRY(store_.writer_of(dot));
    const auto* best = members_.best_grant(dot.stream, writer);
    if (best == nullptr) return {};
    const auto whole = [](StreamNo) { return ~std::uint64_t{0}; };
    const Seniority last{StoredBatch::pending_generation, {}, dot.n};
    TRY(registrar_.take(dot, change, *best, {past, whole, last}));
    return registrar_.finish();
  }
  const auto key = TRY(store_.record_key(change.record));
  const auto* type = schema_.type(key.type);
  if (type == nullptr)
    return fail(Errc::invalid, "record type {} is unknown to this program", key.type);
  std::vector<FieldValues> values(1);
  values.front() = TRY(read_fields(*type, change));
  const auto kept = merger_.keep(dot, {change}, std::move(values));
  const auto author = TRY(merger_.author_of(dot));
  return merger_.take(dot, kept.front(), author, past);
}

Result<void> Applier::adopt(const ArrivedBatch& arrived, std::uint64_t now_ms) {
  const auto placed = TRY(place(arrived, now_ms));
  if (placed.under == nullptr)
    return fail(Errc::denied, "its author has not been admitted by anybody who may");
  TRY(file(placed));
  std::map<RecordNo, bool> refolded;
  Dot dot{placed.batch.stream, placed.batch.first_n};
  for (const auto& change : arrived.batch.changes) {
    const auto record = change.is_act() ? RecordNo{} : placed.records[change.record];
    const GroundPast past{placed.ground, dot};
    if (change.is_act()) {
      TRY(registrar_.settle(dot, change, *placed.under, ground_of(dot, placed, past)));
    } else if (change.holding && !refolded[record]) {
      // What an act was judged by may be more than what its batch builds on.
      TRY(merger_.refold(record));
      refolded[record] = true;
    } else if (!refolded[record]) {
      const auto read = TRY(merger_.read(dot));
      const auto author = TRY(merger_.author_of(dot));
      const auto verdicts = TRY(merger_.rights(dot, read, author, past));
      const auto* state = TRY(merger_.state(record));
      // In a batch that is held, its author may write nothing: not even propose.
      const bool is_void = author.level < Level::teacher;
      const bool differs =
          is_void || std::ranges::any_of(verdicts, [&](const auto& verdict) {
            const auto* slot = state->find(verdict.first);
            return verdict.second != (slot == nullptr || slot->proposal(dot) == nullptr);
          });
      if (differs) {
        TRY(merger_.refold(record));
        refolded[record] = true;
      }
    }
    ++dot.n;
  }
  return registrar_.finish();
}

}  // namespace guantong
