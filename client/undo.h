// Taking back what this computer did last.
#pragma once

#include "client/describe.h"
#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong {

/// Takes back this device's last act: without trace while it is not sealed, else by a change that
/// puts back what was in force before. Returns its description. Fails with `not_found` when there
/// is nothing to undo, `conflict` when others have built on it.
Result<Description> undo(Workspace& workspace);

}  // namespace guantong
