// The half of Merger that joins and saves what was touched; merger.cpp takes the changes.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/merger.h"
#include "sync/merger_lookup.h"
#include "sync/read_change.h"
#include "sync/recent_changes.h"
#include "sync/record_digest.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/slot_merge.h"
#include "sync/store.h"
#include "sync/value.h"

namespace guantong {
namespace {

ShortDigest digest_of_value(const Value& value) {
  return blake2b_128(value);
}

/// What the life cycle's slot keeps of a record that nobody archived.
const ShortDigest& active_life() {
  static const ShortDigest digest = digest_of_value(Value{life_active});
  return digest;
}

}  // namespace

Result<RecentChanges::Wrote> Merger::wrote(const Dot& dot) {
  const auto batch = TRY(store_.batch_of(dot));
  const auto author = TRY(author_of(dot));
  return RecentChanges::Wrote{batch.generation, author.site};
}

Result<CausalRank> Merger::rank_of(const std::vector<Dot>& heads) {
  CausalRank highest;
  for (const auto& head : heads) {
    const auto batch = TRY(store_.batch_of(head));
    highest = std::max(highest, CausalRank{batch.generation, head.n});
  }
  return highest;
}

Result<SlotSummary> Merger::summarise_slot(const Work& work,
                                           const SlotState& slot,
                                           const Source& source) {
  const WholePast now;
  const auto settled = work.settled.find(slot.slot);
  Lookup lookup{source,
                rights_,
                work,
                slot.slot,
                now,
                settled == work.settled.end() ? nullptr : &settled->second};
  return summarise(*work.type, slot.slot, slot.heads, lookup);
}

Result<void> Merger::join_one(Work& work, Slot slot, const Source& source) {
  if (work.type->merge_of(slot) != MergeRule::set) return join_slot(work, slot, source);
  join_set(work, *work.type->field(slot));
  return {};
}

Result<void> Merger::join_slot(Work& work, Slot number, const Source& source) {
  if (work.state.find(number) == nullptr) {  // What was written to it has been taken back.
    work.view.values.emplace_back(number, Value{});
    return {};
  }
  auto& slot = work.state.slot(number);
  SlotSummary summary;
  if (slot.heads.size() == 1) {
    const auto read = TRY(source.read(slot.heads.front()));
    summary.value = value_of(number, read);
  } else if (!slot.heads.empty()) {
    summary = TRY(summarise_slot(work, slot, source));
  }
  auto& value = summary.value;
  slot.conflict = summary.conflict;
  slot.joined = summary.joined;
  slot.value = digest_of_value(value);
  if (value.size() <= in_force_most) {
    slot.in_force = value;
  } else {
    slot.in_force.reset();
  }
  work.view.values.emplace_back(number, std::move(value));
  return {};
}

void Merger::join_set(Work& work, const Field& field) {
  if (work.state.find(field.number) == nullptr) {  // As in `join_slot`: no value, not no member.
    work.view.values.emplace_back(field.number, Value{});
    return;
  }
  auto& slot = work.state.slot(field.number);
  std::set<Value> members;
  for (const auto& add : slot.adds)
    members.insert(add.member);
  Value all;
  for (const auto& member : members)
    all += member;
  slot.value = digest_of_value(all);
  work.view.members.emplace_back(field.number, std::vector<Value>{members.begin(), members.end()});
}

Result<void> Merger::link_references(Work& work, const Field& field) {
  std::vector<std::pair<RecordNo, Dot>> targets;
  const auto link = [&](const Value& value, const Dot& dot) -> Result<void> {
    if (const auto target = reference_in(field, value)) {
      const auto number = TRY(store_.intern_record(*target));
      targets.emplace_back(number, dot);
    }
    return {};
  };
  const SlotState untouched;
  const auto* found = work.state.find(field.slot);
  const auto& slot = found == nullptr ? untouched : *found;
  for (const auto& head : slot.heads) {
    const auto read = TRY(this->read(head));
    const auto fields = split_value(*work.type, value_of(field.slot, read));
    if (const auto value = fields.find(field.number); value != fields.end())
      TRY(link(value->second, head));
  }
  for (const auto& add : slot.adds)
    TRY(link(add.member, add.dot));
  auto touched = TRY(store_.set_references(work.number, field.number, targets));
  for (const auto& [target, dot] : targets)
    touched.push_back(target);
  for (const auto target : touched) {
    auto* other = TRY(load(target));
    const auto* life = other->state.find(life_cycle);
    // Only an archiving looks at who refers to the record.
    if (life != nullptr && !life->heads.empty() && life->value != active_life())
      other->touched = true;
  }
  return {};
}

Result<bool> Merger::takes_effect(const Work& work,
                                  const Dot& archiving,
                                  const std::vector<ReferenceHead>& uses) {
  const auto stands_beside = [&](const Dot& head) -> Result<bool> {
    if (head == archiving) return false;
    const bool seen = TRY(saw(archiving, head));
    if (seen) return false;
    const bool sees = TRY(saw(head, archiving));
    return !sees;
  };
  for (const auto& slot : work.state.slots) {
    if (slot.slot == life_cycle) continue;
    for (const auto& head : slot.heads) {
      if (TRY(stands_beside(head))) return false;
    }
    for (const auto& add : slot.adds) {
      if (TRY(stands_beside(add.dot))) return false;
    }
  }
  for (const auto& use : uses) {
    if (TRY(stands_beside(use.dot))) return false;
  }
  for (const auto& acts : work.state.acts) {
    for (const auto& act : acts) {
      if (act.counts() && TRY(stands_beside(act.dot))) return false;
    }
  }
  return true;
}

Result<LifeState> Merger::life_of(Work& work) {
  const auto* slot = work.state.find(life_cycle);
  if (slot == nullptr) return LifeState::missing;
  if (slot->heads.empty()) return slot->shows() ? LifeState::proposed : LifeState::missing;
  if (slot->value == active_life()) return LifeState::active;
  std::vector<Dot> archivings;
  for (const auto& head : slot->heads) {
    const auto read = TRY(this->read(head));
    if (read.change.action != Action::archive) return LifeState::active;
    archivings.push_back(head);
  }
  const auto uses = TRY(store_.references_to(work.number));
  for (const auto& archiving : archivings) {
    if (TRY(takes_effect(work, archiving, uses))) return LifeState::archived;
  }
  return LifeState::held;
}

Result<DeviceId> Merger::device_of(StreamNo stream) {
  const auto known = devices_.find(stream);
  if (known != devices_.end()) return known->second;
  const auto tip = TRY(store_.tip(stream));
  devices_.emplace(stream, tip.device);
  return tip.device;
}

std::vector<RecordNo> Merger::touched_records() const {
  std::vector<RecordNo> records;
  for (const auto& [number, work] : works_) {
    if (work.touched) records.push_back(number);
  }
  std::ranges::sort(records);
  return records;
}

Result<void> Merger::join_recent(const std::vector<RecordNo>& records) {
  const auto author = [&](const Dot& first) -> Result<RecentChanges::Wrote> {
    TRY(device_of(first.stream));  // Known from here on, for the digests.
    return wrote(first);
  };
  TRY(recent_.note_authors(author));
  const Memory memory{recent_};
  for_each_(records.size(), [&](std::size_t i) {
    auto& work = works_.find(records[i])->second;
    work.joined = {};  // Of a publishing that failed.
    work.view = {};
    for (const auto slot : work.dirty) {
      if (join_one(work, slot, memory)) work.joined.insert(slot);
    }
  });
  return {};
}

Result<void> Merger::join_dirty(Work& work) {
  const Everything everything{*this};
  for (const auto slot : work.dirty) {
    if (!work.joined.contains(slot)) TRY(join_one(work, slot, everything));
    if (slot == life_cycle) continue;
    for (const auto* field : work.type->fields_of(slot)) {
      if (field->is_reference()) TRY(link_references(work, *field));
    }
  }
  return {};
}

/// Nothing where the record shows nothing, or a device is not known yet.
std::vector<std::optional<Digest>> Merger::digests_of(const std::vector<RecordNo>& records) const {
  std::vector<std::optional<Digest>> digests(records.size());
  const DeviceOf device = [this](StreamNo stream) -> Result<DeviceId> {
    if (const auto known = devices_.find(stream); known != devices_.end()) return known->second;
    return fail(Errc::not_found, "the replica has no stream number {}", stream);
  };
  for_each_(records.size(), [&](std::size_t i) {
    const auto& work = works_.find(records[i])->second;
    if (!work.state.shows()) return;
    if (auto digest = digest_of(work.key, work.state, device)) digests[i] = *digest;
  });
  return digests;
}

Result<std::vector<Touched>> Merger::publish() {
  // Slots and references of all records first: whether an archiving takes effect depends on them.
  const auto written = touched_records();
  TRY(join_recent(written));
  for (const auto number : written)
    TRY(join_dirty(works_.at(number)));
  const auto touched = touched_records();  // More than before: what is referred to.
  for (const auto number : touched) {
    auto& work = works_.at(number);
    const auto life = TRY(life_of(work));
    if (life != work.state.life) work.dirty.insert(life_cycle);
    work.state.life = work.view.life = life;
  }
  auto digests = digests_of(touched);
  std::vector<Touched> saved;
  saved.reserve(touched.size());
  for (std::size_t i = 0; i < touched.size(); ++i) {
    auto& work = works_.at(touched[i]);
    if (!digests[i] && work.state.shows())
      digests[i] =
          TRY(digest_of(work.key, work.state, [&](StreamNo stream) { return device_of(stream); }));
    auto left = TRY(store_.save(work.number, work.key, work.state, work.view, digests[i]));
    saved.push_back(
        {work.number, work.state.life, std::move(work.dirty), work.agreed, std::move(left)});
  }
  works_.clear();
  recent_.forget_all();
  return saved;
}

}  // namespace guantong
