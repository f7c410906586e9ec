// Which of several records were made last: none of the others was made in sight of them.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

/// The versions that made records what they are, by record.
using Making = std::map<RecordNo, std::vector<Dot>>;

/// The heads of a record's life cycle and of another slot.
Result<std::vector<Dot>> makers(Session& session, RecordNo record, Slot slot);

/// Those of the records that none of the others saw, as when one of the versions that made that
/// one had all those in sight that made this one. As nothing is in its own past, there are always
/// some.
Result<std::set<RecordNo>> latest(Session& session, const Making& made);

}  // namespace guantong
