#include "tests/support/consent_law.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/change.h"
#include "sync/holding.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/value.h"
#include "tests/support/choices.h"
#include "tests/support/draw_world.h"
#include "tests/support/oracle.h"
#include "tests/support/replica.h"
#include "tests/support/result_matchers.h"
#include "tests/support/sites.h"
#include "tests/support/test_schema.h"

namespace guantong::test {
namespace {

using testing::Eq;

/// Draws what a few sites do with a few records.
///
/// Most acts are what a client would write, and most that wait are agreed to. Now and then somebody
/// answers what nobody asked, names what he never saw, or does not own up to all that he knew.
class ConsentDrawing {
  using Kind = HoldingAct::Kind;
  using Device = Sites::Device;

public:
  explicit ConsentDrawing(Choices& choices) : choices_{choices} {
    admit();
    admit();
    sites_.admit("s1");
    if (one_in(2)) {
      sites_.admit("s0");
      sites_.admit("s2");
    }
    for (Device device = 0; device < sites_.count(); ++device)
      sites_.learn(device, 0);
  }

  Sites draw() {
    create(any_device(), records().front());
    for (Device device = 0; device < sites_.count(); ++device)
      if (!one_in(4)) learn(device, 0);
    for (auto left = 4 + choices_.pick(10); left > 0; --left)
      step();
    return std::move(sites_);
  }

  static const std::vector<RecordKey>& records() {
    static const std::vector<RecordKey> keys{key_of(whole_type(), "one"),
                                             key_of(part_type(), "part"),
                                             key_of(part_type(), "other part"),
                                             key_of(type_for(Decides::owner, true), "course"),
                                             key_of(stage_type(), "stage"),
                                             key_of(whole_type(), "two")};
    return keys;
  }

private:
  bool one_in(std::size_t count) { return choices_.pick(count) == count - 1; }

  template <class Range>
  typename Range::const_reference one_of(const Range& range) {
    return range.at(choices_.pick(range.size()));
  }

  Device any_device() { return choices_.pick(sites_.count()); }
  Page page(Device device, const RecordKey& key) { return {sites_, device, key}; }
  const RecordKey& any_record() { return records().at(choices_.pick(9) % records().size()); }

  void admit() { sites_.admit("s" + std::to_string(sites_.count()), !one_in(5)); }

  void seal(Device device) {
    if (one_in(8)) {
      sites_.seal(device, [this] { return one_in(2); });
    } else {
      sites_.seal(device);
    }
  }

  void learn(Device device, Device from) {
    seal(device);
    seal(from);
    sites_.learn(device, from);
  }

  void step() {
    const auto device = any_device();
    switch (choices_.pick(10)) {
      case 0:
      case 1:
        return learn(device, any_device());
      case 2:
        seal(device);
        return sites_.learn_letter(device, choices_.pick(sites_.letters().size()));
      case 3:
        if (sites_.count() < 6 && one_in(6)) return admit();
        return part_ways(records().front(), one_in(3) ? HeldSubject::owner : HeldSubject::phase);
      case 4:
      case 5:
        return round(device, one_in(3) ? any_record() : records().front(), HeldSubject::phase);
      case 6:
        return round(device, any_record(), one_in(3) ? HeldSubject::holder : HeldSubject::owner);
      case 7:
        return act(device, any_record());
      default:
        return edit(device, any_record());
    }
  }

  /// Somebody asks for a move and others agree in turn, not always all of them.
  void round(const std::vector<Device>& devices, const RecordKey& key, HeldSubject subject) {
    const auto asking = page(devices.front(), key);
    if (asking.row().life == LifeState::missing) return create(devices.front(), key);
    asking.write(honest(asking, subject));
    auto before = devices.front();
    for (const auto device : devices) {
      if (device == devices.front() || one_in(12)) continue;
      learn(device, before);
      before = device;
      if (one_in(12)) edit(device, key);
      const auto here = page(device, key);
      if (const auto waits = here.open(subject))
        here.write(here.answer(one_in(16) ? Kind::decline : Kind::consent, subject, *waits));
    }
    if (one_in(2)) learn(devices.front(), before);
  }

  void round(Device first, const RecordKey& key, HeldSubject subject) {
    std::vector<Device> devices{first};
    for (Device device = 0; device < sites_.count(); ++device) {
      const auto is_its = [&](Device other) { return sites_.site(other) == sites_.site(device); };
      if (std::ranges::none_of(devices, is_its)) devices.push_back(device);
    }
    if (!one_in(4)) learn(first, any_device());
    round(devices, key, subject);
  }

  /// The computers of all sites fall into two halves that do not hear of each other.
  void part_ways(const RecordKey& key, HeldSubject subject) {
    std::vector<Device> one;
    std::vector<Device> two;
    for (Device device = 0; device < sites_.count(); ++device) {
      learn(device, 0);
      const auto is_its = [&](Device other) { return sites_.site(other) == sites_.site(device); };
      (std::ranges::none_of(one, is_its) ? one : two).push_back(device);
    }
    for (const auto& half : {one, two}) {
      if (half.empty()) continue;
      if (!one_in(4)) edit(half.front(), key);
      round(half, key, subject);
    }
  }

  Change honest(const Page& shown, HeldSubject subject) {
    if (subject != HeldSubject::phase) {
      auto change = shown.give(sites_.org(any_device()), subject);
      if (one_in(6)) change.holding->kind = Kind::invite;
      if (change.holding->kind == Kind::invite) change.holding->to = {};
      return change;
    }
    return is_closed(shown.tenure(subject)) && !one_in(4) ? shown.reopen() : shown.close();
  }

  void create(Device device, const RecordKey& key) {
    const auto shown = page(device, key);
    const auto& type = shown.type();
    std::string fields;
    if (type.part_of != 0) {
      fields += reference_value(*type.field(part_of_slot),
                                one_in(6) ? records().back() : records().front());
      fields += reference_value(*type.field(ruled_by_slot), records().at(4));
    }
    if (type.owner != 0 && one_in(2))
      fields += reference_value(*type.field(owner_slot), {1, sites_.org(any_device())});
    for (const auto slot : {slots::register_joint, slots::set_joint, slots::register_owner})
      fields += one_in(2) ? text_value(*type.field(slot), word()) : "";
    shown.write(shown.create(fields));
  }

  std::string word() {
    static const std::array words{"a", "b", "c"};
    return one_of(words);
  }

  void edit(Device device, const RecordKey& key) {
    static const std::array busy{slots::register_joint,
                                 slots::register_joint,
                                 slots::set_joint,
                                 slots::text_joint,
                                 slots::register_owner,
                                 slots::register_any,
                                 slots::set_any};
    const auto shown = page(device, key);
    if (shown.row().life == LifeState::missing && !one_in(8)) return create(device, key);
    if (one_in(12)) return create(device, key);
    if (one_in(12)) return static_cast<void>(shown.write(shown.archive()));
    if (key.type == stage_type().number && one_in(2)) {
      auto change = name_heads(shown, rules_slot);
      change.fields =
          reference_value(*shown.type().field(rules_slot), {1, sites_.org(any_device())});
      return static_cast<void>(shown.write(change));
    }
    const auto slot = one_of(busy);
    auto change = change_of(shown, slot);
    if (const auto* state = shown.state().find(slot);
        state != nullptr && !state->proposals.empty()) {
      const Version proposal{slot, state->proposals.at(choices_.pick(state->proposals.size())).dot};
      static constexpr std::array lists{
          &Change::supersedes, &Change::accepts, &Change::declines, &Change::withdraws};
      if (one_in(2)) (change.*one_of(lists)).push_back(proposal);
    }
    if (one_in(10)) change.supersedes.clear();
    shown.write(change);
  }

  Change name_heads(const Page& shown, Slot slot) {
    auto change = shown.set(slots::register_any, "a");
    change.fields.clear();
    change.supersedes.clear();
    if (const auto* state = shown.state().find(slot)) {
      for (const auto& head : state->heads)
        change.supersedes.push_back({slot, head});
    }
    return change;
  }

  Change change_of(const Page& shown, Slot slot) {
    const auto& field = *shown.type().field(slot);
    if (!field.is_set()) return shown.set(slot, word());
    return one_in(2) ? shown.remove(slot, word()) : shown.add(slot, word());
  }

  /// Any act at all, well made or not.
  void act(Device device, const RecordKey& key) {
    static const std::array subjects{HeldSubject::holder, HeldSubject::owner, HeldSubject::phase};
    static const std::array kinds{Kind::transfer,
                                  Kind::transfer,
                                  Kind::consent,
                                  Kind::withdraw,
                                  Kind::decline,
                                  Kind::invite,
                                  Kind::escalate};
    const auto shown = page(device, key);
    const auto subject = one_of(subjects);
    const auto acts = shown.agreements(subject).acts();
    const auto any_act = [&] {
      return acts.empty() || one_in(8) ? Dot{0, 1 + choices_.pick(40)} : one_of(acts).dot;
    };
    HoldingAct act;
    act.kind = one_of(kinds);
    act.subject = subject;
    if (act.kind == Kind::transfer || act.kind == Kind::invite) {
      act.after = shown.in_force(subject);
      if (one_in(4)) act.after.push_back(any_act());
    }
    if (act.kind == Kind::transfer) {
      act.to = subject == HeldSubject::phase ? shown.content() : sites_.org(any_device());
      if (subject == HeldSubject::phase && one_in(3)) act.to = draft_phase;
      if (one_in(3)) act.under = any_act();
      act.ruling = one_in(3);
    } else if (act.kind != Kind::invite && act.kind != Kind::escalate) {
      act.of = any_act();
    }
    shown.write(shown.act(act));
  }

  Choices& choices_;
  Sites sites_;
};

void count_consents(Replica& replica, ConsentsSeen& seen) {
  for (const auto& [key, number] : replica.store().by_key()) {
    const auto phase = *replica.merger().agreements(number, HeldSubject::phase);
    for (JudgedAct::Place place = 0; place < phase.acts().size(); ++place) {
      if (!phase.is_agreed(place, WholePast{})) continue;
      ++(phase.acts()[place].to == draft_phase ? seen.opened : seen.closed);
    }
    if (phase.tenure(WholePast{}).contested()) ++seen.frozen;
    const auto owner = *replica.merger().agreements(number, HeldSubject::owner);
    for (JudgedAct::Place place = 0; place < owner.acts().size(); ++place) {
      if (!owner.acts()[place].after.empty() && owner.is_agreed(place, WholePast{})) ++seen.moved;
    }
    if (owner.tenure(WholePast{}).contested()) ++seen.contested;
    const auto state = *replica.merger().state(number);
    if (const auto* slot = state->find(slots::register_joint)) seen.late += slot->proposals.size();
  }
}

}  // namespace

void consents_converge(Choices& choices, ConsentsSeen& seen) {
  auto sites = ConsentDrawing{choices}.draw();
  sites.meet();
  const auto view = view_of(sites.at(0));
  for (Sites::Device device = 1; device < sites.count(); ++device)
    ASSERT_THAT(view_of(sites.at(device)), Eq(view)) << "device " << device;
  Replica replica;
  ASSERT_NO_FATAL_FAILURE(deliver(replica, sites.letters(), choices));
  ASSERT_THAT(view_of(replica), Eq(view));
  ASSERT_THAT(replica.refold(), is_ok());
  ASSERT_THAT(view_of(replica), Eq(view)) << "folded anew";
  replica.reopen();
  ASSERT_THAT(view_of(replica), Eq(view)) << "opened again";
  count_consents(replica, seen);
}

}  // namespace guantong::test
