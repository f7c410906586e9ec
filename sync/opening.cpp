#include "sync/opening.h"

#include "sync/base/result.h"
#include "sync/batch_commit.h"
#include "sync/change.h"
#include "sync/history.h"
#include "sync/read_change.h"
#include "sync/schema.h"

namespace guantong {

Result<OpenedBatch> open_one(const Unopened& unopened,
                             History& history,
                             const ConsortiumId& consortium,
                             const Schema& schema) {
  if (unopened.flaw) return *unopened.flaw;
  const auto payload = TRY(history.read_payload(unopened.commit.tree));
  auto opened = TRY(open_commit(unopened.id, unopened.commit, payload, consortium));
  opened.batch.values = TRY(read_values(schema, opened.batch.batch));
  return opened;
}

}  // namespace guantong
