#include "simulation/slot_check.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "simulation/ledger.h"
#include "simulation/site.h"
#include "simulation/violation.h"
#include "simulation/world.h"

#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/record_state.h"
#include "sync/schema.h"

namespace guantong::simulation {
namespace {

/// What the ledger says of a slot, held against what a replica has made of it.
class SlotCheck {
public:
  SlotCheck(const Ledger& ledger,
            Site& site,
            Session& session,
            const RecordType& type,
            Slot slot,
            const SlotState& state,
            bool was_closed)
      : ledger_{ledger},
        site_{site},
        session_{session},
        type_{type},
        slot_{slot},
        state_{state},
        was_closed_{was_closed} {}

  Result<void> check(const std::vector<EditNo>& edits) {
    TRY(sort_out(edits));
    if (type_.merge_of(slot_) == MergeRule::set) return check_members();
    TRY(check_heads());
    return check_shown();
  }

private:
  /// Which of the edits count, and whether those that do not are kept as proposals.
  Result<void> sort_out(const std::vector<EditNo>& edits) {
    for (const auto number : edits) {
      if (!site_.knows(number)) continue;
      const auto dot = site_.dots.at(number);
      const auto batch = TRY(session_.store().batch_of(dot));
      if (batch.verdict != BatchVerdict::counts) continue;
      const auto* proposal = state_.proposal(dot);
      const auto& said = ledger_[number].in_force;
      const auto claim = said.find(slot_name(type_, slot_));
      if (claim != said.end() && claim->second == (proposal != nullptr) && !may_be_late())
        return broken(4,
                      "the edit {} was said to be {}, and is judged otherwise at {}",
                      Ledger::why(number),
                      claim->second ? "in force" : "a proposal",
                      site_.name);
      if (proposal == nullptr) counting_.push_back(number);
    }
    return {};
  }

  /// What all partners decide together is late beside a closing, and so only proposed.
  bool may_be_late() const { return was_closed_ && type_.decider_of(slot_) == Decider::joint; }

  bool is_superseded(EditNo number) const {
    return std::ranges::any_of(
        counting_, [&](EditNo other) { return other != number && ledger_.saw(other, number); });
  }

  Result<void> check_heads() {
    for (const auto number : counting_) {
      const auto dot = site_.dots.at(number);
      const bool is_head = std::ranges::find(state_.heads, dot) != state_.heads.end();
      if (is_head == !is_superseded(number)) {
        if (is_head) values_.insert(ledger_[number].values.at(slot_));
        continue;
      }
      return broken(
          3,
          "the edit {} of {} field {} {} at {}",
          Ledger::why(number),
          type_.name,
          slot_,
          is_head ? "stands beside one that saw it" : "has gone without anybody seeing it",
          site_.name);
    }
    return {};
  }

  bool is_removed(EditNo number, const std::string& member) const {
    return std::ranges::any_of(counting_, [&](EditNo other) {
      const auto& removed = ledger_[other].removed;
      const auto found = removed.find(slot_);
      return other != number && found != removed.end() && found->second.contains(member) &&
             ledger_.saw(other, number);
    });
  }

  /// A member is in for each edit that added it, until one takes it out that saw that edit.
  Result<void> check_members() const {
    for (const auto number : counting_) {
      const auto added = ledger_[number].added.find(slot_);
      if (added == ledger_[number].added.end()) continue;
      for (const auto& member : added->second) {
        const MemberAdd add{member, site_.dots.at(number)};
        const bool is_in = std::ranges::find(state_.adds, add) != state_.adds.end();
        if (is_in != is_removed(number, member)) continue;
        return broken(3,
                      "what the edit {} put into {} field {} {} at {}",
                      Ledger::why(number),
                      type_.name,
                      slot_,
                      is_in ? "stands though somebody who saw it took it out"
                            : "has gone without anybody taking it out",
                      site_.name);
      }
    }
    return {};
  }

  /// Values that stand beside one another are in conflict, or listed as merged.
  Result<void> check_shown() const {
    if (values_.size() < 2 || state_.conflict || state_.joined) return {};
    return broken(3,
                  "{} values of {} field {} stand beside one another at {}, and nobody is told",
                  values_.size(),
                  type_.name,
                  slot_,
                  site_.name);
  }

  const Ledger& ledger_;
  Site& site_;
  Session& session_;
  const RecordType& type_;
  Slot slot_;
  const SlotState& state_;
  bool was_closed_;
  std::vector<EditNo> counting_;
  std::set<std::string> values_;
};

}  // namespace

Result<void> check_slots(World& world, Site& site) {
  auto session = TRY(Session::begin(site.workspace->store()));
  for (const auto& [where, edits] : world.ledger().take_touched()) {
    const auto& [key, slot] = where;
    const auto* type = session->schema_type(key.type);
    if (type == nullptr || (slot != life_cycle && type->field(slot) == nullptr)) {
      world.ledger().touch(where);  // Looked at once a site is asked whose program knows it.
      continue;
    }
    // A school's own records are at that school alone.
    if (type->space != Space::plan) continue;
    const auto record = TRY(session->store().intern_record(key));
    const auto* state = TRY(session->merger().state(record));
    const auto* found = state->find(slot);
    static const SlotState nothing;
    SlotCheck check{world.ledger(),
                    site,
                    *session,
                    *type,
                    slot,
                    found == nullptr ? nothing : *found,
                    world.counts().contains("signatures")};
    TRY(check.check(edits));
  }
  return {};
}

}  // namespace guantong::simulation
