#include "sync/registrar.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "sync/authority.h"
#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/forks.h"
#include "sync/members.h"
#include "sync/merger.h"
#include "sync/named_devices.h"
#include "sync/ssh_signature.h"
#include "sync/store.h"

namespace guantong {

Result<void> Registrar::keep(const Act& act) {
  return store_.put_act(*members_.find_act(act.dot), act);
}

Result<void> Registrar::found(const Dot& dot,
                              const Founding& founding,
                              const ConsortiumId& consortium) {
  std::optional<StreamNo> recovery;
  if (const auto key = PublicKey::from(founding.recovery_key))
    recovery = TRY(store_.intern_stream(device_id(*key), Space::plan));
  const auto& act = members_.found(dot, founding, consortium, recovery);
  TRY(store_.put_founding(members_.consortium_name(), consortium));
  return keep(act);
}

Result<ActTargets> Registrar::targets_of(const Change& change, const Past& past) {
  ActTargets targets;
  for (const auto& device : named_devices(change)) {
    const auto stream = TRY(store_.intern_stream(device, Space::plan));
    targets.devices.push_back(stream);
  }
  if (!change.ruling) return targets;
  for (const auto& payload : change.ruling->batches) {
    const auto batches = TRY(store_.batches_with(payload));
    const auto before = targets.batches.size();
    for (const auto& batch : batches) {
      const Dot first{batch.stream, batch.first_n};
      if (past.contains(first)) targets.batches.push_back(first);
    }
    targets.unseen = targets.unseen || targets.batches.size() == before;
  }
  return targets;
}

Result<void> Registrar::take(const Dot& dot,
                             const Change& change,
                             const GrantFact& under,
                             const ActGround& ground) {
  const auto targets = TRY(targets_of(change, ground.past));
  const auto sites = members_.sites().size();
  const auto& act = members_.take(dot, change, under, targets, ground);
  TRY(keep(act));
  if (act.strikes() || act.kind == Act::Kind::ruling) fresh_.insert(*members_.find_act(dot));
  if (members_.sites().size() != sites) TRY(merger_.rerank());
  // What a device wrote before it was admitted was nobody's; now it is judged anew.
  if (act.kind == Act::Kind::grant) TRY(merger_.refold_pending(targets.devices.front()));
  return {};
}

Result<void> Registrar::settle(const Dot& dot,
                               const Change& change,
                               const GrantFact& under,
                               const ActGround& ground) {
  const auto targets = TRY(targets_of(change, ground.past));
  const auto& act = members_.settle(dot, change, under, targets, ground);
  fresh_.insert(*members_.find_act(dot));
  return keep(act);
}

Result<void> Registrar::take_back(const Dot& dot) {
  const auto number = members_.find_act(dot);
  if (!number) return {};  // Its author had not been admitted: it was never one.
  if (*number + 1 != members_.authority().acts().size())
    return fail(Errc::conflict, "others have acted on the membership since; it cannot be undone");
  look_again(members_.authority().acts()[*number], true);
  members_.take_back();
  TRY(store_.remove_act(*number));
  TRY(judge());
  return judge_batches(false);
}

Result<void> Registrar::note_fork(StreamNo stream) {
  TRY(note_branches(store_, members_, stream));
  forked_.insert(stream);
  return {};
}

Result<void> Registrar::note_batch(const StoredBatch& batch) {
  const auto& forks = members_.authority().forks();
  if (forks.empty()) return {};
  const auto device = members_.plan_stream(batch.stream);
  if (forks.contains(device)) forked_.insert(device);
  const auto reach = TRY(store_.reach_of(batch.stream, batch.number));
  for (const auto& row : reach) {
    const auto other = members_.plan_stream(row.stream);
    if (other != device && forks.contains(other)) forked_.insert(other);
  }
  return {};
}

Result<void> Registrar::judge_forks() {
  for (const auto device : forked_) {
    auto fact = TRY(judge_fork(store_, members_, device));
    for (const auto& [stream, from] : fact.branches)
      look_again(stream, 1);
    members_.set_fork(device, std::move(fact));
  }
  return {};
}

void Registrar::look_again(StreamNo stream, std::uint64_t n) {
  auto& from = again_.try_emplace(stream, n).first->second;
  from = std::min(from, n);
}

/// Notes the batches that an act which is new or has moved may concern.
void Registrar::look_again(const Act& act, bool moved) {
  for (const auto& batch : act.batches)
    look_again(batch.stream, batch.n);
  if (act.kind == Act::Kind::dismissal) {
    for (const auto stream : members_.streams_of(act.target)) {
      const auto cut = act.cuts.find(stream);
      look_again(stream, cut == act.cuts.end() ? 1 : cut->second + 1);
    }
  }
  if (act.kind == Act::Kind::hand_over) {
    lead_moves_ = true;
    for (const auto& [device, grants] : members_.all()) {
      const auto of_site = [&](const GrantFact* grant) { return grant->member.site == act.site; };
      if (std::ranges::none_of(grants, of_site)) continue;
      for (const auto stream : members_.streams_of(device)) {
        const auto cut = act.cuts.find(stream);
        look_again(stream, cut == act.cuts.end() ? 1 : cut->second + 1);
      }
    }
  }
  if (!moved) return;
  for (const auto& grant : act.grants) {
    for (const auto stream : members_.streams_of(grant.to))
      look_again(stream, 1);
  }
}

/// Judges all acts, keeps those that moved, and notes the batches that they concern.
Result<std::vector<ActNo>> Registrar::judge() {
  std::map<StreamNo, bool> mercies;
  for (const auto& [device, fork] : members_.authority().forks())
    mercies[device] = fork.mercy;
  auto moved = members_.judge();
  for (const auto number : moved) {
    const auto& act = members_.authority().acts()[number];
    TRY(keep(act));
    look_again(act, true);
  }
  for (const auto& [device, fork] : members_.authority().forks()) {
    if (fork.mercy == mercies[device]) continue;
    for (const auto& [stream, from] : fork.branches)
      look_again(stream, 1);
  }
  return moved;
}

Result<void> Registrar::finish() {
  if (fresh_.empty() && forked_.empty()) return {};
  TRY(judge_forks());
  const auto& acts = members_.authority().acts();
  const auto moved = TRY(judge());
  bool whole = false;
  for (const auto number : moved) {
    const auto& act = acts[number];
    // Who was a member, and who led, was judged by it in others' sight.
    const bool rests_on = act.strikes() || !act.grants.empty();
    whole = whole || (rests_on && !fresh_.contains(number));
  }
  for (const auto number : fresh_)
    look_again(acts[number], false);
  fresh_.clear();
  forked_.clear();
  return judge_batches(whole);
}

Result<void> Registrar::judge_batches(bool whole) {
  std::set<RecordNo> records;
  for (const auto& [stream, n] : again_) {
    const auto batches = TRY(store_.batches_from(stream, n));
    for (const auto& batch : batches) {
      const auto* under = members_.grant_of(stream, batch.under);
      const auto verdict = members_.authority().verdict(
          members_.plan_stream(stream), {stream, batch.first_n}, under);
      if (verdict == batch.verdict && !lead_moves_) continue;
      if (verdict != batch.verdict) TRY(store_.set_verdict(batch, verdict));
      for (auto at = batch.first_n; at <= batch.last_n; ++at) {
        const auto change = TRY(store_.change({stream, at}));
        if (!change.is_act()) records.insert(change.record);
      }
    }
  }
  again_.clear();
  lead_moves_ = false;
  if (whole) {
    const auto all = TRY(store_.records());
    records.insert(all.begin(), all.end());
  }
  if (!records.empty()) TRY(merger_.refold_all(records));
  return merger_.rerank();
}

}  // namespace guantong
