// What merging asks of the replica: a port. `client/sqlite` serves it, and tests serve it from
// memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sync/authority.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/record_state.h"
#include "sync/value.h"

namespace guantong {

/// One applied batch; number 0 stands for the changes that are not sealed yet, and which have seen
/// everything that is here.
struct StoredBatch {
  static constexpr std::uint64_t pending_generation = ~std::uint64_t{0};

  StreamNo stream = 0;
  std::uint32_t number = 0;
  CommitId commit;
  std::uint64_t first_n = 0;
  std::uint64_t last_n = 0;
  std::uint64_t generation = 0;
  Dot under;  ///< The grant it acts under; n is 0 for an outsider's.
  Digest digest;
  std::uint64_t arrived_ms = 0;
  std::string site;  ///< The slug that its commit gives.
  BatchVerdict verdict = BatchVerdict::counts;
  bool writes = false;  ///< Whether it holds more than acts of membership.
};

/// The highest n of another stream that a batch has in its past.
struct Reach {
  StreamNo stream = 0;
  std::uint64_t n = 0;
};

/// How far `rows`, which are by stream, reach into a stream; 0: not at all.
inline std::uint64_t reach_into(std::span<const Reach> rows, StreamNo stream) {
  const auto at = std::ranges::lower_bound(rows, stream, {}, &Reach::stream);
  return at != rows.end() && at->stream == stream ? at->n : 0;
}

struct StreamTip {
  DeviceId device;
  Space space = Space::plan;
  std::uint32_t number = 0;  ///< Of the last applied batch; 0: none yet.
  std::uint64_t last_n = 0;
  CommitId commit;
  Digest digest;
  std::uint64_t generation = 0;
  /// Of a further branch of a fork: the change it goes on from; n is 0 where it begins anew.
  std::optional<Dot> from;
};

/// A head of a reference that points at a record.
struct ReferenceHead {
  RecordNo source = 0;
  Slot slot = 0;
  Dot dot;
};

/// A record's typed row and what stands beside it, after merging.
struct RecordView {
  LifeState life = LifeState::missing;
  std::vector<std::pair<Slot, Value>> values;  ///< Slots whose value in force was worked out anew.
  std::vector<std::pair<std::uint32_t, std::vector<Value>>>
      members;  ///< SET fields, worked out anew.
};

class Store {
public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  Store(Store&&) = delete;
  Store& operator=(Store&&) = delete;
  virtual ~Store() = default;

  virtual Result<StreamNo> intern_stream(const DeviceId& device, Space space) = 0;
  virtual Result<RecordNo> intern_record(const RecordKey& key) = 0;
  virtual Result<RecordKey> record_key(RecordNo record) = 0;
  virtual Result<StreamTip> tip(StreamNo stream) = 0;
  /// A further stream of a forked device, which goes on from `from` in `stream`, or anew.
  virtual Result<StreamNo> add_branch(StreamNo stream, const Dot& from) = 0;
  /// All streams of a device in a space, the one that came first before its further branches.
  virtual Result<std::vector<StreamNo>> branches(StreamNo stream) = 0;
  /// The first streams of those that have further branches.
  virtual Result<std::vector<StreamNo>> forked() = 0;

  virtual Result<std::optional<StoredBatch>> batch_by_commit(const CommitId& commit) = 0;
  /// The batch that holds a change; for an unsealed one, the pending batch.
  virtual Result<StoredBatch> batch_of(const Dot& dot) = 0;
  /// What a batch has in its past, of every other stream, by stream.
  virtual Result<std::vector<Reach>> reach_of(StreamNo stream, std::uint32_t number) = 0;
  /// `grown` are the rows of its reach that differ from the stream's previous batch.
  virtual Result<void> put_batch(const StoredBatch& batch, std::span<const Reach> grown) = 0;

  virtual Result<void> set_verdict(const StoredBatch& batch, BatchVerdict verdict) = 0;
  /// A stream's batches from the one that holds change n on, in order.
  virtual Result<std::vector<StoredBatch>> batches_from(StreamNo stream, std::uint64_t n) = 0;
  /// The batches with that payload: more than one only where a device signed it twice.
  virtual Result<std::vector<StoredBatch>> batches_with(const Digest& payload) = 0;
  /// By stream, the first change of the first batch that has a change in its past.
  virtual Result<std::vector<Dot>> reachers(const Dot& dot) = 0;

  /// Stores a change that is not here yet; which batch holds it follows from its n.
  virtual Result<void> put_change(const Dot& dot, const Change& change) = 0;
  /// Fails with `not_found` when it is not here.
  virtual Result<Change> change(const Dot& dot) = 0;
  /// The changes of a stream beyond its last applied batch: this device's own, not sealed yet.
  virtual Result<std::vector<std::pair<Dot, Change>>> pending(StreamNo stream) = 0;
  /// Who wrote one of this device's unsealed changes; none: the one whose device it is.
  virtual Result<std::optional<PersonId>> writer_of(const Dot& dot) = 0;
  /// Every change of a record, in an order in which who saw another comes later.
  virtual Result<std::vector<std::pair<Dot, Change>>> history(RecordNo record) = 0;

  /// Every record that is known.
  virtual Result<std::vector<RecordNo>> records() = 0;

  /// Keeps what the membership is loaded from when the replica is opened again.
  virtual Result<void> put_founding(const std::string& name, const ConsortiumId& consortium) = 0;
  /// Keeps an act, or what is known of it now.
  virtual Result<void> put_act(ActNo number, const Act& act) = 0;
  virtual Result<void> remove_act(ActNo number) = 0;

  virtual Result<RecordState> state(RecordNo record) = 0;
  /// `digest` is nothing where nothing that is known of the record counts. Returns the records that
  /// it referred to in force until now, and no longer does.
  virtual Result<std::vector<RecordNo>> save(RecordNo record,
                                             const RecordKey& key,
                                             const RecordState& state,
                                             const RecordView& view,
                                             const std::optional<Digest>& digest) = 0;
  /// Replaces what the heads of a slot refer to, and returns what they referred to before.
  virtual Result<std::vector<RecordNo>> set_references(
      RecordNo source, Slot slot, std::span<const std::pair<RecordNo, Dot>> targets) = 0;
  virtual Result<std::vector<ReferenceHead>> references_to(RecordNo record) = 0;
  /// Records with an open conflict.
  virtual Result<std::vector<RecordNo>> in_conflict() = 0;
};

}  // namespace guantong
