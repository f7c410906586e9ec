// The third and the fourth property: what the ledger says of each field, held against what a
// replica has made of it.
#pragma once

#include "simulation/world.h"

#include "sync/base/result.h"

namespace guantong::simulation {

/// Looks at all that was written since the last call. The error is a violation.
Result<void> check_slots(World& world, Site& site);

}  // namespace guantong::simulation
