// Applying the work of others, beside SQLite that writes the same rows.
#include <cstddef>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "client/workspace.h"
#include "sync/base/result.h"
#include "tests/bench/apart.h"
#include "tests/bench/nightly.h"
#include "tests/bench/nights.h"
#include "tests/bench/plain.h"
#include "tests/bench/row.h"

namespace guantong::bench {
namespace {

constexpr double apply_goal = 0.7;
constexpr double deep_goal = 0.6;
constexpr double depth_cost_goal = 1.3;

/// Seconds on the wall and of the processor, and how many changes came.
Result<Figures> receive_night(const std::filesystem::path& root) {
  auto workspace = TRY(Workspace::open(root));
  const test::Stopwatch stopwatch;
  const auto changes = TRY(receive(workspace, night_refs));
  const auto took = stopwatch.took();
  return Figures{took.wall, took.cpu, static_cast<double>(changes)};
}

/// The same rows, into new tables or into those of the million.
Result<Figures> write_plain(const std::filesystem::path& applied,
                            const std::filesystem::path& path,
                            std::size_t nights_before) {
  auto workspace = TRY(Workspace::open(applied));
  const auto rows = TRY(edits_in(workspace, nights_before));
  auto tables =
      TRY(nights_before > 0 ? PlainTables::open(path) : PlainTables::make(workspace, path));
  const test::Stopwatch stopwatch;
  TRY(tables.write(rows));
  const auto took = stopwatch.took();
  return Figures{took.wall, took.cpu, static_cast<double>(rows.size())};
}

struct Applied {
  Runs ours, plain;
  double changes = 0;
};

/// Applies the night that waits in a workspace, in a copy of it each time, and writes the same rows
/// into a copy of plain tables; new ones where there are none to copy.
Result<Applied> apply(const Fixtures& fixtures,
                      const std::filesystem::path& full,
                      const std::filesystem::path& plain,
                      std::size_t nights_before) {
  Applied applied;
  const auto folder = fixtures.folder() / "apply";
  for (std::size_t run = 0; run < fixtures.runs(); ++run) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    std::filesystem::create_directories(folder, ignored);
    TRY(copy_folder(full, folder / "workspace"));
    if (nights_before > 0) TRY(copy_folder(plain, folder / "plain"));
    const auto ours = TRY(apart([&] { return receive_night(folder / "workspace"); }));
    const auto limit = TRY(
        apart([&] { return write_plain(folder / "workspace", folder / "plain", nights_before); }));
    if (ours.figures.at(2) != limit.figures.at(2))
      return fail(Errc::conflict,
                  "{} changes came, {} rows were written",
                  ours.figures.at(2),
                  limit.figures.at(2));
    applied.ours.add(ours.figures[0], ours.figures[1], ours.usage.peak);
    applied.plain.add(limit.figures[0], limit.figures[1]);
    applied.changes = ours.figures[2];
  }
  return applied;
}

Row row_of(const Applied& applied, std::string what, double goal) {
  return {std::move(what),
          "changes/s",
          applied.ours.per_second(applied.changes),
          applied.plain.per_second(applied.changes),
          goal,
          true,
          applied.ours.peak()};
}

}  // namespace

Result<Rows> apply_rows(Fixtures& fixtures) {
  Rows rows;
  for (const std::size_t sites : {20U, 140U}) {
    const auto night = TRY(fixtures.night(sites));
    const auto applied = TRY(apply(fixtures, night, {}, 0));
    rows.push_back(row_of(applied, fmt::format("apply {} streams", sites - 1), apply_goal));
  }
  return rows;
}

Result<Rows> deep_rows(Fixtures& fixtures) {
  const auto night = TRY(fixtures.night(20));
  const auto shallow = TRY(apply(fixtures, night, {}, 0));
  const auto million = TRY(fixtures.million());
  const auto full = fixtures.folder() / "deep";
  std::error_code ignored;
  std::filesystem::remove_all(full, ignored);
  TRY(copy_folder(million.workspace, full));
  TRY(run_program({"git",
                   "-C",
                   (full / "history.git").string(),
                   "fetch",
                   "--quiet",
                   million.next.string(),
                   fmt::format("refs/heads/*:{}*", night_refs)}));
  const auto deep = TRY(apply(fixtures, full, million.plain, million.nights));
  const auto cost = [](const Applied& applied) {
    const auto rate = applied.ours.per_second(applied.changes);
    return Side{1e6 / rate.value, rate.cpu};
  };
  return Rows{row_of(deep, "apply, 1,000,000 deep", deep_goal),
              {"cost a change, deep and not", "us", cost(deep), cost(shallow), depth_cost_goal}};
}

}  // namespace guantong::bench
