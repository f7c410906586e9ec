// Edits of this computer: how fast one is durable, and what it costs on the wire.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>

#include "client/editor.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/commit.h"
#include "tests/bench/apart.h"
#include "tests/bench/nightly.h"
#include "tests/bench/nights.h"
#include "tests/bench/plain.h"
#include "tests/bench/row.h"

namespace guantong::bench {
namespace {

constexpr std::size_t edits = 400;
constexpr double edit_goal = 0.6;
constexpr double wire_goal = 1.15;
constexpr double wire_bytes_goal = 42;

/// Edits one field of one material after another, each durable before the next.
Result<Figures> edit_one_by_one(const std::filesystem::path& root) {
  auto workspace = TRY(Workspace::open(root));
  std::vector<Record> records;
  {
    auto session = TRY(Session::begin(workspace.store()));
    Editor editor{workspace, *session};
    for (std::size_t i = 0; i < edits; ++i) {
      const auto record =
          TRY(editor.reading().find(fmt::format("material:MT-{:04}", i * 7 % 2000)));
      records.push_back(record);
    }
  }
  const test::Stopwatch stopwatch;
  for (std::size_t i = 0; i < edits; ++i) {
    auto session = TRY(Session::begin(workspace.store()));
    Editor editor{workspace, *session};
    TRY(editor.set(
        records[i], {{"press", FieldEdit::Kind::set, fmt::format("第{}出版社", i)}}, ""));
    TRY(session->commit());
  }
  const auto took = stopwatch.took();
  return Figures{took.wall, took.cpu};
}

/// The same rows by SQLite alone, a transaction each.
Result<Figures> write_one_by_one(const std::filesystem::path& root,
                                 const std::filesystem::path& path) {
  auto workspace = TRY(Workspace::open(root));
  auto tables = TRY(PlainTables::make(workspace, path));
  const auto stream = TRY(workspace.store().intern_stream(workspace.device(), Space::plan));
  const auto changes = TRY(workspace.store().pending(stream));
  std::vector<PlainRow> rows;
  for (const auto& [dot, change] : changes) {
    auto row = TRY(plain_row(*workspace.schema().type("material"), dot, change));
    rows.push_back(std::move(row));
  }
  const test::Stopwatch stopwatch;
  for (const auto& row : rows)
    TRY(tables.write({&row, 1}));
  const auto took = stopwatch.took();
  return Figures{took.wall, took.cpu, static_cast<double>(rows.size())};
}

/// The night's payloads, coded by zlib alone.
Result<Figures> coded_payloads(const std::filesystem::path& root) {
  auto workspace = TRY(Workspace::open(root));
  auto& history = workspace.history();
  double coded = 0;
  double plain = 0;
  const auto refs = TRY(history.repository().refs(night_refs));
  for (const auto& ref : refs) {
    const auto raw = TRY(history.read_commit(ref.target));
    const auto commit = TRY(parse_commit(raw));
    const auto payload = TRY(history.read_payload(commit.tree));
    auto size = compressBound(payload.size());
    std::string out(size, '\0');
    const int code = compress2(reinterpret_cast<Bytef*>(out.data()),
                               &size,
                               reinterpret_cast<const Bytef*>(payload.data()),
                               payload.size(),
                               Z_BEST_COMPRESSION);
    if (code != Z_OK) return fail(Errc::io, "zlib failed");
    coded += static_cast<double>(size);
    plain += static_cast<double>(payload.size());
  }
  return Figures{coded, plain, static_cast<double>(refs.size() * edits_a_night)};
}

}  // namespace

Result<Rows> edit_rows(Fixtures& fixtures) {
  const auto night = TRY(fixtures.night(20));
  const auto folder = fixtures.folder() / "edit";
  Runs ours;
  Runs plain;
  for (std::size_t run = 0; run < fixtures.runs(); ++run) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    std::filesystem::create_directories(folder, ignored);
    TRY(copy_folder(night, folder / "workspace"));
    const auto edited = TRY(apart([&] { return edit_one_by_one(folder / "workspace"); }));
    const auto written =
        TRY(apart([&] { return write_one_by_one(folder / "workspace", folder / "plain"); }));
    if (written.figures.at(2) != edits) return fail(Errc::conflict, "not all edits are there");
    ours.add(edited.figures.at(0), edited.figures.at(1), edited.usage.peak);
    plain.add(written.figures.at(0), written.figures.at(1));
  }
  return Rows{{"durable edit",
               "edits/s",
               ours.per_second(edits),
               plain.per_second(edits),
               edit_goal,
               true,
               ours.peak()}};
}

Result<Rows> wire_rows(Fixtures& fixtures) {
  const auto night = TRY(fixtures.night(20));
  const auto pack = fixtures.folder() / "wire.pack";
  const auto command = fmt::format(
      "git -C {0} for-each-ref --format='%(objectname)' refs/remotes/night > {1}.revs && "
      "git -C {0} for-each-ref --format='^%(objectname)' refs/heads >> {1}.revs && "
      "git -C {0} pack-objects --quiet --revs --stdout < {1}.revs > {1}",
      (night / "history.git").string(),
      pack.string());
  TRY(run_program({"sh", "-c", command}));
  const auto coded = TRY(apart([&] { return coded_payloads(night); }));
  const double changes = coded.figures.at(2);
  const double bytes = static_cast<double>(size_of(pack)) / changes;
  return Rows{{"bytes a change on the wire, and of its payload by zlib",
               "bytes",
               {bytes},
               {coded.figures.at(0) / changes},
               wire_goal},
              {"bytes a change on the wire, and what is allowed",
               "bytes",
               {bytes},
               {wire_bytes_goal},
               1.0}};
}

}  // namespace guantong::bench
