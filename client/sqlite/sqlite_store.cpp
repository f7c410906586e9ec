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
#include "client/sqlite/typed_tables.h"
#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/holding.h"
#include "sync/members.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/store.h"

namespace guantong {
namespace {

constexpr std::int64_t file_version = 1;

constexpr const char* tables = R"(
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE stream (id INTEGER PRIMARY KEY, device BLOB NOT NULL, space INTEGER NOT NULL,
  number INTEGER NOT NULL, last_n INTEGER NOT NULL, commit_id BLOB NOT NULL, digest BLOB NOT NULL,
  generation INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX stream_by_device ON stream(device, space);
CREATE TABLE batch (stream INTEGER NOT NULL, first_n INTEGER NOT NULL, last_n INTEGER NOT NULL,
  number INTEGER NOT NULL, commit_id BLOB NOT NULL, generation INTEGER NOT NULL,
  under_stream INTEGER NOT NULL, under_n INTEGER NOT NULL, digest BLOB NOT NULL,
  arrived_ms INTEGER NOT NULL, PRIMARY KEY (stream, first_n)) STRICT, WITHOUT ROWID;
CREATE INDEX batch_by_commit ON batch(commit_id);
CREATE TABLE reach (stream INTEGER NOT NULL, other INTEGER NOT NULL, number INTEGER NOT NULL,
  n INTEGER NOT NULL, PRIMARY KEY (stream, other, number)) STRICT, WITHOUT ROWID;
CREATE TABLE change (stream INTEGER NOT NULL, n INTEGER NOT NULL, record INTEGER NOT NULL,
  bytes BLOB NOT NULL, PRIMARY KEY (stream, n)) STRICT, WITHOUT ROWID;
CREATE INDEX change_by_record ON change(record);
CREATE TABLE record (id INTEGER PRIMARY KEY, type INTEGER NOT NULL, uuid BLOB NOT NULL,
  marks INTEGER NOT NULL DEFAULT 0, state BLOB, digest BLOB) STRICT;
CREATE UNIQUE INDEX record_by_uuid ON record(uuid, type);
CREATE INDEX record_marked ON record(marks) WHERE marks <> 0;
CREATE TABLE reference (source INTEGER NOT NULL, slot INTEGER NOT NULL, target INTEGER NOT NULL,
  stream INTEGER NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (source, slot, target, stream, n)) STRICT, WITHOUT ROWID;
CREATE INDEX reference_by_target ON reference(target);
CREATE TABLE grant_fact (arrival INTEGER PRIMARY KEY, stream INTEGER NOT NULL,
  by_stream INTEGER NOT NULL, n INTEGER NOT NULL, level INTEGER NOT NULL, valid INTEGER NOT NULL,
  key BLOB NOT NULL, site TEXT NOT NULL, site_name TEXT NOT NULL, site_kind TEXT NOT NULL,
  person BLOB NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL) STRICT;
CREATE TABLE finding (id BLOB PRIMARY KEY, rule TEXT NOT NULL, severity TEXT NOT NULL,
  records TEXT NOT NULL, message TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE finding_record (record INTEGER NOT NULL, finding BLOB NOT NULL,
  PRIMARY KEY (record, finding)) STRICT, WITHOUT ROWID;
CREATE TABLE suspended (record INTEGER PRIMARY KEY) STRICT;
CREATE TABLE remote_tip (remote TEXT NOT NULL, branch TEXT NOT NULL, commit_id BLOB NOT NULL,
  number INTEGER NOT NULL, PRIMARY KEY (remote, branch)) STRICT, WITHOUT ROWID;
CREATE TABLE set_aside (commit_id BLOB PRIMARY KEY, branch TEXT NOT NULL, code TEXT NOT NULL,
  message TEXT NOT NULL, since_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE receipt (id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, remote TEXT NOT NULL,
  content TEXT NOT NULL) STRICT;
)";

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
    "arrived_ms";

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
  return batch;
}

std::uint8_t marks_of(const RecordState& state) {
  unsigned marks = state.life == LifeState::held ? mark_held : 0;
  for (const auto& slot : state.slots) {
    if (slot.conflict) marks |= mark_conflict;
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
  return static_cast<std::uint8_t>(marks);
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
  auto* version = TRY(store->database_.cached("PRAGMA user_version"));
  TRY(version->step());
  const auto found = version->int64(0);
  version->reset();
  if (found > file_version) {
    return fail(Errc::too_new,
                "this workspace was made by a newer version of Guantong; install that version, "
                "nothing was changed");
  }
  if (found == 0) TRY(store->make_tables());
  const auto level = TRY(store->meta("schema level"));
  store->needs_rebuild_ = level != std::string{schema.level().raw()};
  return store;
}

Result<void> SqliteStore::make_tables() {
  auto transaction = TRY(Transaction::begin(database_));
  std::string sql = tables;
  for (const auto* type : schema_.types())
    sql += table_sql(*type);
  TRY(database_.run(sql));
  TRY(database_.run(fmt::format("PRAGMA user_version = {}", file_version)));
  TRY(set_meta("schema level", schema_.level().raw()));
  return transaction.commit();
}

Result<void> SqliteStore::refresh() {
  keys_.clear();
  numbers_.clear();
  tips_.clear();
  batches_.clear();
  stream_numbers_.clear();
  digests_.clear();
  sums_.clear();
  return {};
}

Result<void> SqliteStore::flush() {
  for (const auto& [space, sum] : sums_) {
    std::string raw(sizeof sum.lanes + sizeof sum.records, '\0');
    std::memcpy(raw.data(), sum.lanes.data(), sizeof sum.lanes);
    std::memcpy(raw.data() + sizeof sum.lanes, &sum.records, sizeof sum.records);
    TRY(set_meta(sum_key(space), raw));
  }
  return {};
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

Result<Members> SqliteStore::load_members() {
  Members members;
  auto* streams =
      TRY(database_.cached("SELECT a.id, b.id FROM stream a JOIN stream b ON a.device = b.device "
                           "AND b.space = 1 WHERE a.space <> 1"));
  while (TRY(streams->step()))
    members.same_device(narrow<StreamNo>(streams->int64(0)), narrow<StreamNo>(streams->int64(1)));
  streams->reset();
  const auto consortium = TRY(meta("consortium"));
  if (!consortium) return members;
  const auto id = ConsortiumId::from(*consortium);
  if (!id) return fail(Errc::corrupt, "the replica does not say which consortium it belongs to");
  const auto name = TRY(meta("consortium name"));
  members.restore(name.value_or(""), *id);
  auto* rows =
      TRY(database_.cached("SELECT stream, by_stream, n, level, valid, key, site, site_name, "
                           "site_kind, person, name, email FROM grant_fact ORDER BY arrival"));
  while (TRY(rows->step())) {
    GrantFact fact;
    fact.dot = {narrow<StreamNo>(rows->int64(1)), natural(rows->int64(2))};
    fact.by = fact.dot.stream;
    fact.level = static_cast<Level>(rows->int64(3));
    fact.valid = rows->int64(4) != 0;
    fact.member = {id_in<PublicKey>(*rows, 5),
                   std::string{rows->bytes(6)},
                   std::string{rows->bytes(7)},
                   std::string{rows->bytes(8)},
                   id_in<PersonId>(*rows, 9),
                   std::string{rows->bytes(10)},
                   std::string{rows->bytes(11)}};
    members.restore(narrow<StreamNo>(rows->int64(0)), fact);
  }
  rows->reset();
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
  auto* rows = TRY(
      database_.cached("SELECT id FROM record WHERE marks <> 0 AND marks & ? <> 0 ORDER BY id"));
  TRY(rows->bind(1, std::int64_t{marks}));
  while (TRY(rows->step()))
    records.push_back(narrow<RecordNo>(rows->int64(0)));
  rows->reset();
  return records;
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
  auto* row = TRY(database_.cached("SELECT id FROM stream WHERE device = ? AND space = ?"));
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
      TRY(database_.cached("SELECT device, space, number, last_n, commit_id, digest, generation "
                           "FROM stream WHERE id = ?"));
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
  row->reset();
  tips_[stream] = tip;
  return tip;
}

Result<std::optional<StoredBatch>> SqliteStore::batch_by_commit(const CommitId& commit) {
  auto* row =
      TRY(database_.cached(fmt::format("SELECT {} FROM batch WHERE commit_id = ?", batch_columns)));
  TRY(row->bind_blob(1, commit.raw()));
  std::optional<StoredBatch> batch;
  if (TRY(row->step())) batch = batch_in(*row);
  row->reset();
  return batch;
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
  auto* row = TRY(database_.cached(fmt::format(
      "SELECT {} FROM batch WHERE stream = ? AND first_n <= ? ORDER BY first_n DESC LIMIT 1",
      batch_columns)));
  TRY(row->bind(1, std::int64_t{dot.stream}));
  TRY(row->bind(2, stored(dot.n)));
  if (!TRY(row->step()))
    return fail(
        Errc::corrupt, "the replica has no batch with change {} of stream {}", dot.n, dot.stream);
  const auto batch = batch_in(*row);
  row->reset();
  known.emplace(batch.first_n, batch);
  return batch;
}

Result<std::vector<Reach>> SqliteStore::reach_of(StreamNo stream, std::uint32_t number) {
  std::vector<Reach> reach;
  // Rows are written only when reach grows: the last one at or before the batch holds.
  auto* rows = TRY(database_.cached(
      "SELECT other, max(number), n FROM reach WHERE stream = ? AND number <= ? GROUP BY other"));
  TRY(rows->bind(1, std::int64_t{stream}));
  TRY(rows->bind(2, std::int64_t{number}));
  while (TRY(rows->step()))
    reach.push_back({narrow<StreamNo>(rows->int64(0)), natural(rows->int64(2))});
  rows->reset();
  return reach;
}

Result<void> SqliteStore::put_batch(const StoredBatch& batch, std::span<const Reach> grown) {
  auto* insert = TRY(database_.cached(
      fmt::format("INSERT INTO batch ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", batch_columns)));
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
  TRY(insert->run());
  batches_[batch.stream].emplace(batch.first_n, batch);
  for (const auto& row : grown) {
    auto* reach =
        TRY(database_.cached("INSERT INTO reach (stream, other, number, n) VALUES (?, ?, ?, ?)"));
    TRY(reach->bind(1, std::int64_t{batch.stream}));
    TRY(reach->bind(2, std::int64_t{row.stream}));
    TRY(reach->bind(3, std::int64_t{batch.number}));
    TRY(reach->bind(4, stored(row.n)));
    TRY(reach->run());
  }
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
  return {};
}

Result<void> SqliteStore::put_change(const Dot& dot, const Change& change) {
  const auto bytes = encode_change(change);
  auto* insert =
      TRY(database_.cached("INSERT INTO change (stream, n, record, bytes) VALUES (?, ?, ?, ?)"));
  TRY(insert->bind(1, std::int64_t{dot.stream}));
  TRY(insert->bind(2, stored(dot.n)));
  TRY(insert->bind(3, change.is_act() ? 0 : std::int64_t{change.record}));
  TRY(insert->bind_blob(4, bytes));
  return insert->run();
}

Result<void> SqliteStore::remove_pending(const Dot& dot) {
  auto* remove = TRY(database_.cached("DELETE FROM change WHERE stream = ? AND n = ?"));
  TRY(remove->bind(1, std::int64_t{dot.stream}));
  TRY(remove->bind(2, stored(dot.n)));
  return remove->run();
}

Result<Change> SqliteStore::change(const Dot& dot) {
  auto* row = TRY(database_.cached("SELECT bytes FROM change WHERE stream = ? AND n = ?"));
  TRY(row->bind(1, std::int64_t{dot.stream}));
  TRY(row->bind(2, stored(dot.n)));
  if (!TRY(row->step()))
    return fail(Errc::not_found, "change {} of stream {} is not here", dot.n, dot.stream);
  auto change = decode_change(row->bytes(0));
  row->reset();
  return change;
}

Result<std::vector<std::pair<Dot, Change>>> SqliteStore::pending(StreamNo stream) {
  const auto last = TRY(tip(stream));
  std::vector<std::pair<Dot, Change>> changes;
  auto* rows =
      TRY(database_.cached("SELECT n, bytes FROM change WHERE stream = ? AND n > ? ORDER BY n"));
  TRY(rows->bind(1, std::int64_t{stream}));
  TRY(rows->bind(2, stored(last.last_n)));
  while (TRY(rows->step())) {
    auto change = TRY(decode_change(rows->bytes(1)));
    changes.emplace_back(Dot{stream, natural(rows->int64(0))}, std::move(change));
  }
  rows->reset();
  return changes;
}

Result<std::vector<std::pair<Dot, Change>>> SqliteStore::history(RecordNo record) {
  std::vector<std::pair<Dot, Change>> changes;
  auto* rows = TRY(database_.cached("SELECT stream, n, bytes FROM change WHERE record = ?"));
  TRY(rows->bind(1, std::int64_t{record}));
  while (TRY(rows->step())) {
    auto change = TRY(decode_change(rows->bytes(2)));
    changes.emplace_back(Dot{narrow<StreamNo>(rows->int64(0)), natural(rows->int64(1))},
                         std::move(change));
  }
  rows->reset();
  std::map<Dot, std::uint64_t> generations;
  for (const auto& [dot, change] : changes) {
    const auto batch = TRY(batch_of(dot));
    generations[dot] = batch.generation;
  }
  std::ranges::sort(changes, {}, [&](const auto& entry) {
    return std::tuple{generations[entry.first], entry.first.n, entry.first.stream};
  });
  return changes;
}

Result<void> SqliteStore::put_founding(StreamNo author,
                                       const GrantFact& fact,
                                       const std::string& name,
                                       const ConsortiumId& consortium) {
  TRY(set_meta("consortium", consortium.raw()));
  TRY(set_meta("consortium name", name));
  return put_grant(author, fact);
}

Result<void> SqliteStore::put_grant(StreamNo to, const GrantFact& fact) {
  auto* insert =
      TRY(database_.cached("INSERT INTO grant_fact (stream, by_stream, n, level, valid, key, site, "
                           "site_name, site_kind, person, name, email) "
                           "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  TRY(insert->bind(1, std::int64_t{to}));
  TRY(insert->bind(2, std::int64_t{fact.dot.stream}));
  TRY(insert->bind(3, stored(fact.dot.n)));
  TRY(insert->bind(4, static_cast<std::int64_t>(fact.level)));
  TRY(insert->bind(5, fact.valid ? 1 : 0));
  TRY(insert->bind_blob(6, fact.member.key.raw()));
  TRY(insert->bind_text(7, fact.member.site));
  TRY(insert->bind_text(8, fact.member.site_name));
  TRY(insert->bind_text(9, fact.member.site_kind));
  TRY(insert->bind_blob(10, fact.member.person.raw()));
  TRY(insert->bind_text(11, fact.member.name));
  TRY(insert->bind_text(12, fact.member.email));
  return insert->run();
}

Result<RecordState> SqliteStore::state(RecordNo record) {
  auto* row = TRY(database_.cached("SELECT state, digest FROM record WHERE id = ?"));
  TRY(row->bind(1, std::int64_t{record}));
  if (!TRY(row->step()) || row->is_null(0)) {
    row->reset();
    return RecordState{};
  }
  auto state = decode_state(row->bytes(0));
  if (!row->is_null(1)) digests_[record] = id_in<Digest>(*row, 1);
  row->reset();
  return state;
}

Result<void> SqliteStore::save(RecordNo record,
                               const RecordKey& key,
                               const RecordState& state,
                               const RecordView& view,
                               const Digest& digest) {
  const RecordType& type = *schema_.type(key.type);
  auto* sum = TRY(sum_of(type.space));
  if (const auto old = digests_.find(record); old != digests_.end()) sum->remove(old->second);
  // A record that nothing is known of any more, as after undoing its creation, leaves no trace.
  const bool gone = state.slots.empty() && !state.has_acts();
  const auto bytes = encode_state(state);
  auto* update =
      TRY(database_.cached("UPDATE record SET marks = ?, state = ?, digest = ? WHERE id = ?"));
  TRY(update->bind(1, std::int64_t{marks_of(state)}));
  const bool has_state = !gone || !state.parts.empty();
  TRY(has_state ? update->bind_blob(2, bytes) : update->bind_null(2));
  TRY(gone ? update->bind_null(3) : update->bind_blob(3, digest.raw()));
  TRY(update->bind(4, std::int64_t{record}));
  TRY(update->run());
  if (gone) {
    digests_.erase(record);
    auto* remove =
        TRY(database_.cached(fmt::format("DELETE FROM \"{}\" WHERE record = ?", type.name)));
    TRY(remove->bind(1, std::int64_t{record}));
    return remove->run();
  }
  sum->add(digest);
  digests_[record] = digest;
  return write_row(database_, type, record, key, view);
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
