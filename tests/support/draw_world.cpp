#include "tests/support/draw_world.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/change.h"
#include "tests/support/choices.h"
#include "tests/support/oracle.h"
#include "tests/support/test_schema.h"

namespace guantong::test {
namespace {

constexpr std::string_view full_stop = "。";

int caution(const std::string& value) {
  if (value == "red") return 0;
  if (value == "amber") return 1;
  if (value == "green") return 2;
  return -1;  // Unknown to this program.
}

std::vector<std::string> sentences(std::string_view text) {
  std::vector<std::string> units;
  while (!text.empty()) {
    const auto end = std::min(text.find(full_stop), text.size() - full_stop.size());
    units.emplace_back(text.substr(0, end + full_stop.size()));
    text.remove_prefix(end + full_stop.size());
  }
  return units;
}

std::string join(const std::vector<std::string>& units) {
  std::string text;
  for (const auto& unit : units)
    text += unit;
  return text;
}

/// Drops what `versions` names a second time.
void keep_first(std::vector<Version>& versions) {
  std::vector<Version> kept;
  for (const auto version : versions) {
    if (std::ranges::find(kept, version) == kept.end()) kept.push_back(version);
  }
  versions = std::move(kept);
}

struct Device {
  StreamNo stream = 0;
  int site = 0;
  std::uint64_t written = 0;
  std::set<Dot> known{};
};

struct Proposal {
  Version version;
  const OracleChange* change = nullptr;
};

class Drawing {
public:
  explicit Drawing(Choices& choices) : choices_{choices} {}

  World draw(std::size_t most) {
    draw_sites();
    draw_records();
    const auto count = 5 + choices_.pick(most - 4);
    while (world_.changes.size() < count) {
      auto& device = devices_.at(choices_.pick(devices_.size()));
      if (choices_.pick(2) == 1) {
        learn(device);
      } else {
        write(device);
      }
    }
    return std::move(world_);
  }

private:
  bool one_in(std::size_t count) { return choices_.pick(count) == count - 1; }

  template <class Range>
  typename Range::const_reference one_of(const Range& range) {
    return range.at(choices_.pick(range.size()));
  }

  const SlotRule& rule(const OracleChange& change, Slot slot) const {
    return world_.types.at(change.record).slots.at(slot);
  }

  void draw_sites() {
    const auto count = static_cast<int>(3 + choices_.pick(3));
    world_.lead = static_cast<int>(choices_.pick(static_cast<std::size_t>(count)));
    for (int site = 0; site < count; ++site) {
      world_.members.insert(site);
      if (!one_in(4)) world_.partners.insert(site);
      for (auto left = 1 + choices_.pick(2); left > 0; --left) {
        const auto stream = static_cast<StreamNo>(devices_.size() + 1);
        devices_.push_back({.stream = stream, .site = site});
        world_.sites.emplace(stream, site);
      }
    }
  }

  void draw_records() {
    const auto count = static_cast<RecordNo>(1 + choices_.pick(3));
    for (RecordNo record = 0; record < count; ++record) {
      auto type = every_rule(one_of(all_deciders));
      type.owner_named = choices_.pick(2) == 1;
      world_.types.emplace(record, std::move(type));
    }
    for (int i = 0; i < 2; ++i)
      busy_.push_back(any_slot());
  }

  Slot any_slot() { return static_cast<Slot>(1 + choices_.pick(slots::reference_owner)); }
  Slot slot() { return one_in(8) ? any_slot() : one_of(busy_); }

  /// Takes over all that another device has, or one change of it with its past.
  void learn(Device& device) {
    const auto& other = one_of(devices_);
    if (one_in(4) && !other.known.empty()) {
      const std::vector<Dot> dots(other.known.begin(), other.known.end());
      learn(device, one_of(dots));
    } else {
      device.known.insert(other.known.begin(), other.known.end());
    }
  }

  void learn(Device& device, Dot dot) {
    const auto& past = world_.past.at(dot);
    device.known.insert(past.begin(), past.end());
    device.known.insert(dot);
  }

  /// Takes over the record's first creation, so that most have a common past to differ about.
  void learn_creation(Device& device, RecordNo record) {
    const auto found = std::ranges::find_if(world_.changes, [&](const auto& change) {
      return change.record == record && change.action == Action::create;
    });
    if (found != world_.changes.end()) learn(device, found->dot);
  }

  void write(Device& device) {
    const auto record = static_cast<RecordNo>(choices_.pick(world_.types.size()));
    if (!one_in(4)) learn_creation(device, record);
    const auto records = evaluate(world_, device.known);
    const auto& shown = records.at(record);
    OracleChange change{
        .dot = {device.stream, device.written + 1}, .site = device.site, .record = record};
    if (shown.state == RecordOutcome::none) {
      if (one_in(8)) {
        edit(change, shown);
      } else {
        create(change, shown);
      }
    } else {
      act(change, shown);
    }
    std::erase_if(change.supersedes, [&](const Version& version) {
      return std::ranges::find(change.accepts, version) != change.accepts.end();
    });
    for (auto* list : {&change.supersedes, &change.declines, &change.withdraws})
      keep_first(*list);
    ++device.written;
    world_.past.emplace(change.dot, device.known);
    device.known.insert(change.dot);
    world_.changes.push_back(std::move(change));
  }

  void act(OracleChange& change, const RecordOutcome& shown) {
    const auto choice = choices_.pick(16);
    if (choice == 15) {
      create(change, shown);
    } else if (choice == 14 || choice == 13) {
      change.action = choice == 14 ? Action::archive : Action::restore;
      name(change, life_cycle, shown);
    } else if (choice >= 8) {
      answer(change, shown);
    } else {
      edit(change, shown);
    }
  }

  void create(OracleChange& change, const RecordOutcome& shown) {
    change.action = Action::create;
    name(change, life_cycle, shown);
    if (world_.types.at(change.record).owner_named && !one_in(3))
      change.names_owner = static_cast<int>(choices_.pick(world_.members.size()));
    auto filled = busy_;
    filled.push_back(slots::once_any);
    filled.push_back(slots::once_owner);
    for (const auto slot : filled) {
      if (!one_in(3)) set(change, slot, shown);
    }
    std::erase_if(change.values, [](const auto& value) { return value.second.empty(); });
  }

  void edit(OracleChange& change, const RecordOutcome& shown) {
    std::vector<Slot> open;
    for (const auto& [slot, field] : shown.slots) {
      if (field.conflict) open.push_back(slot);
    }
    set(change, !open.empty() && !one_in(4) ? one_of(open) : slot(), shown);
    if (one_in(4)) set(change, slot(), shown);
  }

  /// Accepts, declines or withdraws a proposal, if one is shown.
  void answer(OracleChange& change, const RecordOutcome& shown) {
    std::vector<Proposal> proposals;
    for (const auto& [slot, field] : shown.slots) {
      for (const auto& [dot, outcome] : field.proposals)
        proposals.push_back({{slot, dot}, &find(dot)});
    }
    if (proposals.empty()) return edit(change, shown);
    const auto proposal = one_of(proposals);
    const auto choice = choices_.pick(6);
    if (choice < 3) return accept(change, proposal, shown);
    if (choice == 3 || proposal.change->site != change.site) {
      change.declines.push_back(proposal.version);
    } else {
      change.withdraws.push_back(proposal.version);
    }
    if (one_in(8)) change.withdraws.push_back(proposal.version);
    if (one_in(4)) edit(change, shown);
  }

  void accept(OracleChange& change, const Proposal& proposal, const RecordOutcome& shown) {
    const auto [slot, dot] = proposal.version;
    change.accepts.push_back(proposal.version);
    name(change, slot, shown);
    if (slot == life_cycle) {
      change.action =
          proposal.change->action == Action::archive ? Action::archive : Action::restore;
      return;
    }
    if (rule(change, slot).rule == Rule::set) {
      if (const auto added = proposal.change->adds.find(slot); added != proposal.change->adds.end())
        change.adds.insert(*added);
      for (const auto& removal : proposal.change->removed) {
        if (removal.slot == slot) change.removed.push_back(removal);
      }
      accept_otherwise(change, slot, shown);
      return;
    }
    change.values[slot] = proposal.change->values.at(slot);
    if (const auto refers = proposal.change->references.find(slot);
        refers != proposal.change->references.end())
      change.references.insert(*refers);
    if (one_in(6)) set_value(change, slot, shown.slots.at(slot));
  }

  /// Now and then moves one more member than was proposed, or does not add one that was.
  void accept_otherwise(OracleChange& change, Slot slot, const RecordOutcome& shown) {
    const auto choice = choices_.pick(6);
    if (choice == 4) set_member(change, slot, shown.slots.at(slot));
    if (choice == 5 && change.adds.contains(slot)) {
      auto& adds = change.adds.at(slot);
      adds.pop_back();
      if (adds.empty()) change.adds.erase(slot);
    }
  }

  /// Gives the slot another value, or a SET another member or one less.
  void set(OracleChange& change, Slot slot, const RecordOutcome& shown) {
    if (change.values.contains(slot)) return;
    const auto& field = shown.slots.at(slot);
    name(change, slot, shown);
    if (rule(change, slot).rule == Rule::set) {
      set_member(change, slot, field);
      if (one_in(4)) set_member(change, slot, field);
    } else {
      set_value(change, slot, field);
    }
  }

  void set_value(OracleChange& change, Slot slot, const SlotOutcome& shown) {
    static const std::array states{"red", "amber", "green", ""};
    static const std::array registers{"a", "b", "c", ""};
    const auto& rules = rule(change, slot);
    if (rules.reference) {
      change.references.erase(slot);
      change.values[slot] = "";
      if (one_in(6)) return;
      const auto target = static_cast<RecordNo>(choices_.pick(world_.types.size()));
      change.references[slot] = target;
      change.values[slot] = "r" + std::to_string(target);
    } else if (rules.rule == Rule::text) {
      change.values[slot] = reworded(shown);
    } else if (rules.rule == Rule::state) {
      change.values[slot] = states.at(choices_.pick(7) % states.size());
    } else {
      change.values[slot] = registers.at(choices_.pick(7) % registers.size());
    }
  }

  /// Changes, adds or drops a sentence of what was shown.
  std::string reworded(const SlotOutcome& shown) {
    static const std::array words{"a。", "b。", "c。", "d。"};
    auto units = sentences(shown.value);
    if (units.empty()) {
      if (!one_in(3)) return "a。b。c。";
      return one_of(words);
    }
    const auto choice = choices_.pick(8);
    const auto at = static_cast<std::ptrdiff_t>(choices_.pick(units.size()));
    if (choice == 7) return "";
    if (choice == 6) {
      units.erase(units.begin() + at);
    } else if (choice >= 4) {
      units.insert(units.begin() + at, one_of(words));
    } else {
      units.at(static_cast<std::size_t>(at)) = one_of(words);
    }
    return join(units);
  }

  void set_member(OracleChange& change, Slot slot, const SlotOutcome& shown) {
    static const std::array members{"x", "y", "z"};
    if (shown.members.empty() || choices_.pick(2) == 0) {
      const std::string member = one_of(members);
      if (!moves(change, slot, member)) change.adds[slot].push_back(member);
      return;
    }
    const std::vector<std::string> present(shown.members.begin(), shown.members.end());
    OracleChange::Removal removal{.slot = slot, .member = one_of(present)};
    if (moves(change, slot, removal.member)) return;
    for (const auto head : shown.heads) {
      const auto& adds = find(head).adds.at(slot);
      if (std::ranges::find(adds, removal.member) != adds.end() && !one_in(8))
        removal.adds.push_back(head);
    }
    const auto other = any_dot();
    if (one_in(8) && std::ranges::find(removal.adds, other) == removal.adds.end())
      removal.adds.push_back(other);
    change.removed.push_back(std::move(removal));
  }

  /// Whether the change adds the member, or takes it out, already.
  static bool moves(const OracleChange& change, Slot slot, const std::string& member) {
    const auto added = change.adds.find(slot);
    return (added != change.adds.end() &&
            std::ranges::find(added->second, member) != added->second.end()) ||
           std::ranges::any_of(change.removed, [&](const auto& removal) {
             return removal.slot == slot && removal.member == member;
           });
  }

  /// Names what was shown of the slot: nearly always every head.
  void name(OracleChange& change, Slot slot, const RecordOutcome& shown) {
    const auto& field = shown.slots.at(slot);
    const auto manner = choices_.pick(10);
    for (const auto head : field.heads) {
      if (manner != 9 || choices_.pick(2) == 0) change.supersedes.push_back({slot, head});
    }
    if (manner == 7 || manner == 8) {
      for (const auto& [proposal, outcome] : field.proposals)
        change.supersedes.push_back({slot, proposal});
    }
    if (manner == 6) change.supersedes.push_back({slot, any_dot()});
  }

  /// A dot of a stream, written or still to be written.
  Dot any_dot() {
    const auto& device = one_of(devices_);
    return {device.stream, 1 + choices_.pick(device.written + 2)};
  }

  const OracleChange& find(Dot dot) const {
    return *std::ranges::find(world_.changes, dot, &OracleChange::dot);
  }

  Choices& choices_;
  World world_;
  std::vector<Device> devices_;
  std::vector<Slot> busy_;
};

}  // namespace

TypeRules every_rule(Decides writes) {
  TypeRules type{.slots = {}, .writes = writes};
  Slot slot = 0;
  for (const auto rule : {Rule::single, Rule::text, Rule::set, Rule::state}) {
    for (const auto decides : all_deciders) {
      type.slots[++slot] = {.rule = rule, .decides = decides};
      if (rule == Rule::state) type.slots[slot].caution = caution;
    }
  }
  type.slots[slots::once_any] = {.decides = Decides::any, .set_once = true};
  type.slots[slots::once_owner] = {.decides = Decides::owner, .set_once = true};
  type.slots[slots::reference_any] = {.decides = Decides::any, .reference = true};
  type.slots[slots::reference_owner] = {.decides = Decides::owner, .reference = true};
  return type;
}

World draw_world(Choices& choices, std::size_t most) {
  return Drawing{choices}.draw(most);
}

}  // namespace guantong::test
