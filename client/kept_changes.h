// The changes that a replica keeps, beside those of the history.
#pragma once

#include <vector>

#include "client/audit.h"
#include "client/sqlite/sqlite_store.h"
#include "sync/base/result.h"

namespace guantong {

/// Reads every sealed change that `here` keeps and compares it with the one that `anew` has of the
/// same commit. What cannot be read or differs is added to `flaws`, one for each batch: bits may
/// have rotted in what merging needs only later.
Result<void> compare_changes(SqliteStore& here, SqliteStore& anew, std::vector<Flaw>& flaws);

}  // namespace guantong
