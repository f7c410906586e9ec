#include "tests/support/memory_store.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "sync/authority.h"
#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/forks.h"
#include "sync/members.h"
#include "sync/record_state.h"
#include "sync/store.h"

namespace guantong::test {

Result<StreamNo> MemoryStore::intern_stream(const DeviceId& device, Space space) {
  const auto next = static_cast<StreamNo>(streams_.size());
  const auto [entry, fresh] = stream_numbers_.try_emplace({device, space}, next);
  if (fresh) {
    auto& tip = streams_.emplace_back().tip;
    tip.device = device;
    tip.space = space;
  }
  return entry->second;
}

Result<RecordNo> MemoryStore::intern_record(const RecordKey& key) {
  const auto next = static_cast<RecordNo>(record_keys_.size());
  const auto [entry, fresh] = record_numbers_.try_emplace(key, next);
  if (fresh) record_keys_.push_back(key);
  return entry->second;
}

Result<RecordKey> MemoryStore::record_key(RecordNo record) {
  if (record < record_keys_.size()) return record_keys_[record];
  return fail(Errc::not_found, "there is no record {}", record);
}

Result<StreamTip> MemoryStore::tip(StreamNo stream) {
  if (stream < streams_.size()) return streams_[stream].tip;
  return fail(Errc::not_found, "there is no stream {}", stream);
}

Result<StreamNo> MemoryStore::add_branch(StreamNo stream, const Dot& from) {
  auto& fresh = streams_.emplace_back().tip;
  const auto& of = streams_.at(stream).tip;
  fresh.device = of.device;
  fresh.space = of.space;
  fresh.last_n = from.n;
  fresh.from = from;
  return static_cast<StreamNo>(streams_.size() - 1);
}

Result<std::vector<StreamNo>> MemoryStore::branches(StreamNo stream) {
  const auto of = streams_.at(stream).tip;
  std::vector<StreamNo> found;
  for (StreamNo number = 0; number < streams_.size(); ++number) {
    const auto& tip = streams_[number].tip;
    if (tip.device == of.device && tip.space == of.space) found.push_back(number);
  }
  return found;
}

Result<std::vector<StreamNo>> MemoryStore::forked() {
  std::set<StreamNo> found;
  for (const auto& stream : streams_) {
    if (stream.tip.from) found.insert(stream_numbers_.at({stream.tip.device, stream.tip.space}));
  }
  return std::vector<StreamNo>{found.begin(), found.end()};
}

Result<void> MemoryStore::set_verdict(const StoredBatch& batch, BatchVerdict verdict) {
  streams_.at(batch.stream).batches.at(batch.first_n).verdict = verdict;
  return {};
}

Result<std::vector<StoredBatch>> MemoryStore::batches_from(StreamNo stream, std::uint64_t n) {
  std::vector<StoredBatch> found;
  for (const auto& [first, batch] : streams_.at(stream).batches) {
    if (batch.last_n >= n) found.push_back(batch);
  }
  return found;
}

Result<std::vector<StoredBatch>> MemoryStore::batches_with(const Digest& payload) {
  std::vector<StoredBatch> found;
  for (const auto& stream : streams_) {
    for (const auto& [first, batch] : stream.batches) {
      if (batch.digest == payload) found.push_back(batch);
    }
  }
  return found;
}

Result<std::vector<Dot>> MemoryStore::reachers(const Dot& dot) {
  std::vector<Dot> found;
  for (StreamNo number = 0; number < streams_.size(); ++number) {
    for (const auto& [first, batch] : streams_[number].batches) {
      const auto reach = TRY(reach_of(number, batch.number));
      const auto reaches = [&](const Reach& row) {
        return row.stream == dot.stream && row.n >= dot.n;
      };
      if (std::ranges::none_of(reach, reaches)) continue;
      found.push_back({number, first});
      break;
    }
  }
  return found;
}

Result<std::vector<RecordNo>> MemoryStore::records() {
  std::vector<RecordNo> found;
  for (RecordNo number = 0; number < record_keys_.size(); ++number)
    found.push_back(number);
  return found;
}

Result<std::optional<StoredBatch>> MemoryStore::batch_by_commit(const CommitId& commit) {
  const auto found = by_commit_.find(commit);
  if (found == by_commit_.end()) return std::optional<StoredBatch>{};
  const auto first = found->second;
  return std::optional{streams_[first.stream].batches.at(first.n)};
}

Result<StoredBatch> MemoryStore::batch_of(const Dot& dot) {
  const auto& stream = streams_.at(dot.stream);
  if (dot.n > stream.tip.last_n) {
    StoredBatch pending;
    pending.stream = dot.stream;
    pending.first_n = stream.tip.last_n + 1;
    pending.generation = StoredBatch::pending_generation;
    return pending;
  }
  const auto after = stream.batches.upper_bound(dot.n);
  if (after == stream.batches.begin()) return fail(Errc::not_found, "changes count from 1");
  return std::prev(after)->second;
}

Result<std::vector<Reach>> MemoryStore::reach_of(StreamNo stream, std::uint32_t number) {
  std::vector<Reach> reach;
  for (const auto& [other, rows] : streams_.at(stream).reach) {
    const auto after = rows.upper_bound(number);
    if (after != rows.begin()) reach.push_back({other, std::prev(after)->second});
  }
  return reach;
}

Result<void> MemoryStore::put_batch(const StoredBatch& batch, std::span<const Reach> grown) {
  auto& stream = streams_.at(batch.stream);
  stream.batches.emplace(batch.first_n, batch);
  by_commit_.emplace(batch.commit, Dot{batch.stream, batch.first_n});
  for (const auto& row : grown)
    stream.reach[row.stream][batch.number] = row.n;
  stream.tip.number = batch.number;
  stream.tip.last_n = batch.last_n;
  stream.tip.commit = batch.commit;
  stream.tip.digest = batch.digest;
  stream.tip.generation = batch.generation;
  return {};
}

Result<void> MemoryStore::put_change(const Dot& dot, const Change& change) {
  const auto record = change.is_act() ? std::nullopt : std::optional{change.record};
  changes_.insert_or_assign(dot, StoredChange{encode_change(change), record});
  return {};
}

Result<Change> MemoryStore::change(const Dot& dot) {
  const auto found = changes_.find(dot);
  if (found == changes_.end()) {
    return fail(Errc::not_found, "change {} of stream {} is not here", dot.n, dot.stream);
  }
  return decode_change(found->second.bytes);
}

Result<std::vector<std::pair<Dot, Change>>> MemoryStore::pending(StreamNo stream) {
  std::vector<std::pair<Dot, Change>> found;
  auto at = changes_.upper_bound({stream, streams_.at(stream).tip.last_n});
  for (; at != changes_.end() && at->first.stream == stream; ++at) {
    auto change = TRY(decode_change(at->second.bytes));
    found.emplace_back(at->first, std::move(change));
  }
  return found;
}

Result<std::optional<PersonId>> MemoryStore::writer_of(const Dot& dot) {
  const auto found = writers_.find(dot);
  return found == writers_.end() ? std::nullopt : std::optional{found->second};
}

Result<std::vector<std::pair<Dot, Change>>> MemoryStore::history(RecordNo record) {
  std::vector<std::tuple<std::uint64_t, std::uint64_t, Dot>> order;
  for (const auto& [dot, change] : changes_) {
    if (change.record != record) continue;
    const auto batch = TRY(batch_of(dot));
    order.emplace_back(batch.generation, dot.n, dot);
  }
  std::ranges::sort(order);
  std::vector<std::pair<Dot, Change>> found;
  for (const auto& [generation, n, dot] : order) {
    auto one = TRY(change(dot));
    found.emplace_back(dot, std::move(one));
  }
  return found;
}

Result<void> MemoryStore::put_founding(const std::string& name, const ConsortiumId& consortium) {
  founding_.emplace(name, consortium);
  return {};
}

Result<void> MemoryStore::put_act(ActNo number, const Act& act) {
  acts_[number] = encode_act(act);
  return {};
}

Result<void> MemoryStore::remove_act(ActNo number) {
  acts_.erase(number);
  return {};
}

Result<RecordState> MemoryStore::state(RecordNo record) {
  const auto found = states_.find(record);
  if (found == states_.end()) return RecordState{};
  return decode_state(found->second);
}

Result<std::vector<RecordNo>> MemoryStore::save(RecordNo record,
                                                const RecordKey& /*key*/,
                                                const RecordState& state,
                                                const RecordView& view,
                                                const std::optional<Digest>& digest) {
  states_[record] = encode_state(state);
  auto& row = rows_[record];
  row.life = view.life;
  if (!digest) {  // Nothing of it counts.
    rows_.erase(record);
    return std::vector<RecordNo>{};
  }
  row.digest = *digest;
  for (const auto& [slot, value] : view.values) {
    row.values[slot] = value;
    if (value.empty()) row.values.erase(slot);
  }
  for (const auto& [field, members] : view.members) {
    row.members[field] = members;
    if (members.empty()) row.members.erase(field);
  }
  return std::vector<RecordNo>{};  // No rule is run over it.
}

Result<std::vector<RecordNo>> MemoryStore::set_references(
    RecordNo source, Slot slot, std::span<const std::pair<RecordNo, Dot>> targets) {
  auto& kept = references_[{source, slot}];
  std::vector<RecordNo> before;
  for (const auto& [target, dot] : kept)
    before.push_back(target);
  kept.assign(targets.begin(), targets.end());
  return before;
}

Result<std::vector<ReferenceHead>> MemoryStore::references_to(RecordNo record) {
  std::vector<ReferenceHead> found;
  for (const auto& [source, targets] : references_) {
    for (const auto& [target, dot] : targets) {
      if (target == record) found.push_back({source.first, source.second, dot});
    }
  }
  return found;
}

Result<std::vector<RecordNo>> MemoryStore::in_conflict() {
  std::vector<RecordNo> found;
  for (const auto& [record, bytes] : states_) {
    const auto state = TRY(decode_state(bytes));
    const auto differs = [](const SlotState& slot) { return slot.conflict || slot.joined; };
    if (std::ranges::any_of(state.slots, differs)) found.push_back(record);
  }
  return found;
}

const PublishedRow& MemoryStore::row(RecordNo record) const {
  static const PublishedRow missing;
  const auto found = rows_.find(record);
  return found == rows_.end() ? missing : found->second;
}

Result<Members> MemoryStore::members() {
  Members members;
  if (founding_) members.restore(founding_->first, founding_->second);
  for (const auto& [number, bytes] : acts_) {
    auto act = TRY(decode_act(bytes));
    members.restore(std::move(act));
  }
  TRY(restore_forks(*this, members));
  return members;
}

}  // namespace guantong::test
