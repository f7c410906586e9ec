// Clocks are wrong: by hours, by years, or back at 1970.
#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

#include "simulation/draws.h"
#include "simulation/families/family.h"
#include "simulation/world.h"

#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong::simulation {
namespace {

/// Right, an hour ahead and behind, a year ahead, a century ahead, and before 1970.
constexpr std::array<std::int64_t, 6> seconds_ahead{
    0, 3'600, -3'600, 31'536'000, 3'153'600'000, -4'000'000'000};

Step draw_clock(Draws& draws, const Setting& setting) {
  return {"clock", draw_site(draws, setting), std::to_string(draws.one_of(seconds_ahead))};
}

Result<void> run_clock(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  std::int64_t seconds = 0;
  const auto* end = step[2].data() + step[2].size();
  const auto [at, code] = std::from_chars(step[2].data(), end, seconds);
  if (code != std::errc{} || at != end)
    return fail(Errc::invalid, "\"{}\" in the script is no number", step[2]);
  site->clock_ahead_ms = seconds * 1'000;
  world.count("wrong clocks");
  return {};
}

}  // namespace

std::vector<Verb> clock_verbs() {
  return {{"clock", 2, 3, draw_clock, run_clock}};
}

}  // namespace guantong::simulation
