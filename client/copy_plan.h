// What one revision of a plan contains, for another one: a revision begins as a copy of the one
// before, and the one before stays as it is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/exchange.h"

namespace guantong {

/// What came of the records of one type.
struct CopiedRecords {
  std::string type;
  std::uint64_t added = 0, changed = 0, same = 0, proposed = 0;
  std::vector<Message> problems;  ///< Records that were left out, with the reason.
};

struct CopyOptions {
  std::string why;
  bool dry_run = false;
  Progress progress;  ///< Of types.
};

/// Copies the active records that belong to the plan of the code `from` to that of the code `to`,
/// of every type whose records are signed with one: they get codes of their own (`code_in_plan`),
/// and refer to each other as the originals do. Done again, or at another site, it makes no second
/// copies, but brings the copies to what the originals say by then (what they have emptied stays in
/// the copies). All types or nothing is durable. Fails with `invalid` where it is one plan,
/// `not_found` where there is no such plan or nothing belongs to `from`.
Result<std::vector<CopiedRecords>> copy_plan(Workspace& workspace,
                                             const std::string& from,
                                             const std::string& to,
                                             const CopyOptions& options);

}  // namespace guantong
