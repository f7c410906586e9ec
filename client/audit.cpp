#include "client/audit.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/describe.h"
#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/commit.h"
#include "sync/members.h"
#include "sync/merger.h"
#include "sync/read_change.h"
#include "sync/schema.h"
#include "sync/ssh_signature.h"

namespace guantong {
namespace {

Result<HistoryEntry> entry_of(Session& session, const Dot& dot, const Change& change) {
  HistoryEntry entry;
  entry.what = TRY(describe(session, dot, change));
  entry.why = change.why;
  entry.written = change.time;
  const auto batch = TRY(session.store().batch_of(dot));
  const auto& members = session.members();
  const auto* grant = batch.number == 0 ? members.best_grant(dot.stream)
                                        : members.grant_of(dot.stream, batch.under);
  if (grant == nullptr) grant = members.best_grant(dot.stream);
  if (grant != nullptr) {
    entry.site = grant->member.site;
    entry.person = grant->member.name;
  }
  if (batch.number != 0) {
    entry.learnt_ms = batch.arrived_ms;
    entry.commit = to_hex(batch.commit.raw());
  }
  if (change.is_act()) return entry;
  Reading reading{session.store()};
  entry.record = TRY(reading.name_of(change.record));
  const auto* state = TRY(session.merger().state(change.record));
  entry.proposal = std::ranges::any_of(
      state->slots, [&](const auto& slot) { return slot.proposal(dot) != nullptr; });
  return entry;
}

bool touches(const RecordType& type, const ReadChange& read, Slot slot) {
  const auto names = [&](const std::vector<Version>& versions) {
    return std::ranges::find(versions, slot, &Version::slot) != versions.end();
  };
  return is_version_of(type, read, slot) || names(read.change.declines) ||
         names(read.change.withdraws);
}

std::string signer_line(const GrantFact& grant, const PublicKey& key) {
  return fmt::format("{},{}@guantong.invalid namespaces=\"git\" {} {} {}\n",
                     clean_ident(grant.member.email),
                     grant.member.site,
                     ssh_public_key(key),
                     grant.member.site,
                     to_hex(device_id(grant.member.key).raw()).substr(0, 8));
}

}  // namespace

Result<HistoryEntry> history_entry(Session& session, const Dot& dot) {
  const auto change = TRY(session.store().change(dot));
  return entry_of(session, dot, change);
}

Result<std::vector<HistoryEntry>> history_of(Session& session,
                                             const Record& record,
                                             std::optional<Slot> slot) {
  std::vector<HistoryEntry> entries;
  const auto changes = TRY(session.store().history(record.number));
  for (const auto& [dot, change] : changes) {
    const auto read = TRY(session.merger().read(dot));
    if (slot && !touches(*record.type, read, *slot)) continue;
    auto entry = TRY(entry_of(session, dot, change));
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<std::vector<BlameEntry>> blame_of(Session& session, const Record& record) {
  std::vector<BlameEntry> entries;
  Reading reading{session.store()};
  const auto* found = TRY(session.merger().state(record.number));
  const RecordState state = *found;
  for (const auto& slot : state.slots) {
    if (slot.slot == life_cycle) continue;
    BlameEntry entry;
    entry.field = slot_name(*record.type, slot.slot);
    std::set<Dot> dots{slot.heads.begin(), slot.heads.end()};
    for (const auto& add : slot.adds) {
      dots.insert(add.dot);
      const auto text = TRY(reading.shown(*record.type->field(slot.slot), add.member));
      entry.value += (entry.value.empty() ? "" : ";") + text;
    }
    if (!slot.heads.empty()) {
      const auto outcome = TRY(session.merger().outcome(record.number, slot.slot));
      entry.value = TRY(reading.shown_slot(*record.type, slot.slot, outcome.value));
    }
    for (const auto& dot : dots) {
      auto by = TRY(history_entry(session, dot));
      entry.by.push_back(std::move(by));
    }
    if (!entry.by.empty()) entries.push_back(std::move(entry));
  }
  return entries;
}

Result<std::vector<HistoryEntry>> latest(Session& session, std::size_t most) {
  const auto dots = TRY(session.store().latest(most));
  std::vector<HistoryEntry> entries;
  for (const auto& dot : dots) {
    auto entry = TRY(history_entry(session, dot));
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<std::string> allowed_signers(Session& session) {
  // One line a key; the principal is the device's address as the commits' committer shows it.
  std::string lines;
  for (const auto& [stream, facts] : session.members().all()) {
    std::set<std::string> keys;
    for (const auto& fact : facts) {
      if (!fact->right || !keys.insert(std::string{fact->member.key.raw()}).second) continue;
      lines += signer_line(*fact, fact->member.key);
    }
  }
  const auto& authority = session.members().authority();
  for (const auto& act : authority.acts()) {
    const auto* grant = authority.grant(act.by, act.under);
    if (act.kind == Act::Kind::rotation && act.right && grant != nullptr)
      lines += signer_line(*grant, act.key);
  }
  return lines;
}

}  // namespace guantong
