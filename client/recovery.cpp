#include "client/recovery.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "client/config.h"
#include "client/crypto/device_key.h"
#include "client/crypto/key_file.h"
#include "client/disk_watch.h"
#include "client/durable_names.h"
#include "client/git/git_history.h"
#include "client/git/repository.h"
#include "client/replica_beside.h"
#include "client/replica_lock.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/batch_commit.h"
#include "sync/change.h"
#include "sync/exchange.h"
#include "sync/history.h"
#include "sync/members.h"
#include "sync/merger.h"
#include "sync/ssh_signature.h"

namespace guantong {
namespace {

// What a recovery leaves beside the workspace until all of it is in place. While the marker is not
// there, nothing has happened; once it is, what remains to be done can be done again.
constexpr const char* marker = "recovering";
constexpr const char* new_key = "keys/recovered.key";
constexpr const char* old_key = "keys/device.key";
constexpr const char* recovered_ending = ".recovered";

/// What says that two changes are the same edit, written once and copied: its moment, which a
/// device gives to one change alone, and what it is about.
using EditMark = std::tuple<HybridTime, RecordKey, std::string>;

Result<EditMark> mark_of(SqliteStore& store, const Change& change) {
  const auto key = TRY(store.record_key(change.record));
  return EditMark{change.time, key, change.fields};
}

/// The branches to make the replica of: for this device's own the remotes' furthest, if any.
Result<std::vector<Branch>> branches_without_own(Workspace& workspace,
                                                 std::vector<Branch>& own,
                                                 bool& found_other) {
  auto branches = TRY(plan_branches(workspace));
  for (const auto& [name, config] : workspace.config().remotes) {
    GitRemote remote{workspace.history(), name, config.url};
    const auto offered = remote.fetch();
    if (!offered && offered.error().code != Errc::offline) return offered.error();
    if (!offered) continue;
    for (const auto& branch : *offered) {
      const auto stream = read_branch_name(branch.name);
      if (!stream) continue;
      if (stream->device != workspace.device()) {
        branches.push_back(branch);
        continue;
      }
      const auto known = TRY(workspace.store().batch_by_commit(branch.commit));
      found_other = found_other || !known;
      own.push_back(branch);
    }
  }
  const auto is_own = [&](const Branch& branch) {
    const auto stream = read_branch_name(branch.name);
    return stream && stream->device == workspace.device();
  };
  // What no remote has of it is not at odds with anything: it stays, and is sent some day.
  if (own.empty()) std::ranges::copy_if(branches, std::back_inserter(own), is_own);
  std::erase_if(branches, is_own);
  return branches;
}

/// Carries over what a stream of the old replica holds and the new one has not.
class Carrier {
public:
  /// `members` are those of the old replica; `shared`: whether several people write here.
  Carrier(SqliteStore& from, const Members& members, bool shared, SqliteStore& to, Session& session)
      : from_{from},
        members_{members},
        shared_{shared},
        to_{to},
        session_{session},
        translation_{from, to} {}

  Result<void> carry(StreamNo old, StreamNo fresh, Recovered& recovered) {
    TRY(note_known(old));
    Dot next{fresh, 1};
    const auto dots = TRY(all_of(old));
    for (const auto& dot : dots) {
      auto change = TRY(from_.change(dot));
      if (change.is_act()) {
        if (!public_acts_.contains(change.time)) ++recovered.acts;
        continue;
      }
      const auto mark = TRY(mark_of(from_, change));
      if (const auto known = known_.find(mark); known != known_.end()) {
        translation_.rename(dot, known->second);
        ++recovered.known;
        continue;
      }
      TRY(translation_.translate(change));
      const auto writer = TRY(writer_of(dot));
      if (writer) TRY(to_.set_writer(next, *writer));
      TRY(session_.applier().take_pending(next, change));
      translation_.rename(dot, next);
      ++next.n;
      ++recovered.carried;
    }
    return {};
  }

private:
  /// What the new replica has of the same device, from the remotes.
  Result<void> note_known(StreamNo old) {
    const auto there = TRY(translation_.stream(old));
    const auto streams = TRY(to_.branches(there));
    for (const auto stream : streams) {
      const auto tip = TRY(to_.tip(stream));
      for (auto n = tip.from ? tip.from->n + 1 : 1; n <= tip.last_n; ++n) {
        const auto change = TRY(to_.change({stream, n}));
        if (change.is_act()) {
          public_acts_.insert(change.time);
          continue;
        }
        const auto mark = TRY(mark_of(to_, change));
        known_.emplace(mark, Dot{stream, n});
      }
    }
    return {};
  }

  /// Who wrote it, on a computer that several people share.
  Result<std::optional<PersonId>> writer_of(const Dot& dot) {
    if (!shared_) return std::optional<PersonId>{};
    const auto batch = TRY(from_.batch_of(dot));
    if (batch.number == 0) return from_.writer_of(dot);
    const auto* grant = members_.grant_of(dot.stream, batch.under);
    return grant == nullptr ? std::nullopt : std::optional{grant->member.person};
  }

  Result<std::vector<Dot>> all_of(StreamNo stream) {
    std::vector<Dot> dots;
    const auto tip = TRY(from_.tip(stream));
    for (std::uint64_t n = 1; n <= tip.last_n; ++n)
      dots.push_back({stream, n});
    const auto pending = TRY(from_.pending(stream));
    for (const auto& [dot, change] : pending)
      dots.push_back(dot);
    return dots;
  }

  SqliteStore& from_;
  const Members& members_;
  bool shared_;
  SqliteStore& to_;
  Session& session_;
  Translation translation_;
  std::map<EditMark, Dot> known_;
  std::set<HybridTime> public_acts_;
};

/// Fills the new replica, and returns how far each branch goes in it. What it has is in the
/// history: the others' new work as well, and this device's as far as the remote that has most of
/// it.
Result<std::vector<Branch>> take_all(Workspace& workspace,
                                     const std::vector<Branch>& branches,
                                     const ReplicaBeside& beside,
                                     const Progress& progress) {
  auto anew = TRY(SqliteStore::open(beside.path(), workspace.schema()));
  std::vector<IgnoredEdge> ignored;  // "guantong verify" lists them.
  const auto received = TRY(take_history(workspace, branches, *anew, progress, ignored));
  TRY(anew->database().join_log());
  std::vector<Branch> reached;
  reached.reserve(received.streams.size());
  for (const auto& stream : received.streams)
    reached.push_back({stream.branch, stream.tip});
  return reached;
}

Result<void> carry_edits(Workspace& workspace,
                         SqliteStore& to,
                         const DeviceId& device,
                         Recovered& recovered) {
  auto& from = workspace.store();
  const auto members = TRY(from.members());
  const bool shared = workspace.config().writer().has_value();
  auto session = TRY(Session::begin(to));
  for (const auto space : {Space::plan, Space::school, Space::device}) {
    const auto old = TRY(from.intern_stream(workspace.device(), space));
    const auto fresh = TRY(to.intern_stream(device, space));
    Recovered counted;
    Carrier carrier{from, *members, shared, to, *session};
    TRY(carrier.carry(old, fresh, counted));
    recovered.carried += counted.carried;
    recovered.known += counted.known;
    recovered.acts += counted.acts;
  }
  return session->commit();
}

/// Removes a file that may not be there.
Result<void> remove_file(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::remove(path, error);
  if (error) return fail(Errc::io, "cannot remove {}: {}", path.string(), error.message());
  return {};
}

Result<void> rename_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  TRY(ask_disk(DiskAct::file, to));
  if (const auto error = rename_durably(from, to))
    return fail(Errc::io,
                "cannot rename {} to {}: {}; nothing is lost, and the next command tries again",
                from.string(),
                to.string(),
                error.message());
  return {};
}

/// The old key goes: what it can still sign would only be a fork.
Result<void> replace_key(const std::filesystem::path& root) {
  if (!std::filesystem::exists(root / new_key)) return {};
  return rename_file(root / new_key, root / old_key);
}

/// Does what is left of a recovery once its marker is there. The caller is alone with the replica.
Result<void> finish_alone(const std::filesystem::path& root) {
  const auto note = TRY(read_file(root / marker));
  const auto raw = from_hex(note.substr(0, 2 * DeviceId::size));
  const auto device = raw ? DeviceId::from(*raw) : std::nullopt;
  if (!device)
    return fail(Errc::corrupt,
                "the note of a recovery that was cut off is damaged ({}); nothing was changed",
                (root / marker).string());
  TRY(replace_key(root));
  auto config = TRY(Config::load(root / "config.toml"));
  config.device = *device;
  TRY(config.save(root / "config.toml"));
  const auto replica = root / "replica.sqlite";
  const std::filesystem::path fresh = replica.string() + recovered_ending;
  if (std::filesystem::exists(fresh)) TRY(put_in_place(fresh, replica));
  auto repository = TRY(Repository::open(root / "history.git"));
  GitHistory history{std::move(repository)};
  // What of the old stream nobody else has is no part of the history any more.
  const auto at = note.find('\n');
  for (auto line = at; line != std::string::npos && line + 1 < note.size();) {
    const auto end = note.find('\n', line + 1);
    const auto text = note.substr(line + 1, end - line - 1);
    const auto gap = text.find(' ');
    const auto commit = CommitId::from(from_hex(text.substr(gap + 1)).value_or(""));
    if (commit) TRY(history.set_branch({text.substr(0, gap), *commit}));
    line = end;
  }
  return remove_file(root / marker);
}

}  // namespace

Result<void> finish_recovery(const std::filesystem::path& root, const ReplicaLock& lock) {
  if (!std::filesystem::exists(root / marker)) return {};
  const auto alone = lock.alone();
  // Another command may have finished it meanwhile.
  if (!std::filesystem::exists(root / marker)) return {};
  if (!alone) return alone.error();
  // Which also removes the locks that the one before has left in the history.
  const auto lock_to_work = TRY(WorkLock::take(root));
  return finish_alone(root);
}

Result<Recovered> recover(Workspace& workspace, const RecoveryOptions& options) {
  const auto lock = TRY(WorkLock::take(workspace.root()));
  std::vector<Branch> own;
  bool found_other = false;
  auto branches = TRY(branches_without_own(workspace, own, found_other));
  if (!found_other && !options.anyway)
    return fail(Errc::conflict,
                "no remote shows work of this device that is not here: nothing says that this "
                "workspace is a copy. Nothing was changed; --anyway goes on as a new device all "
                "the same");
  branches.insert(branches.end(), own.begin(), own.end());
  Recovered recovered;
  recovered.before = workspace.device();
  const auto& root = workspace.root();
  TRY(remove_file(root / new_key));
  const auto key = TRY(DeviceKey::generate());
  TRY(key.save(root / new_key));
  recovered.now = device_id(key.public_key());
  ReplicaBeside beside{workspace, recovered_ending};
  const auto reached = TRY(take_all(workspace, branches, beside, options.progress));
  // Nobody edits what is carried over until the new replica is in place.
  const auto alone = TRY(workspace.replica_lock().alone());
  workspace.store().refresh();
  {
    auto anew = TRY(SqliteStore::open(beside.path(), workspace.schema()));
    TRY(carry_edits(workspace, *anew, recovered.now, recovered));
    TRY(carry_notes(workspace, workspace.store(), *anew));
    TRY(anew->database().join_log());
    TRY(anew->database().run("PRAGMA journal_mode = DELETE"));
  }
  std::string note = to_hex(recovered.now.raw()) + '\n';
  for (const auto& branch : reached)
    note += branch.name + ' ' + to_hex(branch.commit.raw()) + '\n';
  beside.keep();
  TRY(replace_file(root / marker, note));
  workspace.close();
  TRY(finish_alone(root));
  return recovered;
}

}  // namespace guantong
