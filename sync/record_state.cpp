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

namespace guantong {
namespace {

class Writer {
public:
  void number(std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U)
      out += static_cast<char>((value & 0x7fU) | 0x80U);
    out += static_cast<char>(value);
  }
  void dot(const Dot& dot) {
    number(dot.stream);
    number(dot.n);
  }
  void text(std::string_view text) {
    number(text.size());
    out += text;
  }
  std::string out;
};

/// Reads past the end as zeros and remembers that it did.
class Reader {
public:
  explicit Reader(std::string_view bytes) : rest_{bytes} {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(raw(1).front());
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if ((byte & 0x80U) == 0) break;
    }
    return value;
  }
  Dot dot() {
    const auto stream = static_cast<StreamNo>(number());
    return {stream, number()};
  }
  std::string text() {
    const auto size = static_cast<std::size_t>(number());
    return size == 0 ? std::string{} : std::string{raw(size)};
  }
  std::string_view raw(std::size_t size) {
    static constexpr std::string_view zeros{"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16};
    if (size > rest_.size()) {
      failed_ = true;
      return zeros.substr(0, std::min(size, zeros.size()));
    }
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  /// How many items follow; each takes at least a byte, so more than what is left is damage.
  std::size_t count() {
    const auto announced = number();
    if (announced > rest_.size()) failed_ = true;
    return failed_ ? 0 : static_cast<std::size_t>(announced);
  }
  bool whole() const { return !failed_ && rest_.empty(); }

private:
  std::string_view rest_;
  bool failed_ = false;
};

SlotState read_slot(Reader& in) {
  SlotState slot;
  slot.slot = static_cast<Slot>(in.number());
  const auto flags = in.number();
  slot.conflict = (flags & 1U) != 0;
  slot.joined = (flags & 2U) != 0;
  slot.value = *ShortDigest::from(in.raw(ShortDigest::size));
  for (auto left = in.count(); left > 0; --left)
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

JudgedAct read_act(Reader& in) {
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

void write_act(Writer& out, const JudgedAct& act) {
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
  Writer writer;
  writer.number(static_cast<std::uint64_t>(state.life));
  writer.number(state.creations.size());
  for (const auto& creation : state.creations) {
    writer.dot(creation.dot);
    writer.out += creation.owner.raw();
  }
  writer.number(state.slots.size());
  for (const auto& slot : state.slots) {
    writer.number(slot.slot);
    writer.number((slot.conflict ? 1U : 0U) | (slot.joined ? 2U : 0U));
    writer.out += slot.value.raw();
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
  Reader in{bytes};
  RecordState state;
  state.life = static_cast<LifeState>(in.number());
  for (auto left = in.count(); left > 0; --left) {
    const auto dot = in.dot();
    state.creations.push_back({dot, *RecordId::from(in.raw(RecordId::size))});
  }
  for (auto left = in.count(); left > 0; --left)
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
