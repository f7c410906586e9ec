// All faults end, and the sites exchange until nothing moves.
#pragma once

#include "simulation/world.h"

#include "client/syncing.h"
#include "sync/base/result.h"

namespace guantong::simulation {

/// Lets all faults end and the sites exchange until nothing moves; whoever must be admitted again
/// is. Fails as a violation of the second property when they do not come to rest.
Result<void> come_to_rest(World& world);

/// Whether an exchange brought or sent anything.
bool moved(const SyncReport& report);

}  // namespace guantong::simulation
