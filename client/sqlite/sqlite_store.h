// The replica: one SQLite file that serves sync's Store port, always rebuildable from history.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "client/sqlite/change_log.h"
#include "client/sqlite/database.h"
#include "client/sqlite/reach_table.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/store.h"

namespace guantong {

/// Why a record wants to be looked at; bits of the column record.marks.
enum Mark : std::uint8_t {
  mark_conflict = 1,    ///< An open conflict.
  mark_proposal = 2,    ///< A proposal without an answer, or with two.
  mark_joined = 4,      ///< Something was merged without anybody's decision.
  mark_held = 8,        ///< Archived, and used beside that.
  mark_duty = 16,       ///< Contested, offered or requested: who answers for it is to be agreed.
  mark_agreement = 32,  ///< Its owner or its closing is to be agreed.
};

class SqliteStore final : public Store {
public:
  /// Opens the replica at `path`, making it if need be. Fails with `too_new` when a later program
  /// made it, `invalid` when it was made at another schema level and must be rebuilt
  /// (`needs_rebuild`).
  static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& path,
                                                   const Schema& schema);

  Database& database() { return database_; }
  const Schema& schema() const { return schema_; }

  /// Whether the file was merged by a program of another schema level.
  bool needs_rebuild() const { return needs_rebuild_; }

  /// Forgets what memory keeps of the file; at the start of every transaction, and after one that
  /// was rolled back.
  void refresh();
  /// Writes what memory keeps; before every commit.
  Result<void> flush();

  /// The membership as it stands: what was kept, if nobody has written to the file since.
  Result<std::shared_ptr<Members>> members();
  /// Keeps the membership as the file has it, for the next transaction.
  void keep(std::shared_ptr<Members> members) {
    if (!has_new_stream_) kept_ = std::move(members);
  }

  Result<std::optional<std::string>> meta(std::string_view key);
  Result<void> set_meta(std::string_view key, std::string_view value);
  Result<void> remove_meta(std::string_view key);

  /// The digest of all merged records of a space, and how many there are.
  Result<Digest> digest(Space space);

  /// Forgets a change that was not sealed; its record must then be taken anew.
  Result<void> remove_pending(const Dot& dot);

  /// How many changes of a stream are not sealed.
  Result<std::uint64_t> count_pending(StreamNo stream);
  /// The number of a stream's last change, sealed or not.
  Result<std::uint64_t> last_n(StreamNo stream);
  /// The latest changes that are here, the newest first: those that are not sealed, then by
  /// arrival, back to that moment in milliseconds since 1970.
  Result<std::vector<Dot>> latest(std::size_t most, std::uint64_t since_ms = 0);

  /// The batches that do not count, in order of arrival.
  Result<std::vector<StoredBatch>> quarantined();
  /// All streams that are known, by number.
  Result<std::vector<std::pair<StreamNo, StreamTip>>> streams();
  Result<std::vector<RecordNo>> marked(std::uint8_t marks);
  /// How many slots of all records are in conflict.
  Result<std::uint64_t> conflicts();
  Result<std::optional<RecordNo>> find_record(const RecordKey& key);
  /// Whether a finding takes the record out of force (an edge of a cycle).
  Result<bool> is_suspended(RecordNo record);

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
  Result<std::vector<RecordNo>> records() override;
  Result<void> put_change(const Dot& dot, const Change& change) override;
  Result<Change> change(const Dot& dot) override;
  Result<std::vector<std::pair<Dot, Change>>> pending(StreamNo stream) override;
  Result<std::optional<PersonId>> writer_of(const Dot& dot) override;
  /// Notes who wrote an unsealed change.
  Result<void> set_writer(const Dot& dot, const PersonId& person);
  Result<std::vector<std::pair<Dot, Change>>> history(RecordNo record) override;
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

private:
  SqliteStore(Database database, const Schema& schema)
      : database_{std::move(database)}, log_{database_}, reach_{database_}, schema_{schema} {}
  Result<std::vector<StoredBatch>> batches_in(Statement* rows);
  void remember(const StoredBatch& batch);
  Result<std::vector<RecordNo>> numbers_of(const std::vector<RecordKey>& keys);
  Result<Members> load_members();

  /// A sum of record digests, lane by lane modulo 2^64: the order of adding does not matter, and a
  /// record's share can be taken out again.
  struct DigestSum {
    std::array<std::uint64_t, 4> lanes{};
    std::uint64_t records = 0;
    void add(const Digest& digest);
    void remove(const Digest& digest);
  };
  Result<DigestSum*> sum_of(Space space);

  Database database_;
  ChangeLog log_;
  ReachTable reach_;
  const Schema& schema_;
  bool needs_rebuild_ = false;
  std::unordered_map<RecordNo, RecordKey> keys_;
  std::unordered_map<RecordKey, RecordNo, RecordKeyHash> numbers_;
  std::map<StreamNo, StreamTip> tips_;
  std::unordered_map<StreamNo, std::map<std::uint64_t, StoredBatch>> batches_;  // By first n.
  std::unordered_map<CommitId, Dot, IdHash> by_commit_;                         // Those of them.
  std::map<std::pair<DeviceId, Space>, StreamNo> stream_numbers_;
  // Of records loaded in this transaction.
  std::unordered_map<RecordNo, Digest> digests_;
  std::unordered_map<RecordNo, std::uint32_t> marks_;
  std::map<Space, DigestSum> sums_;
  std::shared_ptr<Members> kept_;
  std::int64_t version_ = 0;     // SQLite's of the file, when `kept_` was loaded.
  bool has_new_stream_ = false;  // Since then; whose it is, loading finds out.
};

}  // namespace guantong
