// The ninth property: what was forged is in force nowhere.
#pragma once

#include "simulation/world.h"

#include "sync/base/result.h"

namespace guantong::simulation {

/// Looks at every site; whoever is shown what was forged must be told. The error is a violation.
Result<void> check_no_harm(World& world);

}  // namespace guantong::simulation
