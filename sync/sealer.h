// Composes the next batch of a stream from its unsealed changes.
#pragma once

#include <optional>
#include <vector>

#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/merger.h"
#include "sync/schema.h"
#include "sync/store.h"

namespace guantong {

struct ComposedBatch {
  Batch batch;                    ///< Ready to encode.
  std::vector<CommitId> parents;  ///< The stream's previous commit first.
  std::vector<Change> changes;  ///< The same, with the replica's own numbers: for describing them.
  const GrantFact* under = nullptr;  ///< Of the person who wrote it.
};

/// The most changes that are sealed into one commit.
inline constexpr std::size_t changes_a_batch = 5'000;

/// The next batch of `stream`; nothing when it has no unsealed change or was not admitted yet. Its
/// parents are what its changes were judged by, the newest per stream, without what another parent
/// reaches: no more, or one refused batch would infect everybody's later work.
Result<std::optional<ComposedBatch>> compose_batch(
    Store& store, const Schema& schema, const Members& members, Merger& merger, StreamNo stream);

}  // namespace guantong
