// What a replica keeps that no table shows, beside what the history gives: bits may have rotted in
// what merging needs only later.
#pragma once

#include <vector>

#include "client/audit.h"
#include "client/sqlite/database.h"
#include "client/sqlite/sqlite_store.h"
#include "sync/base/result.h"

namespace guantong {

/// Reads every sealed change that `here` keeps and compares it with the one that `anew` has of the
/// same commit. What cannot be read or differs is added to `flaws`, one for each batch.
Result<void> compare_changes(SqliteStore& here, SqliteStore& anew, std::vector<Flaw>& flaws);

/// The same for a batch's place, verdict and reach. These follow from the whole history, so that
/// nothing can be said of them where some of it is missing; nor of the next.
Result<void> compare_places(SqliteStore& here, SqliteStore& anew, std::vector<Flaw>& flaws);

/// The same for what has been merged of each record, one flaw for each.
Result<void> compare_states(SqliteStore& here, SqliteStore& anew, std::vector<Flaw>& flaws);

/// Has SQLite look through its own file: pages, and indexes beside their tables.
Result<void> check_file(Database& replica, std::vector<Flaw>& flaws);

}  // namespace guantong
