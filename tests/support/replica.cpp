#include "tests/support/replica.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sync/applier.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/merger.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/value.h"
#include "tests/support/choices.h"
#include "tests/support/deliver.h"
#include "tests/support/memory_store.h"
#include "tests/support/oracle.h"
#include "tests/support/test_schema.h"

namespace guantong::test {
namespace {

constexpr std::uint64_t now_ms = 1'700'000'000'000;

RecordOutcome::State state_of(LifeState life) {
  switch (life) {
    case LifeState::missing:
      return RecordOutcome::none;
    case LifeState::proposed:
      return RecordOutcome::proposed;
    case LifeState::active:
      return RecordOutcome::active;
    case LifeState::held:
      return RecordOutcome::held;
    case LifeState::archived:
      return RecordOutcome::archived;
  }
  return RecordOutcome::none;
}

/// Reads a replica's record in the world's terms.
class Reading {
public:
  Reading(Replica& replica, const Delivery& delivery, RecordNo world_number, RecordNo number)
      : replica_{replica},
        delivery_{delivery},
        type_{delivery.type(world_number)},
        number_{number},
        row_{replica.store().row(number)} {}

  Result<RecordPicture> record() {
    RecordPicture picture;
    picture.state = state_of(row_.life);
    const auto owners = TRY(replica_.merger().owners(number_));
    for (const auto owner : owners)
      picture.owners.insert(std::stoi(replica_.members().sites().at(owner).slug.substr(1)));
    const auto state = *TRY(replica_.merger().state(number_));
    for (const auto& slot : state.slots) {
      auto read = TRY(this->slot(slot));
      if (read != SlotPicture{}) picture.slots.emplace(slot.slot, std::move(read));
    }
    return picture;
  }

private:
  Result<SlotPicture> slot(const SlotState& slot) {
    SlotPicture picture;
    picture.conflict = slot.conflict;
    picture.heads = TRY(dots(slot.heads));
    for (const auto& add : slot.adds) {
      const auto at = TRY(dot(add.dot));
      picture.heads.insert(at);
    }
    if (const auto members = row_.members.find(slot.slot); members != row_.members.end()) {
      for (const auto& member : members->second)
        picture.members.insert(word(slot.slot, member));
    }
    if (const auto value = row_.values.find(slot.slot); value != row_.values.end())
      picture.value = word(slot.slot, value->second);
    for (const auto& proposal : slot.proposals) {
      const auto at = TRY(dot(proposal.dot));
      picture.proposals[at] = proposal.outcomes;
    }
    if (!slot.heads.empty()) TRY(add_outcome(slot, picture));
    return picture;
  }

  Result<void> add_outcome(const SlotState& slot, SlotPicture& picture) {
    const auto outcome = TRY(replica_.merger().outcome(number_, slot.slot));
    if (word(slot.slot, outcome.value) != picture.value || outcome.conflict != slot.conflict)
      picture.value += " (published), " + word(slot.slot, outcome.value) + " (worked out)";
    for (const auto& side : outcome.sides)
      picture.sides.insert(word(slot.slot, side.value));
    if (outcome.conflict) picture.meet = TRY(dots(outcome.meet));
    if (slot.slot != life_cycle && type_.merge_of(slot.slot) == MergeRule::single)
      picture.idle = TRY(dots(outcome.idle));
    return {};
  }

  std::string word(Slot slot, const Value& value) const {
    return delivery_.word(type_, slot, value);
  }

  Result<Dot> dot(const Dot& dot) {
    const auto tip = TRY(replica_.store().tip(dot.stream));
    return delivery_.dot(tip.device, dot.n).value_or(Dot{});
  }
  Result<std::set<Dot>> dots(const std::vector<Dot>& list) {
    std::set<Dot> found;
    for (const auto& one : list) {
      const auto at = TRY(dot(one));
      found.insert(at);
    }
    return found;
  }

  Replica& replica_;
  const Delivery& delivery_;
  const RecordType& type_;
  RecordNo number_;
  const PublishedRow& row_;
};

std::string text_of(const std::set<Dot>& dots) {
  std::string text;
  for (const auto dot : dots)
    text += fmt::format(" {}:{}", dot.stream, dot.n);
  return text;
}

std::string text_of(const SlotPicture& slot) {
  auto text = fmt::format("\"{}\" {} heads{} members {} sides {} meet{} idle{} proposals",
                          slot.value,
                          slot.conflict ? "in conflict" : "settled",
                          text_of(slot.heads),
                          slot.members,
                          slot.sides,
                          text_of(slot.meet),
                          text_of(slot.idle));
  for (const auto& [dot, outcomes] : slot.proposals)
    text += fmt::format(" {}:{}={}", dot.stream, dot.n, outcomes);
  return text;
}

/// In which order records are joined must not matter.
void backwards(std::size_t count, const std::function<void(std::size_t)>& work) {
  for (auto i = count; i > 0; --i)
    work(i - 1);
}

}  // namespace

std::unique_ptr<Applier> Replica::make_applier() {
  return std::make_unique<Applier>(store_, test_schema(), members_, backwards);
}

Replica::Replica() : applier_{make_applier()} {}

Result<void> Replica::take(const ArrivedBatch& arrived) {
  if (TRY(store_.batch_by_commit(arrived.commit))) return {};
  TRY(applier_->apply(arrived, now_ms));
  return {};
}

Result<void> Replica::write(const ArrivedBatch& own) {
  const auto& batch = own.batch;
  std::vector<StreamNo> streams;
  for (const auto& device : batch.devices) {
    const auto stream = TRY(store_.intern_stream(device, batch.space));
    streams.push_back(stream);
  }
  std::vector<RecordNo> records;
  for (const auto& key : batch.records) {
    const auto record = TRY(store_.intern_record(key));
    records.push_back(record);
  }
  Dot dot{streams.front(), batch.first_n};
  for (auto change : batch.changes) {
    renumber(change, streams, records);
    TRY(applier_->take_pending(dot, change));
    ++dot.n;
  }
  return {};
}

Result<void> Replica::seal(const ArrivedBatch& own) {
  return applier_->adopt(own, now_ms);
}

Result<void> Replica::take_back(const Dot& dot, RecordNo record) {
  store_.remove_pending(dot);
  merger().forget(dot);
  TRY(merger().refold(record));
  return publish();
}

Result<void> Replica::publish() {
  TRY(merger().publish());
  return {};
}

Result<void> Replica::refold() {
  for (const auto& [key, number] : store_.by_key()) {
    if (store_.row(number) != PublishedRow{}) TRY(merger().refold(number));
  }
  return publish();
}

void Replica::reopen() {
  applier_.reset();
  auto members = store_.members();
  if (!members) std::abort();  // What was stored by this program cannot be read by it.
  members_ = *std::move(members);
  applier_ = make_applier();
}

Result<Picture> picture_of(Replica& replica, const Delivery& delivery) {
  Picture picture;
  for (const auto& [key, number] : replica.store().by_key()) {
    const auto record = delivery.record(key);
    if (!record) continue;
    auto read = TRY(Reading(replica, delivery, *record, number).record());
    if (read != RecordPicture{}) picture.emplace(*record, std::move(read));
  }
  return picture;
}

Picture picture_of(const std::map<RecordNo, RecordOutcome>& outcomes, const World& world) {
  Picture picture;
  for (const auto& [record, outcome] : outcomes) {
    RecordPicture read{.state = outcome.state, .owners = outcome.owners};
    for (const auto& [slot, field] : outcome.slots) {
      SlotPicture one{.value = field.value,
                      .members = field.members,
                      .conflict = field.conflict,
                      .heads = {field.heads.begin(), field.heads.end()},
                      .sides = field.sides,
                      .meet = {},
                      .idle = {},
                      .proposals = field.proposals};
      if (field.conflict) one.meet = field.meet;
      if (slot != life_cycle && world.types.at(record).slots.at(slot).rule == Rule::single)
        one.idle = field.idle;
      if (one != SlotPicture{}) read.slots.emplace(slot, std::move(one));
    }
    if (read != RecordPicture{}) picture.emplace(record, std::move(read));
  }
  return picture;
}

std::vector<std::string> differences(const Picture& is, const Picture& should_be) {
  std::vector<std::string> found;
  std::set<RecordNo> records;
  for (const auto* picture : {&is, &should_be}) {
    for (const auto& [record, one] : *picture)
      records.insert(record);
  }
  const auto record_in = [](const Picture& picture, RecordNo record) {
    const auto at = picture.find(record);
    return at == picture.end() ? RecordPicture{} : at->second;
  };
  for (const auto record : records) {
    const auto a = record_in(is, record);
    const auto b = record_in(should_be, record);
    if (a.state != b.state)
      found.push_back(fmt::format("record {} is in state {}, not {}",
                                  record,
                                  static_cast<int>(a.state),
                                  static_cast<int>(b.state)));
    if (a.owners != b.owners)
      found.push_back(fmt::format("record {} is owned by {}, not {}", record, a.owners, b.owners));
    std::set<Slot> slots;
    for (const auto* one : {&a, &b}) {
      for (const auto& [slot, state] : one->slots)
        slots.insert(slot);
    }
    for (const auto slot : slots) {
      const auto slot_in = [&](const RecordPicture& one) {
        const auto at = one.slots.find(slot);
        return at == one.slots.end() ? SlotPicture{} : at->second;
      };
      if (slot_in(a) == slot_in(b)) continue;
      found.push_back(fmt::format("slot {} of record {} is\n  {}\nnot\n  {}",
                                  slot,
                                  record,
                                  text_of(slot_in(a)),
                                  text_of(slot_in(b))));
    }
  }
  return found;
}

std::map<RecordKey, Digest> digests(Replica& replica) {
  std::map<RecordKey, Digest> found;
  for (const auto& [key, number] : replica.store().by_key()) {
    const auto& row = replica.store().row(number);
    if (row != PublishedRow{}) found.emplace(key, row.digest);
  }
  return found;
}

std::vector<std::size_t> causal_order(const Delivery& delivery, Choices& choices) {
  const auto& parcels = delivery.parcels();
  std::vector<std::size_t> order;
  std::vector<std::size_t> ready;
  std::vector<std::size_t> waits_for;
  for (std::size_t at = 0; at < parcels.size(); ++at) {
    waits_for.push_back(parcels[at].builds_on.size());
    if (waits_for.back() == 0) ready.push_back(at);
  }
  while (!ready.empty()) {
    const auto pick = ready.begin() + static_cast<std::ptrdiff_t>(choices.pick(ready.size()));
    const auto next = *pick;
    ready.erase(pick);
    order.push_back(next);
    for (std::size_t at = 0; at < parcels.size(); ++at) {
      const auto& parents = parcels[at].builds_on;
      waits_for[at] -= static_cast<std::size_t>(std::ranges::count(parents, next));
      if (at != next && waits_for[at] == 0 && std::ranges::find(parents, next) != parents.end())
        ready.push_back(at);
    }
  }
  return order;
}

}  // namespace guantong::test
