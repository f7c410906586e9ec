#include "client/witness.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/git/git_history.h"
#include "client/reading.h"
#include "client/sealing.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/authority.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/batch_commit.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/commit.h"
#include "sync/exchange.h"
#include "sync/history.h"
#include "sync/members.h"
#include "sync/ssh_signature.h"
#include "sync/store.h"

namespace guantong {
namespace {

constexpr const char* note = "split views";
constexpr std::size_t shown_digits = 8;
/// Of a device whose stream goes two ways: with two of them it has betrayed itself.
constexpr std::size_t heads_a_device = 2;

std::string short_name(const DeviceId& device) {
  return to_hex(device.raw()).substr(0, shown_digits);
}

/// The plan's streams as they are here, found by device without making up those that are not.
class PlanStreams {
public:
  static Result<PlanStreams> load(Session& session) {
    PlanStreams streams{session};
    const auto all = TRY(session.store().streams());
    for (const auto& [number, tip] : all) {
      if (tip.space == Space::plan) streams.lines_[tip.device].push_back({number, tip});
    }
    return streams;
  }

  Result<KnownStream> known(const DeviceId& device, std::uint32_t number) {
    KnownStream known;
    const auto lines = lines_.find(device);
    if (lines == lines_.end()) return known;
    for (const auto& line : lines->second) {
      known.last = std::max(known.last, line.tip.number);
      const auto digest = TRY(digest_of(line, number));
      if (digest) known.digests.push_back(*digest);
    }
    return known;
  }

  /// The device's grants, if it was ever let in by somebody who might.
  const GrantFact* member(const DeviceId& device) const {
    const auto lines = lines_.find(device);
    if (lines == lines_.end()) return nullptr;
    const GrantFact* latest = nullptr;
    for (const auto* grant : session_.members().grants_of(lines->second.front().number)) {
      if (grant->right) latest = grant;
    }
    return latest;
  }

  /// Whether the device has a say now.
  bool may_speak(const DeviceId& device) const {
    const auto* grant = member(device);
    return grant != nullptr && session_.members().best_grant(grant->to) != nullptr;
  }

  std::optional<PublicKey> key_of(const DeviceId& device) const {
    const auto lines = lines_.find(device);
    if (lines == lines_.end()) return std::nullopt;
    const auto& line = lines->second.front();
    return session_.members().key_after(line.number, line.tip.last_n);
  }

  std::string name_of(const DeviceId& device) const {
    const auto* grant = member(device);
    return grant == nullptr ? short_name(device)
                            : fmt::format("{} ({})", grant->member.name, grant->member.site);
  }

  /// Of those who were let in: anybody may write streams, and crowd out the others.
  std::vector<WitnessHead> heads() const {
    std::vector<WitnessHead> heads;
    for (const auto& [device, lines] : lines_) {
      if (member(device) == nullptr) continue;
      for (std::size_t i = 0; i < std::min(lines.size(), heads_a_device); ++i) {
        const auto& tip = lines[i].tip;
        if (tip.number > 0) heads.push_back({device, tip.number, tip.digest});
      }
    }
    std::ranges::sort(heads);
    heads.resize(std::min(heads.size(), Limits{}.heads));
    return heads;
  }

  std::vector<DeviceId> speakers() const {
    std::vector<DeviceId> devices;
    for (const auto& [device, lines] : lines_) {
      if (may_speak(device)) devices.push_back(device);
    }
    return devices;
  }

private:
  struct Line {
    StreamNo number = 0;
    StreamTip tip;
  };

  explicit PlanStreams(Session& session) : session_{session} {}

  /// A stream's numbers have no gaps, so a batch is found by how far it lies behind the last.
  Result<std::optional<Digest>> digest_of(const Line& line, std::uint32_t number) {
    std::optional<Digest> digest;
    if (number == line.tip.number) digest = line.tip.digest;
    if (number >= line.tip.number) return digest;
    auto* row = TRY(session_.store().database().cached(
        "SELECT digest FROM batch WHERE stream = ? ORDER BY first_n DESC LIMIT 1 OFFSET ?"));
    TRY(row->bind(1, std::int64_t{line.number}));
    TRY(row->bind(2, std::int64_t{line.tip.number} - std::int64_t{number}));
    if (TRY(row->step())) digest = Digest::from(row->bytes(0));
    row->reset();
    return digest;
  }

  Session& session_;
  std::map<DeviceId, std::vector<Line>>
      lines_;  ///< The first stream of a device, then its branches.
};

/// What ties the message, which is signed, to the payload; a tree's name is an address alone.
std::string last_line(std::string_view payload) {
  return fmt::format("\n\ndigest {}\n", to_hex(blake2b(payload).raw()));
}

/// Nothing for what is no statement of a member: anybody may put anything there.
std::optional<Witness> statement_at(Workspace& workspace,
                                    const PlanStreams& streams,
                                    const Branch& shown) {
  const auto raw = workspace.history().read_commit(shown.commit);
  const auto commit = raw ? parse_commit(*raw) : Result<Commit>{raw.error()};
  const auto payload =
      commit ? workspace.history().read_payload(commit->tree) : Result<std::string>{commit.error()};
  if (!payload) return std::nullopt;
  auto statement =
      read_statement(*commit, *payload, workspace.config().consortium, [&](const DeviceId& device) {
        return streams.key_of(device);
      });
  const bool speaks = statement && to_hex(statement->device.raw()) == shown.name &&
                      streams.may_speak(statement->device);
  return speaks ? std::optional{*std::move(statement)} : std::nullopt;
}

template <class Id>
Id id_or_none(const Json& json, const char* key) {
  const auto raw = from_hex(json.value(key, ""));
  return Id::from(raw.value_or("")).value_or(Id{});
}

SplitView split_from(const Json& json) {
  SplitView split;
  split.witness = id_or_none<DeviceId>(json, "witness");
  split.saw.device = id_or_none<DeviceId>(json, "device");
  split.saw.number = json.value("number", std::uint32_t{0});
  split.saw.digest = id_or_none<Digest>(json, "digest");
  split.witness_name = json.value("witness_name", "");
  split.device_name = json.value("device_name", "");
  split.remote = json.value("remote", "");
  split.statement = id_or_none<CommitId>(json, "statement");
  split.stated_ms = json.value("stated_ms", std::uint64_t{0});
  split.since_ms = json.value("since_ms", std::uint64_t{0});
  return split;
}

Result<void> keep(SqliteStore& store, const std::vector<SplitView>& open) {
  if (open.empty()) return store.remove_meta(note);
  Json list = Json::array();
  for (const auto& split : open)
    list.push_back(to_json(split));
  return store.set_meta(note, list.dump());
}

/// One exchange's statements against this replica.
class Comparison {
public:
  Comparison(PlanStreams& streams, const std::string& remote, std::uint64_t now_ms)
      : streams_{streams}, remote_{remote}, now_ms_{now_ms} {}

  /// What was refused here was shown, and says itself why.
  void leave_out(const std::vector<SetAside>& set_aside) {
    for (const auto& one : set_aside) {
      if (const auto name = read_branch_name(one.branch)) refused_.insert(name->device);
    }
  }

  Result<void> take(const Witness& statement, const CommitId& commit) {
    ++report_.statements;
    heard_[statement.device] = statement.time_ms;
    const auto compared =
        TRY(compare(statement, [this](const DeviceId& device, std::uint32_t number) {
          return streams_.known(device, number);
        }));
    const auto name = streams_.name_of(statement.device);
    for (const auto& head : compared.otherwise) {
      if (of(statement.device, report_.split) == max_reports_a_witness) break;
      report_.split.push_back({statement.device,
                               head,
                               name,
                               streams_.name_of(head.device),
                               remote_,
                               commit,
                               statement.time_ms,
                               now_ms_});
    }
    for (const auto& head : compared.beyond)
      TRY(miss(statement.device, head));
    return {};
  }

  /// What was found before stays, and since when, until something settles it.
  Result<void> carry_on(const std::vector<SplitView>& before) {
    for (const auto& split : before) {
      const auto again = std::ranges::find_if(report_.split, [&](const SplitView& other) {
        return std::tie(other.witness, other.saw) == std::tie(split.witness, split.saw);
      });
      if (again != report_.split.end()) {
        again->since_ms = split.since_ms;
        continue;
      }
      const auto known = TRY(streams_.known(split.saw.device, split.saw.number));
      const bool here = std::ranges::find(known.digests, split.saw.digest) != known.digests.end();
      const auto heard = heard_.find(split.witness);
      const bool taken_back = heard != heard_.end() && heard->second > split.stated_ms;
      if (!here && !taken_back && streams_.may_speak(split.witness)) report_.split.push_back(split);
    }
    return {};
  }

  WitnessReport take_report() { return std::move(report_); }

private:
  template <class Report>
  static std::size_t of(const DeviceId& witness, const std::vector<Report>& reports) {
    return static_cast<std::size_t>(std::ranges::count(reports, witness, &Report::witness));
  }

  Result<void> miss(const DeviceId& witness, const WitnessHead& head) {
    if (refused_.contains(head.device)) return {};
    const auto known = TRY(streams_.known(head.device, head.number));
    const auto told = std::ranges::find_if(
        report_.withheld, [&](const Withheld& other) { return other.saw.device == head.device; });
    const Withheld withheld{
        witness, head, streams_.name_of(witness), streams_.name_of(head.device), known.last};
    if (told == report_.withheld.end()) {
      if (of(witness, report_.withheld) < max_reports_a_witness)
        report_.withheld.push_back(withheld);
    } else if (told->saw.number < head.number) {
      *told = withheld;
    }
    return {};
  }

  PlanStreams& streams_;
  const std::string& remote_;
  std::uint64_t now_ms_;
  WitnessReport report_;
  std::set<DeviceId> refused_;
  std::map<DeviceId, std::uint64_t> heard_;
};

struct Published {
  CommitId commit;
  Witness statement;
};

/// What this device has put at remotes last.
Result<std::optional<Published>> last_published(Workspace& workspace) {
  const auto refs = TRY(workspace.history().repository().refs(
      fmt::format("refs/guantong/witness/{}", to_hex(workspace.device().raw()))));
  if (refs.empty()) return std::optional<Published>{};
  const auto raw = TRY(workspace.history().read_commit(refs.front().target));
  const auto commit = TRY(parse_commit(raw));
  const auto payload = TRY(workspace.history().read_payload(commit.tree));
  auto statement = TRY(decode_witness(payload));
  return std::optional{Published{refs.front().target, std::move(statement)}};
}

/// Nothing for who does not speak for a site.
Result<std::optional<std::vector<WitnessHead>>> heads_to_publish(Workspace& workspace) {
  auto session = TRY(Session::begin(workspace.store()));
  const auto own = TRY(session->store().intern_stream(workspace.device(), Space::plan));
  const auto* grant = session->members().best_grant(own);
  // Two thousand teachers' statements would be a burden to all, and say what their site's says.
  if (grant == nullptr || session->members().level_of(*grant) < Level::coordinator)
    return std::optional<std::vector<WitnessHead>>{};
  const auto streams = TRY(PlanStreams::load(*session));
  return std::optional{streams.heads()};
}

}  // namespace

Result<Compared> compare(const Witness& statement, const Known& known) {
  Compared compared;
  for (const auto& head : statement.heads) {
    const auto here = TRY(known(head.device, head.number));
    if (std::ranges::find(here.digests, head.digest) != here.digests.end()) continue;
    if (!here.digests.empty()) compared.otherwise.push_back(head);
    if (here.digests.empty() && head.number > here.last) compared.beyond.push_back(head);
  }
  return compared;
}

Message sentence_of(const SplitView& split) {
  return message(
      "{0} has another batch {1} of {2} than this computer: the device of {2} signed two, or {0} "
      "is "
      "wrong. What is here is safe. Sync with a remote that both use; once both batches are here, "
      "\"guantong evidence\" proves it",
      split.witness_name,
      split.saw.number,
      split.device_name);
}

Message sentence_of(const Withheld& withheld, std::string_view remote) {
  return message(
      "the remote {0} does not show batch {1} of {2}, which {3} had there; what is here, up to "
      "batch "
      "{4}, is safe. Sync with another remote, and ask who keeps {0}",
      remote,
      withheld.saw.number,
      withheld.device_name,
      withheld.witness_name,
      withheld.here);
}

Json to_json(const SplitView& split) {
  return {{"witness", to_hex(split.witness.raw())},
          {"witness_name", split.witness_name},
          {"device", to_hex(split.saw.device.raw())},
          {"device_name", split.device_name},
          {"number", split.saw.number},
          {"digest", to_hex(split.saw.digest.raw())},
          {"remote", split.remote},
          {"statement", to_hex(split.statement.raw())},
          {"stated_ms", split.stated_ms},
          {"since_ms", split.since_ms}};
}

Json to_json(const Withheld& withheld) {
  return {{"witness", to_hex(withheld.witness.raw())},
          {"witness_name", withheld.witness_name},
          {"device", to_hex(withheld.saw.device.raw())},
          {"device_name", withheld.device_name},
          {"number", withheld.saw.number},
          {"here", withheld.here}};
}

Result<CommitId> write_statement(const Witness& statement,
                                 const Byline& byline,
                                 const Signer& signer,
                                 History& history) {
  const auto payload = encode_witness(statement);
  Commit commit;
  commit.tree = TRY(history.write_payload(payload));
  commit.author = {clean_ident(byline.person),
                   clean_ident(byline.email),
                   static_cast<std::int64_t>(statement.time_ms / 1000),
                   0};
  commit.committer = commit.author;
  commit.message =
      fmt::format("the plan as {} has it: {} heads", byline.device_name, statement.heads.size()) +
      last_line(payload);
  commit.signature =
      ssh_signature(signer.public_key(), signer.sign(ssh_signed_data(signed_part(commit))));
  return history.write_commit(render(commit));
}

Result<Witness> read_statement(
    const Commit& commit,
    std::string_view payload,
    const ConsortiumId& consortium,
    const std::function<std::optional<PublicKey>(const DeviceId&)>& key) {
  auto statement = TRY(decode_witness(payload));
  if (statement.consortium != consortium)
    return fail(Errc::denied, "it belongs to another consortium");
  if (!commit.parents.empty() || !commit.message.ends_with(last_line(payload)))
    return fail(Errc::corrupt, "its message does not fit what it carries");
  if (commit.signature.empty()) return fail(Errc::denied, "it is not signed");
  const auto signer = TRY(ssh_signature_key(commit.signature));
  const auto later = key(statement.device);
  if (later ? signer != *later : device_id(signer) != statement.device)
    return fail(Errc::denied, "it is signed by another device than it names");
  TRY(verify_ssh_signature(commit.signature, signed_part(commit), signer));
  return statement;
}

Result<std::vector<Branch>> fetch_witnesses(Workspace& workspace,
                                            GitRemote& remote,
                                            std::uint64_t now_ms) {
  std::vector<DeviceId> devices;
  {
    auto session = TRY(Session::begin(workspace.store()));
    const auto streams = TRY(PlanStreams::load(*session));
    devices = streams.speakers();
  }
  if (devices.size() > max_statements) {
    const auto first = blake2b(fmt::format("{}{}", to_hex(workspace.device().raw()), now_ms));
    const auto from = std::ranges::lower_bound(devices, first.raw(), {}, &DeviceId::raw);
    std::ranges::rotate(devices, from);
    devices.resize(max_statements);
  }
  // What stands there of this device's says whether it has to be put there anew.
  if (std::ranges::find(devices, workspace.device()) == devices.end())
    devices.push_back(workspace.device());
  return remote.fetch_witnesses(devices);
}

Result<WitnessReport> compare_witnesses(Workspace& workspace,
                                        Session& session,
                                        const std::string& remote,
                                        const std::vector<Branch>& statements,
                                        const std::vector<SetAside>& set_aside,
                                        std::uint64_t now_ms) {
  auto streams = TRY(PlanStreams::load(session));
  Comparison comparison{streams, remote, now_ms};
  comparison.leave_out(set_aside);
  for (const auto& shown : statements) {
    if (const auto statement = statement_at(workspace, streams, shown))
      TRY(comparison.take(*statement, shown.commit));
  }
  const auto before = TRY(split_views(session.store()));
  TRY(comparison.carry_on(before));
  auto report = comparison.take_report();
  TRY(keep(session.store(), report.split));
  return report;
}

Result<void> publish_witness(Workspace& workspace,
                             GitRemote& remote,
                             const std::vector<Branch>& statements,
                             std::uint64_t now_ms) {
  auto heads = TRY(heads_to_publish(workspace));
  if (!heads) return {};
  const auto last = TRY(last_published(workspace));
  std::optional<CommitId> commit;
  if (last && last->statement.heads == *heads) {
    commit = last->commit;
  } else {
    const auto time = last ? std::max(now_ms, last->statement.time_ms + 1) : now_ms;
    const Witness statement{
        workspace.config().consortium, workspace.device(), time, *std::move(heads)};
    const auto* signer = TRY(workspace.signer());
    commit = TRY(write_statement(statement, byline_of(workspace), *signer, workspace.history()));
  }
  const auto own = to_hex(workspace.device().raw());
  const auto there = std::ranges::find(statements, own, &Branch::name);
  if (there != statements.end() && there->commit == *commit) return {};
  return in_context(remote.push_witness(workspace.device(), *commit),
                    "everything was exchanged, but what this computer has of others could not be "
                    "put beside it");
}

Result<std::vector<SplitView>> split_views(SqliteStore& store) {
  const auto text = TRY(store.meta(note));
  std::vector<SplitView> open;
  if (!text) return open;
  const auto list = Json::parse(*text, nullptr, false);
  if (!list.is_array())
    return fail(
        Errc::corrupt,
        "the replica's note of what witnesses saw is damaged; \"guantong rebuild\" makes the "
        "replica anew");
  for (const auto& one : list)
    open.push_back(split_from(one));
  return open;
}

}  // namespace guantong
