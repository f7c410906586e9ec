#include "client/editor.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/clock.h"
#include "client/crypto/device_key.h"
#include "client/decisions.h"
#include "client/field_edit.h"
#include "client/reading.h"
#include "client/tenures.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"
#include "sync/members.h"
#include "sync/merger.h"
#include "sync/read_change.h"
#include "sync/record_state.h"
#include "sync/rights.h"
#include "sync/schema.h"
#include "sync/text/text_merge.h"
#include "sync/value.h"

namespace guantong {
namespace {

constexpr std::size_t why_characters = 1'000;

/// A random id whose first bits are the time, so that new records lie together (RFC 9562, UUIDv7).
RecordId time_ordered_id(std::uint64_t ms) {
  RecordId id;
  fill_random(id.bytes);
  for (std::size_t i = 0; i < 6; ++i)
    id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0fU) | 0x70U);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3fU) | 0x80U);
  return id;
}

Value joined(const std::map<std::uint32_t, Value>& fields) {
  Value value;
  for (const auto& [number, part] : fields)
    value += part;
  return value;
}

}  // namespace

Editor::Editor(Workspace& workspace, Session& session)
    : workspace_{workspace}, session_{session}, reading_{session.store()} {}

Result<HybridTime> Editor::next_time() {
  const auto kept = TRY(session_.store().meta("time"));
  HybridTime last;
  if (kept) {
    const auto space = kept->find(' ');
    last.ms = std::stoull(kept->substr(0, space));
    last.count = static_cast<std::uint32_t>(std::stoul(kept->substr(space + 1)));
  }
  // Never backwards, whatever the computer's clock does.
  const HybridTime next =
      now_ms() > last.ms ? HybridTime{now_ms(), 0} : HybridTime{last.ms, last.count + 1};
  TRY(session_.store().set_meta("time", fmt::format("{} {}", next.ms, next.count)));
  return next;
}

Result<Dot> Editor::next_dot(Space space) {
  const auto stream = TRY(session_.store().intern_stream(workspace_.device(), space));
  const auto last = TRY(session_.store().last_n(stream));
  return Dot{stream, last + 1};
}

/// Where several people share a computer, each change says whose it is.
Result<void> Editor::note_writer(const Dot& dot) {
  const auto writer = workspace_.config().writer();
  return writer ? session_.store().set_writer(dot, *writer) : Result<void>{};
}

Result<Author> Editor::author(StreamNo stream, Level least) const {
  const auto& members = session_.members();
  const auto& config = workspace_.config();
  const auto* grant = members.best_grant(stream, config.writer());
  const auto level = grant == nullptr ? Level::teacher : members.level_of(*grant);
  if (grant == nullptr && !members.grants_of(stream).empty())
    return fail(Errc::denied,
                "{} may not write here: nobody has admitted this person on this computer, or the "
                "grant was taken back; what was written before is kept. \"guantong status\" says "
                "what to do",
                config.now().name);
  if (level < least) {
    return fail(Errc::denied,
                "this person may read and check, but not edit; a coordinator of the site can raise "
                "the level with \"guantong admit\"");
  }
  return Author{stream, members.site_of(stream), level};
}

Result<void> Editor::put_set_edit(Draft& draft, const Field& field, const FieldEdit& edit) {
  const auto member = TRY(reading_.parse(*draft.type, field, edit.text));
  const auto* slot = TRY(standing(draft, field.number));
  std::vector<Dot> adds;
  if (slot != nullptr) {
    for (const auto& add : slot->adds) {
      if (add.member == member) adds.push_back(add.dot);
    }
  }
  if (edit.kind == FieldEdit::Kind::remove) {
    if (adds.empty())
      return fail(Errc::invalid,
                  "{}.{} has no member \"{}\"",
                  draft.type->name,
                  field.name,
                  printable(edit.text));
    draft.change.removed.push_back({field.number, member, adds});
  } else if (adds.empty() && std::ranges::find(draft.members, member) == draft.members.end()) {
    draft.members.push_back(member);
  }
  return {};
}

Result<void> Editor::put_edits(Draft& draft,
                               const Record* current,
                               const std::vector<FieldEdit>& edits) {
  std::map<Slot, std::map<std::uint32_t, Value>> slots;
  for (const auto& edit : edits) {
    const Field* field = draft.type->field(std::string_view{edit.field});
    if (field == nullptr) {
      return fail(Errc::invalid,
                  "a {} has no field \"{}\"; \"guantong types {}\" lists them",
                  draft.type->name,
                  printable(edit.field),
                  draft.type->name);
    }
    if (field->is_set()) {
      if (edit.kind == FieldEdit::Kind::clear) continue;
      TRY(put_set_edit(draft, *field, edit));
      continue;
    }
    if (edit.kind == FieldEdit::Kind::add || edit.kind == FieldEdit::Kind::remove) {
      return fail(Errc::invalid,
                  "{}.{} holds one value: use {}=VALUE",
                  draft.type->name,
                  field->name,
                  field->name);
    }
    if (field->set_once && current != nullptr) {
      return fail(Errc::denied,
                  "{}.{} is set when the record is made and does not change",
                  draft.type->name,
                  field->name);
    }
    auto& parts = slots[field->slot];
    if (parts.empty() && current != nullptr) {
      // Fields that move together are written together, the others as they stand.
      for (const auto* other : draft.type->fields_of(field->slot)) {
        if (const auto value = current->values.find(other->number); value != current->values.end())
          parts[other->number] = value->second;
      }
    }
    if (edit.kind == FieldEdit::Kind::clear) {
      if (field->required)
        return fail(Errc::invalid, "{}.{} must have a value", draft.type->name, field->name);
      parts.erase(field->number);
    } else {
      auto value = TRY(reading_.parse(*draft.type, *field, edit.text));
      if (field->unique) TRY(check_unique(draft, *field, value));
      parts[field->number] = std::move(value);
    }
  }
  for (const auto& [slot, parts] : slots)
    TRY(put_value(draft, slot, joined(parts)));
  return check_whole(draft, current);
}

/// What belongs to one plan refers to nothing that belongs to another.
Result<void> Editor::check_whole(const Draft& draft, const Record* current) {
  if (draft.type->part_of == 0) return {};
  const Field& part_of = *draft.type->field(draft.type->part_of);
  const auto& values = current != nullptr ? current->values : draft.values;
  const auto own = values.find(part_of.number);
  if (own == values.end()) return {};
  auto said = draft.members;
  for (const auto& [slot, value] : draft.values)
    said.push_back(value);
  for (const auto& value : said) {
    for (const auto& [number, part] : split_value(*draft.type, value)) {
      const Field& field = *draft.type->field(number);
      const auto other = TRY(whole_of(field, part, part_of));
      if (other.empty() || other == own->second) continue;
      const auto name = TRY(reading_.shown(field, part));
      const auto theirs = TRY(reading_.shown(part_of, other));
      const auto ours = TRY(reading_.shown(part_of, own->second));
      return fail(Errc::invalid,
                  "{}.{} cannot be \"{}\": that belongs to {}, and this record to {}",
                  draft.type->name,
                  field.name,
                  name,
                  theirs,
                  ours);
    }
  }
  return {};
}

/// What the record that `value` refers to has in its own field like `part_of`; empty where it has
/// none, or is not here.
Result<Value> Editor::whole_of(const Field& field, std::string_view value, const Field& part_of) {
  const auto target = reference_in(field, value);
  const auto* type = target ? session_.schema_type(target->type) : nullptr;
  const auto* theirs = type == nullptr ? nullptr : type->field(type->part_of);
  if (theirs == nullptr || theirs->target != part_of.target) return Value{};
  return field_there(*target, *theirs, part_of);
}

/// A reference of another record, as a value of the field `as`; empty where there is none.
Result<Value> Editor::field_there(const RecordKey& record, const Field& there, const Field& as) {
  const auto number = TRY(session_.store().find_record(record));
  if (!number) return Value{};
  const auto read = reading_.read(*number);
  if (!read && read.error().code != Errc::not_found) return read.error();
  if (!read) return Value{};  // It is referred to, and has not arrived.
  const auto found = read->values.find(there.number);
  const auto target =
      found == read->values.end() ? std::nullopt : reference_in(there, found->second);
  return target ? reference_value(as, *target) : Value{};
}

/// What stands in a slot so far; null for a record that is being made.
Result<const SlotState*> Editor::standing(const Draft& draft, Slot slot) {
  if (draft.record == 0) return nullptr;
  const auto* state = TRY(session_.merger().state(draft.record));
  return state->find(slot);
}

Result<void> Editor::put_value(Draft& draft, Slot slot, Value value) {
  const auto* known = TRY(standing(draft, slot));
  if (known != nullptr && !known->heads.empty()) {
    const auto outcome = TRY(session_.merger().outcome(draft.record, slot));
    if (outcome.value == value && !outcome.conflict) return {};
    for (const auto& head : known->heads)
      draft.change.supersedes.push_back({slot, head});
  } else if (value.empty()) {
    return {};
  }
  draft.values[slot] = std::move(value);
  return {};
}

Result<void> Editor::check_unique(const Draft& draft, const Field& field, const Value& value) {
  const auto text = TRY(reading_.shown(field, value));
  const auto holders = TRY(reading_.holders(*draft.type, field, text));
  for (const auto holder : holders) {
    if (holder == draft.record) continue;
    const auto name = TRY(reading_.name_of(holder));
    return fail(
        Errc::conflict, "{}.{} \"{}\" is taken by {}", draft.type->name, field.name, text, name);
  }
  return {};
}

Result<void> Editor::check_required(const Draft& draft) {
  for (const auto& field : draft.type->fields) {
    if (!field.required) continue;
    const auto value = draft.values.find(field.slot);
    if (value == draft.values.end() ||
        !split_value(*draft.type, value->second).contains(field.number)) {
      return fail(Errc::invalid, "a {} needs {}=…", draft.type->name, field.name);
    }
  }
  return {};
}

/// Who owns what the draft refers to, where its type says to look there; empty for nobody.
Result<Value> Editor::owner_by_reference(const Draft& draft, const Field& owner) {
  const auto* by = draft.type->field(draft.type->owner_by);
  if (by == nullptr) return Value{};
  const auto value = draft.values.find(by->slot);
  const auto target = value == draft.values.end() ? std::nullopt : reference_in(*by, value->second);
  if (!target) return Value{};
  const auto& there = *session_.schema_type(by->target)->field(draft.type->owner_by_field);
  return field_there(*target, there, owner);
}

Result<void> Editor::check_owner(Draft& draft) {
  if (draft.type->owner == 0 || !session_.members().founded()) return {};
  const Field& field = *draft.type->field(draft.type->owner);
  const auto& members = session_.members();
  const auto own = members.org_id(workspace_.config().site);
  const bool is_lead = members.sites()[members.lead()].slug == workspace_.config().site;
  auto& value = draft.values[field.slot];
  if (value.empty()) {
    const auto theirs = TRY(owner_by_reference(draft, field));
    const auto ours = reference_value(field, {field.target, own});
    value = is_lead && !theirs.empty() ? theirs : ours;
  }
  const auto named = reference_in(field, value);
  if (named && named->id != own && !is_lead) {
    const auto owner = TRY(reading_.shown(field, value));
    return fail(Errc::denied,
                "only {} itself or the lead site can make a {} that {} answers for",
                owner,
                draft.type->name,
                owner);
  }
  return {};
}

Result<RecordId> Editor::id_for(const Draft& draft) {
  if (draft.type->identity.empty()) return time_ordered_id(now_ms());
  Value identity;
  for (const auto number : draft.type->identity) {
    const auto value = draft.values.find(draft.type->field(number)->slot);
    if (value != draft.values.end()) identity += value->second;
  }
  if (!session_.members().founded())
    return fail(Errc::not_found, "the plan has not arrived here yet; sync with a remote first");
  return derived_id(session_.members().consortium(), draft.type->number, identity);
}

Result<Saved> Editor::add(const RecordType& type,
                          const std::vector<FieldEdit>& edits,
                          std::string_view why,
                          std::optional<RecordId> id) {
  Draft draft;
  draft.type = &type;
  draft.change.action = Action::create;
  TRY(put_edits(draft, nullptr, edits));
  TRY(check_owner(draft));
  TRY(check_required(draft));
  if (!id) id = TRY(id_for(draft));
  draft.record = TRY(session_.store().intern_record({type.number, *id}));
  const auto* state = TRY(session_.merger().state(draft.record));
  if (state->find(life_cycle) != nullptr) {
    const auto name = TRY(reading_.name_of(draft.record));
    return fail(
        Errc::conflict,
        "{} is there already; use \"guantong set\", or \"guantong restore\" if it was archived",
        name);
  }
  return save(std::move(draft), why);
}

Result<Saved> Editor::set(const Record& record,
                          const std::vector<FieldEdit>& edits,
                          std::string_view why) {
  Draft draft;
  draft.type = record.type;
  draft.record = record.number;
  TRY(put_edits(draft, &record, edits));
  return save(std::move(draft), why);
}

Result<Saved> Editor::change_life(const Record& record, Action action, std::string_view why) {
  Draft draft;
  draft.type = record.type;
  draft.record = record.number;
  draft.change.action = action;
  const auto* state = TRY(session_.merger().state(record.number));
  if (const auto* life = state->find(life_cycle)) {
    for (const auto& head : life->heads)
      draft.change.supersedes.push_back({life_cycle, head});
  }
  return save(std::move(draft), why);
}

Result<Saved> Editor::archive(const Record& record, std::string_view why) {
  if (record.life == LifeState::archived)
    return fail(Errc::conflict, "{} is archived already", record.name());
  return change_life(record, Action::archive, why);
}

Result<Saved> Editor::restore(const Record& record, std::string_view why) {
  if (record.life == LifeState::active)
    return fail(Errc::conflict, "{} is not archived", record.name());
  return change_life(record, Action::restore, why);
}

Result<Saved> Editor::resolve(const Record& record, Slot slot, Value value, std::string_view why) {
  Draft draft;
  draft.type = record.type;
  draft.record = record.number;
  TRY(put_value(draft, slot, std::move(value)));
  return save(std::move(draft), why);
}

Result<Saved> Editor::accept(const ProposalView& proposal, std::string_view why) {
  const auto read = TRY(session_.merger().read(proposal.dot));
  Draft draft;
  draft.record = proposal.record;
  const auto key = TRY(session_.store().record_key(proposal.record));
  draft.type = session_.schema_type(key.type);
  // A proposed creation is taken up as a whole.
  const auto* state = TRY(session_.merger().state(proposal.record));
  for (const auto& slot : state->slots) {
    const auto* same = slot.proposal(proposal.dot);
    const bool whole = proposal.slot == life_cycle || slot.slot == proposal.slot;
    if (same == nullptr || !whole || !waits_for_answer(*same)) continue;
    draft.change.accepts.push_back({slot.slot, proposal.dot});
    for (const auto& head : slot.heads)
      draft.change.supersedes.push_back({slot.slot, head});
    if (slot.slot == life_cycle) {
      draft.change.action = read.change.action;
      continue;
    }
    switch (draft.type->merge_of(slot.slot)) {
      case MergeRule::set: {
        if (const auto added = read.values.members.find(slot.slot);
            added != read.values.members.end()) {
          draft.members.insert(draft.members.end(), added->second.begin(), added->second.end());
        }
        for (const auto& removal : read.change.removed) {
          if (removal.field == slot.slot) draft.change.removed.push_back(removal);
        }
        break;
      }
      case MergeRule::text: {
        // Merged into what stands now, so that nothing written since is lost.
        const Field& field = *draft.type->field(slot.slot);
        const auto text = [&](std::string_view value) {
          return std::string{text_in(field, value).value_or("")};
        };
        const auto before = TRY(session_.merger().value_before(proposal.dot, slot.slot));
        const auto now = TRY(session_.merger().outcome(proposal.record, slot.slot));
        const auto merged =
            merge_texts(text(before),
                        {{text(now.value), {}, false}, {text(value_of(slot.slot, read)), {}, true}},
                        [&](std::size_t, std::size_t) { return text(before); });
        draft.values[slot.slot] = text_value(field, merged.text);
        break;
      }
      default:
        draft.values[slot.slot] = value_of(slot.slot, read);
    }
  }
  if (draft.change.accepts.empty())
    return fail(Errc::conflict, "that proposal has been answered already");
  return save(std::move(draft), why);
}

Result<Saved> Editor::answer(const ProposalView& proposal,
                             std::vector<Version> Change::* answers,
                             std::string_view why) {
  const auto key = TRY(session_.store().record_key(proposal.record));
  Draft draft;
  draft.record = proposal.record;
  draft.type = session_.schema_type(key.type);
  const auto* state = TRY(session_.merger().state(proposal.record));
  for (const auto& slot : state->slots) {
    const bool whole = proposal.slot == life_cycle || slot.slot == proposal.slot;
    if (whole && slot.proposal(proposal.dot) != nullptr)
      (draft.change.*answers).push_back({slot.slot, proposal.dot});
  }
  return save(std::move(draft), why);
}

Result<Saved> Editor::decline(const ProposalView& proposal, std::string_view why) {
  const auto own = session_.members().site(workspace_.config().site);
  if (!own || std::ranges::find(proposal.deciders, *own) == proposal.deciders.end()) {
    return fail(
        Errc::denied,
        "only a site that decides the field can decline a proposal; your own you can withdraw");
  }
  return answer(proposal, &Change::declines, why);
}

Result<Saved> Editor::withdraw(const ProposalView& proposal) {
  const auto own = TRY(session_.store().intern_stream(workspace_.device(), Space::plan));
  if (session_.members().site_of(proposal.dot.stream) != session_.members().site_of(own)) {
    return fail(Errc::denied, "only the site that made a proposal can withdraw it");
  }
  return answer(proposal, &Change::withdraws, "");
}

/// A further proposal of one site takes the place of its earlier ones. While a device is not
/// admitted it is of no site, and all that it writes is a proposal: of the device's own, that is.
Result<void> Editor::name_own_proposals(Draft& draft,
                                        StreamNo stream,
                                        const std::map<Slot, bool>& rights) {
  const auto site = session_.members().site(workspace_.config().site);
  const auto* state = TRY(session_.merger().state(draft.record));
  const auto is_own = [&](StreamNo proposer) {
    return proposer == stream || (site && session_.members().site_of(proposer) == site);
  };
  for (const auto& [slot, right] : rights) {
    const auto* known = state->find(slot);
    if (right || known == nullptr) continue;
    for (const auto& proposal : known->proposals) {
      if (proposal.outcomes == outcome_open && is_own(proposal.dot.stream))
        draft.change.supersedes.push_back({slot, proposal.dot});
    }
  }
  return {};
}

Result<Saved> Editor::save(Draft draft, std::string_view why) {
  TRY(in_context(check_text(why, why_characters), "the reason cannot be stored"));
  auto& change = draft.change;
  change.record = draft.record;
  change.why = nfc(why);
  std::map<std::uint32_t, Value> fields;
  for (const auto& [slot, value] : draft.values) {
    if (value.empty()) {
      for (const auto* field : draft.type->fields_of(slot))
        change.cleared.push_back(field->number);
    }
    for (auto& [number, part] : split_value(*draft.type, value))
      fields[number] = part;
  }
  change.fields = joined(fields);
  for (const auto& member : draft.members)
    change.fields += member;

  Saved saved;
  const bool says_something = change.action != Action::edit || !draft.values.empty() ||
                              !draft.members.empty() || !change.removed.empty() ||
                              !change.declines.empty() || !change.withdraws.empty();
  if (!says_something) {
    saved.record = TRY(reading_.name_of(draft.record));
    return saved;
  }
  const auto dot = TRY(next_dot(draft.type->space));
  const auto who = TRY(author(dot.stream));
  const auto values = TRY(read_fields(*draft.type, change));
  const auto rights = TRY(session_.merger().rights(dot, {change, values}, who, WholePast{}));
  const bool accepts_without_right =
      !change.accepts.empty() &&
      std::ranges::any_of(rights, [](const auto& right) { return !right.second; });
  if (accepts_without_right)
    return fail(Errc::denied, "only a site that decides the field can accept a proposal");
  TRY(name_own_proposals(draft, dot.stream, rights));
  change.time = TRY(next_time());
  TRY(note_writer(dot));
  TRY(session_.applier().take_pending(dot, change));
  TRY(session_.settle());

  for (const auto& [slot, right] : rights) {
    (right || draft.type->space != Space::plan ? saved.written : saved.proposed)
        .push_back(slot_name(*draft.type, slot));
    if (right) continue;
    const auto deciders = TRY(deciders_of(session_, draft.record, slot));
    for (const auto site : deciders) {
      const auto& slug = session_.members().sites()[site].slug;
      if (std::ranges::find(saved.deciders, slug) == saved.deciders.end())
        saved.deciders.push_back(slug);
    }
  }
  for (const auto* answers : {&change.declines, &change.withdraws}) {
    for (const auto& version : *answers)
      saved.written.push_back(slot_name(*draft.type, version.slot));
  }
  saved.waits_for_admission = !who.site && draft.type->space == Space::plan;
  Reading fresh{session_.store()};
  saved.record = TRY(fresh.name_of(draft.record));
  return saved;
}

Result<void> Editor::hold(const Record& record, HoldingAct act, std::string_view why) {
  TRY(in_context(check_text(why, why_characters), "the reason cannot be stored"));
  if (record.life == LifeState::archived)
    return fail(Errc::conflict,
                "{} is archived; \"guantong restore {}\" brings it back",
                record.name(),
                record.name());
  const auto dot = TRY(next_dot(Space::plan));
  const auto who = TRY(author(dot.stream));
  if (!who.site)
    return fail(Errc::denied,
                "this computer is not admitted yet, and cannot act for a site; \"guantong status\" "
                "says how it will be");
  const auto judged = TRY(session_.merger().foresee(record.number, act, who));
  if (!judged.counts()) {
    Error error = fail(Errc::conflict, "that would have no effect on {}", record.name());
    error.message.causes.push_back(reason_of(judged.verdict));
    return error;
  }
  Change change;
  change.record = record.number;
  change.holding = std::move(act);
  change.why = nfc(why);
  change.time = TRY(next_time());
  TRY(note_writer(dot));
  TRY(session_.applier().take_pending(dot, change));
  return session_.settle();
}

Result<const Act*> Editor::act(Change change, std::string_view why) {
  TRY(in_context(check_text(why, why_characters), "the reason cannot be stored"));
  const auto dot = TRY(next_dot(Space::plan));
  TRY(author(dot.stream, Level::auditor));  // Who only reads may leave.
  change.why = nfc(why);
  change.time = TRY(next_time());
  TRY(note_writer(dot));
  TRY(session_.applier().take_pending(dot, change));
  const auto number = session_.members().find_act(dot);
  if (!number)
    return fail(Errc::denied,
                "this computer is not admitted yet; \"guantong status\" says how it will be");
  return &session_.members().authority().acts()[*number];
}

}  // namespace guantong
