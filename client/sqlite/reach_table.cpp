#include "client/sqlite/reach_table.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/sqlite/database.h"
#include "sync/base/error.h"
#include "sync/base/flat_map.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/packing.h"
#include "sync/store.h"

namespace guantong {
namespace {

/// Every so many batches of a stream its whole reach is written; between, what has grown.
constexpr std::uint32_t whole_reach_every = 16;
/// More are not kept in memory.
constexpr std::size_t reaches_kept = 4'096;

std::string pack_reach(std::span<const Reach> rows) {
  PackWriter out;
  for (const auto& row : rows)
    out.dot({row.stream, row.n});
  return std::move(out.out);
}

/// Adds the rows whose streams are not there yet.
Result<void> add_reach(std::string_view bytes, FlatMap<StreamNo, std::uint64_t>& reach) {
  PackReader in{bytes};
  while (!in.whole()) {
    const auto [stream, n] = in.dot();
    if (in.failed())
      return fail(Errc::corrupt,
                  "the reach of a batch is damaged in the replica; \"guantong rebuild\" makes it "
                  "anew");
    if (const auto [entry, fresh] = reach.try_emplace(stream); fresh) entry->second = n;
  }
  return {};
}

std::vector<Reach> rows_of(const FlatMap<StreamNo, std::uint64_t>& reach) {
  std::vector<Reach> rows;
  for (const auto& [stream, n] : reach)
    rows.push_back({stream, n});
  return rows;
}

}  // namespace

const char* const reach_table = R"(
CREATE TABLE reach (stream INTEGER NOT NULL, number INTEGER NOT NULL, whole INTEGER NOT NULL,
  bytes BLOB NOT NULL, PRIMARY KEY (stream, number)) STRICT, WITHOUT ROWID;
)";

Result<std::vector<Reach>> ReachTable::of(StreamNo stream, std::uint32_t number) {
  const auto known = known_.find({stream, number});
  if (known != known_.end()) return known->second;
  FlatMap<StreamNo, std::uint64_t> reach;
  auto* rows = TRY(database_.cached(
      "SELECT whole, bytes FROM reach WHERE stream = ? AND number <= ? ORDER BY number DESC"));
  TRY(rows->bind(1, std::int64_t{stream}));
  TRY(rows->bind(2, std::int64_t{number}));
  bool whole = false;
  while (!whole && TRY(rows->step())) {
    TRY(add_reach(rows->bytes(1), reach));
    whole = rows->int64(0) != 0;
  }
  rows->reset();
  return keep({stream, number}, rows_of(reach));
}

std::vector<Reach> ReachTable::keep(const Batch& batch, std::vector<Reach> reach) {
  if (known_.size() >= reaches_kept) known_.clear();
  return known_.insert_or_assign(batch, std::move(reach)).first->second;
}

Result<void> ReachTable::put(StreamNo stream, std::uint32_t number, std::span<const Reach> grown) {
  FlatMap<StreamNo, std::uint64_t> reach;
  TRY(add_reach(pack_reach(grown), reach));
  const auto before = TRY(of(stream, number - 1));
  TRY(add_reach(pack_reach(before), reach));
  const auto all = keep({stream, number}, rows_of(reach));
  const bool whole = number % whole_reach_every == 0;
  if (grown.empty() && !whole) return {};
  const auto bytes = pack_reach(whole ? all : grown);
  auto* insert =
      TRY(database_.cached("INSERT INTO reach (stream, number, whole, bytes) VALUES (?, ?, ?, ?)"));
  TRY(insert->bind(1, std::int64_t{stream}));
  TRY(insert->bind(2, std::int64_t{number}));
  TRY(insert->bind(3, std::int64_t{whole}));
  TRY(insert->bind_blob(4, bytes));
  return insert->run();
}

}  // namespace guantong
