#include "client/replica_beside.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "client/clock.h"
#include "client/disk_watch.h"
#include "client/durable_names.h"
#include "client/receiving.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/exchange.h"
#include "sync/history.h"
#include "sync/merger.h"
#include "sync/store.h"

namespace guantong {

ReplicaBeside::ReplicaBeside(const Workspace& workspace, std::string_view ending)
    : path_{workspace.replica_path().string() + std::string{ending}} {
  remove();
}

void ReplicaBeside::remove() const {
  if (keep_) return;
  std::error_code ignored;  // Not there is as good as removed; SQLite reports what is in its way.
  for (const auto* ending : {"", "-wal", "-shm"})
    std::filesystem::remove(path_.string() + ending, ignored);
}

Result<std::vector<Branch>> plan_branches(Workspace& workspace) {
  auto branches = TRY(workspace.history().branches());
  std::erase_if(branches, [](const Branch& branch) { return !branch.name.starts_with("plan/"); });
  return branches;
}

Result<Received> take_history(Workspace& workspace,
                              const std::vector<Branch>& branches,
                              SqliteStore& store,
                              const Progress& progress,
                              std::vector<IgnoredEdge>& ignored) {
  auto session = TRY(Session::begin(store));
  auto received = TRY(receive(workspace, *session, branches, now_ms(), progress));
  ignored = session->merger().ignored_edges();
  TRY(session->commit());
  return received;
}

Result<void> Translation::translate(Change& change) {
  for (auto* dot : dots_of(change)) {
    if (const auto renamed = renamed_.find(*dot); renamed != renamed_.end()) {
      *dot = renamed->second;
    } else {
      dot->stream = TRY(stream(dot->stream));
    }
  }
  if (change.is_act()) return {};
  const auto key = TRY(from_.record_key(change.record));
  change.record = TRY(to_.intern_record(key));
  return {};
}

Result<StreamNo> Translation::stream(StreamNo number) {
  if (const auto known = streams_.find(number); known != streams_.end()) return known->second;
  const auto tip = TRY(from_.tip(number));
  const auto there = TRY(to_.intern_stream(tip.device, tip.space));
  streams_[number] = there;
  return there;
}

namespace {

/// Whether a change that waits in one replica is sealed in the other, which is made of the history:
/// a program may have been ended before it took down that it sealed it. A device uses no time
/// twice.
Result<bool> is_sealed(SqliteStore& store, const Dot& dot, const Change& change) {
  const auto tip = TRY(store.tip(dot.stream));
  if (dot.n > tip.last_n) return false;
  const auto sealed = TRY(store.change(dot));
  return sealed.time == change.time;
}

}  // namespace

Result<void> carry_over(Workspace& workspace, SqliteStore& from, SqliteStore& to) {
  auto session = TRY(Session::begin(to));
  Translation translation{from, to};
  for (const auto space : {Space::plan, Space::school, Space::device}) {
    const auto stream = TRY(from.intern_stream(workspace.device(), space));
    const auto pending = TRY(from.pending(stream));
    const auto there = TRY(translation.stream(stream));
    for (auto [dot, change] : pending) {
      const bool sealed = TRY(is_sealed(to, {there, dot.n}, change));
      if (sealed) continue;
      TRY(translation.translate(change));
      const auto writer = TRY(from.writer_of(dot));
      if (writer) TRY(to.set_writer({there, dot.n}, *writer));
      TRY(session->applier().take_pending({there, dot.n}, change));
    }
  }
  TRY(session->commit());
  return carry_notes(workspace, from, to);
}

Result<void> carry_notes(Workspace& workspace, SqliteStore& from, SqliteStore& to) {
  for (const auto* key : {"time", "split views"}) {
    const auto value = TRY(from.meta(key));
    if (value) TRY(to.set_meta(key, *value));
  }
  const auto path = workspace.replica_path().string();
  auto attach = TRY(to.database().prepare("ATTACH ? AS old"));
  TRY(attach.bind_text(1, path));
  TRY(attach.run());
  TRY(
      to.database().run("INSERT OR IGNORE INTO remote_tip SELECT * FROM old.remote_tip;"
                        "INSERT OR IGNORE INTO set_aside SELECT * FROM old.set_aside;"
                        "INSERT OR IGNORE INTO receipt SELECT * FROM old.receipt;"));
  return to.database().run("DETACH old");
}

Result<void> put_in_place(const std::filesystem::path& file, const std::filesystem::path& replica) {
  std::error_code error;
  // The old one's log beside the new file would be taken for that one's.
  for (const auto* ending : {"-wal", "-shm"}) {
    if (!error) std::filesystem::remove(replica.string() + ending, error);
  }
  if (!error) error = flush_folder(replica.parent_path());
  TRY(ask_disk(DiskAct::file, replica));
  if (!error) error = rename_durably(file, replica);
  if (error) return fail(Errc::io, "cannot put the new replica in place: {}", error.message());
  return {};
}

}  // namespace guantong
