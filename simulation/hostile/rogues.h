// Computers in the wrong hands: let in, put out again, or never let in.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "simulation/hostile/harm.h"
#include "simulation/world.h"

#include "sync/base/result.h"

namespace guantong::simulation {

/// The site that those who were let in belong to.
inline constexpr std::size_t rogue_site = 1;
/// What a forged change gives as its reason: no edit of anybody.
inline constexpr const char* forged_why = "forged";
/// In whose hands a computer is: let in as a teacher, put out again, or never let in.
inline constexpr std::array<std::string_view, 3> rogue_names{"member", "outcast", "stranger"};

/// The computer in the hands of `who`, which is set up when it is first asked for; null while it
/// cannot be had, as nobody leads who could let it in.
Result<Rogue*> rogue_named(World& world, std::string_view who);

}  // namespace guantong::simulation
