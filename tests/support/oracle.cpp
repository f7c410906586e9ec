#include "tests/support/oracle.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sync/change.h"
#include "sync/text/text_merge.h"

namespace guantong::test {
namespace {

using Dots = std::set<Dot>;
using Values = std::set<std::string>;

const std::string active_value = "active";
const std::string archived_value = "archived";

bool names(const std::vector<Version>& versions, Version version) {
  return std::ranges::find(versions, version) != versions.end();
}

bool contains(const std::vector<std::string>& members, const std::string& member) {
  return std::ranges::find(members, member) != members.end();
}

/// What every field asks about: who saw what, who owned what, who had which right.
class Ground {
public:
  Ground(const World& world, const Dots& seen) : world_{world}, seen_{seen} {
    for (const auto& change : world.changes) {
      if (!seen.contains(change.dot)) continue;
      changes_.emplace(change.dot, &change);
      of_record_[change.record].push_back(&change);
    }
  }

  const World& world() const { return world_; }
  const TypeRules& type(RecordNo record) const { return world_.types.at(record); }
  const OracleChange& change(Dot dot) const { return *changes_.at(dot); }

  const std::vector<const OracleChange*>& changes_of(RecordNo record) const {
    static const std::vector<const OracleChange*> nothing;
    const auto found = of_record_.find(record);
    return found == of_record_.end() ? nothing : found->second;
  }

  const Dots& past(Dot dot) const {
    static const Dots nothing;
    const auto found = world_.past.find(dot);
    return found == world_.past.end() ? nothing : found->second;
  }
  bool saw(Dot later, Dot earlier) const { return past(later).contains(earlier); }
  bool beside(Dot a, Dot b) const { return a != b && !saw(a, b) && !saw(b, a); }

  /// The slot's rule; the life cycle joins as a STATE in which active is the more cautious.
  SlotRule rule(RecordNo record, Slot slot) const {
    if (slot != life_cycle) return type(record).slots.at(slot);
    return {.rule = Rule::state,
            .decides = type(record).writes,
            .caution = [](const std::string& value) { return value == active_value ? 0 : 1; }};
  }

  /// Whether `change` is a version of the slot. Set-once slots know creations only (M14).
  bool is_version(const OracleChange& change, Slot slot) const {
    if (slot == life_cycle) return change.action != Action::edit;
    const bool written = change.values.contains(slot) || change.adds.contains(slot) ||
                         std::ranges::any_of(change.removed, [&](const auto& removal) {
                           return removal.slot == slot;
                         });
    return written &&
           (change.action == Action::create || !type(change.record).slots.at(slot).set_once);
  }
  Dots versions(RecordNo record, Slot slot) const {
    Dots found;
    for (const auto* change : changes_of(record)) {
      if (is_version(*change, slot)) found.insert(change->dot);
    }
    return found;
  }

  /// Whether `change` is a creation that claims its record. One that saw a valid creation is void
  /// as a claim; and of the creations that it saw, those that saw none are valid.
  bool claims(const OracleChange& change) const {
    return change.action == Action::create && std::ranges::none_of(past(change.dot), [&](Dot dot) {
             const auto& earlier = this->change(dot);
             return earlier.record == change.record && earlier.action == Action::create;
           });
  }

  std::set<int> owners(RecordNo record, const Dots& dots) const {
    std::set<int> sites;
    for (const auto* change : changes_of(record)) {
      if (!dots.contains(change->dot) || !claims(*change)) continue;
      const int own = change->site;
      const int named = change->names_owner.value_or(own);
      sites.insert(named == own || own == world_.lead ? named : own);
    }
    return sites;
  }
  std::set<int> owners_now(RecordNo record) const { return owners(record, seen_); }

  /// M2, of the author of `change` in its past.
  bool has_right(const OracleChange& change, Decides decides) const {
    switch (decides) {
      case Decides::any:
        return world_.members.contains(change.site);
      case Decides::owner:
        return owners(change.record, past(change.dot)).contains(change.site);
      case Decides::lead:
        return change.site == world_.lead;
      case Decides::joint:
        return world_.partners.contains(change.site);
    }
    return false;
  }

  /// Whether `change`, a version of the slot, counts there; else it is a proposal. What a creation
  /// that claims its record says of it, its life included, counts as its owner's.
  bool counts(const OracleChange& change, Slot slot) const {
    const auto decides = rule(change.record, slot).decides;
    return (decides == Decides::owner && claims(change)) || has_right(change, decides);
  }

private:
  const World& world_;
  const Dots& seen_;
  std::map<Dot, const OracleChange*> changes_;
  std::map<RecordNo, std::vector<const OracleChange*>> of_record_;
};

/// One slot of one record: its versions, and what is in force.
class Field {
public:
  Field(const Ground& ground, RecordNo record, Slot slot)
      : ground_{ground},
        record_{record},
        slot_{slot},
        rule_{ground.rule(record, slot)},
        owners_now_{ground.owners_now(record)},
        versions_{ground.versions(record, slot)} {
    for (const auto dot : versions_) {
      if (ground.counts(ground.change(dot), slot)) counting_.insert(dot);
    }
  }

  SlotOutcome outcome() const {
    auto outcome = rule_.rule == Rule::set ? outcome_of_set() : outcome_of_value();
    for (const auto dot : versions_) {
      if (!counting_.contains(dot)) outcome.proposals.emplace(dot, answer(dot));
    }
    return outcome;
  }

private:
  struct Reading {
    std::string value;
    bool conflict = false;
    Values sides;
    Dots idle;
  };

  const OracleChange& change(Dot dot) const { return ground_.change(dot); }

  std::string value(Dot dot) const {
    if (slot_ != life_cycle) return change(dot).values.at(slot_);
    return change(dot).action == Action::archive ? archived_value : active_value;
  }
  Values values(const Dots& dots) const {
    Values distinct;
    for (const auto dot : dots)
      distinct.insert(value(dot));
    return distinct;
  }

  /// M1: whether `list`, of the change `from`, names the version `to` to any effect.
  bool edge(Dot from, const std::vector<Version>& list, Dot to) const {
    return names(list, {slot_, to}) && ground_.saw(from, to) && versions_.contains(to);
  }

  /// M3: the nearest counting versions that `dot` supersedes; edges pass through proposals.
  Dots superseded(Dot dot) const {
    if (const auto known = superseded_.find(dot); known != superseded_.end()) return known->second;
    Dots found;
    for (const auto other : versions_) {
      if (!edge(dot, change(dot).supersedes, other) && !edge(dot, change(dot).accepts, other))
        continue;
      if (counting_.contains(other)) {
        found.insert(other);
      } else {
        found.merge(superseded(other));
      }
    }
    return superseded_[dot] = found;
  }

  /// All counting versions that `dot` builds on, itself not among them.
  Dots ancestors(Dot dot) const {
    if (const auto known = ancestors_.find(dot); known != ancestors_.end()) return known->second;
    Dots found = superseded(dot);
    for (const auto nearest : superseded(dot))
      found.merge(ancestors(nearest));
    return ancestors_[dot] = found;
  }

  /// Takes out of `dots` what others of them build on.
  Dots maximal(const Dots& dots) const {
    Dots left = dots;
    for (const auto dot : dots) {
      for (const auto older : ancestors(dot))
        left.erase(older);
    }
    return left;
  }

  Dots heads() const { return maximal(counting_); }

  /// M5: the maximal common ancestors of two or more versions.
  Dots meet(const Dots& dots) const {
    Dots common;
    for (const auto dot : counting_) {
      if (std::ranges::all_of(dots, [&](Dot head) { return ancestors(head).contains(dot); }))
        common.insert(dot);
    }
    return maximal(common);
  }

  std::string base(const Dots& dots) const { return reading(meet(dots)).value; }

  bool is_decision(Dot dot) const { return values(superseded(dot)).size() > 1; }

  bool decides_now(int site) const {
    switch (rule_.decides) {
      case Decides::any:
      case Decides::owner:
        return owners_now_.contains(site);
      case Decides::lead:
        return site == ground_.world().lead;
      case Decides::joint:
        return false;
    }
    return false;
  }

  /// What is in force where `dots`, none of which builds on another, are the heads.
  Reading reading(const Dots& dots) const {
    if (const auto known = readings_.find(dots); known != readings_.end()) return known->second;
    const auto distinct = values(dots);
    Reading result;
    if (distinct.size() == 1) {
      result.value = *distinct.begin();
    } else if (distinct.size() > 1) {
      if (rule_.rule == Rule::state) {
        result.value = most_cautious(distinct);
      } else if (rule_.rule == Rule::text) {
        result = merged_text(dots);
      } else {
        result = settled(dots);
      }
    }
    return readings_[dots] = result;
  }

  /// M8.
  std::string most_cautious(const Values& distinct) const {
    return *std::ranges::min_element(distinct, {}, [&](const std::string& value) {
      return value.empty() ? std::numeric_limits<int>::max() : rule_.caution(value);
    });
  }

  /// M6: the heads set back to what they and another head started from.
  Dots idle(const Dots& dots) const {
    Dots found;
    for (const auto a : dots) {
      for (const auto b : dots) {
        if (value(a) != value(b) && value(a) == base({a, b}) && !is_decision(a)) found.insert(a);
      }
    }
    return found;
  }

  /// M6 and M7, of heads that differ.
  Reading settled(const Dots& dots) const {
    Reading result;
    Dots remaining;
    result.idle = idle(dots);
    std::ranges::set_difference(dots, result.idle, std::inserter(remaining, remaining.end()));
    if (remaining.empty()) {
      remaining = dots;
      result.idle.clear();
    }
    const auto sides = values(remaining);
    if (sides.size() == 1) {
      result.value = *sides.begin();
      return result;
    }
    result.conflict = true;
    result.sides = sides;
    Values deciding;
    for (const auto dot : remaining) {
      if (decides_now(change(dot).site)) deciding.insert(value(dot));
    }
    result.value = deciding.size() == 1 ? *deciding.begin() : base(dots);
    return result;
  }

  /// M11.
  Reading merged_text(const Dots& dots) const {
    const std::vector<Dot> heads(dots.begin(), dots.end());
    std::vector<TextSide> sides;
    for (const auto head : heads) {
      const auto over = values(superseded(head));
      sides.push_back({.text = value(head),
                       .over = {over.begin(), over.end()},
                       .decides = decides_now(change(head).site)});
    }
    const auto pair_base = [&](std::size_t i, std::size_t j) {
      return base({heads.at(i), heads.at(j)});
    };
    const auto merge = merge_texts(base(dots), sides, pair_base);
    return {.value = merge.text,
            .conflict = merge.conflict,
            .sides = merge.conflict ? values(dots) : Values{},
            .idle = {}};
  }

  SlotOutcome outcome_of_value() const {
    const auto current = heads();
    const auto read = reading(current);
    SlotOutcome outcome;
    outcome.value = read.value;
    outcome.has_value = !read.value.empty();
    outcome.conflict = read.conflict;
    outcome.heads.assign(current.begin(), current.end());
    if (current.size() > 1) outcome.meet = meet(current);
    outcome.sides = read.sides;
    outcome.idle = read.idle;
    return outcome;
  }

  /// M9: whether a counting removal names the add of `member` by `dot`.
  bool is_removed(Dot dot, const std::string& member) const {
    return std::ranges::any_of(counting_, [&](Dot remover) {
      return ground_.saw(remover, dot) &&
             std::ranges::any_of(change(remover).removed, [&](const auto& removal) {
               return removal.slot == slot_ && removal.member == member &&
                      std::ranges::find(removal.adds, dot) != removal.adds.end();
             });
    });
  }

  std::vector<std::string> added(Dot dot) const {
    const auto& adds = change(dot).adds;
    const auto found = adds.find(slot_);
    return found == adds.end() ? std::vector<std::string>{} : found->second;
  }
  std::vector<std::string> removed(Dot dot) const {
    std::vector<std::string> members;
    for (const auto& removal : change(dot).removed) {
      if (removal.slot == slot_) members.push_back(removal.member);
    }
    return members;
  }

  SlotOutcome outcome_of_set() const {
    SlotOutcome outcome;
    Dots present;
    for (const auto dot : counting_) {
      for (const auto& member : added(dot)) {
        if (is_removed(dot, member)) continue;
        outcome.members.insert(member);
        present.insert(dot);
      }
    }
    outcome.has_value = !outcome.members.empty();
    outcome.heads.assign(present.begin(), present.end());
    return outcome;
  }

  /// Whether the counting version `dot` says what `proposal` says.
  bool says_the_same(Dot dot, Dot proposal) const {
    if (rule_.rule == Rule::text) return true;
    if (rule_.rule != Rule::set) return value(dot) == value(proposal);
    const auto has_all = [](const auto& members, const auto& wanted) {
      return std::ranges::all_of(wanted, [&](const auto& m) { return contains(members, m); });
    };
    return has_all(added(dot), added(proposal)) && has_all(removed(dot), removed(proposal));
  }

  /// M10.
  unsigned answer(Dot proposal) const {
    unsigned answer = Answer::open;
    for (const auto dot : versions_) {
      const auto& version = change(dot);
      const bool superseding = rule_.rule != Rule::set && edge(dot, version.supersedes, proposal);
      if (counting_.contains(dot)) {
        if (edge(dot, version.accepts, proposal) && says_the_same(dot, proposal))
          answer |= Answer::accepted;
        if (superseding) answer |= Answer::overtaken;
      } else if (superseding && version.site == change(proposal).site) {
        answer |= Answer::revised;
      }
    }
    for (const auto* other : ground_.changes_of(record_)) {
      if (edge(other->dot, other->declines, proposal) && ground_.has_right(*other, rule_.decides))
        answer |= Answer::declined;
      if (edge(other->dot, other->withdraws, proposal) && other->site == change(proposal).site)
        answer |= Answer::withdrawn;
    }
    return answer;
  }

  const Ground& ground_;
  RecordNo record_;
  Slot slot_;
  SlotRule rule_;
  std::set<int> owners_now_;
  Dots versions_;
  Dots counting_;
  // Known answers, only to be quick: histories of many heads ask the same again and again.
  mutable std::map<Dot, Dots> superseded_;
  mutable std::map<Dot, Dots> ancestors_;
  mutable std::map<Dots, Reading> readings_;
};

SlotOutcome outcome_of(const Ground& ground, RecordNo record, Slot slot) {
  if (ground.versions(record, slot).empty()) return {};
  return Field{ground, record, slot}.outcome();
}

using Records = std::map<RecordNo, RecordOutcome>;

/// The heads that can stand in the way of archiving `record`: those of its other slots, and those
/// of references to it.
Dots uses(const Ground& ground, const Records& records, RecordNo record) {
  Dots found;
  for (const auto& [other, outcome] : records) {
    for (const auto& [slot, field] : outcome.slots) {
      if (slot == life_cycle) continue;
      for (const auto head : field.heads) {
        const auto& references = ground.change(head).references;
        const auto refers = references.find(slot);
        if (other == record || (ground.rule(other, slot).reference && refers != references.end() &&
                                refers->second == record))
          found.insert(head);
      }
    }
  }
  return found;
}

/// M13.
RecordOutcome::State state_of(const Ground& ground, const Records& records, RecordNo record) {
  const auto& cycle = records.at(record).slots.at(life_cycle);
  if (cycle.heads.empty())
    return cycle.proposals.empty() ? RecordOutcome::none : RecordOutcome::proposed;
  if (cycle.value == active_value) return RecordOutcome::active;
  const auto in_the_way = uses(ground, records, record);
  const bool effective = std::ranges::any_of(cycle.heads, [&](Dot archiving) {
    return std::ranges::none_of(in_the_way, [&](Dot use) { return ground.beside(archiving, use); });
  });
  return effective ? RecordOutcome::archived : RecordOutcome::held;
}

}  // namespace

std::map<RecordNo, RecordOutcome> evaluate(const World& world) {
  Dots all;
  for (const auto& change : world.changes)
    all.insert(change.dot);
  return evaluate(world, all);
}

std::map<RecordNo, RecordOutcome> evaluate(const World& world, const std::set<Dot>& seen) {
  const Ground ground{world, seen};
  Records records;
  for (const auto& [record, type] : world.types) {
    auto& outcome = records[record];
    outcome.owners = ground.owners_now(record);
    outcome.slots[life_cycle] = outcome_of(ground, record, life_cycle);
    for (const auto& [slot, rule] : type.slots)
      outcome.slots.emplace(slot, outcome_of(ground, record, slot));
  }
  for (auto& [record, outcome] : records)
    outcome.state = state_of(ground, records, record);
  return records;
}

}  // namespace guantong::test
