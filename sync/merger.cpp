#include "sync/merger.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/slot_merge.h"
#include "sync/store.h"
#include "sync/value.h"

namespace guantong {
namespace {

/// What a stored batch had seen.
class BatchPast : public Past {
public:
  BatchPast(Dot self, const std::vector<Reach>& reach) : self_{self} {
    for (const auto& row : reach)
      reach_.emplace(row.stream, row.n);
  }
  bool contains(const Dot& dot) const override {
    if (dot.stream == self_.stream) return dot.n < self_.n;
    const auto found = reach_.find(dot.stream);
    return found != reach_.end() && dot.n <= found->second;
  }

private:
  Dot self_;
  std::map<StreamNo, std::uint64_t> reach_;
};

std::vector<Dot> named(const std::vector<Version>& versions, Slot slot) {
  std::vector<Dot> dots;
  for (const auto& version : versions) {
    if (version.slot == slot) dots.push_back(version.dot);
  }
  return dots;
}

/// What a version supersedes directly in a slot: names and accepts alike.
std::vector<Dot> edges(const Change& change, Slot slot) {
  auto dots = named(change.supersedes, slot);
  const auto accepted = named(change.accepts, slot);
  dots.insert(dots.end(), accepted.begin(), accepted.end());
  return dots;
}

ShortDigest digest_of_value(const Value& value) {
  return blake2b_128(value);
}

bool is_set_slot(const RecordType& type, Slot slot) {
  return slot != life_cycle && type.merge_of(slot) == MergeRule::set;
}

}  // namespace

std::set<Slot> slots_of(const RecordType& type, const ReadChange& read) {
  std::set<Slot> slots;
  if (read.change.action != Action::edit) slots.insert(life_cycle);
  for (const auto& [slot, value] : read.values.slots)
    slots.insert(slot);
  for (const auto& [field, members] : read.values.members)
    slots.insert(field);
  for (const auto& removal : read.change.removed) {
    const Field* field = type.field(removal.field);
    if (field != nullptr && field->is_set()) slots.insert(removal.field);
  }
  // M14: what is set once is a version in the record's creation only.
  if (read.change.action != Action::create) {
    std::erase_if(slots,
                  [&](Slot slot) { return slot != life_cycle && type.field(slot)->set_once; });
  }
  return slots;
}

Value value_of(Slot slot, const ReadChange& read) {
  if (slot == life_cycle) {
    return Value{read.change.action == Action::archive ? life_archived : life_active};
  }
  const auto found = read.values.slots.find(slot);
  return found == read.values.slots.end() ? Value{} : found->second;
}

/// Serves one slot's versions to `join`.
class Merger::Lookup : public Versions {
public:
  Lookup(Merger& merger, const Work& work, Slot slot) : merger_{merger}, work_{work}, slot_{slot} {}

  Result<const VersionFacts*> facts(const Dot& dot) override {
    if (const auto known = facts_.find(dot); known != facts_.end()) return known->second.get();
    const auto* read = TRY(merger_.read(dot));
    const auto batch = TRY(merger_.store_.batch_of(dot));
    auto facts = std::make_unique<VersionFacts>();
    facts->value = value_of(slot_, *read);
    facts->rank = {batch.generation, dot.n};
    const auto author = TRY(merger_.author_of(dot));
    facts->decides = merger_.decides_now(work_, slot_, author);
    std::set<Dot> over;
    std::set<Dot> walked;
    TRY(collect(edges(read->change, slot_), over, walked));
    facts->over.assign(over.begin(), over.end());
    return facts_.emplace(dot, std::move(facts)).first->second.get();
  }

private:
  /// Passes through proposals, which supersede nothing themselves.
  Result<void> collect(const std::vector<Dot>& dots, std::set<Dot>& over, std::set<Dot>& walked) {
    const SlotState* state = work_.state.find(slot_);
    for (const auto& dot : dots) {
      if (state == nullptr || state->proposal(dot) == nullptr) {
        over.insert(dot);
      } else if (walked.insert(dot).second) {
        const auto* read = TRY(merger_.read(dot));
        TRY(collect(edges(read->change, slot_), over, walked));
      }
    }
    return {};
  }

  Merger& merger_;
  const Work& work_;
  Slot slot_;
  std::map<Dot, std::unique_ptr<VersionFacts>> facts_;
};

Result<const ReadChange*> Merger::read(const Dot& dot) {
  if (const auto known = recent_.find(dot); known != recent_.end()) return &known->second;
  ReadChange read;
  read.change = TRY(store_.change(dot));
  if (!read.change.is_act()) {
    const auto* work = TRY(load(read.change.record));
    if (work->type != nullptr) read.values = TRY(read_fields(*work->type, read.change));
  }
  return &recent_.insert_or_assign(dot, std::move(read)).first->second;
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

Result<void> Merger::take(const Dot& dot, ReadChange read, const Author& author, const Past& past) {
  auto* work = TRY(load(read.change.record));
  if (work->type == nullptr) {
    ++unknown_;
    return store_.put_change(dot, read.change);
  }
  if (read.values.unknown) ++unknown_;
  TRY(keep_valid_edges(*work, read.change, past));
  TRY(store_.put_change(dot, read.change));
  const auto& kept = recent_.insert_or_assign(dot, std::move(read)).first->second;
  return fold(*work, dot, kept, author, past);
}

Result<bool> Merger::is_version_of(const Work& work, const Version& version) {
  if (const SlotState* slot = work.state.find(version.slot)) {
    if (std::ranges::find(slot->heads, version.dot) != slot->heads.end()) return true;
    if (slot->proposal(version.dot) != nullptr) return true;
  }
  const auto found = read(version.dot);
  if (!found) {
    if (found.error().code == Errc::not_found) return false;
    return found.error();
  }
  const auto& other = **found;
  return !other.change.is_act() && other.change.record == work.number &&
         slots_of(*work.type, other).contains(version.slot);
}

Result<void> Merger::keep_valid_edges(const Work& work, Change& change, const Past& past) {
  for (auto* versions :
       {&change.supersedes, &change.accepts, &change.declines, &change.withdraws}) {
    std::vector<Version> valid;
    for (const auto& version : *versions) {
      if (past.contains(version.dot) && TRY(is_version_of(work, version))) valid.push_back(version);
    }
    *versions = std::move(valid);
  }
  for (auto& removal : change.removed)
    std::erase_if(removal.adds, [&](const Dot& dot) { return !past.contains(dot); });
  return {};
}

bool Merger::claims(const Work& work, const Change& change, const Past& past) const {
  if (change.action != Action::create) return false;
  return std::ranges::none_of(
      work.state.creations, [&](const Creation& creation) { return past.contains(creation.dot); });
}

RecordId Merger::first_owner(const Work& work, const ReadChange& read, const Author& author) const {
  const RecordId own = author.site ? members_.sites()[*author.site].org : RecordId{};
  std::optional<RecordId> named;
  if (work.type->owns_itself) named = work.key.id;
  if (work.type->owner != 0) {
    const Field& field = *work.type->field(work.type->owner);
    if (const auto target = reference_in(field, value_of(field.slot, read))) named = target->id;
  }
  const bool may_name = named == own || author.site == members_.lead();
  return named && may_name ? *named : own;
}

SiteNo Merger::answers_for(const RecordId& owner, const Past& past) const {
  const auto site = members_.site_of_org(owner);
  return site && members_.is_site_in(*site, past) ? *site : members_.lead();
}

bool Merger::has_right(
    const Work& work, Slot slot, bool claiming, const Author& author, const Past& past) const {
  // What a school or a device keeps for itself is decided where it is.
  if (work.type->space != Space::plan) return true;
  if (!author.site) return false;
  switch (work.type->decider_of(slot)) {
    case Decider::any:
      return true;
    case Decider::lead:
      return *author.site == members_.lead();
    case Decider::joint:
      return members_.is_partner_in(*author.site, past);
    case Decider::owner:
      return claiming || std::ranges::any_of(work.state.creations, [&](const Creation& creation) {
               return past.contains(creation.dot) &&
                      answers_for(creation.owner, past) == *author.site;
             });
  }
  return false;
}

bool Merger::decides_now(const Work& work, Slot slot, const Author& author) const {
  // What a school or a device keeps for itself is decided where it is.
  if (work.type->space != Space::plan) return true;
  if (!author.site) return false;
  switch (work.type->decider_of(slot)) {
    case Decider::joint:
      return false;
    case Decider::lead:
      return *author.site == members_.lead();
    case Decider::any:
    case Decider::owner: {
      const WholePast now;
      return std::ranges::any_of(work.state.creations, [&](const Creation& creation) {
        return answers_for(creation.owner, now) == *author.site;
      });
    }
  }
  return false;
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
  const bool claiming = claims(before, read.change, past) && author.site.has_value();
  for (const auto slot : slots_of(*work->type, read))
    verdicts[slot] = has_right(before, slot, claiming, author, past);
  return verdicts;
}

Result<void> Merger::fold(
    Work& work, const Dot& dot, const ReadChange& read, const Author& author, const Past& past) {
  work.touched = true;
  const bool may_write = author.level >= Level::teacher;
  const bool claiming = may_write && author.site && claims(work, read.change, past);
  std::map<Slot, bool> counts;
  for (const auto slot : slots_of(*work.type, read))
    counts[slot] = may_write && has_right(work, slot, claiming, author, past);
  if (claiming) {
    work.state.creations.push_back({dot, first_owner(work, read, author)});
    // Who decides may have changed, and with it the base of what is in no conflict.
    for (const auto& slot : work.state.slots) {
      if (slot.heads.size() > 1) work.dirty.insert(slot.slot);
    }
  }
  for (const auto& [slot, right] : counts) {
    work.dirty.insert(slot);
    if (is_set_slot(*work.type, slot)) {
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
  const auto names = named(read.change.supersedes, number);
  if (!counts) {
    for (const auto& other : names) {
      auto* proposal = slot.proposal(other);
      if (proposal == nullptr || !author.site) continue;
      const auto proposer = TRY(author_of(other));
      if (proposer.site == author.site) proposal->outcomes |= outcome_revised;
    }
    slot.proposals.push_back({dot, outcome_open});
    return {};
  }
  for (const auto& other : names) {
    if (auto* proposal = slot.proposal(other)) proposal->outcomes |= outcome_overtaken;
  }
  TRY(accept(work, slot, read));
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
  const auto* read = TRY(this->read(dot));
  for (const auto& below : edges(read->change, slot.slot))
    TRY(cover(slot, below, walked));
  return {};
}

Result<bool> Merger::same_content(const Work& work,
                                  Slot slot,
                                  const ReadChange& a,
                                  const ReadChange& b) {
  if (slot == life_cycle || !is_set_slot(*work.type, slot)) {
    return (slot != life_cycle && work.type->merge_of(slot) == MergeRule::text) ||
           value_of(slot, a) == value_of(slot, b);
  }
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
  for (const auto& dot : named(read.change.accepts, slot.slot)) {
    auto* proposal = slot.proposal(dot);
    if (proposal == nullptr) continue;
    const auto* proposed = TRY(this->read(dot));
    if (TRY(same_content(work, slot.slot, read, *proposed))) proposal->outcomes |= outcome_accepted;
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

Result<void> Merger::fold_answers(Work& work,
                                  const Dot& /*dot*/,
                                  const ReadChange& read,
                                  const Author& author,
                                  const Past& past) {
  for (const auto& version : read.change.declines) {
    auto* proposal = work.state.slot(version.slot).proposal(version.dot);
    if (proposal == nullptr || !has_right(work, version.slot, false, author, past)) continue;
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
  const auto* grant =
      sealed ? members_.grant_of(dot.stream, batch.under) : members_.best_grant(dot.stream);
  if (grant != nullptr) return Author{dot.stream, members_.site(grant->member.site), grant->level};
  return Author{dot.stream, std::nullopt, sealed ? Level::none : Level::teacher};
}

Result<void> Merger::refold(RecordNo record) {
  auto* work = TRY(load(record));
  if (work->type == nullptr) return {};
  for (const auto& slot : work->state.slots)
    work->dirty.insert(slot.slot);
  work->state = {};
  work->touched = true;
  const auto history = TRY(store_.history(record));
  for (const auto& [dot, change] : history) {
    const auto* read = TRY(this->read(dot));
    const auto batch = TRY(store_.batch_of(dot));
    const auto author = TRY(author_of(dot));
    if (batch.number == 0) {
      TRY(fold(*work, dot, *read, author, WholePast{}));
    } else {
      const auto reach = TRY(store_.reach_of(dot.stream, batch.number));
      TRY(fold(*work, dot, *read, author, BatchPast{dot, reach}));
    }
  }
  return {};
}

Result<void> Merger::rerank() {
  const auto records = TRY(store_.in_conflict());
  for (const auto record : records) {
    auto* work = TRY(load(record));
    work->touched = true;
    for (const auto& slot : work->state.slots) {
      if (slot.heads.size() > 1) work->dirty.insert(slot.slot);
    }
  }
  return {};
}

Result<SlotOutcome> Merger::outcome(RecordNo record, Slot slot) {
  auto* work = TRY(load(record));
  const auto* state = work->state.find(slot);
  if (work->type == nullptr || state == nullptr || state->heads.empty()) return SlotOutcome{};
  Lookup lookup{*this, *work, slot};
  return join(*work->type, slot, state->heads, lookup);
}

Result<Value> Merger::value_before(const Dot& dot, Slot slot) {
  const auto* read = TRY(this->read(dot));
  auto* work = TRY(load(read->change.record));
  Lookup lookup{*this, *work, slot};
  const auto* facts = TRY(lookup.facts(dot));
  if (facts->over.empty()) return Value{};
  auto before = TRY(join(*work->type, slot, facts->over, lookup));
  return std::move(before.value);
}

Result<std::vector<SiteNo>> Merger::owners(RecordNo record) {
  const auto* work = TRY(load(record));
  const WholePast now;
  std::vector<SiteNo> sites;
  for (const auto& creation : work->state.creations) {
    const auto site = answers_for(creation.owner, now);
    if (std::ranges::find(sites, site) == sites.end()) sites.push_back(site);
  }
  return sites;
}

Result<bool> Merger::saw(const Dot& later, const Dot& earlier) {
  if (later.stream == earlier.stream) return earlier.n < later.n;
  const auto batch = TRY(store_.batch_of(later));
  if (batch.number == 0) return true;
  const auto reach = TRY(store_.reach_of(later.stream, batch.number));
  return BatchPast{later, reach}.contains(earlier);
}

Result<void> Merger::join_slot(Work& work, Slot number) {
  auto& slot = work.state.slot(number);
  Value value;
  slot.conflict = false;
  slot.joined = false;
  if (slot.heads.size() == 1) {
    const auto* read = TRY(this->read(slot.heads.front()));
    value = value_of(number, *read);
  } else if (!slot.heads.empty()) {
    Lookup lookup{*this, work, number};
    auto outcome = TRY(join(*work.type, number, slot.heads, lookup));
    slot.conflict = outcome.conflict;
    slot.joined = outcome.joined;
    value = std::move(outcome.value);
  }
  slot.value = digest_of_value(value);
  work.view.values.emplace_back(number, std::move(value));
  return {};
}

Result<void> Merger::join_set(Work& work, const Field& field) {
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
  const auto& slot = work.state.slot(field.slot);
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
    if (life != nullptr && !life->heads.empty()) {
      const auto* read = TRY(this->read(life->heads.front()));
      // Only an archiving looks at who refers to the record.
      if (read->change.action == Action::archive || life->heads.size() > 1) other->touched = true;
    }
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
  return true;
}

Result<LifeState> Merger::life_of(Work& work) {
  const auto* slot = work.state.find(life_cycle);
  if (slot == nullptr) return LifeState::missing;
  if (slot->heads.empty())
    return slot->proposals.empty() ? LifeState::missing : LifeState::proposed;
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

Result<Digest> Merger::digest_of(const Work& work) {
  std::string text;
  const auto put_dot = [&](const Dot& dot) -> Result<void> {
    auto known = devices_.find(dot.stream);
    if (known == devices_.end()) {
      const auto tip = TRY(store_.tip(dot.stream));
      known = devices_.emplace(dot.stream, tip.device).first;
    }
    text += known->second.raw();
    text += std::to_string(dot.n) + ' ';
    return {};
  };
  /// Dots in an order that does not depend on this replica's numbers.
  const auto put_dots = [&](std::vector<std::pair<Dot, std::string>> dots) -> Result<void> {
    std::vector<std::string> parts;
    for (const auto& [dot, note] : dots) {
      const auto start = text.size();
      TRY(put_dot(dot));
      parts.push_back(text.substr(start) + note);
      text.resize(start);
    }
    std::ranges::sort(parts);
    for (const auto& part : parts)
      text += part + ',';
    text += ';';
    return {};
  };
  text += std::to_string(work.key.type) + ' ';
  text += work.key.id.raw();
  text += std::to_string(static_cast<int>(work.state.life)) + '\n';
  for (const auto& slot : work.state.slots) {
    text += std::to_string(slot.slot) + (slot.conflict ? "!" : "=");
    text += slot.value.raw();
    std::vector<std::pair<Dot, std::string>> heads;
    for (const auto& head : slot.heads)
      heads.emplace_back(head, "");
    std::vector<std::pair<Dot, std::string>> adds;
    for (const auto& add : slot.adds)
      adds.emplace_back(add.dot, add.member);
    std::vector<std::pair<Dot, std::string>> proposals;
    for (const auto& proposal : slot.proposals)
      proposals.emplace_back(proposal.dot, std::to_string(proposal.outcomes));
    TRY(put_dots(std::move(heads)));
    TRY(put_dots(std::move(adds)));
    TRY(put_dots(std::move(proposals)));
  }
  return blake2b(text);
}

Result<std::vector<RecordNo>> Merger::publish() {
  std::vector<RecordNo> touched;
  for (auto& [number, work] : works_) {
    if (work.touched) touched.push_back(number);
  }
  // Slots and references of all records first: whether an archiving takes effect depends on them.
  for (const auto number : touched) {
    auto& work = works_.at(number);
    for (const auto slot : work.dirty) {
      if (is_set_slot(*work.type, slot)) {
        TRY(join_set(work, *work.type->field(slot)));
      } else {
        TRY(join_slot(work, slot));
      }
      if (slot == life_cycle) continue;
      for (const auto* field : work.type->fields_of(slot)) {
        if (field->is_reference()) TRY(link_references(work, *field));
      }
    }
  }
  touched.clear();
  for (auto& [number, work] : works_) {
    if (work.touched) touched.push_back(number);
  }
  std::ranges::sort(touched);
  for (const auto number : touched) {
    auto& work = works_.at(number);
    work.state.life = TRY(life_of(work));
    work.view.life = work.state.life;
    const auto digest = TRY(digest_of(work));
    TRY(store_.save(number, work.key, work.state, work.view, digest));
  }
  works_.clear();
  recent_.clear();
  return touched;
}

}  // namespace guantong
