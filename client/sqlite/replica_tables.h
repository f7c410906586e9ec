// The tables of a replica's file, and those of earlier versions.
#pragma once

#include "client/sqlite/database.h"
#include "sync/base/result.h"
#include "sync/schema.h"

namespace guantong {

/// Makes the tables of a new file, or brings those of an earlier version of this program into the
/// form of this one. Fails with `too_new`, changing nothing, when a later version made them.
Result<void> prepare_tables(Database& database, const Schema& schema);

}  // namespace guantong
