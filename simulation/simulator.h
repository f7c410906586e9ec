// Draws what happens, lets it happen, and finds the shortest script that still fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "simulation/script.h"
#include "simulation/simulated_disk.h"
#include "simulation/world.h"

#include "client/crypto/seeded_chance.h"
#include "client/sqlite/watched_files.h"
#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong::simulation {

/// What is drawn from a seed.
struct Draft {
  std::uint64_t seed = 0;
  std::size_t sites = 0;
  std::size_t nights = 0;
};

/// The script of a seed, the same on every machine. Each seed has a mix of its own: not everything
/// goes wrong everywhere.
Script draw_script(const Draft& draft);

/// A property that does not hold.
struct Violation {
  std::size_t step = 0;  ///< Its place in the script.
  Error error;
};

struct Outcome {
  std::optional<Violation> violation;
  Counts counts;
  std::string digest;  ///< Of all that is shared at the end: the same for the same script.
};

/// Called as steps are done.
using StepProgress = std::function<void(std::size_t done, std::size_t all)>;

/// While it lives, this process's clock, chance and disk are the simulator's. One at a time.
class Simulator {
public:
  /// Fails with `io` when there is no folder to work in.
  static Result<std::unique_ptr<Simulator>> begin();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;
  Simulator(Simulator&&) = delete;
  Simulator& operator=(Simulator&&) = delete;
  ~Simulator();

  /// Fails with `invalid` for a script with steps that there are not.
  Result<Outcome> run(const Script& script, const StepProgress& progress = {});

  /// A script of which nothing can be left out without the property coming to hold, as far as
  /// `runs_most` runs find one.
  Result<Script> shortest(const Script& failing, const Violation& violation, std::size_t runs_most);

private:
  explicit Simulator(std::filesystem::path folder, WatchedFiles files)
      : folder_{std::move(folder)}, files_{std::move(files)} {}
  Result<std::filesystem::path> foundation(std::size_t sites);
  Result<bool> still_fails(const Script& script, const Violation& violation);

  std::filesystem::path folder_;
  WatchedFiles files_;
  SeededChance chance_{0};
  SimulatedDisk disk_;
  std::set<std::size_t> founded_;
};

}  // namespace guantong::simulation
