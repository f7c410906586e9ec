#include "sync/record_state.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"
#include "sync/packing.h"

namespace guantong {
namespace {

SlotState read_slot(PackReader& in) {
  SlotState slot;
  slot.slot = static_cast<Slot>(in.number());
  const auto flags = in.number();
  slot.conflict = (flags & 1U) != 0;
  slot.joined = (flags & 2U) != 0;
  slot.value = *ShortDigest::from(in.raw(ShortDigest::size));
  if ((flags & 4U) != 0) slot.in_force = in.text();
  const auto heads = in.count();
  slot.heads.reserve(heads);
  for (auto left = heads; left > 0; --left)
    slot.heads.push_back(in.dot());
  for (auto left = in.count(); left > 0; --left) {
    auto member = in.text();
    slot.adds.push_back({std::move(member), in.dot()});
  }
  for (auto left = in.count(); left > 0; --left) {
    const auto dot = in.dot();
    slot.proposals.push_back({dot, static_cast<std::uint8_t>(in.number())});
  }
  return slot;
}

JudgedAct read_act(PackReader& in) {
  JudgedAct act;
  act.dot = in.dot();
  act.kind = static_cast<HoldingAct::Kind>(in.number());
  act.verdict = static_cast<Void>(in.number());
  const auto flags = in.number();
  act.ruling = (flags & 1U) != 0;
  act.by = *RecordId::from(in.raw(RecordId::size));
  act.to = *RecordId::from(in.raw(RecordId::size));
  if ((flags & 2U) != 0) act.under = static_cast<JudgedAct::Place>(in.number());
  if ((flags & 4U) != 0) act.of = static_cast<JudgedAct::Place>(in.number());
  for (auto left = in.count(); left > 0; --left)
    act.after.push_back(static_cast<JudgedAct::Place>(in.number()));
  for (auto left = in.count(); left > 0; --left)
    act.needed.push_back(*RecordId::from(in.raw(RecordId::size)));
  return act;
}

void write_act(PackWriter& out, const JudgedAct& act) {
  out.dot(act.dot);
  out.number(static_cast<std::uint64_t>(act.kind));
  out.number(static_cast<std::uint64_t>(act.verdict));
  out.number((act.ruling ? 1U : 0U) | (act.under ? 2U : 0U) | (act.of ? 4U : 0U));
  out.out += act.by.raw();
  out.out += act.to.raw();
  if (act.under) out.number(*act.under);
  if (act.of) out.number(*act.of);
  out.number(act.after.size());
  for (const auto place : act.after)
    out.number(place);
  out.number(act.needed.size());
  for (const auto& site : act.needed)
    out.out += site.raw();
}

/// Whether every place that an act names is that of an act before it.
bool places_fit(const std::vector<JudgedAct>& acts) {
  for (std::size_t i = 0; i < acts.size(); ++i) {
    auto places = acts[i].after;
    if (acts[i].under) places.push_back(*acts[i].under);
    if (acts[i].of) places.push_back(*acts[i].of);
    if (std::ranges::any_of(places, [&](JudgedAct::Place place) { return place >= i; }))
      return false;
  }
  return true;
}

}  // namespace

const Proposal* SlotState::proposal(const Dot& dot) const {
  const auto found = std::ranges::find(proposals, dot, &Proposal::dot);
  return found == proposals.end() ? nullptr : &*found;
}

Proposal* SlotState::proposal(const Dot& dot) {
  return const_cast<Proposal*>(std::as_const(*this).proposal(dot));
}

bool SlotState::shows() const {
  return !heads.empty() || !adds.empty() || std::ranges::any_of(proposals, [](const Proposal& one) {
    return (one.outcomes & outcome_void) == 0;
  });
}

bool RecordState::shows() const {
  return has_acts() || std::ranges::any_of(slots, &SlotState::shows);
}

SlotState& RecordState::slot(Slot number) {
  const auto at = std::ranges::lower_bound(slots, number, {}, &SlotState::slot);
  if (at != slots.end() && at->slot == number) return *at;
  SlotState fresh;
  fresh.slot = number;
  return *slots.insert(at, std::move(fresh));
}

const SlotState* RecordState::find(Slot number) const {
  const auto at = std::ranges::lower_bound(slots, number, {}, &SlotState::slot);
  return at != slots.end() && at->slot == number ? &*at : nullptr;
}

bool RecordState::has_acts() const {
  return std::ranges::any_of(acts, [](const auto& on) { return !on.empty(); });
}

std::string encode_state(const RecordState& state) {
  PackWriter writer;
  writer.number(static_cast<std::uint64_t>(state.life));
  writer.number(state.creations.size());
  for (const auto& creation : state.creations) {
    writer.dot(creation.dot);
    writer.out += creation.owner.raw();
  }
  writer.number(state.slots.size());
  for (const auto& slot : state.slots) {
    writer.number(slot.slot);
    writer.number((slot.conflict ? 1U : 0U) | (slot.joined ? 2U : 0U) | (slot.in_force ? 4U : 0U));
    writer.out += slot.value.raw();
    if (slot.in_force) writer.text(*slot.in_force);
    writer.number(slot.heads.size());
    for (const auto& head : slot.heads)
      writer.dot(head);
    writer.number(slot.adds.size());
    for (const auto& add : slot.adds) {
      writer.text(add.member);
      writer.dot(add.dot);
    }
    writer.number(slot.proposals.size());
    for (const auto& proposal : slot.proposals) {
      writer.dot(proposal.dot);
      writer.number(proposal.outcomes);
    }
  }
  writer.number(state.parts.size());
  for (const auto part : state.parts)
    writer.number(part);
  for (const auto& acts : state.acts) {
    writer.number(acts.size());
    for (const auto& act : acts)
      write_act(writer, act);
  }
  return std::move(writer.out);
}

Result<RecordState> decode_state(std::string_view bytes) {
  PackReader in{bytes};
  RecordState state;
  state.life = static_cast<LifeState>(in.number());
  for (auto left = in.count(); left > 0; --left) {
    const auto dot = in.dot();
    state.creations.push_back({dot, *RecordId::from(in.raw(RecordId::size))});
  }
  const auto slots = in.count();
  state.slots.reserve(slots);
  for (auto left = slots; left > 0; --left)
    state.slots.push_back(read_slot(in));
  for (auto left = in.count(); left > 0; --left)
    state.parts.push_back(static_cast<RecordNo>(in.number()));
  for (auto& acts : state.acts) {
    for (auto left = in.count(); left > 0; --left)
      acts.push_back(read_act(in));
  }
  const bool fits = std::ranges::all_of(state.acts, places_fit);
  if (fits && in.whole() && state.life <= LifeState::archived) return state;
  return fail(Errc::corrupt, "the replica's record of a merged state is damaged");
}

}  // namespace guantong
