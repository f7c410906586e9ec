// The half of Merger about what changes by consent: who holds and owns a record, and whether it is
// closed. What is agreed is judged in sync/holding.cpp; here is what that rests on, and what rests
// on it.
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"
#include "sync/members.h"
#include "sync/merger.h"
#include "sync/read_change.h"
#include "sync/record_digest.h"
#include "sync/record_state.h"
#include "sync/rights.h"
#include "sync/schema.h"
#include "sync/store.h"
#include "sync/value.h"

namespace guantong {
namespace {

/// Of a charter's `escalates` field.
constexpr std::int64_t any_partner_escalates = 2;

/// What several changes had all seen.
class SharedPast : public Past {
public:
  void add(std::unique_ptr<const Past> past) { pasts_.push_back(std::move(past)); }
  bool contains(const Dot& dot) const override {
    return std::ranges::all_of(pasts_, [&](const auto& past) { return past->contains(dot); });
  }

private:
  std::vector<std::unique_ptr<const Past>> pasts_;
};

bool is_closing(const JudgedAct& act) {
  return act.kind == HoldingAct::Kind::transfer && act.to != draft_phase;
}

/// Whether all that stands in a record certainly stood there in `past`, too: its heads were written
/// in it, and so was what they supersede. Of a SET nobody can tell, as a removal leaves no head.
bool stood_in(const RecordType& type, const RecordState& state, const Past& past) {
  return std::ranges::all_of(state.slots, [&](const SlotState& slot) {
    const auto seen = [&](const Dot& dot) { return past.contains(dot); };
    return type.merge_of(slot.slot) != MergeRule::set && slot.proposals.empty() &&
           std::ranges::all_of(slot.heads, seen);
  });
}

}  // namespace

Result<void> Merger::claim(Work& work, const Dot& dot, const RecordId& owner) {
  work.state.creations.push_back({dot, owner});
  auto& acts = work.state.acts_on(HeldSubject::owner);
  if (!acts.empty()) {
    Holding holding{std::move(acts)};
    holding.root(dot, owner);
    acts = std::move(holding).acts();
  }
  rerank(work);
  return join_wholes(work);
}

void Merger::rerank(Work& work) {
  work.settled.clear();  // What was in force then was so by who decided then.
  for (auto& slot : work.state.slots) {
    if (slot.heads.size() < 2) continue;
    slot.in_force.reset();
    work.dirty.insert(slot.slot);
  }
}

/// What the creations that claim the record name in a field that is set once. Its heads would not
/// do: a later creation may supersede them, and what was judged by them must not change by that.
Result<std::set<RecordKey>> Merger::named_by(const Work& work,
                                             std::uint32_t number,
                                             const Past& past) {
  std::set<RecordKey> named;
  const auto& field = *work.type->field(number);
  for (const auto& creation : work.state.creations) {
    if (!past.contains(creation.dot)) continue;
    const auto read = TRY(this->read(creation.dot));
    if (const auto target = reference_in(field, value_of(field.slot, read))) named.insert(*target);
  }
  return named;
}

Result<std::vector<Dot>> Merger::closings_in_use(RecordNo record, const Past& past) {
  const auto* work = TRY(load(record));
  const Holding phase{work->state.acts_on(HeldSubject::phase)};
  std::vector<Dot> closings;
  for (const auto place : phase.contenders(past).in_force) {
    const auto& act = phase.acts()[place];
    if (is_closing(act)) closings.push_back(act.dot);
    // Opened again, it is used as it was signed until it is signed anew.
    for (const auto closing : is_closing(act) ? std::vector<JudgedAct::Place>{} : act.after)
      closings.push_back(phase.acts()[closing].dot);
  }
  return closings;
}

Result<Charter> Merger::charter_of(RecordNo record, const Past& past) {
  Charter charter;
  charter.judge = rights_.lead(past);
  const auto* ruled = TRY(load(record));
  if (ruled->type == nullptr || ruled->type->ruled_by == 0) return charter;
  // Of two that were named beside each other the first by id: the same for everybody.
  const auto named = TRY(named_by(*ruled, ruled->type->ruled_by, past));
  if (named.empty()) return charter;
  const auto number = TRY(store_.intern_record(*named.begin()));
  charter.record = number;
  const auto* work = TRY(load(number));
  const auto closings = TRY(closings_in_use(number, past));
  if (work->type == nullptr || closings.empty()) return charter;
  SharedPast signed_by_all;
  for (const auto& closing : closings) {
    auto seen = TRY(past_of(closing));
    signed_by_all.add(std::move(seen));
  }
  Work then = *work;
  then.state = TRY(state_in(number, signed_by_all));
  const auto value_in = [&](std::uint32_t field) -> Result<Value> {
    const auto* slot = field == 0 ? nullptr : then.state.find(work->type->field(field)->slot);
    if (slot == nullptr || slot->heads.empty()) return Value{};
    auto outcome = TRY(join_heads(then, slot->slot, slot->heads, signed_by_all));
    return std::move(outcome.value);
  };
  const auto rules = TRY(value_in(work->type->rules));
  const auto escalates = TRY(value_in(work->type->escalates));
  if (!rules.empty()) {
    const auto target = reference_in(*work->type->field(work->type->rules), rules);
    if (target) charter.judge = rights_.judge(target->id, past);
  }
  if (!escalates.empty())
    charter.any_partner =
        integer_in(*work->type->field(work->type->escalates), escalates) == any_partner_escalates;
  return charter;
}

Result<HoldingContext> Merger::context_of(Work& work,
                                          const HoldingAct& act,
                                          const Author& author,
                                          const Past& past) {
  using Kind = HoldingAct::Kind;
  auto context = rights_.holding_context(act.subject, author, past);
  if (act.ruling || act.kind == Kind::escalate) {
    const auto charter = TRY(charter_of(work.number, past));
    context.judge = charter.judge;
    context.any_partner_escalates = charter.any_partner;
  }
  const bool signs = act.kind == Kind::transfer || act.kind == Kind::consent;
  if (act.subject == HeldSubject::phase && signs && context.is_member)
    context.content = TRY(content_of(work.number, past));
  return context;
}

Holding Merger::agreements(const RecordState& state, HeldSubject subject) {
  Holding holding{state.acts_on(subject)};
  if (subject == HeldSubject::owner && holding.acts().empty()) {
    for (const auto& creation : state.creations)
      holding.root(creation.dot, creation.owner);
  }
  return holding;
}

Result<Holding> Merger::agreements(RecordNo record, HeldSubject subject) {
  const auto* work = TRY(load(record));
  return agreements(work->state, subject);
}

Result<JudgedAct> Merger::judge(
    Work& work, const Dot& dot, const HoldingAct& act, const Author& author, const Past& past) {
  const auto context = TRY(context_of(work, act, author, past));
  auto& acts = work.state.acts_on(act.subject);
  auto holding = acts.empty() ? agreements(work.state, act.subject) : Holding{std::move(acts)};
  auto judged = holding.take(dot, act, context, past);
  acts = std::move(holding).acts();
  return judged;
}

Result<void> Merger::fold_act(
    Work& work, const Dot& dot, const HoldingAct& act, const Author& author, const Past& past) {
  const bool has_subject =
      act.subject == HeldSubject::holder ? work.type->held : work.type->space == Space::plan;
  // What is part of something is closed and opened with it.
  if (!has_subject || (act.subject == HeldSubject::phase && work.type->part_of != 0)) return {};
  TRY(judge(work, dot, act, author, past));
  work.agreed = true;
  if (act.subject == HeldSubject::owner) rerank(work);
  return {};
}

Result<JudgedAct> Merger::foresee(RecordNo record, const HoldingAct& act, const Author& author) {
  const auto* work = TRY(load(record));
  Work scratch = *work;
  return judge(scratch, Dot{author.stream, ~std::uint64_t{0}}, act, author, WholePast{});
}

Result<std::vector<RecordNo>> Merger::wholes_of(const Work& work) {
  if (work.type == nullptr || work.type->part_of == 0) return std::vector{work.number};
  std::vector<RecordNo> wholes;
  const auto named = TRY(named_by(work, work.type->part_of, WholePast{}));
  for (const auto& whole : named) {
    const auto number = TRY(store_.intern_record(whole));
    wholes.push_back(number);
  }
  return wholes;
}

Result<std::vector<RecordNo>> Merger::signed_with(RecordNo record) {
  const auto* work = TRY(load(record));
  return wholes_of(*work);
}

Result<void> Merger::join_wholes(const Work& work) {
  if (work.type->part_of == 0) return {};
  const auto wholes = TRY(wholes_of(work));
  for (const auto number : wholes) {
    auto* whole = TRY(load(number));
    auto& parts = whole->state.parts;
    const auto at = std::ranges::lower_bound(parts, work.number);
    if (at != parts.end() && *at == work.number) continue;
    parts.insert(at, work.number);
    whole->touched = true;
  }
  return {};
}

Result<bool> Merger::is_fixed_by(const std::vector<JudgedAct>& phase,
                                 const Dot& dot,
                                 const Past& past,
                                 const Past& now) {
  const Holding holding{phase};
  if (is_closed(holding.contenders(past))) return true;
  for (JudgedAct::Place place = 0; place < phase.size(); ++place) {
    const auto& act = phase[place];
    if (!is_closing(act) || !holding.is_agreed(place, now) || holding.is_agreed(place, past))
      continue;
    // Its author did not know it to be agreed: either it is part of what was signed, or late.
    const bool is_signed = TRY(saw(act.dot, dot));
    if (!is_signed) return true;
  }
  return false;
}

Result<std::vector<RecordNo>> Merger::phases_over(const Work& work) {
  std::vector<RecordNo> phases;
  if (work.type->space != Space::plan) return phases;
  if (work.type->part_of == 0) {
    if (!work.state.acts_on(HeldSubject::phase).empty()) phases.push_back(work.number);
    return phases;
  }
  const auto wholes = TRY(wholes_of(work));
  for (const auto number : wholes) {
    const auto* whole = TRY(load(number));
    if (!whole->state.acts_on(HeldSubject::phase).empty()) phases.push_back(number);
  }
  return phases;
}

Result<bool> Merger::is_fixed(const std::vector<RecordNo>& phases,
                              const Dot& dot,
                              const Past& past,
                              const Past& now) {
  for (const auto number : phases) {
    const auto* whole = TRY(load(number));
    const bool fixed = TRY(is_fixed_by(whole->state.acts_on(HeldSubject::phase), dot, past, now));
    if (fixed) return true;
  }
  return false;
}

Result<RecordState> Merger::state_in(RecordNo record, const Past& past) {
  auto* work = TRY(load(record));
  Work then;
  then.number = record;
  then.key = work->key;
  then.type = work->type;
  then.state.creations = work->state.creations;
  then.state.acts = work->state.acts;
  std::erase_if(then.state.creations,
                [&](const Creation& creation) { return !past.contains(creation.dot); });
  if (work->type == nullptr) return std::move(then.state);
  TRY(visit_history(
      record, [&](const auto& dot, const auto& read, const auto& who, const auto& own) {
        return past.contains(dot) ? fold_slots(then, dot, read, who, own, past) : Result<void>{};
      }));
  return std::move(then.state);
}

Result<RecordId> Merger::content_of(RecordNo record, const Past& past) {
  std::map<RecordKey, RecordState> contents;
  const auto* work = TRY(load(record));
  const auto parts = work->state.parts;
  contents[work->key] = TRY(state_in(record, past));
  for (const auto number : parts) {
    const auto* part = TRY(load(number));
    if (part->type == nullptr) continue;
    // What has become a part of it since was none of what was signed.
    const auto wholes = TRY(named_by(*part, part->type->part_of, past));
    if (!wholes.contains(work->key)) continue;
    const bool as_now = stood_in(*part->type, part->state, past);
    auto state = as_now ? Result<RecordState>{part->state} : state_in(number, past);
    if (!state) return state.error();
    contents[part->key] = *std::move(state);
  }
  // Nobody can tell apart what is not there and what never was.
  std::erase_if(contents, [](const auto& entry) {
    return std::ranges::all_of(entry.second.slots, [](const SlotState& slot) {
      return slot.heads.empty() && slot.adds.empty();
    });
  });
  return content_digest(contents, [&](StreamNo stream) { return device_of(stream); });
}

std::vector<Dot> Merger::agreed_closings(const Work& work) {
  std::vector<Dot> dots;
  if (work.type == nullptr) return dots;
  const auto& phase = work.state.acts_on(HeldSubject::phase);
  if (phase.empty()) return dots;
  const Holding holding{phase};
  for (JudgedAct::Place place = 0; place < phase.size(); ++place) {
    if (is_closing(phase[place]) && holding.is_agreed(place, WholePast{}))
      dots.push_back(phase[place].dot);
  }
  std::ranges::sort(dots);
  return dots;
}

/// Whether a closing may make something late that counts in the record.
Result<bool> Merger::is_late(const Work& work, const Dot& closing) {
  if (work.type == nullptr) return false;
  for (const auto& slot : work.state.slots) {
    if (work.type->decider_of(slot.slot) != Decider::joint) continue;
    // A removal beside the closing has left nothing here that would say so.
    if (work.type->merge_of(slot.slot) == MergeRule::set) return true;
    for (const auto& head : slot.heads) {
      const bool seen = TRY(saw(closing, head));
      if (!seen) return true;
    }
  }
  return false;
}

Result<void> Merger::refold_late(RecordNo whole, const std::vector<Dot>& before) {
  auto* work = TRY(load(whole));
  auto closings = agreed_closings(*work);
  std::erase_if(closings, [&](const Dot& closing) {
    return std::ranges::find(before, closing) != before.end();
  });
  if (closings.empty()) return {};
  auto records = work->state.parts;
  records.push_back(whole);
  for (const auto number : records) {
    auto* part = TRY(load(number));
    bool late = false;
    for (const auto& closing : closings)
      late = late || TRY(is_late(*part, closing));
    if (late) TRY(fold_anew(*part));
  }
  return {};
}

}  // namespace guantong
