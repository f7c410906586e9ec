#include "client/sqlite/change_log.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/sqlite/database.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/change_packing.h"
#include "sync/packing.h"

namespace guantong {
namespace {

/// A few runs fit a page of the database, so that little of it stays empty, and reading one change
/// does not read many others.
constexpr std::uint64_t changes_a_run = 16;
/// About a hundred dots.
constexpr std::size_t latest_bytes_max = 400;

/// The change with number `index` in a run.
std::optional<std::string_view> in_run(std::string_view bytes, std::uint64_t index) {
  PackReader in{bytes};
  for (; !in.whole(); --index) {
    const auto size = static_cast<std::size_t>(in.number());
    const auto change = in.raw(size);
    if (in.failed()) break;
    if (index == 0) return change;
  }
  return std::nullopt;
}

Result<void> read_dots(std::string_view bytes, std::vector<Dot>& dots) {
  PackReader in{bytes};
  while (!in.whole()) {
    dots.push_back(in.dot());
    if (in.failed())
      return fail(
          Errc::corrupt,
          "a record's history is damaged in the replica; \"guantong rebuild\" makes it anew");
  }
  return {};
}

}  // namespace

// By arrival, so that pages are filled one after another; by stream they would be split.
const char* const run_tables = R"(
CREATE TABLE run (id INTEGER PRIMARY KEY, stream INTEGER NOT NULL, first_n INTEGER NOT NULL,
  bytes BLOB NOT NULL) STRICT;
CREATE UNIQUE INDEX run_by_stream ON run(stream, first_n);
)";

const char* const history_tables = R"(
CREATE TABLE history_page (record INTEGER NOT NULL, page INTEGER NOT NULL, dots BLOB NOT NULL,
  PRIMARY KEY (record, page)) STRICT, WITHOUT ROWID;
CREATE TABLE pending (stream INTEGER NOT NULL, n INTEGER NOT NULL, record INTEGER NOT NULL,
  bytes BLOB NOT NULL, PRIMARY KEY (stream, n)) STRICT, WITHOUT ROWID;
CREATE INDEX pending_by_record ON pending(record);
)";

void ChangeLog::refresh() {
  open_.clear();
  latest_.clear();
  added_.clear();
}

Result<void> ChangeLog::flush() {
  for (const auto& [stream, run] : open_)
    TRY(write(stream, run));
  open_.clear();
  // Of records that are merged, saving has written it.
  while (!added_.empty()) {
    const auto record = added_.begin()->first;
    const auto bytes = TRY(latest(record));
    auto* update = TRY(database_.cached("UPDATE record SET history = ? WHERE id = ?"));
    TRY(update->bind_blob(1, bytes));
    TRY(update->bind(2, std::int64_t{record}));
    TRY(update->run());
  }
  return {};
}

Result<void> ChangeLog::write(StreamNo stream, const Run& run) {
  auto* insert = TRY(database_.cached("INSERT INTO run (stream, first_n, bytes) VALUES (?, ?, ?)"));
  TRY(insert->bind(1, std::int64_t{stream}));
  TRY(insert->bind(2, static_cast<std::int64_t>(run.first_n)));
  TRY(insert->bind_blob(3, run.changes.out));
  return insert->run();
}

Result<void> ChangeLog::add(const Dot& dot, const Change& change) {
  auto [at, fresh] = open_.try_emplace(dot.stream);
  auto& run = at->second;
  if (!fresh && (run.count == changes_a_run || run.first_n + run.count != dot.n)) {
    TRY(write(dot.stream, run));
    run.count = 0;
    run.changes.out.clear();
  }
  if (run.count == 0) run.first_n = dot.n;
  packed_.out.clear();
  pack_change(packed_, change);
  run.changes.text(packed_.out);
  ++run.count;
  if (!change.is_act()) added_[change.record].push_back(dot);
  return {};
}

Result<void> ChangeLog::add_pending(const Dot& dot, const Change& change) {
  PackWriter packed;
  pack_change(packed, change);
  auto* insert =
      TRY(database_.cached("INSERT INTO pending (stream, n, record, bytes) VALUES (?, ?, ?, ?)"));
  TRY(insert->bind(1, std::int64_t{dot.stream}));
  TRY(insert->bind(2, static_cast<std::int64_t>(dot.n)));
  TRY(insert->bind(3, change.is_act() ? 0 : std::int64_t{change.record}));
  TRY(insert->bind_blob(4, packed.out));
  return insert->run();
}

Result<void> ChangeLog::remove_pending(const Dot& dot) {
  auto* remove = TRY(database_.cached("DELETE FROM pending WHERE stream = ? AND n = ?"));
  TRY(remove->bind(1, std::int64_t{dot.stream}));
  TRY(remove->bind(2, static_cast<std::int64_t>(dot.n)));
  return remove->run();
}

Result<void> ChangeLog::seal(StreamNo stream, std::uint64_t first_n, std::uint64_t last_n) {
  const auto waiting = TRY(pending(stream));
  for (const auto& [dot, change] : waiting) {
    if (dot.n < first_n || dot.n > last_n) continue;
    TRY(add(dot, change));
    TRY(remove_pending(dot));
  }
  return {};
}

Result<Change> ChangeLog::change(const Dot& dot) {
  std::optional<Result<Change>> found;
  const auto read = [&](std::optional<std::string_view> bytes) {
    if (bytes) found = unpack_change(*bytes);
    return found.has_value();
  };
  const auto open = open_.find(dot.stream);
  const bool in_open = open != open_.end() && dot.n >= open->second.first_n;
  if (in_open && read(in_run(open->second.changes.out, dot.n - open->second.first_n)))
    return *std::move(found);
  auto* row = TRY(database_.cached(
      "SELECT first_n, bytes FROM run WHERE stream = ? AND first_n <= ? ORDER BY first_n DESC "
      "LIMIT 1"));
  TRY(row->bind(1, std::int64_t{dot.stream}));
  TRY(row->bind(2, static_cast<std::int64_t>(dot.n)));
  if (TRY(row->step()))
    read(in_run(row->bytes(1), dot.n - static_cast<std::uint64_t>(row->int64(0))));
  row->reset();
  if (found) return *std::move(found);
  auto* waiting = TRY(database_.cached("SELECT bytes FROM pending WHERE stream = ? AND n = ?"));
  TRY(waiting->bind(1, std::int64_t{dot.stream}));
  TRY(waiting->bind(2, static_cast<std::int64_t>(dot.n)));
  if (TRY(waiting->step())) read(waiting->bytes(0));
  waiting->reset();
  if (found) return *std::move(found);
  return fail(Errc::not_found, "change {} of stream {} is not here", dot.n, dot.stream);
}

Result<std::vector<std::pair<Dot, Change>>> ChangeLog::pending(StreamNo stream) {
  std::vector<std::pair<Dot, Change>> changes;
  auto* rows = TRY(database_.cached("SELECT n, bytes FROM pending WHERE stream = ? ORDER BY n"));
  TRY(rows->bind(1, std::int64_t{stream}));
  while (TRY(rows->step())) {
    auto change = TRY(unpack_change(rows->bytes(1)));
    changes.emplace_back(Dot{stream, static_cast<std::uint64_t>(rows->int64(0))},
                         std::move(change));
  }
  rows->reset();
  return changes;
}

Result<std::uint64_t> ChangeLog::last_pending(StreamNo stream) {
  auto* row = TRY(database_.cached("SELECT max(n) FROM pending WHERE stream = ?"));
  TRY(row->bind(1, std::int64_t{stream}));
  TRY(row->step());
  const auto last = static_cast<std::uint64_t>(row->int64(0));
  row->reset();
  return last;
}

Result<std::vector<Dot>> ChangeLog::history(RecordNo record) {
  std::vector<Dot> dots;
  auto* pages = TRY(database_.cached("SELECT dots FROM history_page WHERE record = ?"));
  TRY(pages->bind(1, std::int64_t{record}));
  while (TRY(pages->step()))
    TRY(read_dots(pages->bytes(0), dots));
  pages->reset();
  const auto latest = TRY(stored_latest(record));
  TRY(read_dots(latest, dots));
  if (const auto added = added_.find(record); added != added_.end())
    dots.insert(dots.end(), added->second.begin(), added->second.end());
  auto* waiting = TRY(database_.cached("SELECT stream, n FROM pending WHERE record = ?"));
  TRY(waiting->bind(1, std::int64_t{record}));
  while (TRY(waiting->step())) {
    dots.push_back(
        {static_cast<StreamNo>(waiting->int64(0)), static_cast<std::uint64_t>(waiting->int64(1))});
  }
  waiting->reset();
  return dots;
}

void ChangeLog::loaded(RecordNo record, std::string_view latest) {
  latest_.try_emplace(record, latest);
}

Result<std::string> ChangeLog::stored_latest(RecordNo record) {
  if (const auto known = latest_.find(record); known != latest_.end()) return known->second;
  auto* row = TRY(database_.cached("SELECT history FROM record WHERE id = ?"));
  TRY(row->bind(1, std::int64_t{record}));
  std::string latest;
  if (TRY(row->step())) latest = row->bytes(0);
  row->reset();
  return latest_[record] = std::move(latest);
}

Result<std::string> ChangeLog::latest(RecordNo record) {
  PackWriter out;
  out.out = TRY(stored_latest(record));
  if (const auto added = added_.find(record); added != added_.end()) {
    if (out.out.size() > latest_bytes_max) {
      TRY(move_to_page(record, out.out));
      out.out.clear();
    }
    for (const auto& dot : added->second)
      out.dot(dot);
    added_.erase(added);
    latest_[record] = out.out;
  }
  return std::move(out.out);
}

Result<void> ChangeLog::move_to_page(RecordNo record, std::string_view dots) {
  auto* insert = TRY(database_.cached(
      "INSERT INTO history_page (record, page, dots) VALUES (?1, (SELECT coalesce(max(page), 0) + "
      "1 FROM history_page WHERE record = ?1), ?2)"));
  TRY(insert->bind(1, std::int64_t{record}));
  TRY(insert->bind_blob(2, dots));
  return insert->run();
}

}  // namespace guantong
