#include "sync/merger.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sync/base/contains.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/merger_lookup.h"
#include "sync/read_change.h"
#include "sync/record_state.h"
#include "sync/rights.h"
#include "sync/schema.h"
#include "sync/slot_merge.h"
#include "sync/store.h"
#include "sync/value.h"

namespace guantong {
namespace {

/// How many ignored edges are kept for listing; a stranger may write as many as he likes.
constexpr std::size_t ignored_most = 100;

/// What a change that is here had seen.
class ChangePast final : public Past {
public:
  /// Of a change that is not sealed: everything but what this computer wrote after it.
  explicit ChangePast(Dot self) : self_{self} {}

  /// Of a sealed change: what its batch reaches, and the changes before it in its own stream.
  ChangePast(Dot self, std::vector<Reach> reach) : self_{self}, reach_{std::move(reach)} {}

  bool contains(const Dot& dot) const override {
    if (dot.stream == self_.stream) return dot.n < self_.n;
    return !reach_ || dot.n <= reach_into(*reach_, dot.stream);
  }

private:
  Dot self_;
  std::optional<std::vector<Reach>> reach_;
};

}  // namespace

Result<ReadChange> Merger::read(const Dot& dot) {
  if (const auto known = recent_.find(dot)) return *known;
  std::vector<Change> changes(1);
  std::vector<FieldValues> values(1);
  auto& change = changes.front();
  change = TRY(store_.change(dot));
  if (!change.is_act()) {
    const auto* work = TRY(load(change.record));
    if (work->type != nullptr) values.front() = TRY(read_fields(*work->type, change));
  }
  recent_.keep(dot, std::move(changes), std::move(values));
  return *recent_.find(dot);
}

Result<Merger::Work*> Merger::load(RecordNo record) {
  if (const auto known = works_.find(record); known != works_.end()) return &known->second;
  Work work;
  work.number = record;
  work.key = TRY(store_.record_key(record));
  work.type = schema_.type(work.key.type);
  work.state = TRY(store_.state(record));
  return &works_.emplace(record, std::move(work)).first->second;
}

Result<const RecordState*> Merger::state(RecordNo record) {
  const auto* work = TRY(load(record));
  return &work->state;
}

Result<void> Merger::take(const Dot& dot, Change& change, const Author& author, const Past& past) {
  auto* work = TRY(load(change.record));
  if (work->type == nullptr) {
    ++unknown_;
    return store_.put_change(dot, change);
  }
  TRY(keep_valid_edges(*work, dot, change, past));
  TRY(store_.put_change(dot, change));
  const auto kept = *recent_.find(dot);
  if (kept.values.unknown) ++unknown_;
  // What came before the creation that says of what it is a part may be late by that.
  if (kept.change.action == Action::create && work->type->part_of != 0 &&
      !work->state.slots.empty())
    return refold(work->number);
  const auto agreed = agreed_closings(*work);
  TRY(fold(*work, dot, kept, author, past));
  return refold_late(work->number, agreed);
}

Result<bool> Merger::is_version_of(const Work& work, const Version& version) {
  if (const SlotState* slot = work.state.find(version.slot)) {
    if (std::ranges::find(slot->heads, version.dot) != slot->heads.end()) return true;
    if (slot->proposal(version.dot) != nullptr) return true;
  }
  if (const auto before = work.settled.find(version.slot);
      before != work.settled.end() && contains(before->second.heads, version.dot))
    return true;
  const auto found = read(version.dot);
  if (!found) {
    if (found.error().code == Errc::not_found) return false;
    return found.error();
  }
  const auto& other = *found;
  return !other.change.is_act() && other.change.record == work.number &&
         guantong::is_version_of(*work.type, other, version.slot);
}

void Merger::ignore(const Dot& dot, const Change& change, const Dot& named) {
  if (ignored_.size() < ignored_most) ignored_.push_back({dot, change.record, named});
}

Result<void> Merger::keep_valid_edges(const Work& work,
                                      const Dot& dot,
                                      Change& change,
                                      const Past& past) {
  for (const auto list : version_lists) {
    auto& versions = change.*list;
    auto valid = versions.begin();
    for (const auto& version : versions) {
      if (version.dot != dot && past.contains(version.dot) && TRY(is_version_of(work, version))) {
        *valid++ = version;
      } else {
        ignore(dot, change, version.dot);
      }
    }
    versions.erase(valid, versions.end());
  }
  for (auto& removal : change.removed) {
    std::erase_if(removal.adds, [&](const Dot& add) {
      if (past.contains(add)) return false;
      ignore(dot, change, add);
      return true;
    });
  }
  return {};
}

Result<std::map<Slot, bool>> Merger::rights(const Dot& dot,
                                            const ReadChange& read,
                                            const Author& author,
                                            const Past& past) {
  std::map<Slot, bool> verdicts;
  const auto* work = TRY(load(read.change.record));
  if (work->type == nullptr) return verdicts;
  // The change itself may stand among the creations already: what claims must not see itself.
  Work before = *work;
  std::erase_if(before.state.creations,
                [&](const Creation& creation) { return creation.dot == dot; });
  const bool claiming = Rights::claims(before.state, read.change, past) && author.site.has_value();
  const auto phases = TRY(phases_over(*work));
  const bool fixed = TRY(is_fixed(phases, dot, past, past));
  for (const auto slot : slots_of(*work->type, read)) {
    const bool late = fixed && work->type->decider_of(slot) == Decider::joint;
    verdicts[slot] =
        !late && rights_.may_decide(*work->type, before.state, slot, claiming, dot, author, past);
  }
  return verdicts;
}

Result<void> Merger::fold(
    Work& work, const Dot& dot, const ReadChange& read, const Author& author, const Past& past) {
  work.touched = true;
  TRY(fold_ground(work, dot, read, author, past));
  return fold_slots(work, dot, read, author, past, WholePast{});
}

Result<void> Merger::fold_ground(
    Work& work, const Dot& dot, const ReadChange& read, const Author& author, const Past& past) {
  const bool claims = author.level >= Level::teacher && author.site &&
                      Rights::claims(work.state, read.change, past);
  if (claims) TRY(claim(work, dot, rights_.first_owner(work.key, *work.type, read, author, past)));
  if (!read.change.holding || author.level == Level::none) return {};
  return fold_act(work, dot, *read.change.holding, author, past);
}

Result<void> Merger::fold_slots(Work& work,
                                const Dot& dot,
                                const ReadChange& read,
                                const Author& author,
                                const Past& past,
                                const Past& now) {
  const bool may_write = author.level >= Level::teacher;
  const auto is_own = [&](const Creation& creation) { return creation.dot == dot; };
  const bool claiming = std::ranges::any_of(work.state.creations, is_own);
  const auto phases = TRY(phases_over(work));
  const bool fixed = TRY(is_fixed(phases, dot, past, now));
  work.agreed = work.agreed || !phases.empty();
  std::vector<std::pair<Slot, bool>> counts;
  for (const auto slot : slots_of(*work.type, read)) {
    const bool right =
        may_write && !(fixed && work.type->decider_of(slot) == Decider::joint) &&
        rights_.may_decide(*work.type, work.state, slot, claiming, dot, author, past);
    counts.emplace_back(slot, right);
  }
  for (const auto& [slot, right] : counts) {
    work.dirty.insert(slot);
    if (work.type->merge_of(slot) == MergeRule::set) {
      TRY(fold_set(work, *work.type->field(slot), dot, read, right));
    } else {
      TRY(fold_version(work, slot, dot, read, author, right));
    }
    if (!may_write) work.state.slot(slot).proposals.back().outcomes |= outcome_void;
  }
  if (may_write) TRY(fold_answers(work, dot, read, author, past));
  return {};
}

Result<void> Merger::fold_version(Work& work,
                                  Slot number,
                                  const Dot& dot,
                                  const ReadChange& read,
                                  const Author& author,
                                  bool counts) {
  auto& slot = work.state.slot(number);
  for (const auto& other : read.change.supersedes) {
    auto* proposal = other.slot == number ? slot.proposal(other.dot) : nullptr;
    if (proposal == nullptr) continue;
    if (counts) {
      proposal->outcomes |= outcome_overtaken;
    } else if (author.site && author.level >= Level::teacher) {
      const auto proposer = TRY(author_of(other.dot));
      if (proposer.site == author.site) proposal->outcomes |= outcome_revised;
    }
  }
  if (!counts) {
    slot.proposals.push_back({dot, outcome_open});
    return {};
  }
  TRY(accept(work, slot, read));
  if (auto value = std::exchange(slot.in_force, std::nullopt); value && !slot.heads.empty()) {
    const auto rank = TRY(rank_of(slot.heads));
    work.settled[number] = {slot.heads, *std::move(value), slot.conflict || slot.joined, rank};
  }
  std::set<Dot> walked;
  for (const auto& other : edges(read.change, number))
    TRY(cover(slot, other, walked));
  slot.heads.push_back(dot);
  std::ranges::sort(slot.heads);
  return {};
}

Result<void> Merger::cover(SlotState& slot, const Dot& dot, std::set<Dot>& walked) {
  if (std::erase(slot.heads, dot) > 0 || slot.proposal(dot) == nullptr) return {};
  if (!walked.insert(dot).second) return {};
  const auto read = TRY(this->read(dot));
  for (const auto& below : edges(read.change, slot.slot))
    TRY(cover(slot, below, walked));
  return {};
}

Result<bool> Merger::same_content(const Work& work,
                                  Slot slot,
                                  const ReadChange& a,
                                  const ReadChange& b) {
  const auto rule = work.type->merge_of(slot);
  if (rule == MergeRule::text) return true;
  if (rule != MergeRule::set) return value_of(slot, a) == value_of(slot, b);
  const auto members = [&](const ReadChange& read) {
    std::set<std::pair<bool, Value>> all;
    if (const auto added = read.values.members.find(slot); added != read.values.members.end()) {
      for (const auto& member : added->second)
        all.emplace(true, member);
    }
    for (const auto& removal : read.change.removed) {
      if (removal.field == slot) all.emplace(false, removal.member);
    }
    return all;
  };
  return std::ranges::includes(members(a), members(b));
}

Result<void> Merger::accept(Work& work, SlotState& slot, const ReadChange& read) {
  for (const auto& accepted : read.change.accepts) {
    auto* proposal = accepted.slot == slot.slot ? slot.proposal(accepted.dot) : nullptr;
    if (proposal == nullptr) continue;
    const auto proposed = TRY(this->read(accepted.dot));
    if (TRY(same_content(work, slot.slot, read, proposed))) proposal->outcomes |= outcome_accepted;
  }
  return {};
}

Result<void> Merger::fold_set(
    Work& work, const Field& field, const Dot& dot, const ReadChange& read, bool counts) {
  auto& slot = work.state.slot(field.number);
  if (!counts) {
    slot.proposals.push_back({dot, outcome_open});
    return {};
  }
  for (const auto& removal : read.change.removed) {
    if (removal.field != field.number) continue;
    std::erase_if(slot.adds, [&](const MemberAdd& add) {
      return add.member == removal.member &&
             std::ranges::find(removal.adds, add.dot) != removal.adds.end();
    });
  }
  if (const auto added = read.values.members.find(field.number);
      added != read.values.members.end()) {
    for (const auto& member : added->second)
      slot.adds.push_back({member, dot});
  }
  return accept(work, slot, read);
}

Result<void> Merger::fold_answers(
    Work& work, const Dot& dot, const ReadChange& read, const Author& author, const Past& past) {
  for (const auto& version : read.change.declines) {
    auto* proposal = work.state.slot(version.slot).proposal(version.dot);
    const bool may_decline =
        rights_.may_decide(*work.type, work.state, version.slot, false, dot, author, past);
    if (proposal == nullptr || !may_decline) continue;
    proposal->outcomes |= outcome_declined;
    work.dirty.insert(version.slot);
  }
  for (const auto& version : read.change.withdraws) {
    auto* proposal = work.state.slot(version.slot).proposal(version.dot);
    if (proposal == nullptr || !author.site) continue;
    const auto proposer = TRY(author_of(version.dot));
    if (proposer.site != author.site) continue;
    proposal->outcomes |= outcome_withdrawn;
    work.dirty.insert(version.slot);
  }
  return {};
}

Result<Author> Merger::author_of(const Dot& dot) {
  const auto batch = TRY(store_.batch_of(dot));
  const bool sealed = batch.number != 0;
  const GrantFact* grant = nullptr;
  if (sealed) {
    grant = members_.grant_of(dot.stream, batch.under);
  } else {
    const auto writer = TRY(store_.writer_of(dot));
    grant = members_.best_grant(dot.stream, writer);
  }
  Author author{dot.stream, std::nullopt, Level::none};
  if (grant != nullptr) {
    author.site = members_.site(grant->member.site);
    author.level = sealed ? grant->level : members_.level_of(*grant);
  } else if (sealed) {
    author.site = members_.site(batch.site);
  } else {
    author.level = Level::teacher;
  }
  if (sealed && !counts(batch.verdict)) author.level = Level::none;
  if (sealed && batch.verdict == BatchVerdict::admitted)
    author.level = std::max(author.level, Level::teacher);
  return author;
}

Result<std::unique_ptr<const Past>> Merger::past_of(const Dot& dot) {
  const auto batch = TRY(store_.batch_of(dot));
  std::unique_ptr<const Past> past;
  if (batch.number == 0) {
    past = std::make_unique<ChangePast>(dot);
  } else {
    auto reach = TRY(store_.reach_of(dot.stream, batch.number));
    past = std::make_unique<ChangePast>(dot, std::move(reach));
  }
  return past;
}

Result<void> Merger::visit_history(RecordNo record, const Visit& visit) {
  const auto history = TRY(store_.history(record));
  for (const auto& [dot, change] : history) {
    const auto read = TRY(this->read(dot));
    const auto author = TRY(author_of(dot));
    const auto past = TRY(past_of(dot));
    TRY(visit(dot, read, author, *past));
  }
  return {};
}

Result<void> Merger::fold_anew(Work& work) {
  for (const auto& slot : work.state.slots)
    work.dirty.insert(slot.slot);
  RecordState fresh;
  fresh.parts = std::move(work.state.parts);
  work.state = std::move(fresh);
  work.settled.clear();
  work.touched = true;
  TRY(visit_history(work.number,
                    [&](const auto& dot, const auto& read, const auto& who, const auto& past) {
                      return fold_ground(work, dot, read, who, past);
                    }));
  return visit_history(work.number,
                       [&](const auto& dot, const auto& read, const auto& who, const auto& past) {
                         return fold_slots(work, dot, read, who, past, WholePast{});
                       });
}

Result<void> Merger::refold(RecordNo record) {
  auto* work = TRY(load(record));
  if (work->type == nullptr) return {};
  const auto agreed = agreed_closings(*work);
  TRY(fold_anew(*work));
  if (agreed == agreed_closings(*work)) return {};
  const auto parts = work->state.parts;
  for (const auto number : parts) {
    auto* part = TRY(load(number));
    if (part->type != nullptr) TRY(fold_anew(*part));
  }
  return {};
}

Result<void> Merger::refold_pending(StreamNo stream) {
  const auto waiting = TRY(store_.pending(stream));
  std::set<RecordNo> records;
  for (const auto& [dot, change] : waiting) {
    if (!change.is_act() && records.insert(change.record).second) TRY(refold(change.record));
  }
  return {};
}

Result<void> Merger::refold_all(const std::set<RecordNo>& records) {
  // What stands in parts is what is signed of a whole, and what a charter says of who rules is
  // what contests over other records are judged by: in that order.
  std::map<int, std::set<RecordNo>> turns;
  std::vector<RecordNo> open{records.begin(), records.end()};
  std::set<RecordNo> taken;
  while (!open.empty()) {
    const auto number = open.back();
    open.pop_back();
    if (!taken.insert(number).second) continue;
    const auto* work = TRY(load(number));
    if (work->type == nullptr) continue;
    const bool is_part = work->type->part_of != 0;
    turns[is_part ? 0 : work->type->ruled_by == 0 ? 1 : 2].insert(number);
    const auto wholes = TRY(wholes_of(*work));
    open.insert(open.end(), wholes.begin(), wholes.end());
    if (work->type->rules != 0) {
      const auto ruled = TRY(store_.references_to(number));
      for (const auto& reference : ruled)
        open.push_back(reference.source);
    }
  }
  for (const auto& [turn, numbers] : turns) {
    for (const auto number : numbers)
      TRY(refold(number));
  }
  return {};
}

Result<void> Merger::rerank() {
  const auto records = TRY(store_.in_conflict());
  for (auto& [number, work] : works_)
    work.settled.clear();
  for (const auto record : records) {
    auto* work = TRY(load(record));
    work->touched = true;
    rerank(*work);
  }
  return {};
}

Result<SlotOutcome> Merger::outcome(RecordNo record, Slot slot) {
  auto* work = TRY(load(record));
  const auto* state = work->state.find(slot);
  if (work->type == nullptr || state == nullptr || state->heads.empty()) return SlotOutcome{};
  return join_heads(*work, slot, state->heads, WholePast{});
}

Result<SlotOutcome> Merger::outcome(RecordNo record, Slot slot, const std::vector<Dot>& heads) {
  auto* work = TRY(load(record));
  return join_heads(*work, slot, heads, WholePast{});
}

Result<SlotOutcome> Merger::join_heads(const Work& work,
                                       Slot slot,
                                       const std::vector<Dot>& heads,
                                       const Past& now) {
  const Everything everything{*this};
  Lookup lookup{everything, rights_, work, slot, now};
  return join(*work.type, slot, heads, lookup);
}

Result<Value> Merger::value_before(const Dot& dot, Slot slot) {
  const auto read = TRY(this->read(dot));
  auto* work = TRY(load(read.change.record));
  const WholePast now;
  const Everything everything{*this};
  Lookup lookup{everything, rights_, *work, slot, now};
  const auto* facts = TRY(lookup.facts(dot));
  if (facts->over.empty()) return Value{};
  auto before = TRY(join(*work->type, slot, facts->over, lookup));
  return std::move(before.value);
}

Result<std::vector<SiteNo>> Merger::owners(RecordNo record) {
  const auto* work = TRY(load(record));
  return rights_.owners(work->state, WholePast{});
}

Result<bool> Merger::saw(const Dot& later, const Dot& earlier) {
  if (later.stream == earlier.stream) return earlier.n < later.n;
  const auto past = TRY(past_of(later));
  return past->contains(earlier);
}

}  // namespace guantong
