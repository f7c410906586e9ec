// What must always hold, looked for after every quiet exchange. docs/testing.md says what each
// property means here.
#pragma once

#include <cstddef>

#include "simulation/world.h"

#include "sync/base/result.h"

namespace guantong::simulation {

/// Checks all properties on sites that have come to rest. `turn`, which counts up, says at which
/// site what is too dear to check everywhere is checked. The error is a violation.
Result<void> check_properties(World& world, std::size_t turn);

/// The eighth alone, which holds at any moment: for no duty nobody answers where somebody did. What
/// a site wrote that was put out before the lead had seen it waits for a ruling, its claims as
/// well.
Result<void> check_duties(World& world, Site& site);

/// The words on records of a school's own that are looked for where they must not be.
inline constexpr const char* secret = "虚构学生";

}  // namespace guantong::simulation
