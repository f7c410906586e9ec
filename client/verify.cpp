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
#include "client/reading.h"
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

/// A file beside the replica that is gone when the work is done, unless it took the replica's
/// place.
class ReplicaBeside {
public:
  ReplicaBeside(const Workspace& workspace, std::string_view ending)
      : path_{workspace.replica_path().string() + std::string{ending}} {
    remove();
  }
  ReplicaBeside(const ReplicaBeside&) = delete;
  ReplicaBeside& operator=(const ReplicaBeside&) = delete;
  ReplicaBeside(ReplicaBeside&&) = delete;
  ReplicaBeside& operator=(ReplicaBeside&&) = delete;
  ~ReplicaBeside() { remove(); }

  const std::filesystem::path& path() const { return path_; }

private:
  void remove() const {
    std::error_code ignored;  // Not there is as good as removed; SQLite reports what is in its way.
    for (const auto* ending : {"", "-wal", "-shm"})
      std::filesystem::remove(path_.string() + ending, ignored);
  }
  std::filesystem::path path_;
};

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

/// Returns what came; what the history says without effect is added to `ignored`.
Result<Received> take_history(Workspace& workspace,
                              SqliteStore& store,
                              const Progress& progress,
                              std::vector<Flaw>& ignored) {
  auto branches = TRY(workspace.history().branches());
  std::erase_if(branches, [](const Branch& branch) { return !branch.name.starts_with("plan/"); });
  auto session = TRY(Session::begin(store));
  Receiver receiver{store, workspace.history(), session->applier(), workspace.config().consortium};
  auto received = TRY(receiver.receive(branches, now_ms(), progress));
  for (const auto& edge : session->merger().ignored_edges()) {
    auto flaw = TRY(flaw_of(store, edge));
    ignored.push_back(std::move(flaw));
  }
  TRY(session->commit());
  return received;
}

/// The numbers of one replica in terms of another.
class Translation {
public:
  Translation(SqliteStore& from, SqliteStore& to) : from_{from}, to_{to} {}

  Result<void> translate(Change& change) {
    for (auto* dot : dots_of(change))
      dot->stream = TRY(stream(dot->stream));
    if (change.is_act()) return {};
    const auto key = TRY(from_.record_key(change.record));
    change.record = TRY(to_.intern_record(key));
    return {};
  }

  Result<StreamNo> stream(StreamNo number) {
    const auto tip = TRY(from_.tip(number));
    return to_.intern_stream(tip.device, tip.space);
  }

private:
  SqliteStore& from_;
  SqliteStore& to_;
};

/// Takes over what history does not hold: unsealed changes, and this device's own notes.
Result<void> carry_over(Workspace& workspace, SqliteStore& from, SqliteStore& to) {
  auto session = TRY(Session::begin(to));
  Translation translation{from, to};
  for (const auto space : {Space::plan, Space::school, Space::device}) {
    const auto stream = TRY(from.intern_stream(workspace.device(), space));
    const auto pending = TRY(from.pending(stream));
    const auto there = TRY(translation.stream(stream));
    for (auto [dot, change] : pending) {
      TRY(translation.translate(change));
      TRY(session->applier().take_pending({there, dot.n}, change));
    }
  }
  const auto time = TRY(from.meta("time"));
  if (time) TRY(to.set_meta("time", *time));
  TRY(session->commit());
  TRY(to.database().run(fmt::format("ATTACH '{}' AS old", workspace.replica_path().string())));
  TRY(
      to.database().run("INSERT OR IGNORE INTO remote_tip SELECT * FROM old.remote_tip; INSERT OR "
                        "IGNORE INTO set_aside SELECT * FROM old.set_aside;"
                        "INSERT OR IGNORE INTO receipt SELECT * FROM old.receipt;"));
  return to.database().run("DETACH old");
}

/// The rows of a type's table by record id, each cell as text.
using Rows = std::map<std::string, std::map<std::string, std::string>>;
Result<Rows> rows_of(SqliteStore& store, const RecordType& type) {
  Rows rows;
  auto* row = TRY(store.database().cached(fmt::format("SELECT * FROM \"{}\"", type.name)));
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
  const auto received = TRY(take_history(workspace, *anew, progress, verification.ignored));
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
  TRY(workspace.store().refresh());
  TRY(anew->refresh());
  TRY(compare_tables(workspace, *anew, verification));
  const auto here = TRY(workspace.store().digest(Space::plan));
  const auto there = TRY(anew->digest(Space::plan));
  if (here != there && verification.flaws.empty()) {
    verification.flaws.push_back({"replica.sqlite",
                                  message("the replica's merged state is not what the history "
                                          "gives; \"guantong rebuild\" heals it")});
  }
  return verification;
}

Result<void> rebuild(Workspace& workspace, const Progress& progress) {
  const auto lock = TRY(WorkLock::take(workspace.root()));
  if (!workspace.store().needs_rebuild()) {
    TRY(catch_up(workspace));
    TRY(seal_all(workspace));
  }
  const ReplicaBeside beside{workspace, ".rebuild"};
  {
    auto anew = TRY(SqliteStore::open(beside.path(), workspace.schema()));
    std::vector<Flaw> ignored;  // "guantong verify" lists them.
    const auto received = TRY(take_history(workspace, *anew, progress, ignored));
    if (!received.set_aside.empty()) {
      Error error = fail(Errc::corrupt,
                         "the history does not hold together at {}; the replica was left as it is",
                         to_hex(received.set_aside.front().commit.raw()));
      error.message.causes.push_back(received.set_aside.front().reason.message);
      return error;
    }
    TRY(carry_over(workspace, workspace.store(), *anew));
    TRY(anew->database().run("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE"));
  }
  TRY(workspace.store().database().run("PRAGMA wal_checkpoint(TRUNCATE)"));
  workspace.close();
  std::error_code error;
  for (const auto* ending : {"-wal", "-shm"})
    std::filesystem::remove(workspace.replica_path().string() + ending, error);
  std::filesystem::rename(beside.path(), workspace.replica_path(), error);
  if (error) return fail(Errc::io, "cannot put the new replica in place: {}", error.message());
  return workspace.reopen();
}

Result<std::string> plan_digest(Workspace& workspace, Space space) {
  {
    const auto lock = TRY(WorkLock::take(workspace.root()));
    TRY(catch_up(workspace));
    TRY(seal_all(workspace));
  }
  TRY(workspace.store().refresh());
  const auto digest = TRY(workspace.store().digest(space));
  return to_hex(digest.raw());
}

}  // namespace guantong
