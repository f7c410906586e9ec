#include "sync/applier.h"

#include <algorithm>
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
#include "sync/read_change.h"
#include "sync/rights.h"
#include "sync/ssh_signature.h"
#include "sync/store.h"
#include "sync/value.h"

namespace guantong {
namespace {

/// A grant rests on nothing but being there: the founding needs none.
const GrantFact no_grant{};

}  // namespace

bool GroundPast::contains(const Dot& dot) const {
  if (dot.stream == self_.stream) return dot.n < self_.n;
  const auto found = ground_.reach.find(dot.stream);
  return found != ground_.reach.end() && dot.n <= found->second;
}

Result<Ground> ground_of(Store& store, std::span<const StoredBatch> parents) {
  Ground ground;
  const auto raise = [&](StreamNo stream, std::uint64_t n) {
    auto& highest = ground.reach[stream];
    highest = std::max(highest, n);
  };
  for (const auto& parent : parents) {
    raise(parent.stream, parent.last_n);
    const auto rows = TRY(store.reach_of(parent.stream, parent.number));
    for (const auto& row : rows)
      raise(row.stream, row.n);
    ground.generation = std::max(ground.generation, parent.generation + 1);
  }
  return ground;
}

Result<GrantFact> Applier::grant_for(const ArrivedBatch& arrived,
                                     const StoredBatch& batch,
                                     const Ground& ground) {
  if (!arrived.batch.under) {
    const auto& first = arrived.batch.changes.front();
    if (members_.founded() || !arrived.parents.empty() || !first.founding ||
        first.founding->member.site != arrived.site) {
      return fail(Errc::denied, "it claims to found the consortium, which is founded already");
    }
    return no_grant;
  }
  const auto* grant = members_.grant_of(batch.stream, batch.under);
  const bool seen =
      grant != nullptr && GroundPast{ground, {batch.stream, batch.first_n}}.contains(grant->dot);
  if (!seen || !grant->valid) {
    return fail(Errc::denied, "its author has not been admitted by anybody who may");
  }
  if (grant->member.site != arrived.site)
    return fail(Errc::denied, "it names another site than its author was admitted to");
  return *grant;
}

Result<Applier::Placed> Applier::place(const ArrivedBatch& arrived, std::uint64_t now_ms) {
  const auto& batch = arrived.batch;
  Placed placed;
  for (const auto& device : batch.devices) {
    const auto stream = TRY(store_.intern_stream(device, batch.space));
    placed.streams.push_back(stream);
  }
  const auto& streams = placed.streams;
  const auto tip = TRY(store_.tip(streams.front()));
  std::vector<StoredBatch> parents;
  for (const auto& commit : arrived.parents) {
    const auto parent = TRY(store_.batch_by_commit(commit));
    if (!parent) return fail(Errc::not_found, "it builds on work that is not here or was refused");
    parents.push_back(*parent);
  }
  const bool first_parent_fits =
      batch.number == 1 || (!parents.empty() && parents.front().commit == tip.commit);
  if (batch.number != tip.number + 1 || batch.first_n != tip.last_n + 1 || !first_parent_fits) {
    return fail(Errc::corrupt,
                "it is number {} where number {} of its stream was due",
                batch.number,
                tip.number + 1);
  }
  if (batch.previous && *batch.previous != tip.digest) {
    return fail(Errc::corrupt, "it names another batch before it than the one that is there");
  }
  placed.ground = TRY(ground_of(store_, parents));
  placed.batch = {streams.front(),
                  batch.number,
                  arrived.commit,
                  batch.first_n,
                  batch.first_n + batch.changes.size() - 1,
                  placed.ground.generation,
                  {},
                  arrived.digest,
                  now_ms};
  // The founding batch acts under its own first act.
  placed.batch.under = batch.under ? Dot{streams[batch.under->stream], batch.under->n}
                                   : Dot{placed.batch.stream, placed.batch.first_n};

  const bool same_grant =
      batch.number > 1 && !parents.empty() && parents.front().under == placed.batch.under;
  const bool names_grant = std::ranges::any_of(parents, [&](const StoredBatch& parent) {
    const auto& under = placed.batch.under;
    return parent.stream == under.stream && parent.first_n <= under.n && under.n <= parent.last_n;
  });
  if (batch.under && !same_grant && !names_grant) {
    return fail(Errc::denied, "its author has not been admitted by anybody who may");
  }

  for (const auto& key : batch.records) {
    const auto record = TRY(store_.intern_record(key));
    placed.records.push_back(record);
  }
  return placed;
}

Result<void> Applier::file(const Placed& placed) {
  std::map<StreamNo, std::uint64_t> before;
  if (placed.batch.number > 1) {
    const auto rows = TRY(store_.reach_of(placed.batch.stream, placed.batch.number - 1));
    for (const auto& row : rows)
      before[row.stream] = row.n;
  }
  std::vector<Reach> grown;
  for (const auto& [stream, n] : placed.ground.reach) {
    if (stream != placed.batch.stream && before[stream] != n) grown.push_back({stream, n});
  }
  return store_.put_batch(placed.batch, grown);
}

Result<void> Applier::take_act(const Dot& dot,
                               const Change& change,
                               const GrantFact* under,
                               const Past& past,
                               const Digest& digest) {
  if (change.founding) {
    members_.found(dot.stream, dot, *change.founding, digest);
    return store_.put_founding(
        dot.stream, members_.grants_of(dot.stream).front(), members_.consortium_name(), digest);
  }
  if (under == nullptr) return {};
  const auto sites = members_.sites().size();
  const auto to = TRY(store_.intern_stream(device_id(change.grant->member.key), Space::plan));
  const auto& fact = members_.grant(to, dot, *change.grant, *under, dot.stream, past);
  TRY(store_.put_grant(to, fact));
  if (members_.sites().size() != sites) TRY(merger_.rerank());
  // What a device wrote before it was admitted was nobody's; now it is judged anew.
  const auto waiting = TRY(store_.pending(to));
  std::set<RecordNo> records;
  for (const auto& [own, written] : waiting) {
    if (!written.is_act() && records.insert(written.record).second)
      TRY(merger_.refold(written.record));
  }
  return {};
}

Result<void> Applier::apply(ArrivedBatch arrived, std::uint64_t now_ms) {
  const auto placed = TRY(place(arrived, now_ms));
  const auto grant = TRY(grant_for(arrived, placed.batch, placed.ground));
  const auto own = TRY(store_.pending(placed.batch.stream));
  if (!own.empty()) {
    return fail(
        Errc::corrupt,
        "it continues this computer's own stream, which holds other work that is not sealed "
        "yet: this workspace, or a part of it, was copied or restored");
  }
  std::vector<ReadChange> reads;
  reads.reserve(arrived.batch.changes.size());
  for (auto& change : arrived.batch.changes) {
    renumber(change, placed.streams, placed.records);
    ReadChange read{std::move(change), {}};
    if (!read.change.is_act()) {
      const auto key = TRY(store_.record_key(read.change.record));
      if (const auto* type = schema_.type(key.type)) {
        if (type->space != arrived.batch.space)
          return fail(Errc::corrupt, "it holds a record of another space");
        read.values = TRY(read_fields(*type, read.change));
      }
    } else if (read.change.founding && (arrived.batch.under || !reads.empty())) {
      return fail(Errc::corrupt, "it founds the consortium a second time");
    }
    reads.push_back(std::move(read));
  }
  TRY(file(placed));
  Dot dot{placed.batch.stream, placed.batch.first_n};
  std::optional<Author> author;  // One for the whole batch, but that acts may change it.
  for (auto& read : reads) {
    const GroundPast past{placed.ground, dot};
    if (read.change.is_act()) {
      TRY(store_.put_change(dot, read.change));
      TRY(take_act(dot, read.change, arrived.batch.under ? &grant : nullptr, past, arrived.digest));
      author.reset();
    } else {
      if (!author) author = TRY(merger_.author_of(dot));
      TRY(merger_.take(dot, std::move(read), *author, past));
    }
    ++dot.n;
  }
  return {};
}

Result<void> Applier::take_pending(const Dot& dot, const Change& change) {
  const WholePast past;
  const auto* best = members_.best_grant(dot.stream);
  if (change.is_act()) {
    TRY(store_.put_change(dot, change));
    return take_act(dot, change, best, past, {});
  }
  ReadChange read{change, {}};
  const auto key = TRY(store_.record_key(change.record));
  const auto* type = schema_.type(key.type);
  if (type == nullptr)
    return fail(Errc::invalid, "record type {} is unknown to this program", key.type);
  read.values = TRY(read_fields(*type, change));
  const auto author = TRY(merger_.author_of(dot));
  return merger_.take(dot, std::move(read), author, past);
}

Result<void> Applier::adopt(const ArrivedBatch& arrived, std::uint64_t now_ms) {
  const auto placed = TRY(place(arrived, now_ms));
  TRY(grant_for(arrived, placed.batch, placed.ground));
  TRY(file(placed));
  std::map<RecordNo, bool> refolded;
  Dot dot{placed.batch.stream, placed.batch.first_n};
  for (const auto& change : arrived.batch.changes) {
    const auto record = change.is_act() ? RecordNo{} : placed.records[change.record];
    // What an act was judged by may be more than what its batch builds on.
    if (change.holding && !refolded[record]) {
      TRY(merger_.refold(record));
      refolded[record] = true;
    } else if (!change.is_act() && !refolded[record]) {
      const auto* read = TRY(merger_.read(dot));
      const auto author = TRY(merger_.author_of(dot));
      const auto verdicts = TRY(merger_.rights(dot, *read, author, GroundPast{placed.ground, dot}));
      const auto* state = TRY(merger_.state(record));
      const bool differs = std::ranges::any_of(verdicts, [&](const auto& verdict) {
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
  return {};
}

}  // namespace guantong
