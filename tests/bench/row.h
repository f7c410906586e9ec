// The rows of the table that tests/bench/run prints: a figure beside its limit, both of one run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sync/base/result.h"
#include "tests/bench/apart.h"
#include "tests/bench/scale.h"

namespace guantong::bench {

/// What was measured of one side of a row: seconds or bytes, for as many changes.
struct Side {
  double value = 0;
  double cpu = 0;  ///< Seconds; 0 where nothing was timed.
};

struct Row {
  std::string what;
  std::string unit;
  Side ours, limit;
  double goal = 0;
  bool is_rate = false;    ///< The ratio is ours to the limit, and the limit is the higher one.
  std::uint64_t peak = 0;  ///< Bytes of memory on our side; 0: not looked at.

  double ratio() const { return ours.value / limit.value; }
  bool met() const { return is_rate ? ratio() >= goal : ratio() <= goal; }
};

/// Runs of one piece of work, of which the medians count.
class Runs {
public:
  /// `seconds`: on the wall and of the processor.
  void add(double wall, double cpu, std::uint64_t peak = 0);
  Side per_second(double changes) const;
  Side in_seconds() const;
  std::uint64_t peak() const { return peak_; }

private:
  std::vector<double> wall_, cpu_;
  std::uint64_t peak_ = 0;
};

/// Workspaces that several rows begin with, made when they are first asked for.
class Fixtures {
public:
  Fixtures(std::filesystem::path folder, std::size_t runs)
      : folder_{std::move(folder)}, runs_{runs} {}
  const std::filesystem::path& folder() const { return folder_; }
  /// The medians of so many runs count.
  std::size_t runs() const { return runs_; }

  /// A consortium of that many sites, and a night that its founder has not received: it stands
  /// under `night_refs` in the history.
  Result<std::filesystem::path> night(std::size_t sites);

  /// A million changes deep, by twenty sites.
  struct Million {
    std::filesystem::path workspace;  ///< The founder's, with all of them.
    std::filesystem::path remote;     ///< A bare repository, with all of them.
    std::filesystem::path next;       ///< The same and one night more.
    std::filesystem::path plain;      ///< The plain tables with the same changes.
    double changes = 0;
    std::size_t nights = 0;
  };
  Result<Million> million();
  /// A consortium with that many records and edits.
  Result<std::filesystem::path> scale(const Scale& scale);
  /// Writes the plain tables of the million anew, and returns what the writing took.
  Result<Usage> plain_million();

private:
  std::filesystem::path folder_;
  std::size_t runs_;
};

inline constexpr const char* night_refs = "refs/remotes/night/";

using Rows = std::vector<Row>;
Result<Rows> apply_rows(Fixtures& fixtures);
Result<Rows> deep_rows(Fixtures& fixtures);
Result<Rows> edit_rows(Fixtures& fixtures);
Result<Rows> wire_rows(Fixtures& fixtures);
Result<Rows> disk_rows(Fixtures& fixtures);
Result<Rows> join_rows(Fixtures& fixtures);
Result<Rows> rebuild_rows(Fixtures& fixtures);
Result<Rows> open_rows(Fixtures& fixtures);
Result<Rows> sync_rows(Fixtures& fixtures);
Result<Rows> findings_rows(Fixtures& fixtures);
Result<Rows> question_rows(Fixtures& fixtures);
Result<Rows> search_rows(Fixtures& fixtures);

}  // namespace guantong::bench
