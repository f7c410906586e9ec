#include "client/signing.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/audit.h"
#include "client/decisions.h"
#include "client/reading.h"
#include "client/sqlite/sqlite_store.h"
#include "client/tenures.h"
#include "client/workspace.h"
#include "sync/base/contains.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"
#include "sync/members.h"
#include "sync/record_state.h"
#include "sync/schema.h"

namespace guantong {
namespace {

using Kind = HoldingAct::Kind;

Result<Signature> signature_of(Session& session, const JudgedAct& act) {
  const auto entry = TRY(history_entry(session, act.dot));
  return Signature{act.by, entry.person, entry.why, entry.ordered_ms(), act.kind, act.verdict};
}

Result<PhaseMove> move_of(Session& session,
                          RecordNo record,
                          const Holding& phase,
                          JudgedAct::Place place,
                          const RecordId& content) {
  const auto& act = phase.acts()[place];
  PhaseMove move;
  move.id = TRY(short_name(session, record, life_cycle, {act.dot}));
  move.dot = act.dot;
  move.closes = act.to != draft_phase;
  move.status = phase.status(place);
  move.verdict = act.verdict;
  if (move.status == TransferStatus::open) {
    move.missing = phase.missing(place);
    move.stale = move.closes && act.to != content;
  }
  for (const auto& other : phase.acts()) {
    if (&other != &act && other.of != place) continue;
    auto signature = TRY(signature_of(session, other));
    move.signatures.push_back(std::move(signature));
  }
  return move;
}

Result<std::vector<Record>> conflicts_in(Session& session, RecordNo record) {
  const auto* state = TRY(session.merger().state(record));
  auto records = state->parts;
  records.push_back(record);
  Reading reading{session.store()};
  std::vector<Record> found;
  for (const auto number : records) {
    const auto* part = TRY(session.merger().state(number));
    if (std::ranges::none_of(part->slots, &SlotState::conflict)) continue;
    auto read = TRY(reading.read(number));
    found.push_back(std::move(read));
  }
  return found;
}

Result<void> check_whole(Session& session, const Record& record) {
  if (record.type->space != Space::plan)
    return fail(Errc::invalid, "{} is the school's own: nobody else signs it", record.name());
  const auto wholes = TRY(session.merger().signed_with(record.number));
  if (wholes == std::vector{record.number}) return {};
  if (wholes.empty())
    return fail(Errc::invalid, "{} belongs to nothing that is signed", record.name());
  Reading reading{session.store()};
  const auto whole = TRY(reading.read(wholes.front()));
  return fail(Errc::invalid,
              "{} is a part of {} and is signed with it: guantong sign {}",
              record.name(),
              whole.name(),
              whole.name());
}

/// The move of one direction that waits for signatures.
const PhaseMove* waiting(const SigningView& signing, bool closes) {
  for (const auto& move : signing.moves) {
    if (move.closes == closes && move.status == TransferStatus::open && !move.stale) return &move;
  }
  return nullptr;
}

Result<void> check_ready(const SigningView& signing) {
  const auto name = signing.record.name();
  if (signing.closed && !signing.frozen)
    return fail(Errc::conflict,
                "{} is signed and closed already; \"guantong sign {} --reopen --why …\" asks the "
                "others to open it again",
                name,
                name);
  if (signing.conflicts.empty()) return {};
  Error error = fail(Errc::conflict,
                     "{} cannot be signed while it is in conflict; decide these first: guantong "
                     "conflicts",
                     name);
  for (const auto& record : signing.conflicts)
    error.message.causes.push_back(message("in conflict: {}", record.name()));
  return error;
}

Result<HoldingAct> propose_or_agree(const SigningView& signing, const RecordId& own, bool closes) {
  HoldingAct act;
  act.subject = HeldSubject::phase;
  if (const auto* move = waiting(signing, closes)) {
    if (!contains(move->missing, own))
      return fail(Errc::conflict,
                  "this site has signed already; \"guantong sign {} --show\" says who has not",
                  signing.record.name());
    act.kind = Kind::consent;
    act.of = move->dot;
    return act;
  }
  act.to = closes ? signing.content : draft_phase;
  act.after = signing.in_force;
  return act;
}

Result<HoldingAct> refuse(const SigningView& signing, const RecordId& own, bool withdraws) {
  HoldingAct act;
  act.subject = HeldSubject::phase;
  act.kind = withdraws ? Kind::withdraw : Kind::decline;
  for (const auto& move : signing.moves) {
    if (move.status != TransferStatus::open) continue;
    if (withdraws && move.signatures.front().site != own) continue;
    act.of = move.dot;
    return act;
  }
  return fail(Errc::not_found,
              "no signature on {} waits; \"guantong sign {} --show\" tells its story",
              signing.record.name(),
              signing.record.name());
}

}  // namespace

bool SigningView::asks(const RecordId& org) const {
  return std::ranges::any_of(
      moves, [&](const PhaseMove& move) { return !move.stale && contains(move.missing, org); });
}

Result<SigningView> signing_view(Session& session, const Record& record) {
  TRY(check_whole(session, record));
  SigningView view;
  view.record = record;
  Reading reading{session.store()};
  view.title = TRY(reading.title_of(record));
  view.content = TRY(session.merger().content_of(record.number, WholePast{}));
  view.conflicts = TRY(conflicts_in(session, record.number));
  const auto* state = TRY(session.merger().state(record.number));
  const Holding phase{state->acts_on(HeldSubject::phase)};
  const auto tenure = phase.tenure(WholePast{});
  view.closed = is_closed(tenure);
  view.frozen = tenure.contested();
  for (const auto place : tenure.in_force)
    view.in_force.push_back(phase.acts()[place].dot);
  for (JudgedAct::Place place = 0; place < phase.acts().size(); ++place) {
    if (phase.acts()[place].kind != Kind::transfer) continue;
    auto move = TRY(move_of(session, record.number, phase, place, view.content));
    view.moves.push_back(std::move(move));
  }
  return view;
}

Result<std::vector<SigningView>> open_signings(Session& session) {
  std::vector<SigningView> views;
  Reading reading{session.store()};
  const auto marked = TRY(session.store().marked(mark_agreement));
  for (const auto number : marked) {
    const auto* state = TRY(session.merger().state(number));
    if (state->life == LifeState::archived) continue;
    if (!wants_answer(Holding{state->acts_on(HeldSubject::phase)})) continue;
    const auto record = TRY(reading.read(number));
    auto view = TRY(signing_view(session, record));
    views.push_back(std::move(view));
  }
  return views;
}

std::vector<NextStep> next_steps(const SigningView& signing, const RecordId& own) {
  const auto command = "guantong sign " + signing.record.name();
  std::vector<NextStep> steps;
  bool waits = false;
  for (const auto& move : signing.moves) {
    if (move.status != TransferStatus::open || move.stale) continue;
    waits = true;
    if (contains(move.missing, own)) {
      steps.push_back({move.closes ? message("sign: once all partners have, it is closed")
                                   : message("agree: once all partners have, it can be edited"),
                       command + (move.closes ? "" : " --reopen --why …")});
      steps.push_back({message("refuse: nothing changes, and your reason is shown"),
                       command + " --decline --why …"});
    } else if (move.signatures.front().site == own) {
      steps.push_back({message("take it back, unless the others agree before hearing of that"),
                       command + " --withdraw"});
    }
  }
  if (waits) return steps;
  if (signing.closed) {
    steps.push_back({message("ask the others to open it again"), command + " --reopen --why …"});
  } else if (signing.conflicts.empty()) {
    steps.push_back({message("sign what stands there now, and ask the others to"), command});
  }
  return steps;
}

Result<HoldingAct> act_for(Session& session,
                           const Workspace& workspace,
                           const SigningView& signing,
                           const SigningWish& wish) {
  if (!session.members().founded())
    return fail(Errc::not_found, "the plan has not arrived here yet; sync with a remote first");
  const auto own = session.members().org_id(workspace.config().site);
  switch (wish.kind) {
    case SigningWish::Kind::sign:
      TRY(check_ready(signing));
      return propose_or_agree(signing, own, true);
    case SigningWish::Kind::reopen:
      if (!signing.closed)
        return fail(Errc::conflict, "{} is a draft: it can be edited", signing.record.name());
      return propose_or_agree(signing, own, false);
    case SigningWish::Kind::decline:
      return refuse(signing, own, false);
    case SigningWish::Kind::withdraw:
      break;
  }
  return refuse(signing, own, true);
}

}  // namespace guantong
