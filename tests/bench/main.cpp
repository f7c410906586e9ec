// How fast Guantong is, each figure beside a limit that is measured in the same run: what SQLite
// and Git themselves can do here. Machines differ; the ratios are what counts.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sync/base/message.h"
#include "sync/base/result.h"
#include "tests/bench/row.h"
#include "tests/support/temp_dir.h"

namespace guantong::bench {
namespace {

constexpr double memory_goal = 250e6;

struct Entry {
  std::string_view name;
  Result<Rows> (*measure)(Fixtures&);
};

constexpr std::array entries{
    Entry{"apply", apply_rows},
    Entry{"deep", deep_rows},
    Entry{"edit", edit_rows},
    Entry{"wire", wire_rows},
    Entry{"disk", disk_rows},
    Entry{"join", join_rows},
    Entry{"rebuild", rebuild_rows},
    Entry{"open", open_rows},
    Entry{"sync", sync_rows},
    Entry{"findings", findings_rows},
    Entry{"questions", question_rows},
    Entry{"search", search_rows},
};

void print(const Row& row) {
  const int digits = row.ours.value < 10 ? 4 : row.ours.value < 1000 ? 1 : 0;
  const auto shown = [&](const Side& side) {
    const auto cpu = side.cpu > 0 ? fmt::format("{:.3f} s CPU", side.cpu) : std::string{};
    return fmt::format("{:>11.{}f} {:<9} {:>12}", side.value, digits, row.unit, cpu);
  };
  fmt::print("{:<42} {}  limit {}  ratio {:.3f}, {} {:.2f} asked: {}\n",
             row.what,
             shown(row.ours),
             shown(row.limit),
             row.ratio(),
             row.is_rate ? "at least" : "at most",
             row.goal,
             row.met() ? "met" : "short");
  std::fflush(stdout);
}

/// Whether all rows are met.
Result<bool> bench(const std::vector<std::string>& wanted, Fixtures& fixtures) {
  bool met = true;
  std::uint64_t peak = 0;
  for (const auto& entry : entries) {
    if (!wanted.empty() && std::ranges::find(wanted, entry.name) == wanted.end()) continue;
    const auto rows = TRY(entry.measure(fixtures));
    for (const auto& row : rows) {
      print(row);
      met = met && row.met();
      peak = std::max(peak, row.peak);
    }
  }
  if (peak == 0) return met;
  const Row memory{"peak memory of all of these",
                   "MB",
                   {static_cast<double>(peak) / 1e6},
                   {memory_goal / 1e6},
                   1.0};
  print(memory);
  return met && memory.met();
}

}  // namespace
}  // namespace guantong::bench

int main(int argc, char** argv) {
  using namespace guantong;
  std::vector<std::string> wanted;
  std::size_t runs = 5;
  std::string kept;
  CLI::App app{"Prints figures of this program beside what SQLite and Git can do in the same run"};
  std::vector<std::string> names;
  for (const auto& entry : bench::entries)
    names.emplace_back(entry.name);
  app.add_option("ROW", wanted, "Rows to measure; all, if none is named")
      ->check(CLI::IsMember(names));
  app.add_option("--runs", runs, "Take the medians of so many runs")->capture_default_str();
  app.add_option(
      "--keep", kept, "Keep what is made for the rows in this folder, and take it from there");
  CLI11_PARSE(app, argc, argv);
  const test::TempDir folder;
  bench::Fixtures fixtures{kept.empty() ? folder.path() : std::filesystem::path{kept}, runs};
  const auto met = bench::bench(wanted, fixtures);
  if (met) return *met ? 0 : 1;
  fmt::print(stderr, "\n{}\n", in_english(met.error().message));
  return 1;
}
