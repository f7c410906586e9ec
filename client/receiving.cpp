#include "client/receiving.h"

#include <cstdint>
#include <vector>

#include "client/heap.h"
#include "client/read_ahead.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/exchange.h"
#include "sync/history.h"

namespace guantong {

Result<Received> receive(Workspace& workspace,
                         Session& session,
                         const std::vector<Branch>& offered,
                         std::uint64_t at_ms,
                         const Progress& progress) {
  prepare_heap();
  ReadAhead opener{workspace.history_path(), workspace.config().consortium, workspace.schema()};
  Receiver receiver{
      session.store(), workspace.history(), session.applier(), session.members(), opener};
  return receiver.receive(offered, at_ms, progress);
}

}  // namespace guantong
