#include "sync/sealer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/authority.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/members.h"
#include "sync/merger.h"
#include "sync/named_devices.h"
#include "sync/past.h"
#include "sync/schema.h"
#include "sync/store.h"
#include "sync/value.h"

namespace guantong {
namespace {

/// Collects what a batch must build on: by stream, the highest n.
class Needs {
public:
  Needs(Store& store, const Schema& schema, const Members& members, Merger& merger, StreamNo own)
      : store_{store}, schema_{schema}, members_{members}, merger_{merger}, own_{own} {}

  void add(const Dot& dot) {
    if (dot.stream == own_) return;  // The stream is a chain: its own past comes with it.
    auto& highest = highest_[dot.stream];
    highest = std::max(highest, dot.n);
  }

  /// The grant that a batch acts under. Where its site is a partner by another one, that too; and
  /// what was taken from either, or who leads.
  void add_authority(const GrantFact& grant) {
    add(grant.dot);
    for (const auto number : members_.authority().strikers()) {
      const auto& act = members_.authority().acts()[number];
      if (act.kind == Act::Kind::hand_over && act.stands) add(act.dot);
    }
    const auto number = members_.site(grant.member.site);
    if (!number) return;
    const auto& site = members_.sites()[*number];
    if (!grant.partner_kind || members_.level_of(grant) < Level::teacher) add_partnership_of(site);
    add_removals_at(site);
  }

  /// The heads of a device's streams, by which an act on it is judged (A6).
  Result<void> add_streams_of(StreamNo device) {
    for (const auto stream : members_.streams_of(device)) {
      const auto tip = TRY(store_.tip(stream));
      if (tip.space == Space::plan && tip.number > 0) add({stream, tip.last_n});
    }
    return {};
  }

  Result<void> add_act(const Change& change) {
    for (const auto& device : named_devices(change)) {
      const auto stream = TRY(store_.intern_stream(device, Space::plan));
      for (const auto* grant : members_.grants_of(stream))
        add(grant->dot);
      for (const auto number : members_.authority().strikers()) {
        const auto& act = members_.authority().acts()[number];
        if (act.target == stream) add(act.dot);
      }
      if (!change.grant) TRY(add_streams_of(stream));
    }
    if (change.hand_over) {
      for (const auto& [device, grants] : members_.all()) {
        if (members_.site_of(device) == members_.site_of(own_)) TRY(add_streams_of(device));
      }
    }
    if (!change.ruling) return {};
    for (const auto& payload : change.ruling->batches) {
      const auto batches = TRY(store_.batches_with(payload));
      for (const auto& batch : batches)
        add({batch.stream, batch.last_n});
    }
    // Other rulings on them too: who says something else has to have seen them.
    for (const auto number : members_.authority().rulings())
      add(members_.authority().acts()[number].dot);
    return {};
  }

  Result<void> add(const Change& change) {
    if (change.is_act()) return add_act(change);
    for (const auto* dot : dots_of(change))
      add(*dot);
    TRY(add_life_of(change.record));
    TRY(add_agreements_on(change.record));
    if (change.holding) TRY(add_ground_of(change.record, *change.holding));
    TRY(add_originals_of(change));
    if (change.action == Action::archive) TRY(add_uses_of(change.record));
    return add_targets_of(change);
  }

  const std::map<StreamNo, std::uint64_t>& highest() const { return highest_; }

private:
  /// What the right to change a record rests on: its creations, and its life since.
  Result<void> add_life_of(RecordNo record) {
    const auto* state = TRY(merger_.state(record));
    for (const auto& creation : state->creations)
      add(creation.dot);
    if (const auto* life = state->find(life_cycle)) {
      for (const auto& head : life->heads)
        add(head);
    }
    return {};
  }

  Result<void> add_acts_on(RecordNo record, HeldSubject subject) {
    const auto* state = TRY(merger_.state(record));
    for (const auto& act : state->acts_on(subject))
      add(act.dot);
    return {};
  }

  /// Whether an organisation speaks for itself or the lead for it is told by its admission.
  void add_admission_of(const RecordId& org) {
    const auto number = members_.site_of_org(org);
    if (!number) return;
    const auto& site = members_.sites()[*number];
    if (const auto* grant = standing_grant_of(site, Level::auditor)) add(grant->dot);
    add_removals_at(site);
  }

  void add_all_admissions() {
    for (const auto& site : members_.sites()) {
      add_admission_of(site.org);
      add_partnership_of(site);
    }
  }

  void add_partnership_of(const Site& site) {
    if (const auto* grant = standing_grant_of(site, Level::teacher); grant != nullptr)
      add(grant->dot);
  }

  /// What took from the site's people what they had been granted.
  void add_removals_at(const Site& site) {
    for (const auto number : members_.authority().strikers()) {
      const auto& act = members_.authority().acts()[number];
      const auto concerns = [&](const GrantFact* grant) { return act.target == grant->to; };
      if (act.stands && std::ranges::any_of(site.grants, concerns)) add(act.dot);
    }
  }

  /// Of a partner's kind, where a teacher's is asked for.
  const GrantFact* standing_grant_of(const Site& site, Level level) const {
    for (const auto* grant : site.grants) {
      const bool kind = level < Level::teacher || grant->partner_kind;
      if (kind && members_.level_of(*grant) >= level) return grant;
    }
    return nullptr;
  }

  Result<void> add_admissions_on(RecordNo record, HeldSubject subject) {
    const auto* state = TRY(merger_.state(record));
    if (subject == HeldSubject::owner) {
      for (const auto& creation : state->creations)
        add_admission_of(creation.owner);
    }
    for (const auto& act : state->acts_on(subject))
      add_admission_of(act.to);
    return {};
  }

  /// The right to change a record rests on who owns it, and on whether it is closed.
  Result<void> add_agreements_on(RecordNo record) {
    TRY(add_acts_on(record, HeldSubject::owner));
    TRY(add_admissions_on(record, HeldSubject::owner));
    return add_phases_of(record);
  }

  Result<void> add_phases_of(RecordNo record) {
    const auto wholes = TRY(merger_.signed_with(record));
    for (const auto whole : wholes)
      TRY(add_acts_on(whole, HeldSubject::phase));
    return {};
  }

  /// An act of consent was judged by every act before it on its subject; a sign-off by what is
  /// signed and by who has to sign, and a ruling by who may rule.
  Result<void> add_ground_of(RecordNo record, const HoldingAct& act) {
    TRY(add_acts_on(record, act.subject));
    TRY(add_admissions_on(record, act.subject));
    const auto* state = TRY(merger_.state(record));
    const auto parts = state->parts;
    if (act.subject == HeldSubject::phase) {
      add_all_admissions();
      TRY(add_all_of(record));
      for (const auto part : parts)
        TRY(add_all_of(part));
    }
    if (act.ruling || act.kind == HoldingAct::Kind::escalate) {
      const auto charter = TRY(merger_.charter_of(record, WholePast{}));
      if (!charter.record) return {};
      add_all_admissions();
      TRY(add_acts_on(*charter.record, HeldSubject::owner));
      TRY(add_all_of(*charter.record));
    }
    return {};
  }

  /// All that says what stands in a record.
  Result<void> add_all_of(RecordNo record) {
    TRY(add_life_of(record));
    TRY(add_phases_of(record));
    TRY(add_contents_of(record));
    return add_removals_of(record);
  }

  /// A removal from a SET leaves nothing in the record's state by which it could be found.
  Result<void> add_removals_of(RecordNo record) {
    const auto key = TRY(store_.record_key(record));
    const auto* type = schema_.type(key.type);
    const auto* state = TRY(merger_.state(record));
    const auto is_set = [&](const SlotState& slot) {
      return type->merge_of(slot.slot) == MergeRule::set;
    };
    const bool has_set = type != nullptr && std::ranges::any_of(state->slots, is_set);
    if (!has_set) return {};
    const auto history = TRY(store_.history(record));
    for (const auto& [dot, change] : history) {
      if (!change.removed.empty()) add(dot);
    }
    return {};
  }

  /// A translation (a field x_en beside x_zh) builds on the original that its author had before
  /// them, or nobody could tell later whether it is older.
  Result<void> add_originals_of(const Change& change) {
    const auto key = TRY(store_.record_key(change.record));
    const auto* type = schema_.type(key.type);
    if (type == nullptr) return {};
    const auto values = TRY(read_fields(*type, change));
    const auto* state = TRY(merger_.state(change.record));
    for (const auto& [slot, value] : values.slots) {
      const auto& name = type->field(slot)->name;
      if (!name.ends_with("_en")) continue;
      const auto* original = type->field(std::string_view{name.substr(0, name.size() - 2) + "zh"});
      const auto* heads = original == nullptr ? nullptr : state->find(original->slot);
      if (heads == nullptr) continue;
      for (const auto& head : heads->heads)
        add(head);
    }
    return {};
  }

  Result<void> add_contents_of(RecordNo record) {
    const auto* state = TRY(merger_.state(record));
    for (const auto& slot : state->slots) {
      for (const auto& head : slot.heads)
        add(head);
      for (const auto& member : slot.adds)
        add(member.dot);
    }
    return {};
  }

  /// An archiving judged by every head of the record and every reference to it.
  Result<void> add_uses_of(RecordNo record) {
    TRY(add_contents_of(record));
    for (const auto subject : {HeldSubject::holder, HeldSubject::owner, HeldSubject::phase})
      TRY(add_acts_on(record, subject));
    const auto uses = TRY(store_.references_to(record));
    for (const auto& use : uses)
      add(use.dot);
    return {};
  }

  Result<void> add_targets_of(const Change& change) {
    const auto key = TRY(store_.record_key(change.record));
    const auto* type = schema_.type(key.type);
    if (type == nullptr) return {};
    const auto values = TRY(read_fields(*type, change));
    for (const auto& [slot, value] : values.slots) {
      for (const auto& [number, one] : split_value(*type, value))
        TRY(add_target(*type->field(number), one));
    }
    for (const auto& [number, members] : values.members) {
      for (const auto& member : members)
        TRY(add_target(*type->field(number), member));
    }
    return {};
  }

  Result<void> add_target(const Field& field, const Value& value) {
    if (!field.is_reference()) return {};
    if (const auto target = reference_in(field, value)) {
      const auto record = TRY(store_.intern_record(*target));
      return add_life_of(record);
    }
    return {};
  }

  Store& store_;
  const Schema& schema_;
  const Members& members_;
  Merger& merger_;
  StreamNo own_;
  std::map<StreamNo, std::uint64_t> highest_;
};

/// The batch that gave the grant, for the first batch under it, which names it whatever else it
/// names of that stream; nothing where the stream itself holds it.
Result<std::optional<StoredBatch>> batch_of_new_grant(Store& store,
                                                      const StreamTip& tip,
                                                      StreamNo own,
                                                      const Dot& grant) {
  if (grant.stream == own) return std::optional<StoredBatch>{};
  if (tip.number > 0) {
    const auto last = TRY(store.batch_of({own, tip.last_n}));
    if (last.under == grant) return std::optional<StoredBatch>{};
  }
  const auto giving = TRY(store.batch_of(grant));
  return std::optional{giving};
}

/// Leaves out every parent that another one reaches, or the stream's own last batch.
Result<std::vector<StoredBatch>> without_reached(Store& store,
                                                 const StreamTip& tip,
                                                 StreamNo own,
                                                 const std::vector<StoredBatch>& wanted) {
  std::map<StreamNo, std::uint64_t> own_reach;
  if (tip.number > 0) {
    const auto rows = TRY(store.reach_of(own, tip.number));
    for (const auto& row : rows)
      own_reach[row.stream] = row.n;
  }
  std::vector<StoredBatch> kept;
  for (const auto& candidate : wanted) {
    bool reached =
        own_reach.contains(candidate.stream) && own_reach[candidate.stream] >= candidate.last_n;
    for (const auto& other : wanted) {
      if (other.stream == candidate.stream) continue;
      const auto rows = TRY(store.reach_of(other.stream, other.number));
      reached = reached || std::ranges::any_of(rows, [&](const Reach& row) {
                  return row.stream == candidate.stream && row.n >= candidate.last_n;
                });
    }
    if (!reached) kept.push_back(candidate);
  }
  return kept;
}

/// Gives every stream and record its place in the batch's dictionaries.
class Dictionary {
public:
  Dictionary(Store& store, Batch& batch) : store_{store}, batch_{batch} {}

  Result<StreamNo> stream(StreamNo number) {
    const auto [entry, fresh] =
        streams_.try_emplace(number, static_cast<StreamNo>(batch_.devices.size()));
    if (fresh) {
      const auto tip = TRY(store_.tip(number));
      batch_.devices.push_back(tip.device);
    }
    return entry->second;
  }

  Result<void> translate(Change& change) {
    for (auto* dot : dots_of(change))
      dot->stream = TRY(stream(dot->stream));
    if (change.is_act()) return {};
    const auto [entry, fresh] =
        records_.try_emplace(change.record, static_cast<RecordNo>(batch_.records.size()));
    if (fresh) {
      const auto key = TRY(store_.record_key(change.record));
      batch_.records.push_back(key);
    }
    change.record = entry->second;
    return {};
  }

private:
  Store& store_;
  Batch& batch_;
  std::map<StreamNo, StreamNo> streams_;
  std::map<RecordNo, RecordNo> records_;
};

}  // namespace

namespace {

/// All that is here but what this device has not sealed: a batch may hold the act by which its
/// author leaves, and is not under what it takes away itself.
class SealedPast : public Past {
public:
  SealedPast(StreamNo own, std::uint64_t last_n) : own_{own}, last_n_{last_n} {}
  bool contains(const Dot& dot) const override { return dot.stream != own_ || dot.n <= last_n_; }

private:
  StreamNo own_;
  std::uint64_t last_n_;
};

/// The changes that go into one batch: of one person, and none above what that person may.
Result<std::vector<std::pair<Dot, Change>>> changes_to_seal(Store& store,
                                                            const Members& members,
                                                            StreamNo stream,
                                                            const GrantFact*& grant) {
  auto pending = TRY(store.pending(stream));
  if (pending.empty()) return pending;
  const auto person = TRY(store.writer_of(pending.front().first));
  const auto tip = TRY(store.tip(stream));
  const SealedPast past{stream, tip.last_n};
  grant = members.best_grant(stream, person, past);
  if (pending.size() > changes_a_batch) pending.resize(changes_a_batch);
  for (std::size_t i = 1; i < pending.size(); ++i) {
    const auto writer = TRY(store.writer_of(pending[i].first));
    if (writer != person) pending.resize(i);
  }
  for (const auto& [dot, change] : pending) {
    const auto act = members.find_act(dot);
    if (act && grant != nullptr &&
        members.authority().level_in(*grant, past) < members.authority().acts()[*act].needs)
      return fail(Errc::denied,
                  "an act of membership was written here before this person's level was lowered, "
                  "and may not be sent any more; everything is kept, and \"guantong undo\" takes "
                  "the act back");
  }
  return pending;
}

}  // namespace

Result<std::optional<ComposedBatch>> compose_batch(
    Store& store, const Schema& schema, const Members& members, Merger& merger, StreamNo stream) {
  const GrantFact* grant = nullptr;
  auto pending = TRY(changes_to_seal(store, members, stream, grant));
  if (grant == nullptr || pending.empty()) return std::optional<ComposedBatch>{};

  const auto tip = TRY(store.tip(stream));
  Needs needs{store, schema, members, merger, stream};
  needs.add_authority(*grant);
  for (const auto& [dot, change] : pending)
    TRY(needs.add(change));
  std::vector<StoredBatch> wanted;
  for (const auto& [other, n] : needs.highest()) {
    const auto batch = TRY(store.batch_of({other, n}));
    wanted.push_back(batch);
  }
  auto parents = TRY(without_reached(store, tip, stream, wanted));
  const auto giving = TRY(batch_of_new_grant(store, tip, stream, grant->dot));
  const auto same = [&](const StoredBatch& batch) { return batch.commit == giving->commit; };
  if (giving && std::ranges::none_of(parents, same)) parents.push_back(*giving);
  std::ranges::sort(parents, {}, &StoredBatch::commit);

  ComposedBatch composed;
  composed.under = grant;
  if (tip.number > 0) composed.parents.push_back(tip.commit);
  for (const auto& parent : parents)
    composed.parents.push_back(parent.commit);
  auto& batch = composed.batch;
  batch.format = format_level;
  batch.consortium = members.consortium();
  batch.space = tip.space;
  batch.number = tip.number + 1;
  batch.first_n = tip.last_n + 1;
  if (tip.number > 0) batch.previous = tip.digest;
  Dictionary dictionary{store, batch};
  TRY(dictionary.stream(stream));
  const auto giver = TRY(dictionary.stream(grant->dot.stream));
  batch.under = Dot{giver, grant->dot.n};
  for (auto& [dot, change] : pending) {
    composed.changes.push_back(change);
    TRY(dictionary.translate(change));
    batch.changes.push_back(std::move(change));
  }
  return std::optional{std::move(composed)};
}

}  // namespace guantong
