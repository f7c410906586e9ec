// What happens in a simulation, as lines that a person can read and the simulator can replay.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/result.h"

namespace guantong::simulation {

/// A verb and what it is about: "set college course:B00001 credits=5". No word holds a space.
using Step = std::vector<std::string>;

struct Script {
  std::uint64_t seed = 0;  ///< Of the keys, ids and whatever the steps leave open.
  std::size_t sites = 0;
  std::vector<Step> steps;
};

/// The longest consortium and the longest script that are simulated.
inline constexpr std::size_t sites_most = 40;
inline constexpr std::size_t steps_most = 1'000'000;

/// A line a step, after a line with the seed and the number of sites.
std::string to_text(const Script& script);
std::string to_line(const Step& step);
/// Reads what `to_text` wrote, by whomever it was changed since; lines that begin with # are passed
/// over. Fails with `invalid`, naming the line.
Result<Script> script_in(std::string_view text);

}  // namespace guantong::simulation
