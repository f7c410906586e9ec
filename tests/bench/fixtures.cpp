#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/git/git_history.h"
#include "client/git/repository.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "tests/bench/apart.h"
#include "tests/bench/nightly.h"
#include "tests/bench/nights.h"
#include "tests/bench/plain.h"
#include "tests/bench/row.h"

namespace guantong::bench {
namespace {

constexpr std::size_t deep_sites = 20;
constexpr std::size_t deep_nights = 106;  ///< Of 9,500 changes each.

Result<Figures> make_night(const std::filesystem::path& root, std::size_t sites) {
  auto nights = TRY(Nights::found(root, sites));
  TRY(nights.write(nights.workspace().history(), night_refs, nights.others()));
  return Figures{};
}

Result<Figures> make_million(const Fixtures::Million& made) {
  auto nights = TRY(Nights::found(made.workspace, deep_sites));
  for (std::size_t night = 0; night < deep_nights; ++night) {
    fmt::print(stderr, "\rnight {} of {}", night + 1, deep_nights);
    TRY(nights.pass());
  }
  const auto history = nights.workspace().history_path().string();
  TRY(run_program({"git", "-C", history, "repack", "-adq"}));
  for (const auto& copy : {made.remote, made.next})
    TRY(run_program({"git", "clone", "--quiet", "--bare", history, copy.string()}));
  auto repository = TRY(Repository::open(made.next));
  GitHistory next{std::move(repository)};
  TRY(nights.write(next, "refs/heads/", nights.others()));
  return Figures{};
}

/// Writes the plain tables, and returns the seconds that took.
Result<Figures> make_plain(const Fixtures::Million& made) {
  auto workspace = TRY(Workspace::open(made.workspace));
  const auto rows = TRY(edits_in(workspace));
  auto tables = TRY(PlainTables::make(workspace, made.plain));
  const test::Stopwatch stopwatch;
  TRY(tables.write(rows));
  const auto took = stopwatch.took();
  return Figures{took.wall, took.cpu};
}

}  // namespace

Result<std::filesystem::path> Fixtures::night(std::size_t sites) {
  const auto root = folder_ / fmt::format("night{}", sites);
  if (!std::filesystem::exists(root)) TRY(apart([&] { return make_night(root, sites); }));
  return root;
}

Result<Fixtures::Million> Fixtures::million() {
  const auto at = folder_ / "million";
  Million made{at / "workspace", at / "remote.git", at / "next.git", at / "plain.sqlite"};
  made.nights = deep_nights;
  made.changes = static_cast<double>(deep_nights * (deep_sites - 1) * edits_a_night);
  if (std::filesystem::exists(at)) return made;
  std::filesystem::create_directories(at);
  TRY(apart([&] { return make_million(made); }));
  fmt::print(stderr, "\r");
  TRY(apart([&] { return make_plain(made); }));
  return made;
}

Result<Usage> Fixtures::plain_million() {
  const auto made = TRY(million());
  std::error_code ignored;
  for (const auto* suffix : {"", "-wal", "-shm"})
    std::filesystem::remove(made.plain.string() + suffix, ignored);
  const auto plain = TRY(apart([&] { return make_plain(made); }));
  return Usage{plain.figures.at(0), plain.figures.at(1)};
}

void Runs::add(double wall, double cpu, std::uint64_t peak) {
  wall_.push_back(wall);
  cpu_.push_back(cpu);
  peak_ = std::max(peak_, peak);
}

Side Runs::per_second(double changes) const {
  return {changes / test::median(wall_), test::median(cpu_)};
}

Side Runs::in_seconds() const {
  return {test::median(wall_), test::median(cpu_)};
}

}  // namespace guantong::bench
