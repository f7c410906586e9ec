#include "client/kept_state.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "client/audit.h"
#include "client/reading.h"
#include "client/replica_beside.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/sqlite/sqlite_store.h"
#include "sync/base/bytes.h"
#include "sync/base/hash.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/record_digest.h"
#include "sync/store.h"

namespace guantong {
namespace {

/// A batch of the plan that is in both replicas.
struct SharedBatch {
  StoredBatch here, anew;
};

/// What the history has not is told of by the digest, and by the records that come of it.
Result<std::vector<SharedBatch>> shared_batches(SqliteStore& here, SqliteStore& anew) {
  std::vector<CommitId> commits;
  TRY(each_row(here.database(),
               "SELECT commit_id FROM batch ORDER BY stream, first_n",
               {},
               [&](const Statement& row) {
                 if (const auto commit = CommitId::from(row.bytes(0))) commits.push_back(*commit);
               }));
  std::vector<SharedBatch> shared;
  for (const auto& commit : commits) {
    const auto kept = TRY(here.batch_by_commit(commit));
    const auto right = TRY(anew.batch_by_commit(commit));
    if (kept && right) shared.push_back({*kept, *right});
  }
  return shared;
}

/// Whether all changes of a batch can be read and say the same.
bool is_same(SqliteStore& here, SqliteStore& anew, Translation& translation, const SharedBatch& b) {
  for (auto n = b.here.first_n; n <= b.here.last_n; ++n) {
    auto kept = here.change({b.here.stream, n});
    const auto right = anew.change({b.anew.stream, n});
    if (!kept || !right || !translation.translate(*kept) || *kept != *right) return false;
  }
  return true;
}

/// Whether what is kept of two batches beside their changes says the same.
Result<bool> is_same_place(Translation& translation,
                           const StoredBatch& kept,
                           const StoredBatch& right) {
  auto under = kept.under;
  if (under.n > 0) under.stream = TRY(translation.stream(under.stream));
  const bool same_grant = under.n == right.under.n && (under.n == 0 || under == right.under);
  const auto what = [](const StoredBatch& batch) {
    return std::tie(batch.number,
                    batch.first_n,
                    batch.last_n,
                    batch.generation,
                    batch.digest,
                    batch.site,
                    batch.verdict,
                    batch.writes);
  };
  return same_grant && what(kept) == what(right);
}

/// How far a batch reaches into each stream, in the numbers of `anew`.
Result<bool> is_same_reach(SqliteStore& here,
                           SqliteStore& anew,
                           Translation& translation,
                           const SharedBatch& b) {
  const auto kept = TRY(here.reach_of(b.here.stream, b.here.number));
  const auto right = TRY(anew.reach_of(b.anew.stream, b.anew.number));
  std::map<StreamNo, std::uint64_t> reach;
  for (const auto& row : kept) {
    const auto stream = TRY(translation.stream(row.stream));
    reach[stream] = row.n;
  }
  return std::ranges::equal(reach, right, [](const auto& one, const Reach& other) {
    return one.first == other.stream && one.second == other.n;
  });
}

/// Whether a batch has the place and the reach in both replicas that it should have.
bool stands_alike(SqliteStore& here,
                  SqliteStore& anew,
                  Translation& translation,
                  const SharedBatch& b) {
  const auto same_place = is_same_place(translation, b.here, b.anew);
  const auto same_reach = is_same_reach(here, anew, translation, b);
  return same_place && *same_place && same_reach && *same_reach;
}

using Alike = bool(SqliteStore& here, SqliteStore& anew, Translation&, const SharedBatch&);

Result<void> compare_batches(SqliteStore& here,
                             SqliteStore& anew,
                             Alike& alike,
                             std::vector<Flaw>& flaws) {
  const auto batches = TRY(shared_batches(here, anew));
  Translation translation{here, anew};
  for (const auto& batch : batches)
    translation.rename(batch.here.stream, batch.anew.stream);
  for (const auto& batch : batches) {
    if (alike(here, anew, translation, batch)) continue;
    flaws.push_back({to_hex(batch.here.commit.raw()),
                     message("what the replica keeps of this commit is damaged; the history is "
                             "whole, and \"guantong rebuild\" heals it")});
  }
  return {};
}

/// The digest of a record's state as it can be read now.
Result<Digest> state_digest(SqliteStore& store, const RecordKey& key, RecordNo record) {
  const auto state = TRY(store.state(record));
  return digest_of(key, state, [&](StreamNo stream) -> Result<DeviceId> {
    const auto tip = TRY(store.tip(stream));
    return tip.device;
  });
}

}  // namespace

Result<void> compare_changes(SqliteStore& here, SqliteStore& anew, std::vector<Flaw>& flaws) {
  return compare_batches(here, anew, is_same, flaws);
}

Result<void> compare_places(SqliteStore& here, SqliteStore& anew, std::vector<Flaw>& flaws) {
  return compare_batches(here, anew, stands_alike, flaws);
}

Result<void> compare_states(SqliteStore& here, SqliteStore& anew, std::vector<Flaw>& flaws) {
  const auto records = TRY(anew.records());
  Reading reading{here};
  for (const auto number : records) {
    const auto key = TRY(anew.record_key(number));
    const auto right = state_digest(anew, key, number);
    const auto kept = TRY(here.find_record(key));
    // One that is not there is told of by its table.
    if (!kept || !right) continue;
    const auto found = state_digest(here, key, *kept);
    if (found && *found == *right) continue;
    const auto name = TRY(reading.name_of(*kept));
    flaws.push_back({name,
                     message("what the replica keeps of this record's past is damaged; the history "
                             "is whole, and \"guantong rebuild\" heals it")});
  }
  return {};
}

Result<void> check_file(Database& replica, std::vector<Flaw>& flaws) {
  return each_row(replica, "PRAGMA integrity_check(10)", {}, [&](const Statement& row) {
    if (row.bytes(0) == "ok") return;
    flaws.push_back(
        {"replica.sqlite",
         message("the file of the replica is damaged ({}); the history is kept apart from it, "
                 "and \"guantong rebuild\" makes the replica anew",
                 row.bytes(0))});
  });
}

}  // namespace guantong
