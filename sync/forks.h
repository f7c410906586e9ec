// Which branch of a stream that goes two ways counts: rules A14 and A15 of docs/security.md.
#pragma once

#include "sync/authority.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/store.h"

namespace guantong {

/// What is held of a forked device, `stream` being the first of its streams in the plan. The branch
/// goes on with the batch that a more senior device has built on; where nobody has, it stops.
Result<ForkFact> judge_fork(Store& store, const Members& members, StreamNo stream);

/// Says which streams are a device's, of which one is new: held whole until the fork is judged.
Result<void> note_branches(Store& store, Members& members, StreamNo stream);

/// Judges all forks that a replica knows of; for opening it.
Result<void> restore_forks(Store& store, Members& members);

}  // namespace guantong
