// IR-24: what was signed, or waits for signatures, is not what stands there.
#include <utility>
#include <vector>

#include "client/rules/rule.h"
#include "client/rules/rules.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"
#include "sync/members.h"
#include "sync/merger.h"
#include "sync/record_state.h"
#include "sync/schema.h"

namespace guantong {
namespace {

/// Whether a closing of the record waits for signatures on other content than there is now.
Result<bool> is_stale(Session& session, RecordNo record, const Holding& phase) {
  for (JudgedAct::Place place = 0; place < phase.acts().size(); ++place) {
    const auto& act = phase.acts()[place];
    if (act.kind != HoldingAct::Kind::transfer || act.to == draft_phase) continue;
    if (phase.status(place) != TransferStatus::open) continue;
    const auto content = TRY(session.merger().content_of(record, WholePast{}));
    if (act.to != content) return true;
  }
  return false;
}

/// Whether something that all partners decide together in the record or its parts is undecided.
Result<bool> is_in_conflict(Session& session, RecordNo record) {
  const auto* whole = TRY(session.merger().state(record));
  auto records = whole->parts;
  records.push_back(record);
  for (const auto number : records) {
    const auto key = TRY(session.store().record_key(number));
    const auto* type = session.schema_type(key.type);
    const auto* state = TRY(session.merger().state(number));
    for (const auto& slot : state->slots) {
      if (slot.conflict && type->decider_of(slot.slot) == Decider::joint) return true;
    }
  }
  return false;
}

Result<void> add_matches(Session& session, RecordNo record, std::vector<Match>& matches) {
  const auto* state = TRY(session.merger().state(record));
  const auto acts = state->acts_on(HeldSubject::phase);
  if (acts.empty() || !is_in_use(state->life)) return {};
  const auto key = TRY(session.store().record_key(record));
  const auto& type = session.schema_type(key.type)->name;
  const Holding phase{acts};
  const auto tenure = phase.tenure(WholePast{});
  Match match;
  match.records = {record};
  if (tenure.contested()) {
    match.message = message(
        "two versions of {1}:{0} were signed apart; what both contain stands until all partners "
        "sign "
        "one: guantong sign {1}:{0}",
        mention(record),
        type);
  } else if (is_closed(tenure) && TRY(is_in_conflict(session, record))) {
    match.message = message(
        "{1}:{0} was signed while something in it is undecided; open it again to decide: guantong "
        "sign {1}:{0} --reopen",
        mention(record),
        type);
  } else if (TRY(is_stale(session, record, phase))) {
    match.message = message(
        "signatures on {1}:{0} are stale: it was changed since; sign what stands there now: "
        "guantong "
        "sign {1}:{0}",
        mention(record),
        type);
  } else {
    return {};
  }
  matches.push_back(std::move(match));
  return {};
}

}  // namespace

Rule stale_signatures(Session& session) {
  const auto check = [&session](const Subject& subject) -> Result<std::vector<Match>> {
    std::vector<Match> matches;
    if (subject.type->space != Space::plan) return matches;
    const auto wholes = TRY(session.merger().signed_with(subject.record));
    for (const auto whole : wholes)
      TRY(add_matches(session, whole, matches));
    return matches;
  };
  return {.name = "IR-24",
          .severity = Severity::warn,
          .reads = [](const RecordType&, const Field&) { return false; },
          .check = check};
}

}  // namespace guantong
