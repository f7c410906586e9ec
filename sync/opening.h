// Opening batches: reading, checking and decoding them, which needs no replica and so can be done
// ahead of the merging.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
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

/// Opens each batch when it is asked for.
class PlainOpener final : public Opener {
public:
  PlainOpener(History& history, const ConsortiumId& consortium, const Schema& schema)
      : history_{history}, consortium_{consortium}, schema_{schema} {}

  void expect(std::vector<const Unopened*> order) override {
    order_ = std::move(order);
    at_ = 0;
  }
  Result<OpenedBatch> next() override {
    return open_one(*order_.at(at_++), history_, consortium_, schema_);
  }

private:
  History& history_;
  ConsortiumId consortium_;
  const Schema& schema_;
  std::vector<const Unopened*> order_;
  std::size_t at_ = 0;
};

}  // namespace guantong
