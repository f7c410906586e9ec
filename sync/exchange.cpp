#include "sync/exchange.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sync/applier.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/batch_commit.h"
#include "sync/change.h"
#include "sync/commit.h"
#include "sync/history.h"
#include "sync/members.h"
#include "sync/opening.h"
#include "sync/remarks.h"
#include "sync/store.h"

namespace guantong {
namespace {

/// New commits taken in one go: more than a consortium writes in years, less than memory holds.
constexpr std::size_t commits_max = 2'000'000;
/// How many changes are merged before what was touched is saved.
constexpr std::uint64_t changes_a_checkpoint = 100'000;

/// Whether what went wrong is a fault of this computer and not of a batch.
bool is_our_failure(const Error& error) {
  return error.code == Errc::io || error.code == Errc::busy;
}

/// What a batch adds to the account of an exchange.
struct Counted {
  std::string site;
  std::uint64_t changes = 0;
  std::map<std::uint32_t, std::uint64_t> changes_by_type;  ///< 0: acts of membership.

  /// What a verdict on the batch is about: acts have their own.
  std::uint64_t of_records() const {
    const auto acts = changes_by_type.find(0);
    return changes - (acts == changes_by_type.end() ? 0 : acts->second);
  }
};

Counted count(const ArrivedBatch& arrived) {
  const auto& batch = arrived.batch;
  Counted counted{arrived.site, batch.changes.size(), {}};
  for (const auto& change : batch.changes)
    ++counted.changes_by_type[change.is_act() ? 0 : batch.records[change.record].type];
  return counted;
}

/// Ends an opener's work with that of who uses it.
class Expectation {
public:
  explicit Expectation(Opener& opener) : opener_{opener} {}
  Expectation(const Expectation&) = delete;
  Expectation& operator=(const Expectation&) = delete;
  Expectation(Expectation&&) = delete;
  Expectation& operator=(Expectation&&) = delete;
  ~Expectation() { opener_.expect({}); }

private:
  Opener& opener_;
};

}  // namespace

/// A commit that is here but not applied, and where it was offered.
struct Receiver::Waiting : Unopened {
  std::string branch;
};

std::uint64_t Received::batches() const {
  std::uint64_t sum = 0;
  for (const auto& stream : streams)
    sum += stream.batches;
  return sum;
}

std::uint64_t Received::changes() const {
  std::uint64_t sum = 0;
  for (const auto& stream : streams)
    sum += stream.changes;
  return sum;
}

Result<void> Receiver::collect(const Branch& branch,
                               std::map<CommitId, Waiting>& waiting,
                               std::vector<SetAside>& set_aside) {
  const auto name = read_branch_name(branch.name);
  if (!name) {
    set_aside.push_back({branch.name, branch.commit, name.error()});
    return {};
  }
  std::vector<CommitId> open{branch.commit};
  while (!open.empty()) {
    const auto id = open.back();
    open.pop_back();
    if (waiting.contains(id)) continue;
    if (TRY(store_.batch_by_commit(id))) continue;
    if (waiting.size() >= commits_max)
      return fail(Errc::io, "more new commits than can be taken in at once");
    auto& entry = waiting[id];
    entry.id = id;
    entry.branch = branch.name;
    auto raw = history_.read_commit(id);
    if (!raw && is_our_failure(raw.error())) return raw.error();
    auto commit = raw ? parse_commit(*raw) : Result<Commit>{raw.error()};
    if (commit) {
      entry.commit = *std::move(commit);
      open.insert(open.end(), entry.commit.parents.begin(), entry.commit.parents.end());
    } else {
      entry.flaw = commit.error();
    }
  }
  return {};
}

Result<std::vector<CommitId>> Receiver::in_causal_order(
    const std::map<CommitId, Waiting>& waiting) {
  // Kahn, "Topological sorting of large networks" (1962); among those ready, by branch and id.
  std::map<CommitId, std::size_t> missing;
  std::map<CommitId, std::vector<CommitId>> children;
  std::set<std::pair<std::string, CommitId>> ready;
  for (const auto& [id, entry] : waiting) {
    std::size_t parents = 0;
    const std::set<CommitId> distinct{entry.commit.parents.begin(), entry.commit.parents.end()};
    for (const auto& parent : distinct) {
      if (!waiting.contains(parent)) continue;
      children[parent].push_back(id);
      ++parents;
    }
    missing[id] = parents;
    if (parents == 0) ready.emplace(entry.branch, id);
  }
  std::vector<CommitId> order;
  while (!ready.empty()) {
    const auto id = ready.begin()->second;
    ready.erase(ready.begin());
    order.push_back(id);
    for (const auto& child : children[id]) {
      if (--missing[child] == 0) ready.emplace(waiting.at(child).branch, child);
    }
  }
  return order;
}

Result<ArrivedBatch> Receiver::next() {
  auto opened = TRY(opener_.next());
  const auto& batch = opened.batch;
  std::optional<PublicKey> replaced;
  if (batch.batch.number > 1 && !batch.parents.empty()) {
    const auto before = TRY(store_.batch_by_commit(batch.parents.front()));
    if (before) replaced = members_.key_after(before->stream, before->last_n);
  }
  TRY(check_signer(opened, replaced));
  return std::move(opened.batch);
}

Result<std::string> branch_of(Store& store, StreamNo stream, const std::string& site) {
  const auto tip = TRY(store.tip(stream));
  StreamName name{tip.space, site, tip.device};
  if (tip.from) {
    const auto first = TRY(store.batch_of({stream, tip.from->n + 1}));
    name.fork = fork_name(first.commit);
  }
  return branch_name(name);
}

/// The date of the last change of a batch that is here.
Result<std::uint64_t> Receiver::date_of(const CommitId& id) {
  if (const auto known = dates_.find(id); known != dates_.end()) return known->second;
  const auto batch = TRY(store_.batch_by_commit(id));
  const auto last = TRY(store_.change({batch->stream, batch->last_n}));
  return dates_[id] = last.time.ms;
}

Result<void> Receiver::note_remarks(const CommitId& id,
                                    const Commit& commit,
                                    std::uint64_t now_ms,
                                    StreamProgress& stream) {
  Dates dates{.now = now_ms};
  dates.written = TRY(date_of(id));
  for (const auto& parent : commit.parents) {
    const auto date = TRY(date_of(parent));
    // One that is itself ahead of the time says nothing of who built on it.
    if (date <= now_ms + clock_tolerance_ms) dates.before = std::max(dates.before, date);
  }
  const auto batch = TRY(store_.batch_by_commit(id));
  const auto* under = members_.grant_of(batch->stream, batch->under);
  for (auto& what : remarks_on(commit, dates, under == nullptr ? nullptr : &under->member)) {
    auto kind = what.id;
    stream.remarks.insert_or_assign(std::move(kind), Remark{id, std::move(what)});
  }
  return {};
}

Result<Received> Receiver::receive(const std::vector<Branch>& offered,
                                   std::uint64_t now_ms,
                                   const Progress& progress) {
  Received received;
  std::map<CommitId, Waiting> waiting;
  for (const auto& branch : offered)
    TRY(collect(branch, waiting, received.set_aside));
  const auto order = TRY(in_causal_order(waiting));
  std::vector<const Unopened*> to_open;
  for (const auto& id : order)
    to_open.push_back(&waiting.at(id));
  opener_.expect(std::move(to_open));
  const Expectation expectation{opener_};
  std::map<std::string, StreamProgress> streams;
  std::uint64_t since_checkpoint = 0;
  std::uint64_t done = 0;
  for (const auto& id : order) {
    if (progress) progress(done++, order.size());
    const auto& entry = waiting.at(id);
    auto arrived = next();
    auto counted = arrived ? count(*arrived) : Counted{};
    if (arrived) dates_[id] = arrived->batch.changes.back().time.ms;
    auto applied =
        arrived ? applier_.apply(*std::move(arrived), now_ms) : Result<Applied>{arrived.error()};
    if (!applied) {
      if (is_our_failure(applied.error())) return applied.error();
      received.set_aside.push_back({entry.branch, id, std::move(applied).error()});
      continue;
    }
    const auto branch = TRY(branch_of(store_, applied->stream, counted.site));
    auto& mine = streams[branch];
    if (!counts(applied->verdict)) received.quarantined += counted.of_records();
    ++mine.batches;
    mine.changes += counted.changes;
    mine.tip = id;
    TRY(note_remarks(id, entry.commit, now_ms, mine));
    for (const auto& [type, changes] : counted.changes_by_type)
      received.changes_by_type[type] += changes;
    since_checkpoint += counted.changes;
    if (since_checkpoint >= changes_a_checkpoint) {
      TRY(applier_.merger().publish());
      since_checkpoint = 0;
    }
  }
  for (auto& [branch, stream] : streams) {
    stream.branch = branch;
    received.streams.push_back(std::move(stream));
  }
  return received;
}

}  // namespace guantong
