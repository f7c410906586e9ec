#include "client/describe.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/reading.h"
#include "client/tenures.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/merger.h"
#include "sync/read_change.h"
#include "sync/schema.h"
#include "sync/ssh_signature.h"
#include "sync/value.h"

namespace guantong {
namespace {

constexpr std::size_t value_width = 40;
constexpr std::size_t parts_shown = 3;

std::string_view level_name(Level level) {
  switch (level) {
    case Level::none:
      return "none";
    case Level::auditor:
      return "auditor";
    case Level::teacher:
      return "teacher";
    case Level::coordinator:
      return "coordinator";
    case Level::lead:
      return "lead";
  }
  return "none";
}

std::string brief(std::string_view text) {
  return text.empty() ? "∅" : cut_to_width(printable(text), value_width);
}

Message describe_act(const Change& change) {
  if (change.founding) {
    const auto& founding = *change.founding;
    return message("consortium {} founded by {} ({})",
                   founding.consortium_name,
                   founding.member.name,
                   founding.member.site);
  }
  const auto short_id = [](const auto& id) { return to_hex(id.raw()).substr(0, 8); };
  if (change.grant) {
    const auto& grant = *change.grant;
    return message("{} ({}) admitted as {}, device {}",
                   grant.member.name,
                   grant.member.site,
                   level_name(grant.level),
                   short_id(device_id(grant.member.key)));
  }
  if (change.dismissal) {
    const auto& dismissal = *change.dismissal;
    if (dismissal.leaves == Level::none)
      return message("device {} expelled", short_id(dismissal.device));
    return message(
        "device {} lowered to {}", short_id(dismissal.device), level_name(dismissal.leaves));
  }
  if (change.hand_over)
    return message("the lead handed over to device {}, {} in all",
                   short_id(change.hand_over->devices.front()),
                   change.hand_over->devices.size());
  if (change.ruling) {
    const auto& ruling = *change.ruling;
    return ruling.admits ? message("quarantined batch {} admitted, {} in all",
                                   short_id(ruling.batches.front()),
                                   ruling.batches.size())
                         : message("quarantined batch {} refused, {} in all",
                                   short_id(ruling.batches.front()),
                                   ruling.batches.size());
  }
  return message("another key taken up");
}

/// The fields that a change sets, clears, adds to or takes from.
Result<std::vector<Message>> parts_of(Session& session,
                                      Reading& reading,
                                      const RecordType& type,
                                      const Dot& dot,
                                      const ReadChange& read) {
  std::vector<Message> parts;
  for (const auto& [slot, value] : read.values.slots) {
    const auto now = TRY(reading.shown_slot(type, slot, value));
    const auto name = slot_name(type, slot);
    if (read.change.action == Action::create) {
      if (slot != type.key && !now.empty()) parts.push_back(message("{} {}", name, brief(now)));
      continue;
    }
    const auto before = TRY(session.merger().value_before(dot, slot));
    const auto then = TRY(reading.shown_slot(type, slot, before));
    if (type.merge_of(slot) == MergeRule::text) {
      parts.push_back(message("{} rewritten ({} -> {} characters)",
                              name,
                              count_characters(then),
                              count_characters(now)));
    } else {
      parts.push_back(message("{} {} -> {}", name, brief(then), brief(now)));
    }
  }
  for (const auto& [number, members] : read.values.members) {
    for (const auto& member : members) {
      const auto text = TRY(reading.shown(*type.field(number), member));
      parts.push_back(message("{} + {}", type.field(number)->name, brief(text)));
    }
  }
  for (const auto& removal : read.change.removed) {
    if (type.field(removal.field) == nullptr) continue;
    const auto text = TRY(reading.shown(*type.field(removal.field), removal.member));
    parts.push_back(message("{} - {}", type.field(removal.field)->name, brief(text)));
  }
  return parts;
}

/// An act on who answers for a record, with the reason where it has no effect.
Result<Message> describe_holding(Session& session,
                                 RecordNo record,
                                 HeldSubject subject,
                                 const Dot& dot) {
  const auto* state = TRY(session.merger().state(record));
  const auto& acts = state->acts_on(subject);
  const auto act = std::ranges::find(acts, dot, &JudgedAct::dot);
  if (act == acts.end()) return message("of no effect: nobody holds records of this type");
  auto what = said(*act, code_of(session, act->to));
  if (act->counts()) return what;
  what.causes.push_back(message("of no effect"));
  what.causes.push_back(reason_of(act->verdict));
  return what;
}

/// What a change does beside setting fields; nothing for a plain edit.
std::optional<Message> verb_of(const Change& change) {
  switch (change.action) {
    case Action::create:
      return message("created");
    case Action::archive:
      return message("archived");
    case Action::restore:
      return message("restored");
    case Action::edit:
      break;
  }
  if (!change.declines.empty()) return message("suggestion declined");
  if (!change.withdraws.empty()) return message("suggestion withdrawn");
  if (!change.accepts.empty()) return message("suggestion accepted");
  return std::nullopt;
}

}  // namespace

Result<Description> describe(Session& session, const Dot& dot, const Change& change) {
  if (change.is_act()) return Description{"", {describe_act(change)}};
  const auto key = TRY(session.store().record_key(change.record));
  const auto* type = session.schema_type(key.type);
  if (type == nullptr)
    return Description{std::to_string(key.type), {message("of a type unknown to this program")}};
  Reading reading{session.store()};
  const auto name = TRY(reading.key_of(change.record));
  const auto read = TRY(session.merger().read(dot));
  if (change.holding) {
    auto part = TRY(describe_holding(session, change.record, change.holding->subject, dot));
    return Description{fmt::format("{} {}", type->name, name), {std::move(part)}};
  }
  auto parts = TRY(parts_of(session, reading, *type, dot, read));
  if (parts.size() > parts_shown) {
    const auto more = parts.size() - parts_shown;
    parts.resize(parts_shown);
    parts.push_back(message("and {} more", more));
  }
  if (auto verb = verb_of(change)) parts.insert(parts.begin(), *std::move(verb));
  return Description{fmt::format("{} {}", type->name, name), std::move(parts)};
}

std::string in_english(const Description& description) {
  std::string text = description.record;
  std::string separator = text.empty() ? "" : ": ";
  for (const auto& part : description.parts) {
    text += separator + in_english(part);
    separator = ", ";
  }
  return text;
}

}  // namespace guantong
