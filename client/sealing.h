// Sealing: unsealed changes become signed commits, so that a crash anywhere loses and doubles
// nothing.
#pragma once

#include <cstdint>
#include <optional>

#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/batch_commit.h"
#include "sync/change.h"

namespace guantong {

struct SealCount {
  std::uint64_t batches = 0;
  std::uint64_t changes = 0;
};

/// Seals everything in the plan space that may be sealed; nothing before this device is admitted.
/// The caller holds the WorkLock.
Result<SealCount> seal_all(Workspace& workspace);

/// Carries on with a batch whose numbers were reserved when the program was cut off.
Result<void> finish_sealing(Workspace& workspace);

/// Takes in commits that the history has and the replica has not: after a crash between the two, or
/// when the replica is made anew. The caller holds the WorkLock.
Result<void> catch_up(Workspace& workspace);

/// How this device signs its commits; `writer`: of several people who share it, the one whose they
/// are.
Byline byline_of(const Workspace& workspace, const std::optional<PersonId>& writer = {});

}  // namespace guantong
