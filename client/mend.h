// Mending a damaged history: what of it is sound, and the rest from the remotes (fault D66).
#pragma once

#include <string>
#include <vector>

#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong {

/// Makes `history.git` anew from what the remotes have and what of the old one is sound, and puts
/// it in place; the old one stays beside it as `history.git.damaged`. Returns the remotes that were
/// reached. Fails with `corrupt` when a branch is whole nowhere; then nothing was changed.
Result<std::vector<std::string>> mend_history(Workspace& workspace);

}  // namespace guantong
