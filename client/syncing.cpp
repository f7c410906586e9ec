#include "client/syncing.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "client/clock.h"
#include "client/days.h"
#include "client/decisions.h"
#include "client/git/git_history.h"
#include "client/membership.h"
#include "client/receiving.h"
#include "client/rules/waivers.h"
#include "client/sealing.h"
#include "client/signing.h"
#include "client/sqlite/sqlite_store.h"
#include "client/tenures.h"
#include "client/witness.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/batch_commit.h"
#include "sync/change.h"
#include "sync/commit.h"
#include "sync/exchange.h"
#include "sync/history.h"
#include "sync/ssh_signature.h"
#include "sync/store.h"

namespace guantong {
namespace {

/// How often an edit made meanwhile may send the exchange back to sealing.
constexpr int attempts = 20;

Result<std::uint64_t> count(SqliteStore& store, Sql sql) {
  auto* row = TRY(store.database().cached(sql));
  TRY(row->step());
  const auto number = static_cast<std::uint64_t>(row->int64(0));
  row->reset();
  return number;
}

/// How many duties and records ask this site to agree, and how many records to sign.
Result<std::uint64_t> agreements_asking(Workspace& workspace, Session& session) {
  if (!session.members().founded()) return std::uint64_t{0};
  const auto own = session.members().org_id(workspace.config().site);
  const auto asks = [&](const auto& view) { return view.asks(own); };
  const auto tenures = TRY(open_tenures(session));
  const auto signings = TRY(open_signings(session));
  return static_cast<std::uint64_t>(std::ranges::count_if(tenures, asks) +
                                    std::ranges::count_if(signings, asks));
}

/// How many batches that nobody has ruled on wait for this person to do so.
Result<std::uint64_t> to_rule_on(Workspace& workspace, Session& session) {
  const auto& members = session.members();
  if (!members.founded()) return std::uint64_t{0};
  const auto own = TRY(session.store().intern_stream(workspace.device(), Space::plan));
  const auto* grant = members.best_grant(own, workspace.config().writer());
  const auto level = grant == nullptr ? Level::none : members.level_of(*grant);
  if (level < Level::coordinator) return std::uint64_t{0};
  const auto batches = TRY(session.store().quarantined());
  return static_cast<std::uint64_t>(std::ranges::count_if(batches, [&](const StoredBatch& batch) {
    return batch.verdict != BatchVerdict::refused &&
           (level == Level::lead || (batch.under.n > 0 && batch.site == workspace.config().site));
  }));
}

Result<Standing> standing_of(Workspace& workspace, Session& session) {
  Standing standing;
  auto& store = session.store();
  standing.conflicts = TRY(store.conflicts());
  if (const auto own = session.members().site(workspace.config().site))
    standing.proposals = TRY(count_proposals(session, *own));
  standing.agreements = TRY(agreements_asking(workspace, session));
  standing.findings = TRY(count_findings(store, day_of(now_ms())));
  standing.set_aside = TRY(count(store, "SELECT count(*) FROM set_aside"));
  standing.quarantined = TRY(to_rule_on(workspace, session));
  standing.forked = session.members().authority().forks().size();
  const auto split = TRY(split_views(store));
  standing.split = split.size();
  for (const auto space : {Space::plan, Space::school, Space::device}) {
    const auto stream = TRY(store.intern_stream(workspace.device(), space));
    const auto pending = TRY(store.count_pending(stream));
    (space == Space::plan ? standing.unsealed : standing.kept) += pending;
    if (space != Space::plan) continue;
    standing.admitted =
        session.members().best_grant(stream, workspace.config().writer()) != nullptr;
    standing.left = session.members().has_left(stream);
  }
  const auto marked = TRY(store.marked(mark_joined));
  standing.joined = marked.size();
  auto* rows = TRY(store.database().cached("SELECT type, count(*) FROM record GROUP BY type"));
  while (TRY(rows->step())) {
    if (session.schema_type(static_cast<std::uint32_t>(rows->int64(0))) == nullptr)
      standing.unknown += static_cast<std::uint64_t>(rows->int64(1));
  }
  rows->reset();
  return standing;
}

/// The recovery key is taken out of its safe now and then, each time in a new workspace, which goes
/// on where the last one stopped.
Result<bool> begins_with_recovery_key(Workspace& workspace) {
  if (!workspace.config().recovery) return false;
  auto session = TRY(Session::begin(workspace.store()));
  const auto own = TRY(session->store().intern_stream(workspace.device(), Space::plan));
  const auto tip = TRY(session->store().tip(own));
  const auto pending = TRY(session->store().pending(own));
  return tip.number == 0 && pending.empty();
}

/// Whether `tip`, or something that leads to it and is not known here, was signed by this device:
/// anybody may put anything under its name. A copy may have taken up another key since, or be left
/// with the first one.
Result<bool> is_own_work(Workspace& workspace, const CommitId& tip) {
  auto id = tip;
  while (!TRY(workspace.store().batch_by_commit(id))) {
    const auto raw = workspace.history().read_commit(id);
    const auto commit = raw ? parse_commit(*raw) : Result<Commit>{raw.error()};
    if (!commit) return false;
    const auto key = ssh_signature_key(commit->signature);
    const bool own =
        key && (*key == workspace.public_key() || device_id(*key) == workspace.device());
    if (own && verify_ssh_signature(commit->signature, signed_part(*commit), *key)) return true;
    if (commit->parents.empty()) return false;
    id = commit->parents.front();
  }
  return false;
}

/// A copy of this workspace that wrote on shows the own stream further than it is here, or beside
/// it.
Result<void> check_own_stream(Workspace& workspace, const std::vector<Branch>& offered) {
  if (TRY(begins_with_recovery_key(workspace))) return {};
  for (const auto& branch : offered) {
    const auto name = read_branch_name(branch.name);
    if (!name || name->device != workspace.device()) continue;
    const auto known = TRY(workspace.store().batch_by_commit(branch.commit));
    if (known) continue;
    if (!TRY(is_own_work(workspace, branch.commit))) continue;
    return fail(Errc::corrupt,
                "the remote holds work of this device that this workspace does not know: it was "
                "copied or restored from a backup. "
                "Nothing was sealed, sent or lost; \"guantong recover\" goes on as a new device, "
                "with all edits that were not sent");
  }
  return {};
}

/// Branches the remote shows at an older commit than it did, or no more. The next push heals them.
Result<std::vector<std::string>> rolled_back(SqliteStore& store,
                                             const std::string& remote,
                                             const std::vector<Branch>& offered) {
  std::map<std::string, CommitId> now;
  for (const auto& branch : offered)
    now[branch.name] = branch.commit;
  std::vector<std::string> shorter;
  std::vector<std::pair<std::string, std::uint32_t>> seen;
  auto* rows =
      TRY(store.database().cached("SELECT branch, number FROM remote_tip WHERE remote = ?"));
  TRY(rows->bind_text(1, remote));
  while (TRY(rows->step()))
    seen.emplace_back(rows->bytes(0), static_cast<std::uint32_t>(rows->int64(1)));
  rows->reset();
  for (const auto& [branch, number] : seen) {
    const auto offer = now.find(branch);
    if (offer == now.end()) {
      shorter.push_back(branch);
      continue;
    }
    const auto batch = TRY(store.batch_by_commit(offer->second));
    if (!batch) continue;
    const auto tip = TRY(store.tip(batch->stream));
    const auto name = read_branch_name(branch);
    const bool same_stream = name && name->device == tip.device;
    if (!same_stream || batch->number < number) shorter.push_back(branch);
  }
  return shorter;
}

Result<void> remember_tips(SqliteStore& store,
                           const std::string& remote,
                           const std::vector<Branch>& there) {
  for (const auto& branch : there) {
    const auto batch = TRY(store.batch_by_commit(branch.commit));
    if (!batch) continue;
    auto* insert =
        TRY(store.database().cached("INSERT OR REPLACE INTO remote_tip (remote, branch, commit_id, "
                                    "number) VALUES (?, ?, ?, ?)"));
    TRY(insert->bind_text(1, remote));
    TRY(insert->bind_text(2, branch.name));
    TRY(insert->bind_blob(3, branch.commit.raw()));
    TRY(insert->bind(4, std::int64_t{batch->number}));
    TRY(insert->run());
  }
  return {};
}

/// Keeps what was refused, with the reason and since when; forgets what is in order now.
Result<void> remember_set_aside(SqliteStore& store, const std::vector<SetAside>& refused) {
  TRY(store.database().run(
      "DELETE FROM set_aside WHERE commit_id IN (SELECT commit_id FROM batch)"));
  for (const auto& one : refused) {
    const auto message = stored_message(one.reason.message);
    auto* insert = TRY(store.database().cached(
        "INSERT INTO set_aside (commit_id, branch, code, message, since_ms) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (commit_id) DO UPDATE SET code = excluded.code, message = excluded.message"));
    TRY(insert->bind_blob(1, one.commit.raw()));
    TRY(insert->bind_text(2, one.branch));
    TRY(insert->bind_text(3, name_of(one.reason.code)));
    TRY(insert->bind_text(4, message));
    TRY(insert->bind(5, static_cast<std::int64_t>(now_ms())));
    TRY(insert->run());
  }
  return {};
}

/// Applies what was offered, unless an edit was made since sealing: then nothing, and false. A
/// device that is not admitted yet cannot seal, and receives all the same.
Result<bool> take_in(Workspace& workspace,
                     const std::vector<Branch>& offered,
                     const std::vector<Branch>& statements,
                     const SyncOptions& options,
                     SyncReport& report) {
  auto session = TRY(Session::begin(workspace.store()));
  const auto own = TRY(session->store().intern_stream(workspace.device(), Space::plan));
  const auto pending = TRY(session->store().pending(own));
  if (!pending.empty() && !options.dry_run) {
    const auto writer = TRY(session->store().writer_of(pending.front().first));
    if (session->members().best_grant(own, writer) != nullptr) return false;
  }
  report.before = TRY(standing_of(workspace, *session));
  report.rolled_back = TRY(rolled_back(session->store(), report.remote, offered));
  report.received = TRY(receive(workspace, *session, offered, report.at_ms, options.progress));
  TRY(session->settle());
  report.witnessed = TRY(compare_witnesses(
      workspace, *session, report.remote, statements, report.received.set_aside, report.at_ms));
  report.after = TRY(standing_of(workspace, *session));
  for (const auto& [type, changes] : report.received.changes_by_type) {
    const auto* known = session->schema_type(type);
    report.by_type[type == 0          ? "membership"
                   : known == nullptr ? std::to_string(type)
                                      : known->name] += changes;
  }
  if (options.dry_run) return true;
  TRY(remember_set_aside(session->store(), report.received.set_aside));
  // Git first: what the replica has applied is always there; the other way round is caught up with.
  for (const auto& stream : report.received.streams)
    TRY(workspace.history().set_branch({stream.branch, stream.tip}));
  TRY(session->commit());
  return true;
}

/// What a remote shows of a branch.
struct Shown {
  bool is_there = false;
  StoredBatch batch;  ///< Number 0: nothing that is applied here.
};

Result<Shown> shown_at(SqliteStore& store,
                       const std::vector<Branch>& offered,
                       std::string_view name) {
  const auto offer = std::ranges::find(offered, name, &Branch::name);
  if (offer == offered.end()) return Shown{};
  const auto known = TRY(store.batch_by_commit(offer->commit));
  return Shown{true, known.value_or(StoredBatch{})};
}

/// Whether a branch there can be moved forward to a batch of ours.
Result<bool> leads_to(SqliteStore& store, const Shown& shown, const StoredBatch& mine) {
  if (!shown.is_there) return true;
  if (shown.batch.number == 0) return false;
  if (shown.batch.stream == mine.stream) return shown.batch.number <= mine.number;
  const auto reach = TRY(store.reach_of(mine.stream, mine.number));
  return reach_into(reach, shown.batch.stream) >= shown.batch.last_n;
}

/// Where a branch of ours goes at a remote that shows at its name what does not lead to it: beside
/// that, by the first batch of ours that is not in it. Every replica finds the same name. Nothing
/// where the remote has all of ours.
Result<std::optional<std::string>> name_beside(SqliteStore& store,
                                               const Branch& branch,
                                               const StoredBatch& mine,
                                               const StoredBatch& theirs) {
  std::optional<std::string> none;
  const auto own = TRY(store.tip(mine.stream));
  StreamTip tip;
  if (theirs.number > 0) tip = TRY(store.tip(theirs.stream));
  const bool is_devices = tip.device == own.device;
  if (is_devices && theirs.stream == mine.stream) return none;
  auto from = is_devices ? tip.from : std::optional{Dot{mine.stream, 0}};
  // Another way of the stream, which may have parted from one that had parted before.
  while (from && from->stream != mine.stream) {
    const auto before = TRY(store.tip(from->stream));
    from = before.from;
  }
  const bool is_other_way = !is_devices && own.from.has_value();
  if (!from || from->n >= mine.last_n || is_other_way) return none;
  const auto first = TRY(store.batch_of({mine.stream, from->n + 1}));
  return std::optional{branch.name + "." + fork_name(first.commit)};
}

/// A branch that a remote lacks, or has an older tip of, under the name that it gets there.
struct Lacking {
  Branch branch;
  std::uint64_t batches = 0;
  std::uint64_t changes = 0;
};

Result<std::optional<Lacking>> lacking_of(SqliteStore& store,
                                          const std::vector<Branch>& offered,
                                          const Branch& branch) {
  std::optional<Lacking> nothing;
  if (std::ranges::find(offered, branch) != offered.end()) return nothing;
  const auto mine = TRY(store.batch_by_commit(branch.commit));
  if (!mine) return nothing;
  auto name = branch.name;
  auto shown = TRY(shown_at(store, offered, name));
  // Beside what is none of the device, another way of the stream may stand already. Where somebody
  // has taken that name as well, ours has none there.
  constexpr int names_most = 2;
  for (int tried = 0; !TRY(leads_to(store, shown, *mine)); ++tried) {
    auto beside = TRY(name_beside(store, branch, *mine, shown.batch));
    if (!beside || tried == names_most) return nothing;
    name = *std::move(beside);
    shown = TRY(shown_at(store, offered, name));
  }
  // Where a branch of another stream leads to ours, the remote has none of ours.
  const auto theirs = shown.batch.stream == mine->stream ? shown.batch : StoredBatch{};
  if (mine->number == theirs.number) return nothing;
  return std::optional<Lacking>{
      {{name, branch.commit}, mine->number - theirs.number, mine->last_n - theirs.last_n}};
}

/// Sends every branch that the remote lacks or has an older tip of.
Result<void> send(Workspace& workspace,
                  GitRemote& remote,
                  const std::vector<Branch>& offered,
                  const SyncOptions& options,
                  SyncReport& report) {
  const auto branches = TRY(workspace.history().branches());
  std::vector<Branch> lacking;
  std::vector<Branch> there;
  for (const auto& branch : branches) {
    if (!branch.name.starts_with("plan/")) continue;
    there.push_back(branch);
    const auto found = TRY(lacking_of(workspace.store(), offered, branch));
    if (!found) continue;
    lacking.push_back(found->branch);
    report.sent_batches += found->batches;
    report.sent_changes += found->changes;
  }
  if (options.dry_run) return {};
  TRY(remote.push(lacking));
  auto session = TRY(Session::begin(workspace.store()));
  TRY(remember_tips(session->store(), report.remote, there));
  return session->commit();
}

Result<void> keep_receipt(Workspace& workspace, const SyncReport& report) {
  auto session = TRY(Session::begin(workspace.store()));
  const auto content = to_json(report).dump();
  auto* insert = TRY(session->store().database().cached(
      "INSERT INTO receipt (at_ms, remote, content) VALUES (?, ?, ?)"));
  TRY(insert->bind(1, static_cast<std::int64_t>(report.at_ms)));
  TRY(insert->bind_text(2, report.remote));
  TRY(insert->bind_text(3, content));
  TRY(insert->run());
  return session->commit();
}

Json to_json(const Standing& standing) {
  return {{"conflicts", standing.conflicts},
          {"proposals", standing.proposals},
          {"findings", standing.findings},
          {"quarantined", standing.quarantined},
          {"forked", standing.forked},
          {"split", standing.split},
          {"set_aside", standing.set_aside}};
}

}  // namespace

std::string stored_message(const Message& message) {
  nlohmann::json causes = nlohmann::json::array();
  for (const auto& cause : message.causes)
    causes.push_back(nlohmann::json::parse(stored_message(cause)));
  return nlohmann::json{{"id", message.id}, {"args", message.arguments}, {"causes", causes}}.dump(
      -1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Message read_message(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return message("{}", text);
  Message read{json.value("id", ""), json.value("args", std::vector<std::string>{}), {}};
  for (const auto& cause : json.value("causes", nlohmann::json::array()))
    read.causes.push_back(read_message(cause.dump()));
  return read;
}

Result<Standing> standing(Workspace& workspace) {
  auto session = TRY(Session::begin(workspace.store()));
  return standing_of(workspace, *session);
}

Result<SyncReport> sync_with(Workspace& workspace,
                             const std::string& name,
                             const SyncOptions& options) {
  const auto known = workspace.config().remotes.find(name);
  if (known == workspace.config().remotes.end()) {
    return fail(Errc::not_found,
                "there is no remote called \"{}\"; \"guantong remote list\" shows them",
                name);
  }
  const auto lock = TRY(WorkLock::take(workspace.root()));
  SyncReport report;
  report.remote = name;
  report.dry_run = options.dry_run;
  report.at_ms = now_ms();
  TRY(catch_up(workspace));
  GitRemote remote{workspace.history(), name, known->second.url};
  const auto statements = TRY(fetch_witnesses(workspace, remote, report.at_ms));
  const auto offered = TRY(remote.fetch());
  TRY(check_own_stream(workspace, offered));
  bool received = false;
  for (int attempt = 0; attempt < attempts && !received; ++attempt) {
    if (!options.dry_run) {
      const auto sealed = TRY(seal_all(workspace));
      report.sealed += sealed.changes;
    }
    received = TRY(take_in(workspace, offered, statements, options, report));
  }
  if (!received) return fail(Errc::busy, "edits kept coming in while syncing");
  if (!options.dry_run) {
    // The grant may just have come: what waited for it is sealed now and goes with this exchange.
    const auto sealed = TRY(seal_all(workspace));
    report.sealed += sealed.changes;
    report.after = TRY(standing(workspace));
  }
  TRY(send(workspace, remote, offered, options, report));
  if (options.dry_run) return report;
  if (!report.after.admitted && !report.after.left) TRY(publish_request(workspace, remote));
  TRY(keep_receipt(workspace, report));
  // Last: the work that it names is there now.
  TRY(publish_witness(workspace, remote, statements, report.at_ms));
  return report;
}

Json to_json(const SyncReport& report) {
  Json streams = Json::array();
  Json remarks = Json::array();
  for (const auto& stream : report.received.streams) {
    streams.push_back(
        {{"branch", stream.branch}, {"batches", stream.batches}, {"changes", stream.changes}});
    for (const auto& [kind, remark] : stream.remarks)
      remarks.push_back({{"branch", stream.branch},
                         {"commit", to_hex(remark.commit.raw())},
                         {"remark", in_english(remark.what)}});
  }
  Json refused = Json::array();
  for (const auto& one : report.received.set_aside)
    refused.push_back({{"branch", one.branch},
                       {"commit", to_hex(one.commit.raw())},
                       {"code", name_of(one.reason.code)},
                       {"reason", in_english(one.reason.message)}});
  Json split = Json::array();
  for (const auto& one : report.witnessed.split)
    split.push_back(to_json(one));
  Json withheld = Json::array();
  for (const auto& one : report.witnessed.withheld)
    withheld.push_back(to_json(one));
  return {{"remote", report.remote},
          {"at_ms", report.at_ms},
          {"dry_run", report.dry_run},
          {"received",
           {{"batches", report.received.batches()},
            {"changes", report.received.changes()},
            {"quarantined", report.received.quarantined},
            {"by_type", report.by_type},
            {"streams", streams}}},
          {"sealed_changes", report.sealed},
          {"sent", {{"batches", report.sent_batches}, {"changes", report.sent_changes}}},
          {"set_aside", refused},
          {"remarks", remarks},
          {"rolled_back", report.rolled_back},
          {"withheld", withheld},
          {"split", split},
          {"before", to_json(report.before)},
          {"after", to_json(report.after)}};
}

Result<std::vector<Json>> receipts(SqliteStore& store, std::size_t most) {
  std::vector<Json> all;
  auto* rows = TRY(store.database().cached("SELECT content FROM receipt ORDER BY id DESC LIMIT ?"));
  TRY(rows->bind(1, static_cast<std::int64_t>(most)));
  while (TRY(rows->step()))
    all.push_back(Json::parse(rows->bytes(0), nullptr, false));
  rows->reset();
  return all;
}

Result<std::vector<Waiting>> waiting(SqliteStore& store) {
  std::vector<Waiting> all;
  auto* rows =
      TRY(store.database().cached("SELECT branch, commit_id, code, message, since_ms FROM "
                                  "set_aside ORDER BY branch, since_ms"));
  while (TRY(rows->step())) {
    all.push_back({std::string{rows->bytes(0)},
                   to_hex(rows->bytes(1)),
                   std::string{rows->bytes(2)},
                   read_message(rows->bytes(3)),
                   static_cast<std::uint64_t>(rows->int64(4))});
  }
  rows->reset();
  return all;
}

}  // namespace guantong
