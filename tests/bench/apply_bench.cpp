// How fast a replica takes in what twenty sites wrote (or as many as the command line says), beside
// what SQLite itself can do here.
//
// The sites make 500 field edits each on 2,000 shared courses, 5 % of them on 50 hot ones; one
// replica applies the other streams from Git, signatures included, until it is durable;
// moving the branches, a file each whatever they hold, is not part of it. In the same run plain
// SQLite inserts the same rows: the change, its history index, the typed upsert. The ratio is what
// counts, as machines differ.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "client/git/git_library.h"
#include "client/sqlite/database.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/codec.h"
#include "sync/commit.h"
#include "sync/exchange.h"
#include "tests/bench/nightly.h"
#include "tests/support/temp_dir.h"

namespace guantong {
namespace {

constexpr std::size_t runs = 7;  // The median of them is what counts.

/// The same rows, by SQLite alone, in one transaction.
Result<double> plain_sqlite(Workspace& full, const std::filesystem::path& path) {
  struct Row {
    std::int64_t stream, n, record;
    std::string bytes;
  };
  std::vector<Row> changes;
  const auto streams = TRY(full.store().streams());
  for (const auto& [stream, tip] : streams) {
    if (stream == 1) continue;  // What the founder wrote was there before.
    for (std::uint64_t n = 1; n <= tip.last_n; ++n) {
      const auto change = TRY(full.store().change({stream, n}));
      changes.push_back(
          {stream, static_cast<std::int64_t>(n), change.record, encode_change(change)});
    }
  }
  auto database = TRY(Database::open(path));
  TRY(
      database.run("CREATE TABLE change (stream INTEGER, n INTEGER, record INTEGER, bytes BLOB, "
                   "PRIMARY KEY (stream, n)) WITHOUT ROWID;"
                   "CREATE INDEX change_by_record ON change(record);"
                   "CREATE TABLE course (record INTEGER PRIMARY KEY, hours_theory INTEGER, "
                   "hours_practice INTEGER)"));
  const test::Stopwatch stopwatch;
  auto transaction = TRY(Transaction::begin(database));
  for (const auto& row : changes) {
    auto* change =
        TRY(database.cached("INSERT INTO change (stream, n, record, bytes) VALUES (?, ?, ?, ?)"));
    TRY(change->bind(1, row.stream));
    TRY(change->bind(2, row.n));
    TRY(change->bind(3, row.record));
    TRY(change->bind_blob(4, row.bytes));
    TRY(change->run());
    auto* course =
        TRY(database.cached("INSERT INTO course (record, hours_theory) VALUES (?, ?) ON CONFLICT "
                            "(record) DO UPDATE SET hours_theory = excluded.hours_theory"));
    TRY(course->bind(1, row.record));
    TRY(course->bind(2, row.n));
    TRY(course->run());
  }
  TRY(transaction.commit());
  return stopwatch.took().wall;
}

struct Measured {
  std::uint64_t changes = 0;
  std::uint64_t batches = 0;
  std::uint64_t payload_bytes = 0;
  std::vector<double> applying, plain;  ///< Seconds of each run.
};

Result<std::uint64_t> payload_bytes(Workspace& workspace, const Received& received) {
  std::uint64_t bytes = 0;
  for (const auto& stream : received.streams) {
    auto commit = stream.tip;
    for (std::uint64_t i = 0; i < stream.batches; ++i) {
      const auto raw = TRY(workspace.history().read_commit(commit));
      const auto parsed = TRY(parse_commit(raw));
      const auto payload = TRY(workspace.history().read_payload(parsed.tree));
      bytes += payload.size();
      if (!parsed.parents.empty()) commit = parsed.parents.front();
    }
  }
  return bytes;
}

/// Applies what waits in the workspace at `full`, in a fresh copy of it each time, and beside it
/// writes the same rows with SQLite alone.
Result<Measured> measure(const std::filesystem::path& full, const std::filesystem::path& folder) {
  Measured measured;
  for (std::size_t run = 0; run < runs; ++run) {
    auto workspace = TRY(test::fresh_copy(full, folder / fmt::format("run{}", run)));
    const test::Stopwatch stopwatch;
    const auto received = TRY(test::receive(workspace));
    measured.applying.push_back(stopwatch.took().wall);
    measured.plain.push_back(TRY(plain_sqlite(workspace, folder / fmt::format("plain{}", run))));
    if (run > 0) continue;
    measured.changes = received.changes();
    measured.batches = received.batches();
    measured.payload_bytes = TRY(payload_bytes(workspace, received));
  }
  return measured;
}

Result<void> bench(std::size_t count, std::size_t edits_a_batch) {
  const test::TempDir folder;
  auto sites = TRY(test::make_sites(folder.path(), count));
  TRY(test::write_night(sites, edits_a_batch));
  const auto full = sites.front()->root();
  sites.clear();
  const auto measured = TRY(measure(full, folder.path()));
  const auto changes = static_cast<double>(measured.changes);
  const double applied = changes / test::median(measured.applying);
  const double limit = changes / test::median(measured.plain);
  fmt::print("\r{} streams, {} changes, {} a batch, the median of {} runs\n",
             count - 1,
             measured.changes,
             edits_a_batch,
             runs);
  fmt::print("applied      {:>9.0f} changes/s (signatures, Git, merging, rules)\n", applied);
  fmt::print("plain SQLite {:>9.0f} changes/s (change row, history index, typed upsert)\n", limit);
  fmt::print("ratio        {:>9.3f}\n", applied / limit);
  fmt::print("payload      {:>9.1f} bytes a change\n\n",
             static_cast<double>(measured.payload_bytes) / changes);
  return {};
}

Result<void> bench_all(std::size_t count) {
  TRY(bench(count, test::night_edits));       // One night.
  TRY(bench(count, test::night_edits / 10));  // Ten evenings.
  return {};
}

}  // namespace
}  // namespace guantong

int main(int argc, char** argv) {
  const guantong::GitLibrary git;
  const auto count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : guantong::test::night_sites;
  if (count < 2) {
    fmt::print(stderr, "usage: guantong_bench [SITES]; at least two\n");
    return 2;
  }
  const auto done = guantong::bench_all(count);
  if (done) return 0;
  fmt::print(stderr, "\n{}\n", guantong::in_english(done.error().message));
  return 1;
}
