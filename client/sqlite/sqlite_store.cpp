#include "client/sqlite/sqlite_store.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/sqlite/database.h"
#include "client/sqlite/reach_table.h"
#include "client/sqlite/replica_tables.h"
#include "client/sqlite/typed_tables.h"
#include "sync/authority.h"
#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/forks.h"
#include "sync/holding.h"
#include "sync/members.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/store.h"

namespace guantong {
namespace {

template <class Id>
Id id_in(const Statement& statement, int column) {
  return Id::from(statement.bytes(column)).value_or(Id{});
}

std::int64_t stored(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}
std::uint64_t natural(std::int64_t number) {
  return static_cast<std::uint64_t>(number);
}
template <class Number>
Number narrow(std::int64_t number) {
  return static_cast<Number>(number);
}

constexpr const char* batch_columns =
    "stream, number, commit_id, first_n, last_n, generation, under_stream, under_n, digest, "
    "arrived_ms, site, verdict, writes";

StoredBatch batch_in(const Statement& row) {
  StoredBatch batch;
  batch.stream = narrow<StreamNo>(row.int64(0));
  batch.number = narrow<std::uint32_t>(row.int64(1));
  batch.commit = id_in<CommitId>(row, 2);
  batch.first_n = natural(row.int64(3));
  batch.last_n = natural(row.int64(4));
  batch.generation = natural(row.int64(5));
  batch.under = {narrow<StreamNo>(row.int64(6)), natural(row.int64(7))};
  batch.digest = id_in<Digest>(row, 8);
  batch.arrived_ms = natural(row.int64(9));
  batch.site = row.bytes(10);
  batch.verdict = static_cast<BatchVerdict>(row.int64(11));
  batch.writes = row.int64(12) != 0;
  return batch;
}

/// The marks of a record; above them, how many of its slots are in conflict.
constexpr unsigned conflicts_shift = 8;

std::uint32_t marks_of(const RecordState& state) {
  std::uint32_t marks = state.life == LifeState::held ? mark_held : 0;
  for (const auto& slot : state.slots) {
    if (slot.conflict) marks = (marks | mark_conflict) + (1U << conflicts_shift);
    if (slot.joined) marks |= mark_joined;
    for (const auto& proposal : slot.proposals) {
      const unsigned outcomes = proposal.outcomes;
      const bool one_answer = outcomes != 0 && (outcomes & (outcomes - 1)) == 0;
      if (!one_answer && (outcomes & outcome_void) == 0) marks |= mark_proposal;
    }
  }
  if (wants_answer(Holding{state.acts_on(HeldSubject::holder)})) marks |= mark_duty;
  const bool asks = wants_answer(Holding{state.acts_on(HeldSubject::owner)}) ||
                    wants_answer(Holding{state.acts_on(HeldSubject::phase)});
  if (asks) marks |= mark_agreement;
  return marks;
}

std::string sum_key(Space space) {
  return fmt::format("digest {}", static_cast<int>(space));
}

}  // namespace

void SqliteStore::DigestSum::add(const Digest& digest) {
  std::array<std::uint64_t, 4> other{};
  std::memcpy(other.data(), digest.bytes.data(), sizeof other);
  for (std::size_t i = 0; i < lanes.size(); ++i)
    lanes.at(i) += other.at(i);
  ++records;
}

void SqliteStore::DigestSum::remove(const Digest& digest) {
  std::array<std::uint64_t, 4> other{};
  std::memcpy(other.data(), digest.bytes.data(), sizeof other);
  for (std::size_t i = 0; i < lanes.size(); ++i)
    lanes.at(i) -= other.at(i);
  --records;
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& path,
                                                       const Schema& schema) {
  auto database = TRY(Database::open(path));
  std::unique_ptr<SqliteStore> store{new SqliteStore{std::move(database), schema}};
  TRY(prepare_tables(store->database_, schema));
  const auto level = TRY(store->meta("schema level"));
  store->needs_rebuild_ = level != std::string{schema.level().raw()};
  return store;
}

void SqliteStore::refresh() {
  keys_.clear();
  numbers_.clear();
  tips_.clear();
  batches_.clear();
  by_commit_.clear();
  reach_.refresh();
  stream_numbers_.clear();
  digests_.clear();
  marks_.clear();
  sums_.clear();
  log_.refresh();
}

Result<void> SqliteStore::flush() {
  for (const auto& [space, sum] : sums_) {
    std::string raw(sizeof sum.lanes + sizeof sum.records, '\0');
    std::memcpy(raw.data(), sum.lanes.data(), sizeof sum.lanes);
    std::memcpy(raw.data() + sizeof sum.lanes, &sum.records, sizeof sum.records);
    TRY(set_meta(sum_key(space), raw));
  }
  return log_.flush();
}

Result<SqliteStore::DigestSum*> SqliteStore::sum_of(Space space) {
  if (const auto known = sums_.find(space); known != sums_.end()) return &known->second;
  DigestSum sum;
  const auto raw = TRY(meta(sum_key(space)));
  if (raw && raw->size() == sizeof sum.lanes + sizeof sum.records) {
    std::memcpy(sum.lanes.data(), raw->data(), sizeof sum.lanes);
    std::memcpy(&sum.records, raw->data() + sizeof sum.lanes, sizeof sum.records);
  }
  return &sums_.emplace(space, sum).first->second;
}

Result<Digest> SqliteStore::digest(Space space) {
  const auto* sum = TRY(sum_of(space));
  std::string text{schema_.level().raw()};
  for (const auto lane : sum->lanes)
    text += fmt::format(" {:016x}", lane);
  text += fmt::format(" {}", sum->records);
  return blake2b(text);
}

Result<std::shared_ptr<Members>> SqliteStore::members() {
  auto* row = TRY(database_.cached("PRAGMA data_version"));
  TRY(row->step());
  const auto version = row->int64(0);
  row->reset();
  auto kept = std::exchange(kept_, nullptr);
  if (kept != nullptr && version == version_) return kept;
  version_ = version;
  has_new_stream_ = false;
  auto loaded = TRY(load_members());
  return std::make_shared<Members>(std::move(loaded));
}

Result<Members> SqliteStore::load_members() {
  Members members;
  // Few: those of this computer. Which table goes first is not left to SQLite.
  auto* streams =
      TRY(database_.cached("SELECT a.id, b.id FROM stream a CROSS JOIN stream b ON a.device = "
                           "b.device AND b.space = 1 WHERE a.space <> 1"));
  while (TRY(streams->step()))
    members.same_device(narrow<StreamNo>(streams->int64(0)), narrow<StreamNo>(streams->int64(1)));
  streams->reset();
  const auto consortium = TRY(meta("consortium"));
  if (!consortium) return members;
  const auto id = ConsortiumId::from(*consortium);
  if (!id) return fail(Errc::corrupt, "the replica does not say which consortium it belongs to");
  const auto name = TRY(meta("consortium name"));
  members.restore(name.value_or(""), *id);
  auto* rows = TRY(database_.cached("SELECT bytes FROM act ORDER BY number"));
  while (TRY(rows->step())) {
    auto act = TRY(decode_act(rows->bytes(0)));
    members.restore(std::move(act));
  }
  rows->reset();
  TRY(restore_forks(*this, members));
  return members;
}

Result<std::optional<std::string>> SqliteStore::meta(std::string_view key) {
  auto* row = TRY(database_.cached("SELECT value FROM meta WHERE key = ?"));
  TRY(row->bind_text(1, key));
  std::optional<std::string> value;
  if (TRY(row->step())) value = std::string{row->bytes(0)};
  row->reset();
  return value;
}

Result<void> SqliteStore::set_meta(std::string_view key, std::string_view value) {
  auto* insert = TRY(database_.cached("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"));
  TRY(insert->bind_text(1, key));
  TRY(insert->bind_blob(2, value));
  return insert->run();
}

Result<void> SqliteStore::remove_meta(std::string_view key) {
  auto* remove = TRY(database_.cached("DELETE FROM meta WHERE key = ?"));
  TRY(remove->bind_text(1, key));
  return remove->run();
}

Result<std::vector<std::pair<StreamNo, StreamTip>>> SqliteStore::streams() {
  std::vector<StreamNo> numbers;
  auto* rows = TRY(database_.cached("SELECT id FROM stream ORDER BY id"));
  while (TRY(rows->step()))
    numbers.push_back(narrow<StreamNo>(rows->int64(0)));
  rows->reset();
  std::vector<std::pair<StreamNo, StreamTip>> streams;
  for (const auto number : numbers) {
    auto one = TRY(tip(number));
    streams.emplace_back(number, one);
  }
  return streams;
}

Result<std::vector<RecordNo>> SqliteStore::marked(std::uint8_t marks) {
  std::vector<RecordNo> records;
  // Only the index is read: there are many records, and few of them are marked.
  auto* rows =
      TRY(database_.cached("SELECT id FROM record INDEXED BY record_marked WHERE marks <> 0 AND "
                           "marks & ? <> 0"));
  TRY(rows->bind(1, std::int64_t{marks}));
  while (TRY(rows->step()))
    records.push_back(narrow<RecordNo>(rows->int64(0)));
  rows->reset();
  std::ranges::sort(records);
  return records;
}

Result<std::uint64_t> SqliteStore::conflicts() {
  auto* row = TRY(database_.cached_text("conflicts", [] {
    return fmt::format(
        "SELECT coalesce(sum(marks >> {}), 0) FROM record INDEXED BY record_marked WHERE marks <> "
        "0",
        conflicts_shift);
  }));
  TRY(row->step());
  const auto open = natural(row->int64(0));
  row->reset();
  return open;
}

Result<std::vector<RecordNo>> SqliteStore::in_conflict() {
  // Heads that were joined by themselves are in conflict again when another site decides what lies
  // below them.
  return marked(mark_conflict | mark_joined);
}

Result<StreamNo> SqliteStore::intern_stream(const DeviceId& device, Space space) {
  const auto key = std::pair{device, space};
  if (const auto known = stream_numbers_.find(key); known != stream_numbers_.end())
    return known->second;
  auto* row = TRY(
      database_.cached("SELECT id FROM stream WHERE device = ? AND space = ? ORDER BY id LIMIT 1"));
  TRY(row->bind_blob(1, device.raw()));
  TRY(row->bind(2, static_cast<std::int64_t>(space)));
  std::int64_t id = 0;
  if (TRY(row->step())) id = row->int64(0);
  row->reset();
  if (id == 0) {
    auto* insert =
        TRY(database_.cached("INSERT INTO stream (device, space, number, last_n, commit_id, "
                             "digest, generation) VALUES (?, ?, 0, 0, x'', x'', 0) RETURNING id"));
    TRY(insert->bind_blob(1, device.raw()));
    TRY(insert->bind(2, static_cast<std::int64_t>(space)));
    TRY(insert->step());
    id = insert->int64(0);
    TRY(insert->run());
    has_new_stream_ = true;
    kept_.reset();
  }
  stream_numbers_[key] = narrow<StreamNo>(id);
  return narrow<StreamNo>(id);
}

Result<std::optional<RecordNo>> SqliteStore::find_record(const RecordKey& key) {
  if (const auto known = numbers_.find(key); known != numbers_.end())
    return std::optional{known->second};
  auto* row = TRY(database_.cached("SELECT id FROM record WHERE uuid = ? AND type = ?"));
  TRY(row->bind_blob(1, key.id.raw()));
  TRY(row->bind(2, std::int64_t{key.type}));
  std::optional<RecordNo> number;
  if (TRY(row->step())) number = narrow<RecordNo>(row->int64(0));
  row->reset();
  if (number) {
    numbers_[key] = *number;
    keys_[*number] = key;
  }
  return number;
}

Result<bool> SqliteStore::is_suspended(RecordNo record) {
  auto* row = TRY(database_.cached("SELECT 1 FROM suspended WHERE record = ?"));
  TRY(row->bind(1, std::int64_t{record}));
  const bool found = TRY(row->step());
  row->reset();
  return found;
}

Result<RecordNo> SqliteStore::intern_record(const RecordKey& key) {
  const auto known = TRY(find_record(key));
  if (known) return *known;
  auto* insert =
      TRY(database_.cached("INSERT INTO record (type, uuid) VALUES (?, ?) RETURNING id"));
  TRY(insert->bind(1, std::int64_t{key.type}));
  TRY(insert->bind_blob(2, key.id.raw()));
  TRY(insert->step());
  const auto number = narrow<RecordNo>(insert->int64(0));
  TRY(insert->run());
  numbers_[key] = number;
  keys_[number] = key;
  return number;
}

Result<RecordKey> SqliteStore::record_key(RecordNo record) {
  if (const auto known = keys_.find(record); known != keys_.end()) return known->second;
  auto* row = TRY(database_.cached("SELECT type, uuid FROM record WHERE id = ?"));
  TRY(row->bind(1, std::int64_t{record}));
  if (!TRY(row->step())) return fail(Errc::corrupt, "the replica has no record number {}", record);
  const RecordKey key{narrow<std::uint32_t>(row->int64(0)), id_in<RecordId>(*row, 1)};
  row->reset();
  keys_[record] = key;
  return key;
}

Result<StreamTip> SqliteStore::tip(StreamNo stream) {
  if (const auto known = tips_.find(stream); known != tips_.end()) return known->second;
  auto* row =
      TRY(database_.cached("SELECT device, space, number, last_n, commit_id, digest, generation, "
                           "from_stream, from_n FROM stream WHERE id = ?"));
  TRY(row->bind(1, std::int64_t{stream}));
  if (!TRY(row->step())) return fail(Errc::corrupt, "the replica has no stream number {}", stream);
  StreamTip tip;
  tip.device = id_in<DeviceId>(*row, 0);
  tip.space = static_cast<Space>(row->int64(1));
  tip.number = narrow<std::uint32_t>(row->int64(2));
  tip.last_n = natural(row->int64(3));
  tip.commit = id_in<CommitId>(*row, 4);
  tip.digest = id_in<Digest>(*row, 5);
  tip.generation = natural(row->int64(6));
  if (!row->is_null(7)) tip.from = Dot{narrow<StreamNo>(row->int64(7)), natural(row->int64(8))};
  row->reset();
  tips_[stream] = tip;
  return tip;
}

Result<StreamNo> SqliteStore::add_branch(StreamNo stream, const Dot& from) {
  const auto of = TRY(tip(stream));
  auto* insert = TRY(database_.cached(
      "INSERT INTO stream (device, space, number, last_n, commit_id, digest, generation, "
      "from_stream, from_n) VALUES (?, ?, 0, ?, x'', x'', 0, ?, ?) RETURNING id"));
  TRY(insert->bind_blob(1, of.device.raw()));
  TRY(insert->bind(2, static_cast<std::int64_t>(of.space)));
  TRY(insert->bind(3, stored(from.n)));
  TRY(insert->bind(4, std::int64_t{from.stream}));
  TRY(insert->bind(5, stored(from.n)));
  TRY(insert->step());
  const auto number = narrow<StreamNo>(insert->int64(0));
  TRY(insert->run());
  return number;
}

Result<std::vector<StreamNo>> SqliteStore::branches(StreamNo stream) {
  const auto of = TRY(tip(stream));
  std::vector<StreamNo> streams;
  auto* rows =
      TRY(database_.cached("SELECT id FROM stream WHERE device = ? AND space = ? ORDER BY id"));
  TRY(rows->bind_blob(1, of.device.raw()));
  TRY(rows->bind(2, static_cast<std::int64_t>(of.space)));
  while (TRY(rows->step()))
    streams.push_back(narrow<StreamNo>(rows->int64(0)));
  rows->reset();
  return streams;
}

Result<std::vector<StreamNo>> SqliteStore::forked() {
  std::vector<StreamNo> streams;
  auto* rows = TRY(database_.cached(
      "SELECT DISTINCT (SELECT min(a.id) FROM stream a WHERE a.device = b.device AND a.space = "
      "b.space) FROM stream b WHERE b.from_stream IS NOT NULL"));
  while (TRY(rows->step()))
    streams.push_back(narrow<StreamNo>(rows->int64(0)));
  rows->reset();
  return streams;
}

Result<std::optional<StoredBatch>> SqliteStore::batch_by_commit(const CommitId& commit) {
  if (const auto known = by_commit_.find(commit); known != by_commit_.end())
    return std::optional{batches_[known->second.stream].at(known->second.n)};
  auto* row = TRY(database_.cached_text("batch by commit", [] {
    return fmt::format("SELECT {} FROM batch WHERE commit_id = ?", batch_columns);
  }));
  TRY(row->bind_blob(1, commit.raw()));
  std::optional<StoredBatch> batch;
  if (TRY(row->step())) batch = batch_in(*row);
  row->reset();
  if (batch) remember(*batch);
  return batch;
}

void SqliteStore::remember(const StoredBatch& batch) {
  batches_[batch.stream].emplace(batch.first_n, batch);
  by_commit_.emplace(batch.commit, Dot{batch.stream, batch.first_n});
}

Result<StoredBatch> SqliteStore::batch_of(const Dot& dot) {
  const auto last = TRY(tip(dot.stream));
  if (dot.n > last.last_n) {
    StoredBatch pending;
    pending.stream = dot.stream;
    pending.first_n = last.last_n + 1;
    pending.generation = StoredBatch::pending_generation;
    return pending;
  }
  auto& known = batches_[dot.stream];
  const auto after = known.upper_bound(dot.n);
  if (after != known.begin() && std::prev(after)->second.last_n >= dot.n)
    return std::prev(after)->second;
  auto* row = TRY(database_.cached_text("batch of", [] {
    return fmt::format(
        "SELECT {} FROM batch WHERE stream = ? AND first_n <= ? ORDER BY first_n DESC LIMIT 1",
        batch_columns);
  }));
  TRY(row->bind(1, std::int64_t{dot.stream}));
  TRY(row->bind(2, stored(dot.n)));
  if (!TRY(row->step()))
    return fail(
        Errc::corrupt, "the replica has no batch with change {} of stream {}", dot.n, dot.stream);
  const auto batch = batch_in(*row);
  row->reset();
  remember(batch);
  return batch;
}

Result<std::vector<Reach>> SqliteStore::reach_of(StreamNo stream, std::uint32_t number) {
  return reach_.of(stream, number);
}

Result<void> SqliteStore::put_batch(const StoredBatch& batch, std::span<const Reach> grown) {
  auto* insert = TRY(database_.cached_text("insert batch", [] {
    return fmt::format("INSERT INTO batch ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                       batch_columns);
  }));
  TRY(insert->bind(1, std::int64_t{batch.stream}));
  TRY(insert->bind(2, std::int64_t{batch.number}));
  TRY(insert->bind_blob(3, batch.commit.raw()));
  TRY(insert->bind(4, stored(batch.first_n)));
  TRY(insert->bind(5, stored(batch.last_n)));
  TRY(insert->bind(6, stored(batch.generation)));
  TRY(insert->bind(7, std::int64_t{batch.under.stream}));
  TRY(insert->bind(8, stored(batch.under.n)));
  TRY(insert->bind_blob(9, batch.digest.raw()));
  TRY(insert->bind(10, stored(batch.arrived_ms)));
  TRY(insert->bind_text(11, batch.site));
  TRY(insert->bind(12, static_cast<std::int64_t>(batch.verdict)));
  TRY(insert->bind(13, std::int64_t{batch.writes}));
  TRY(insert->run());
  remember(batch);
  TRY(reach_.put(batch.stream, batch.number, grown));
  auto last = TRY(tip(batch.stream));
  last.number = batch.number;
  last.last_n = batch.last_n;
  last.commit = batch.commit;
  last.digest = batch.digest;
  last.generation = batch.generation;
  auto* update =
      TRY(database_.cached("UPDATE stream SET number = ?, last_n = ?, commit_id = ?, digest = ?, "
                           "generation = ? WHERE id = ?"));
  TRY(update->bind(1, std::int64_t{last.number}));
  TRY(update->bind(2, stored(last.last_n)));
  TRY(update->bind_blob(3, last.commit.raw()));
  TRY(update->bind_blob(4, last.digest.raw()));
  TRY(update->bind(5, stored(last.generation)));
  TRY(update->bind(6, std::int64_t{batch.stream}));
  TRY(update->run());
  tips_[batch.stream] = last;
  return log_.seal(batch.stream, batch.first_n, batch.last_n);
}

Result<void> SqliteStore::set_verdict(const StoredBatch& batch, BatchVerdict verdict) {
  auto* update =
      TRY(database_.cached("UPDATE batch SET verdict = ? WHERE stream = ? AND first_n = ?"));
  TRY(update->bind(1, static_cast<std::int64_t>(verdict)));
  TRY(update->bind(2, std::int64_t{batch.stream}));
  TRY(update->bind(3, stored(batch.first_n)));
  TRY(update->run());
  auto& known = batches_[batch.stream];
  if (const auto found = known.find(batch.first_n); found != known.end())
    found->second.verdict = verdict;
  return {};
}

Result<std::vector<StoredBatch>> SqliteStore::batches_in(Statement* rows) {
  std::vector<StoredBatch> batches;
  while (TRY(rows->step()))
    batches.push_back(batch_in(*rows));
  rows->reset();
  return batches;
}

Result<std::vector<StoredBatch>> SqliteStore::batches_from(StreamNo stream, std::uint64_t n) {
  auto* rows = TRY(database_.cached_text(fmt::format(
      "SELECT {} FROM batch WHERE stream = ? AND first_n >= coalesce((SELECT max(first_n) FROM "
      "batch WHERE stream = ?1 AND first_n <= ?2), 0) AND last_n >= ?2 ORDER BY first_n",
      batch_columns)));
  TRY(rows->bind(1, std::int64_t{stream}));
  TRY(rows->bind(2, stored(n)));
  return batches_in(rows);
}

Result<std::vector<StoredBatch>> SqliteStore::batches_with(const Digest& payload) {
  auto* rows = TRY(
      database_.cached_text(fmt::format("SELECT {} FROM batch WHERE digest = ?", batch_columns)));
  TRY(rows->bind_blob(1, payload.raw()));
  return batches_in(rows);
}

Result<std::vector<StoredBatch>> SqliteStore::quarantined() {
  auto* rows = TRY(database_.cached_text(fmt::format(
      // Who may only read may leave and take up a key: in such a batch there is nothing to rule on.
      "SELECT {} FROM batch WHERE verdict <> 0 AND verdict <> ?1 AND (verdict <> ?2 OR writes) "
      "ORDER BY arrived_ms, generation",
      batch_columns)));
  TRY(rows->bind(1, static_cast<std::int64_t>(BatchVerdict::admitted)));
  TRY(rows->bind(2, static_cast<std::int64_t>(BatchVerdict::reads_only)));
  return batches_in(rows);
}

Result<std::vector<Dot>> SqliteStore::reachers(const Dot& dot) {
  std::vector<Dot> reachers;
  const auto all = TRY(streams());
  for (const auto& [stream, tip] : all) {
    // A stream's reach only grows: the first batch that has the change is searched for by halves.
    std::uint32_t without = 0;
    for (std::uint32_t with = tip.number + 1; with - without > 1;) {
      const auto number = without + (with - without) / 2;
      const auto reach = TRY(reach_of(stream, number));
      (reach_into(reach, dot.stream) >= dot.n ? with : without) = number;
    }
    if (without == tip.number) continue;
    auto* row = TRY(database_.cached("SELECT first_n FROM batch WHERE stream = ? AND number = ?"));
    TRY(row->bind(1, std::int64_t{stream}));
    TRY(row->bind(2, std::int64_t{without} + 1));
    if (TRY(row->step())) reachers.push_back({stream, natural(row->int64(0))});
    row->reset();
  }
  return reachers;
}

Result<std::vector<RecordNo>> SqliteStore::records() {
  std::vector<RecordNo> records;
  auto* rows = TRY(database_.cached("SELECT id FROM record ORDER BY id"));
  while (TRY(rows->step()))
    records.push_back(narrow<RecordNo>(rows->int64(0)));
  rows->reset();
  return records;
}

Result<void> SqliteStore::put_change(const Dot& dot, const Change& change) {
  const auto last = TRY(tip(dot.stream));
  return dot.n <= last.last_n ? log_.add(dot, change) : log_.add_pending(dot, change);
}

Result<void> SqliteStore::remove_pending(const Dot& dot) {
  return log_.remove_pending(dot);
}

Result<std::uint64_t> SqliteStore::count_pending(StreamNo stream) {
  auto* row = TRY(database_.cached("SELECT count(*) FROM pending WHERE stream = ?"));
  TRY(row->bind(1, std::int64_t{stream}));
  TRY(row->step());
  const auto waiting = natural(row->int64(0));
  row->reset();
  return waiting;
}

Result<std::uint64_t> SqliteStore::last_n(StreamNo stream) {
  const auto waiting = TRY(log_.last_pending(stream));
  const auto sealed = TRY(tip(stream));
  return std::max(waiting, sealed.last_n);
}

Result<Change> SqliteStore::change(const Dot& dot) {
  return log_.change(dot);
}

Result<std::vector<std::pair<Dot, Change>>> SqliteStore::pending(StreamNo stream) {
  return log_.pending(stream);
}

Result<std::optional<PersonId>> SqliteStore::writer_of(const Dot& dot) {
  auto* row = TRY(database_.cached("SELECT person FROM writer WHERE stream = ? AND n = ?"));
  TRY(row->bind(1, std::int64_t{dot.stream}));
  TRY(row->bind(2, stored(dot.n)));
  std::optional<PersonId> person;
  if (TRY(row->step())) person = id_in<PersonId>(*row, 0);
  row->reset();
  return person;
}

Result<void> SqliteStore::set_writer(const Dot& dot, const PersonId& person) {
  auto* insert =
      TRY(database_.cached("INSERT OR REPLACE INTO writer (stream, n, person) VALUES (?, ?, ?)"));
  TRY(insert->bind(1, std::int64_t{dot.stream}));
  TRY(insert->bind(2, stored(dot.n)));
  TRY(insert->bind_blob(3, person.raw()));
  return insert->run();
}

Result<std::vector<std::pair<Dot, Change>>> SqliteStore::history(RecordNo record) {
  const auto dots = TRY(log_.history(record));
  std::vector<std::pair<std::uint64_t, Dot>> by_generation;
  for (const auto& dot : dots) {
    const auto batch = TRY(batch_of(dot));
    by_generation.emplace_back(batch.generation, dot);
  }
  std::ranges::sort(by_generation, {}, [](const auto& entry) {
    return std::tuple{entry.first, entry.second.n, entry.second.stream};
  });
  std::vector<std::pair<Dot, Change>> changes;
  for (const auto& [generation, dot] : by_generation) {
    auto change = TRY(log_.change(dot));
    changes.emplace_back(dot, std::move(change));
  }
  return changes;
}

Result<std::vector<Dot>> SqliteStore::latest(std::size_t most, std::uint64_t since_ms) {
  std::vector<Dot> dots;
  const auto add = [&](StreamNo stream, std::uint64_t first_n, std::uint64_t last_n) {
    for (auto n = last_n; n >= first_n && dots.size() < most; --n)
      dots.push_back({stream, n});
  };
  auto* waiting =
      TRY(database_.cached("SELECT stream, min(n), max(n) FROM pending GROUP BY stream"));
  while (TRY(waiting->step()))
    add(narrow<StreamNo>(waiting->int64(0)),
        natural(waiting->int64(1)),
        natural(waiting->int64(2)));
  waiting->reset();
  auto* batches =
      TRY(database_.cached("SELECT stream, first_n, last_n FROM batch WHERE arrived_ms >= ?1 "
                           "ORDER BY arrived_ms DESC, generation DESC"));
  TRY(batches->bind(1, stored(since_ms)));
  while (dots.size() < most && TRY(batches->step()))
    add(narrow<StreamNo>(batches->int64(0)),
        natural(batches->int64(1)),
        natural(batches->int64(2)));
  batches->reset();
  return dots;
}

Result<void> SqliteStore::put_founding(const std::string& name, const ConsortiumId& consortium) {
  TRY(set_meta("consortium", consortium.raw()));
  return set_meta("consortium name", name);
}

Result<void> SqliteStore::put_act(ActNo number, const Act& act) {
  const auto bytes = encode_act(act);
  auto* insert = TRY(database_.cached("INSERT OR REPLACE INTO act (number, bytes) VALUES (?, ?)"));
  TRY(insert->bind(1, std::int64_t{number}));
  TRY(insert->bind_blob(2, bytes));
  return insert->run();
}

Result<void> SqliteStore::remove_act(ActNo number) {
  auto* remove = TRY(database_.cached("DELETE FROM act WHERE number = ?"));
  TRY(remove->bind(1, std::int64_t{number}));
  return remove->run();
}

Result<RecordState> SqliteStore::state(RecordNo record) {
  auto* row =
      TRY(database_.cached("SELECT state, digest, history, marks FROM record WHERE id = ?"));
  TRY(row->bind(1, std::int64_t{record}));
  const bool known = TRY(row->step());
  if (known) {
    log_.loaded(record, row->bytes(2));
    marks_[record] = narrow<std::uint32_t>(row->int64(3));
  }
  if (!known || row->is_null(0)) {
    row->reset();
    return RecordState{};
  }
  auto state = decode_state(row->bytes(0));
  if (!row->is_null(1)) digests_[record] = id_in<Digest>(*row, 1);
  row->reset();
  return state;
}

Result<std::vector<RecordNo>> SqliteStore::numbers_of(const std::vector<RecordKey>& keys) {
  std::vector<RecordNo> numbers;
  numbers.reserve(keys.size());
  for (const auto& key : keys) {
    const auto number = TRY(intern_record(key));
    numbers.push_back(number);
  }
  return numbers;
}

Result<std::vector<RecordNo>> SqliteStore::save(RecordNo record,
                                                const RecordKey& key,
                                                const RecordState& state,
                                                const RecordView& view,
                                                const std::optional<Digest>& digest) {
  const RecordType& type = *schema_.type(key.type);
  auto* sum = TRY(sum_of(type.space));
  if (const auto old = digests_.find(record); old != digests_.end()) sum->remove(old->second);
  // A record of which nothing counts any more, as after undoing its creation, leaves no trace.
  const bool gone = !digest;
  const auto bytes = encode_state(state);
  const auto marks = marks_of(state);
  const auto known = marks_.find(record);
  // What has an index is left alone where it stays as it is.
  const bool remarks = known == marks_.end() || known->second != marks;
  auto* update =
      TRY(remarks ? database_.cached(
                        "UPDATE record SET state = ?1, digest = ?2, history = ?3, marks = ?5 "
                        "WHERE id = ?4")
                  : database_.cached(
                        "UPDATE record SET state = ?1, digest = ?2, history = ?3 WHERE id = ?4"));
  const auto history = TRY(log_.latest(record));
  const bool has_state = !gone || !state.parts.empty() || !state.slots.empty();
  TRY(has_state ? update->bind_blob(1, bytes) : update->bind_null(1));
  TRY(gone ? update->bind_null(2) : update->bind_blob(2, digest->raw()));
  TRY(update->bind_blob(3, history));
  TRY(update->bind(4, std::int64_t{record}));
  if (remarks) TRY(update->bind(5, std::int64_t{marks}));
  TRY(update->run());
  marks_[record] = marks;
  if (gone) {
    digests_.erase(record);
    const auto left = TRY(shown_references(database_, type, record));
    auto* remove =
        TRY(database_.cached_text(fmt::format("DELETE FROM \"{}\" WHERE record = ?", type.name)));
    TRY(remove->bind(1, std::int64_t{record}));
    TRY(remove->run());
    return numbers_of(left);
  }
  sum->add(*digest);
  digests_[record] = *digest;
  if (!may_move_references(type, view)) {
    TRY(write_row(database_, type, record, key, view));
    return std::vector<RecordNo>{};
  }
  auto left = TRY(shown_references(database_, type, record));
  TRY(write_row(database_, type, record, key, view));
  if (left.empty()) return std::vector<RecordNo>{};
  const auto shown = TRY(shown_references(database_, type, record));
  std::erase_if(left, [&](const RecordKey& target) {
    return std::ranges::find(shown, target) != shown.end();
  });
  return numbers_of(left);
}

Result<std::vector<RecordNo>> SqliteStore::set_references(
    RecordNo source, Slot slot, std::span<const std::pair<RecordNo, Dot>> targets) {
  std::vector<RecordNo> before;
  auto* remove =
      TRY(database_.cached("DELETE FROM reference WHERE source = ? AND slot = ? RETURNING target"));
  TRY(remove->bind(1, std::int64_t{source}));
  TRY(remove->bind(2, std::int64_t{slot}));
  while (TRY(remove->step()))
    before.push_back(narrow<RecordNo>(remove->int64(0)));
  remove->reset();
  for (const auto& [target, dot] : targets) {
    auto* insert =
        TRY(database_.cached("INSERT OR IGNORE INTO reference (source, slot, target, stream, n) "
                             "VALUES (?, ?, ?, ?, ?)"));
    TRY(insert->bind(1, std::int64_t{source}));
    TRY(insert->bind(2, std::int64_t{slot}));
    TRY(insert->bind(3, std::int64_t{target}));
    TRY(insert->bind(4, std::int64_t{dot.stream}));
    TRY(insert->bind(5, stored(dot.n)));
    TRY(insert->run());
  }
  return before;
}

Result<std::vector<ReferenceHead>> SqliteStore::references_to(RecordNo record) {
  std::vector<ReferenceHead> references;
  auto* rows =
      TRY(database_.cached("SELECT source, slot, stream, n FROM reference WHERE target = ?"));
  TRY(rows->bind(1, std::int64_t{record}));
  while (TRY(rows->step()))
    references.push_back({narrow<RecordNo>(rows->int64(0)),
                          narrow<Slot>(rows->int64(1)),
                          {narrow<StreamNo>(rows->int64(2)), natural(rows->int64(3))}});
  rows->reset();
  return references;
}

}  // namespace guantong
