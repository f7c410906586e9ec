// verify and rebuild: the replica follows from the history alone.
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/audit.h"
#include "client/kept_state.h"
#include "client/mend.h"
#include "client/reading.h"
#include "client/replica_beside.h"
#include "client/rules/rules.h"
#include "client/sealing.h"
#include "client/sqlite/database.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/exchange.h"
#include "sync/history.h"
#include "sync/merger.h"
#include "sync/schema.h"

namespace guantong {
namespace {

std::string name_of(const DeviceId& device) {
  return to_hex(device.raw()).substr(0, 8);
}

Result<Flaw> flaw_of(SqliteStore& store, const IgnoredEdge& edge) {
  const auto batch = TRY(store.batch_of(edge.change));
  const auto by = TRY(store.tip(edge.change.stream));
  const auto of = TRY(store.tip(edge.named.stream));
  return Flaw{to_hex(batch.commit.raw()),
              message("change {} of device {} names change {} of device {}, which its author had "
                      "not seen or which is no version of the field; the name counts for nothing",
                      edge.change.n,
                      name_of(by.device),
                      edge.named.n,
                      name_of(of.device))};
}

/// The rows of a type's table by record id, each cell as text.
using Rows = std::map<std::string, std::map<std::string, std::string>>;
Result<Rows> rows_of(SqliteStore& store, const RecordType& type) {
  Rows rows;
  auto* row = TRY(store.database().cached_text(fmt::format("SELECT * FROM \"{}\"", type.name)));
  while (TRY(row->step())) {
    auto& cells = rows[to_hex(row->bytes(1))];
    for (int column = 2; column < row->columns(); ++column)
      cells[std::string{row->column_name(column)}] =
          row->is_null(column)
              ? std::string{}
              : std::string{row->is_integer(column) ? "#" : "="} + std::string{row->bytes(column)};
  }
  row->reset();
  return rows;
}

Result<void> compare_tables(Workspace& workspace, SqliteStore& anew, Verification& verification) {
  Reading reading{workspace.store()};
  for (const auto* type : workspace.schema().types()) {
    const auto here = TRY(rows_of(workspace.store(), *type));
    const auto right = TRY(rows_of(anew, *type));
    verification.records += right.size();
    std::map<std::string, int> ids;
    for (const auto& [id, cells] : here)
      ids[id] |= 1;
    for (const auto& [id, cells] : right)
      ids[id] |= 2;
    for (const auto& [id, where] : ids) {
      if (where == 1)
        verification.flaws.push_back(
            {type->name + ":" + id, message("the replica has this record, the history has not")});
      if (where == 2)
        verification.flaws.push_back(
            {type->name + ":" + id, message("the history has this record, the replica has not")});
      if (where != 3) continue;
      for (const auto& [column, cell] : right.at(id)) {
        const auto found = here.at(id).find(column);
        if (found != here.at(id).end() && found->second == cell) continue;
        const auto number =
            TRY(workspace.store().find_record({type->number, *RecordId::from(*from_hex(id))}));
        const auto name = number ? TRY(reading.name_of(*number)) : type->name + ":" + id;
        verification.flaws.push_back({name + "." + column,
                                      message("the replica's value is not what the history gives; "
                                              "\"guantong rebuild\" heals it")});
      }
    }
  }
  return {};
}

}  // namespace

Result<Verification> verify(Workspace& workspace, const Progress& progress) {
  const auto lock = TRY(WorkLock::take(workspace.root()));
  TRY(catch_up(workspace));
  TRY(seal_all(workspace));
  const ReplicaBeside beside{workspace, ".verify"};
  auto anew = TRY(SqliteStore::open(beside.path(), workspace.schema()));
  Verification verification;
  const auto branches = TRY(plan_branches(workspace));
  std::vector<IgnoredEdge> ignored;
  const auto received = TRY(take_history(workspace, branches, *anew, progress, ignored));
  for (const auto& edge : ignored) {
    auto flaw = TRY(flaw_of(*anew, edge));
    verification.ignored.push_back(std::move(flaw));
  }
  for (const auto& stream : received.streams) {
    for (const auto& [kind, remark] : stream.remarks)
      verification.ignored.push_back({to_hex(remark.commit.raw()), remark.what});
  }
  verification.commits = received.batches();
  verification.changes = received.changes();
  for (const auto& refused : received.set_aside)
    verification.flaws.push_back(
        {fmt::format("{} ({})", to_hex(refused.commit.raw()), refused.branch),
         refused.reason.message});
  const auto digest_anew = TRY(anew->digest(Space::plan));
  verification.digest = to_hex(digest_anew.raw());
  // The school's own records and what waits for admission are no history yet: compared as carried
  // over.
  TRY(carry_over(workspace, workspace.store(), *anew));
  workspace.store().refresh();
  anew->refresh();
  TRY(compare_tables(workspace, *anew, verification));
  TRY(compare_changes(workspace.store(), *anew, verification.flaws));
  if (received.set_aside.empty()) {
    TRY(compare_places(workspace.store(), *anew, verification.flaws));
    TRY(compare_states(workspace.store(), *anew, verification.flaws));
  }
  TRY(check_file(workspace.store().database(), verification.flaws));
  const auto here = TRY(workspace.store().digest(Space::plan));
  const auto there = TRY(anew->digest(Space::plan));
  if (here != there && verification.flaws.empty()) {
    verification.flaws.push_back({"replica.sqlite",
                                  message("the replica's merged state is not what the history "
                                          "gives; \"guantong rebuild\" heals it")});
  }
  return verification;
}

namespace {

/// Fills a new replica from the history, and says what of that is not in order: then it is not to
/// be used.
Result<std::vector<SetAside>> fill(Workspace& workspace,
                                   const ReplicaBeside& beside,
                                   const Progress& progress) {
  auto anew = TRY(SqliteStore::open(beside.path(), workspace.schema()));
  const auto branches = TRY(plan_branches(workspace));
  std::vector<IgnoredEdge> ignored;  // "guantong verify" lists them.
  auto received = TRY(take_history(workspace, branches, *anew, progress, ignored));
  TRY(anew->database().join_log());
  return std::move(received.set_aside);
}

/// Gives the new replica what the history does not have, and the place of the old one. An edit
/// that another process saved meanwhile is among that, or goes to the new replica.
Result<void> take_place(Workspace& workspace, const ReplicaBeside& beside) {
  const auto alone = TRY(workspace.replica_lock().alone());
  workspace.store().refresh();
  {
    auto anew = TRY(SqliteStore::open(beside.path(), workspace.schema()));
    TRY(carry_over(workspace, workspace.store(), *anew));
    TRY(anew->database().join_log());
    TRY(anew->database().run("PRAGMA journal_mode = DELETE"));
  }
  // Until the new one is in place, the old file must hold all that it holds by itself.
  TRY(workspace.store().database().join_log());
  workspace.close();
  TRY(put_in_place(beside.path(), workspace.replica_path()));
  return workspace.reopen();
}

}  // namespace

Result<std::vector<std::string>> rebuild(Workspace& workspace, const Progress& progress) {
  const auto lock = TRY(WorkLock::take(workspace.root()));
  if (!workspace.store().needs_rebuild()) {
    TRY(catch_up(workspace));
    TRY(seal_all(workspace));
  }
  std::vector<std::string> helpers;
  ReplicaBeside beside{workspace, ".rebuild"};
  auto flaws = TRY(fill(workspace, beside, progress));
  if (!flaws.empty()) {
    helpers = TRY(mend_history(workspace));
    beside.begin_again();
    flaws = TRY(fill(workspace, beside, progress));
  }
  if (!flaws.empty()) {
    Error error = fail(Errc::corrupt,
                       "the history does not hold together at {}; the replica was left as it is",
                       to_hex(flaws.front().commit.raw()));
    error.message.causes.push_back(flaws.front().reason.message);
    return error;
  }
  TRY(take_place(workspace, beside));
  return helpers;
}

Result<std::string> plan_digest(Workspace& workspace, Space space) {
  {
    const auto lock = TRY(WorkLock::take(workspace.root()));
    TRY(catch_up(workspace));
    TRY(seal_all(workspace));
  }
  workspace.store().refresh();
  const auto digest = TRY(workspace.store().digest(space));
  return to_hex(digest.raw());
}

}  // namespace guantong
