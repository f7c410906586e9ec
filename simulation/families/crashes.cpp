// Programs are ended, the power fails, disks are full: at any write.
#include <string>
#include <utility>
#include <vector>

#include "simulation/draws.h"
#include "simulation/families/family.h"
#include "simulation/simulated_disk.h"
#include "simulation/world.h"

#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong::simulation {
namespace {

constexpr std::pair<const char*, Fault::Kind> kinds_of_faults[] = {
    {"kill", Fault::Kind::kill}, {"power", Fault::Kind::power}, {"full", Fault::Kind::full}};

/// Half of them strike where Git writes, which is seldom beside SQLite.
Step draw_fault(Draws& draws, const Setting& setting) {
  const bool git = draws.one_in(2);
  return {"fault",
          draw_site(draws, setting),
          kinds_of_faults[draws.below(std::size(kinds_of_faults))].first,
          git ? "git" : "all",
          std::to_string(draws.below(git ? 14 : 120)),
          std::to_string(draws.below(1'000))};
}

/// Of the site's next writes, so many succeed.
Result<void> run_fault(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  for (const auto& [name, kind] : kinds_of_faults) {
    if (name != step[2]) continue;
    const auto after = TRY(number_of(step[4]));
    const auto chance = TRY(number_of(step[5]));
    site->computer.fault =
        Fault{kind, step[3] == "git" ? Fault::Among::git : Fault::Among::all, after, chance};
    return {};
  }
  return fail(Errc::invalid, "\"{}\" in the script is no fault", step[2]);
}

Step draw_reopen(Draws& draws, const Setting& setting) {
  return {"reopen", draw_site(draws, setting)};
}

/// The program is closed and opened again.
Result<void> run_reopen(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  return world.with_closed(*site, [] { return Result<void>{}; });
}

}  // namespace

std::vector<Verb> crash_verbs() {
  return {{"fault", 5, 14, draw_fault, run_fault}, {"reopen", 1, 3, draw_reopen, run_reopen}};
}

}  // namespace guantong::simulation
