// The half of Merger that joins and saves what was touched; merger.cpp takes the changes.
#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/merger.h"
#include "sync/read_change.h"
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

Result<void> Merger::join_slot(Work& work, Slot number) {
  if (work.state.find(number) == nullptr) {  // What was written to it has been taken back.
    work.view.values.emplace_back(number, Value{});
    return {};
  }
  auto& slot = work.state.slot(number);
  Value value;
  slot.conflict = false;
  slot.joined = false;
  if (slot.heads.size() == 1) {
    const auto* read = TRY(this->read(slot.heads.front()));
    value = value_of(number, *read);
  } else if (!slot.heads.empty()) {
    auto summary = TRY(summarise_slot(work, slot));
    slot.conflict = summary.conflict;
    slot.joined = summary.joined;
    value = std::move(summary.value);
  }
  slot.value = digest_of_value(value);
  if (value.size() <= in_force_most) {
    slot.in_force = value;
  } else {
    slot.in_force.reset();
  }
  work.view.values.emplace_back(number, std::move(value));
  return {};
}

Result<void> Merger::join_set(Work& work, const Field& field) {
  if (work.state.find(field.number) == nullptr) {
    work.view.members.emplace_back(field.number, std::vector<Value>{});
    return {};
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
  return {};
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
    const auto* read = TRY(this->read(head));
    const auto fields = split_value(*work.type, value_of(field.slot, *read));
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
    const auto* read = TRY(this->read(head));
    if (read->change.action != Action::archive) return LifeState::active;
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

Result<void> Merger::join_dirty(Work& work) {
  for (const auto slot : work.dirty) {
    if (work.type->merge_of(slot) == MergeRule::set) {
      TRY(join_set(work, *work.type->field(slot)));
    } else {
      TRY(join_slot(work, slot));
    }
    if (slot == life_cycle) continue;
    for (const auto* field : work.type->fields_of(slot)) {
      if (field->is_reference()) TRY(link_references(work, *field));
    }
  }
  return {};
}

Result<std::vector<Touched>> Merger::publish() {
  // Slots and references of all records first: whether an archiving takes effect depends on them.
  for (const auto number : touched_records())
    TRY(join_dirty(works_.at(number)));
  std::vector<Touched> saved;
  for (const auto number : touched_records()) {  // More than before: what is referred to.
    auto& work = works_.at(number);
    const auto life = TRY(life_of(work));
    if (life != work.state.life) work.dirty.insert(life_cycle);
    work.state.life = work.view.life = life;
    std::optional<Digest> digest;
    if (work.state.shows())
      digest =
          TRY(digest_of(work.key, work.state, [&](StreamNo stream) { return device_of(stream); }));
    TRY(store_.save(number, work.key, work.state, work.view, digest));
    saved.push_back({number, life, std::move(work.dirty), work.agreed});
  }
  works_.clear();
  recent_.forget_all();
  return saved;
}

}  // namespace guantong
