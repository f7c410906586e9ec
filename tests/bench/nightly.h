// A night's work of twenty sites on one plan, for the benchmarks that take it in; and how their
// time is taken.
#pragma once

#include <chrono>
#include <cstddef>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/exchange.h"

namespace guantong::test {

inline constexpr std::size_t night_sites = 20;   ///< The founder's, which writes nothing, included.
inline constexpr std::size_t night_edits = 500;  ///< Of each site that writes.

/// Seconds, by the clock on the wall and by what this process had of the processor.
struct Took {
  double wall = 0;
  double cpu = 0;
};

/// Counts from when it is made.
class Stopwatch {
public:
  Took took() const;

private:
  std::chrono::steady_clock::time_point wall_ = std::chrono::steady_clock::now();
  std::clock_t cpu_ = std::clock();
};

double median(std::vector<double> values);

/// Workspaces, a device of a site each; the first is the founder's.
using Sites = std::vector<std::unique_ptr<Workspace>>;

/// The slug of the site with that number: "s07".
std::string site_name(std::size_t number);
/// A workspace at `folder` that asks to be admitted for the site with that number.
Result<Workspace> ask_to_join(const std::filesystem::path& folder,
                              const Workspace& founder,
                              std::size_t number);
/// Founds a consortium and admits the other sites, each as a coordinator. All have the 2,000
/// courses of 8 fields that the founder has written.
Result<Sites> make_sites(const std::filesystem::path& folder, std::size_t count);

/// Copies what `from` has sealed to `to`, without a remote between; it waits there to be received.
Result<void> copy_branches(Workspace& from, Workspace& to);
/// Applies what was copied, and makes it durable.
Result<Received> receive(Workspace& workspace);

/// Lets every site but the founder's write its 500 field edits, 5 % of them on 50 hot courses, and
/// copies them to the founder's workspace. The same edits each time.
Result<void> write_night(const Sites& sites, std::size_t edits_a_batch);

/// A copy of the workspace at `full`, made at `folder`.
Result<Workspace> fresh_copy(const std::filesystem::path& full,
                             const std::filesystem::path& folder);

}  // namespace guantong::test
