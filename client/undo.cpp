#include "client/undo.h"

#include <optional>
#include <utility>
#include <vector>

#include "client/describe.h"
#include "client/editor.h"
#include "client/sealing.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/merger.h"
#include "sync/read_change.h"
#include "sync/record_state.h"
#include "sync/value.h"

namespace guantong {
namespace {

/// Takes a change back that nobody else has seen: the record is merged again without it.
Result<Description> forget(Session& session, const Dot& dot, const Change& change) {
  auto text = TRY(describe(session, dot, change));
  TRY(session.store().remove_pending(dot));
  session.merger().forget(dot);
  TRY(change.is_act() ? session.applier().take_back(dot) : session.merger().refold(change.record));
  TRY(session.commit());
  return text;
}

/// Puts back, as a new change, what stood before a change that was sealed.
Result<Description> revert(Workspace& workspace,
                           Session& session,
                           const Dot& dot,
                           const Change& change) {
  if (change.is_act()) return fail(Errc::denied, "an act of membership cannot be undone");
  if (change.holding)
    return fail(
        Errc::denied,
        "others may have agreed to that already; \"guantong inbox\" shows how to take it back");
  Editor editor{workspace, session};
  auto text = TRY(describe(session, dot, change));
  const auto record = TRY(editor.reading().read(change.record));
  const auto read = TRY(session.merger().read(dot));
  const auto* found = TRY(session.merger().state(change.record));
  const RecordState state = *found;
  if (change.action == Action::create) {
    TRY(editor.archive(record, "undo"));
    TRY(session.commit());
    return text;
  }
  if (change.action != Action::edit) {
    TRY(change.action == Action::archive ? editor.restore(record, "undo")
                                         : editor.archive(record, "undo"));
    TRY(session.commit());
    return text;
  }
  const auto slots = slots_of(*record.type, read);
  for (const auto slot : slots) {
    const auto* now = state.find(slot);
    const bool latest = now != nullptr && now->heads == std::vector<Dot>{dot};
    if (!latest)
      return fail(Errc::conflict,
                  "{} has been changed since, or was a proposal; nothing was undone",
                  record.name());
  }
  if (slots.empty())
    return fail(Errc::conflict, "an answer to a proposal cannot be undone; set the field instead");
  for (const auto slot : slots) {
    auto before = TRY(session.merger().value_before(dot, slot));
    TRY(editor.resolve(record, slot, std::move(before), "undo"));
  }
  TRY(session.commit());
  return text;
}

}  // namespace

Result<Description> undo(Workspace& workspace) {
  {
    const auto lock = TRY(WorkLock::take(workspace.root()));
    TRY(finish_sealing(workspace));
  }
  auto session = TRY(Session::begin(workspace.store()));
  std::optional<std::pair<Dot, Change>> last;
  for (const auto space : {Space::plan, Space::school, Space::device}) {
    const auto stream = TRY(session->store().intern_stream(workspace.device(), space));
    auto pending = TRY(session->store().pending(stream));
    if (pending.empty()) continue;
    if (!last || last->second.time < pending.back().second.time) last = std::move(pending.back());
  }
  if (last) return forget(*session, last->first, last->second);
  const auto stream = TRY(session->store().intern_stream(workspace.device(), Space::plan));
  const auto tip = TRY(session->store().tip(stream));
  if (tip.last_n == 0)
    return fail(Errc::not_found, "this computer has written nothing that could be undone");
  const Dot dot{stream, tip.last_n};
  const auto change = TRY(session->store().change(dot));
  return revert(workspace, *session, dot, change);
}

}  // namespace guantong
