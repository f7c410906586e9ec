// Receiving: what others wrote is ordered, checked commit by commit, and applied. One bad batch
// never stops the rest.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sync/applier.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/commit.h"
#include "sync/history.h"
#include "sync/members.h"
#include "sync/opening.h"
#include "sync/store.h"

namespace guantong {

/// Why a batch was not applied. Its stream waits there; everything else goes on.
struct SetAside {
  std::string branch;  ///< Where it was offered.
  CommitId commit;
  Error reason;
};

/// What is odd about a batch that was applied all the same: see `remarks_on`.
struct Remark {
  CommitId commit;
  Message what;
};

struct StreamProgress {
  std::string branch;
  std::uint64_t batches = 0;
  std::uint64_t changes = 0;
  CommitId tip;                           ///< The last commit that was applied.
  std::map<std::string, Remark> remarks;  ///< By what they say; of each kind the latest.
};

struct Received {
  std::vector<StreamProgress> streams;  ///< Only those that moved.
  std::vector<SetAside> set_aside;
  std::map<std::uint32_t, std::uint64_t> changes_by_type;
  std::uint64_t quarantined = 0;  ///< Changes of records that came and do not count.

  std::uint64_t batches() const;
  std::uint64_t changes() const;
};

/// The branch of a stream: of a further one of a fork, with the commit that begins it.
Result<std::string> branch_of(Store& store, StreamNo stream, const std::string& site);

/// Called now and then on long work, with what is done and what there is to do.
using Progress = std::function<void(std::uint64_t done, std::uint64_t all)>;

class Receiver {
public:
  Receiver(Store& store, History& history, Applier& applier, const Members& members, Opener& opener)
      : store_{store}, history_{history}, applier_{applier}, members_{members}, opener_{opener} {}

  /// Applies what `offered` has and the store does not: parents first, and otherwise by branch
  /// name. Fails only when this replica itself fails; what is wrong with a batch is in the answer.
  Result<Received> receive(const std::vector<Branch>& offered,
                           std::uint64_t now_ms,
                           const Progress& progress = {});

private:
  struct Waiting;

  Result<void> collect(const Branch& branch,
                       std::map<CommitId, Waiting>& waiting,
                       std::vector<SetAside>& set_aside);
  Result<std::vector<CommitId>> in_causal_order(const std::map<CommitId, Waiting>& waiting);
  Result<ArrivedBatch> next();
  Result<std::uint64_t> date_of(const CommitId& id);
  Result<void> note_remarks(const CommitId& id,
                            const Commit& commit,
                            std::uint64_t now_ms,
                            StreamProgress& stream);

  Store& store_;
  History& history_;
  Applier& applier_;
  const Members& members_;
  Opener& opener_;
  std::unordered_map<CommitId, std::uint64_t, IdHash> dates_;  // Of the last change of a batch.
};

}  // namespace guantong
