// How fast a replica takes in what twenty sites wrote, beside what SQLite itself can do here.
//
// Twenty sites make 500 field edits each on 2,000 shared courses, 5 % of them on 50 hot ones; one
// replica applies the other nineteen streams from Git, signatures included, until it is durable;
// moving the branches, a file each whatever they hold, is not part of it. In the same run plain
// SQLite inserts the same rows: the change, its history index, the typed upsert. The ratio is what
// counts, as machines differ.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/editor.h"
#include "client/git/git_library.h"
#include "client/membership.h"
#include "client/sealing.h"
#include "client/sqlite/database.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/commit.h"
#include "sync/exchange.h"
#include "tests/support/temp_dir.h"

namespace guantong {
namespace {

constexpr std::size_t sites = 20;
constexpr std::size_t courses = 2'000;
constexpr std::size_t hot_courses = 50;
constexpr std::size_t edits = 500;
constexpr std::size_t runs = 7;  // The median of them is what counts.

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begun) {
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

std::string site_name(std::size_t number) {
  return fmt::format("s{:02}", number);
}

std::string course_code(std::size_t number) {
  return fmt::format("B{:05}", number);
}

/// Takes in what the other workspaces have, without a remote between: their branches are copied.
Result<void> copy_branches(Workspace& from, Workspace& to) {
  const auto path = (from.root() / "history.git").string();
  return to.history().repository().fetch(path, {"+refs/heads/plan/*:refs/remotes/other/plan/*"});
}

Result<std::vector<Branch>> offered(Workspace& workspace) {
  std::vector<Branch> branches;
  const std::string prefix = "refs/remotes/other/";
  const auto refs = TRY(workspace.history().repository().refs(prefix));
  for (const auto& ref : refs)
    branches.push_back({ref.name.substr(prefix.size()), ref.target});
  return branches;
}

/// Applies what was copied, and makes it durable.
Result<Received> receive(Workspace& workspace) {
  const auto branches = TRY(offered(workspace));
  auto session = TRY(Session::begin(workspace.store()));
  Receiver receiver{
      session->store(), workspace.history(), session->applier(), workspace.config().consortium};
  auto received = TRY(receiver.receive(branches, now_ms()));
  TRY(session->commit());
  return received;
}

Result<void> write_courses(Workspace& workspace) {
  auto session = TRY(Session::begin(workspace.store()));
  Editor editor{workspace, *session};
  const auto& type = *workspace.schema().type("course");
  for (std::size_t i = 0; i < courses; ++i) {
    const std::vector<FieldEdit> fields{
        {"code", FieldEdit::Kind::set, course_code(i)},
        {"name_zh", FieldEdit::Kind::set, "课程" + std::to_string(i)},
        {"credits", FieldEdit::Kind::set, "4"}};
    TRY(editor.add(type, fields, ""));
  }
  TRY(session->commit());
  TRY(seal_all(workspace));
  return {};
}

Result<void> write_edits(Workspace& workspace, std::uint32_t seed, std::size_t edits_a_batch) {
  std::mt19937 random{seed};
  for (std::size_t done = 0; done < edits; done += edits_a_batch) {
    auto session = TRY(Session::begin(workspace.store()));
    Editor editor{workspace, *session};
    for (std::size_t i = 0; i < edits_a_batch; ++i) {
      const bool hot = random() % 20 == 0;
      const auto record = TRY(
          editor.reading().find("course:" + course_code(random() % (hot ? hot_courses : courses))));
      const char* field = random() % 2 == 0 ? "hours_theory" : "hours_practice";
      TRY(editor.set(record, {{field, FieldEdit::Kind::set, std::to_string(random() % 1000)}}, ""));
    }
    TRY(session->commit());
    TRY(seal_all(workspace));
  }
  return {};
}

/// The same rows, by SQLite alone, in one transaction.
Result<double> plain_sqlite(Workspace& full, const std::filesystem::path& path) {
  struct Row {
    std::int64_t stream, n, record;
    std::string bytes;
  };
  std::vector<Row> changes;
  auto* all = TRY(full.store().database().cached(
      "SELECT stream, n, record, bytes FROM change WHERE record <> 0"));
  while (TRY(all->step()))
    changes.push_back({all->int64(0), all->int64(1), all->int64(2), std::string{all->bytes(3)}});
  all->reset();
  // What the founder wrote was there before: only the edits are measured.
  std::erase_if(changes, [&](const Row& row) { return row.stream == 1; });
  auto database = TRY(Database::open(path));
  TRY(
      database.run("CREATE TABLE change (stream INTEGER, n INTEGER, record INTEGER, bytes BLOB, "
                   "PRIMARY KEY (stream, n)) WITHOUT ROWID;"
                   "CREATE INDEX change_by_record ON change(record);"
                   "CREATE TABLE course (record INTEGER PRIMARY KEY, hours_theory INTEGER, "
                   "hours_practice INTEGER)"));
  const auto begun = Clock::now();
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
  return seconds_since(begun);
}

struct Measured {
  std::uint64_t changes = 0;
  std::uint64_t batches = 0;
  std::uint64_t payload_bytes = 0;
  std::vector<double> applying, plain;  ///< Seconds of each run.
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

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
    const auto copy = folder / fmt::format("run{}", run);
    std::filesystem::copy(full, copy, std::filesystem::copy_options::recursive);
    auto workspace = TRY(Workspace::open(copy));
    const auto begun = Clock::now();
    const auto received = TRY(receive(workspace));
    measured.applying.push_back(seconds_since(begun));
    measured.plain.push_back(TRY(plain_sqlite(workspace, folder / fmt::format("plain{}", run))));
    if (run > 0) continue;
    measured.changes = received.changes();
    measured.batches = received.batches();
    measured.payload_bytes = TRY(payload_bytes(workspace, received));
  }
  return measured;
}

/// The workspaces of all sites, with the courses; the first is the founder's.
Result<std::vector<std::unique_ptr<Workspace>>> make_sites(const std::filesystem::path& folder) {
  std::vector<std::unique_ptr<Workspace>> workspaces;
  auto lead = TRY(found(folder / site_name(0),
                        {"bench", site_name(0), "Lead", "vocational", "Lead", "l@site.invalid"}));
  workspaces.push_back(std::make_unique<Workspace>(std::move(lead)));
  auto& first = *workspaces.front();
  for (std::size_t i = 1; i < sites; ++i) {
    auto joined = TRY(join(folder / site_name(i),
                           "",
                           first.config().consortium,
                           {"", site_name(i), "Site", "university", "Teacher", "t@site.invalid"}));
    const auto request = TRY(own_request(joined));
    TRY(admit(first, request, Level::coordinator));
    workspaces.push_back(std::make_unique<Workspace>(std::move(joined)));
  }
  TRY(write_courses(first));
  for (std::size_t i = 1; i < sites; ++i) {
    TRY(copy_branches(first, *workspaces[i]));
    TRY(receive(*workspaces[i]));
  }
  return workspaces;
}

Result<void> bench(std::size_t edits_a_batch) {
  const test::TempDir folder;
  auto workspaces = TRY(make_sites(folder.path()));
  for (std::size_t i = 1; i < sites; ++i) {
    TRY(write_edits(*workspaces[i], static_cast<std::uint32_t>(i), edits_a_batch));
    TRY(copy_branches(*workspaces[i], *workspaces.front()));
    fmt::print(stderr, "\rsite {} of {} has written", i, sites - 1);
  }
  const auto full = workspaces.front()->root();
  workspaces.clear();
  const auto measured = TRY(measure(full, folder.path()));
  const auto changes = static_cast<double>(measured.changes);
  const double applied = changes / median(measured.applying);
  const double limit = changes / median(measured.plain);
  fmt::print(
      "\r{} changes, {} a batch, the median of {} runs\n", measured.changes, edits_a_batch, runs);
  fmt::print("applied      {:>9.0f} changes/s (signatures, Git, merging, rules)\n", applied);
  fmt::print("plain SQLite {:>9.0f} changes/s (change row, history index, typed upsert)\n", limit);
  fmt::print("ratio        {:>9.3f}\n", applied / limit);
  fmt::print("payload      {:>9.1f} bytes a change\n\n",
             static_cast<double>(measured.payload_bytes) / changes);
  return {};
}

Result<void> bench_all() {
  TRY(bench(edits));       // One night.
  TRY(bench(edits / 10));  // Ten evenings.
  return {};
}

}  // namespace
}  // namespace guantong

int main() {
  const guantong::GitLibrary git;
  const auto done = guantong::bench_all();
  if (done) return 0;
  fmt::print(stderr, "\n{}\n", guantong::in_english(done.error().message));
  return 1;
}
