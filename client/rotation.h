// Another key for the same device (A19).
#pragma once

#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong {

/// Draws a new key, signs it with the old one and seals that; what comes after is signed with the
/// new one, and what was signed before goes on being valid. Cut off anywhere, the next call, or the
/// next sealing, goes on from there. The caller must not hold the WorkLock.
Result<PublicKey> rotate(Workspace& workspace);

/// Takes up the next key, once the history says so.
Result<void> take_up_next_key(Workspace& workspace);

}  // namespace guantong
