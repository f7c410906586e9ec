#include "client/kept_changes.h"

#include <optional>
#include <vector>

#include "client/audit.h"
#include "client/replica_beside.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/sqlite/sqlite_store.h"
#include "sync/base/bytes.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
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

}  // namespace

Result<void> compare_changes(SqliteStore& here, SqliteStore& anew, std::vector<Flaw>& flaws) {
  const auto batches = TRY(shared_batches(here, anew));
  Translation translation{here, anew};
  for (const auto& batch : batches)
    translation.rename(batch.here.stream, batch.anew.stream);
  for (const auto& batch : batches) {
    if (is_same(here, anew, translation, batch)) continue;
    flaws.push_back({to_hex(batch.here.commit.raw()),
                     message("what the replica keeps of this commit is damaged; the history is "
                             "whole, and \"guantong rebuild\" heals it")});
  }
  return {};
}

}  // namespace guantong
