// Finding records by what stands in them: an index over every text field, beside the replica's
// tables. It is made when somebody first searches, and brought up to date before each search with
// what has changed since; merging does not know of it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/exchange.h"
#include "sync/schema.h"

namespace guantong {

struct Hit {
  RecordNo record = 0;
  std::string name;              ///< "course:B02015"
  std::string title;             ///< In Chinese; empty where it has none.
  const Field* field = nullptr;  ///< Where it stands; null where it was found by its sound.
  std::string excerpt;           ///< What stands there, around what was looked for.
};

struct SearchWish {
  std::string words;
  const RecordType* type = nullptr;  ///< Records of this type alone; null: of all.
  std::size_t most = 20;
};

/// Brings the index up to date, and makes it durable.
Result<void> refresh_search(SqliteStore& store, const Progress& progress);

/// Whether somebody has searched here, so that there is an index.
Result<bool> has_search_index(SqliteStore& store);

/// The records in use that have all of the words, the best first: those that they are the code of,
/// then by how much of the code, the title and the rest they are. Fails with `invalid` where there
/// is nothing to look for. The index must be up to date.
Result<std::vector<Hit>> search(SqliteStore& store, const SearchWish& wish);

}  // namespace guantong
