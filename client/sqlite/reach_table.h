// How far batches reach into other streams, in the replica.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "client/sqlite/database.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/store.h"

namespace guantong {

extern const char* const reach_table;

/// A row a batch, with what has grown since the one before; now and then with the whole, so that
/// few rows are read whatever the depth.
class ReachTable {
public:
  explicit ReachTable(Database& database) : database_{database} {}

  /// Forgets what memory keeps.
  void refresh() { known_.clear(); }

  /// What a batch has in its past, of every other stream, by stream.
  Result<std::vector<Reach>> of(StreamNo stream, std::uint32_t number);
  /// `grown` are the rows that differ from the stream's previous batch.
  Result<void> put(StreamNo stream, std::uint32_t number, std::span<const Reach> grown);

private:
  using Batch = std::pair<StreamNo, std::uint32_t>;  ///< Stream and number.
  std::vector<Reach> keep(const Batch& batch, std::vector<Reach> reach);

  Database& database_;
  std::map<Batch, std::vector<Reach>> known_;
};

}  // namespace guantong
