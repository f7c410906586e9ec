// Taking into the replica what a workspace's history holds.
#pragma once

#include <cstdint>
#include <vector>

#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/exchange.h"
#include "sync/history.h"

namespace guantong {

/// Applies what `offered` has and the session's replica does not. Fails as `Receiver::receive`.
Result<Received> receive(Workspace& workspace,
                         Session& session,
                         const std::vector<Branch>& offered,
                         std::uint64_t at_ms,
                         const Progress& progress = {});

}  // namespace guantong
