// A replica's store in memory: what tests merge into, without a disk.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/record_state.h"
#include "sync/store.h"
#include "sync/value.h"

namespace guantong::test {

/// What was last saved of a record. Slots and SETs that hold nothing are left out.
struct PublishedRow {
  LifeState life = LifeState::missing;
  std::map<Slot, Value> values;
  std::map<std::uint32_t, std::vector<Value>> members;
  Digest digest{};
  bool operator==(const PublishedRow&) const = default;
};

/// Numbers streams and records in the order of arrival. Changes and states pass through their
/// encoded forms, so that what these lose is lost here too.
class MemoryStore : public Store {
public:
  Result<StreamNo> intern_stream(const DeviceId& device, Space space) override;
  Result<RecordNo> intern_record(const RecordKey& key) override;
  Result<RecordKey> record_key(RecordNo record) override;
  Result<StreamTip> tip(StreamNo stream) override;
  Result<StreamNo> add_branch(StreamNo stream, const Dot& from) override;
  Result<std::vector<StreamNo>> branches(StreamNo stream) override;
  Result<std::vector<StreamNo>> forked() override;

  Result<std::optional<StoredBatch>> batch_by_commit(const CommitId& commit) override;
  Result<StoredBatch> batch_of(const Dot& dot) override;
  Result<std::vector<Reach>> reach_of(StreamNo stream, std::uint32_t number) override;
  Result<void> put_batch(const StoredBatch& batch, std::span<const Reach> grown) override;

  Result<void> set_verdict(const StoredBatch& batch, BatchVerdict verdict) override;
  Result<std::vector<StoredBatch>> batches_from(StreamNo stream, std::uint64_t n) override;
  Result<std::vector<StoredBatch>> batches_with(const Digest& payload) override;
  Result<std::vector<Dot>> reachers(const Dot& dot) override;

  Result<void> put_change(const Dot& dot, const Change& change) override;
  Result<Change> change(const Dot& dot) override;
  Result<std::vector<std::pair<Dot, Change>>> pending(StreamNo stream) override;
  Result<std::optional<PersonId>> writer_of(const Dot& dot) override;
  Result<std::vector<std::pair<Dot, Change>>> history(RecordNo record) override;

  Result<std::vector<RecordNo>> records() override;
  Result<void> put_founding(const std::string& name, const ConsortiumId& consortium) override;
  Result<void> put_act(ActNo number, const Act& act) override;
  Result<void> remove_act(ActNo number) override;

  Result<RecordState> state(RecordNo record) override;
  Result<std::vector<RecordNo>> save(RecordNo record,
                                     const RecordKey& key,
                                     const RecordState& state,
                                     const RecordView& view,
                                     const std::optional<Digest>& digest) override;
  Result<std::vector<RecordNo>> set_references(
      RecordNo source, Slot slot, std::span<const std::pair<RecordNo, Dot>> targets) override;
  Result<std::vector<ReferenceHead>> references_to(RecordNo record) override;
  Result<std::vector<RecordNo>> in_conflict() override;

  void set_writer(const Dot& dot, const PersonId& person) { writers_[dot] = person; }
  /// Takes a change back that is not sealed.
  void remove_pending(const Dot& dot) { changes_.erase(dot); }

  /// What a record's row says; a missing one where nothing was saved.
  const PublishedRow& row(RecordNo record) const;
  /// Records that were named or saved, by key.
  const std::map<RecordKey, RecordNo>& by_key() const { return record_numbers_; }

  /// The membership as it was put here, from which an opened replica takes it.
  Result<Members> members();

private:
  struct Stream {
    StreamTip tip;
    std::map<std::uint64_t, StoredBatch> batches;  ///< By their first n.
    /// By other stream: what is reached from a batch on, by that batch's number.
    std::map<StreamNo, std::map<std::uint32_t, std::uint64_t>> reach;
  };
  struct StoredChange {
    std::string bytes;
    std::optional<RecordNo> record;  ///< None: an act.
  };

  std::map<std::pair<DeviceId, Space>, StreamNo> stream_numbers_;
  std::vector<Stream> streams_;
  std::map<RecordKey, RecordNo> record_numbers_;
  std::vector<RecordKey> record_keys_;
  std::map<CommitId, Dot> by_commit_;  ///< The first change of each batch.
  std::map<Dot, StoredChange> changes_;
  std::map<ActNo, std::string> acts_;
  std::map<Dot, PersonId> writers_;
  std::optional<std::pair<std::string, ConsortiumId>> founding_;
  std::map<RecordNo, std::string> states_;
  std::map<RecordNo, PublishedRow> rows_;
  std::map<std::pair<RecordNo, Slot>, std::vector<std::pair<RecordNo, Dot>>> references_;
};

}  // namespace guantong::test
