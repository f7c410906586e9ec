// Opening batches: reading, checking and decoding them, which needs no replica and so can be done
// ahead of the merging.
#pragma once

#include <optional>
#include <vector>

#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/batch_commit.h"
#include "sync/change.h"
#include "sync/commit.h"
#include "sync/history.h"
#include "sync/schema.h"

namespace guantong {

/// A commit that is here and not applied.
struct Unopened {
  CommitId id;
  Commit commit;
  std::optional<Error> flaw;  ///< Known before its payload is read.
};

/// Opens batches in an order that it is told before.
class Opener {
public:
  Opener() = default;
  Opener(const Opener&) = delete;
  Opener& operator=(const Opener&) = delete;
  Opener(Opener&&) = delete;
  Opener& operator=(Opener&&) = delete;
  virtual ~Opener() = default;

  /// What `next` will be asked for; it stays where it is until something else, or nothing, is
  /// expected.
  virtual void expect(std::vector<const Unopened*> order) = 0;
  /// The next batch with its fields read, or what is wrong with it.
  virtual Result<OpenedBatch> next() = 0;
};

/// Opens one batch.
Result<OpenedBatch> open_one(const Unopened& unopened,
                             History& history,
                             const ConsortiumId& consortium,
                             const Schema& schema);

}  // namespace guantong
