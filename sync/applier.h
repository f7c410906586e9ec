// Applies whole batches: places each in the history, then hands its changes to the Merger.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sync/base/for_each.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/merger.h"
#include "sync/past.h"
#include "sync/registrar.h"
#include "sync/schema.h"
#include "sync/store.h"
#include "sync/value.h"

namespace guantong {

/// A batch whose commit, digest and signature have been checked, as it came.
struct ArrivedBatch {
  Batch batch;  ///< Numbers are places in its dictionaries.
  CommitId commit;
  std::vector<CommitId> parents;
  Digest digest;     ///< Of the payload.
  std::string site;  ///< The slug that its trailers give; its grant must say the same.
  std::vector<FieldValues> values;  ///< Of each change, if they have been read already.
};

/// How many batches are kept of a stream whose author nobody has admitted, so that whoever may push
/// cannot fill everybody's disk (fault D49). No program of ours seals one of them.
inline constexpr std::uint32_t outsider_batches_max = 100;

/// What a commit on `parents` has in its past, and how deep it lies.
struct Ground {
  std::vector<Reach> reach;  ///< By stream, the highest n; its own stream included.
  std::uint64_t generation = 0;
};

/// The past of a change on some ground: what the batch builds on and the changes before it there.
class GroundPast : public Past {
public:
  GroundPast(const Ground& ground, const Dot& self) : ground_{ground}, self_{self} {}
  bool contains(const Dot& dot) const override;

private:
  const Ground& ground_;
  Dot self_;
};

/// Works out the ground of a commit from its parents' batches.
Result<Ground> ground_of(Store& store, std::span<const StoredBatch> parents);

/// What became of a batch that was applied.
struct Applied {
  StreamNo stream = 0;
  BatchVerdict verdict = BatchVerdict::counts;  ///< By what was here then.
};

class Applier {
public:
  /// With `each` records are joined.
  Applier(Store& store, const Schema& schema, Members& members, ForEach each = one_by_one)
      : store_{store},
        schema_{schema},
        members_{members},
        merger_{store, schema, members, std::move(each)},
        registrar_{store, members, merger_} {}

  /// Checks the batch against the history (A1: all parents here, the next number of its stream) and
  /// takes it. What its author has no right to is kept and does not count. Fails with `not_found`
  /// when a parent is missing, `denied` when it is not what it says it is, `corrupt` when it does
  /// not fit its stream; then nothing of it has been taken.
  Result<Applied> apply(ArrivedBatch arrived, std::uint64_t now_ms);

  /// Takes one of this device's own changes, not sealed yet; it has seen everything here.
  Result<void> take_pending(const Dot& dot, const Change& change);

  /// Takes back the latest of this device's acts of membership, which is not sealed.
  Result<void> take_back(const Dot& act) { return registrar_.take_back(act); }

  /// Files own changes that are here already as the batch they were sealed into, and takes records
  /// anew whose verdicts differ on that ground from what they were before admission.
  Result<void> adopt(const ArrivedBatch& arrived, std::uint64_t now_ms);

  Merger& merger() { return merger_; }

private:
  struct Placed {
    StoredBatch batch;
    Ground ground;
    const GrantFact* under = nullptr;  ///< Null: its author is an outsider.
    // This replica's numbers for what stands in the batch's dictionaries.
    std::vector<StreamNo> streams;
    std::vector<RecordNo> records;
    bool forks = false;
  };

  Result<std::vector<StoredBatch>> parents_of(const ArrivedBatch& arrived);
  Result<Placed> place(const ArrivedBatch& arrived, std::uint64_t now_ms);
  Result<StreamNo> place_in_stream(const ArrivedBatch& arrived,
                                   const std::vector<StoredBatch>& parents,
                                   bool& forks);
  Result<std::vector<Dot>> find_all(const Dot& dot, const Placed& placed);
  Result<Dot> find(const Dot& dot, const Placed& placed);
  Result<void> renumber(Change& change, const Placed& placed);
  Result<void> find_grant(const ArrivedBatch& arrived,
                          const std::vector<StoredBatch>& parents,
                          Placed& placed);
  Result<void> check_founding(const ArrivedBatch& arrived) const;
  Result<void> file(const Placed& placed);
  /// Takes the changes of a batch, of which `dot` is the first.
  Result<void> take_all(Dot dot, std::span<Change> changes, Placed& placed);
  Result<void> take_act(const Dot& dot, const Change& change, Placed& placed);
  ActGround ground_of(const Dot& dot, const Placed& placed, const Past& past) const;

  Store& store_;
  const Schema& schema_;
  Members& members_;
  Merger merger_;
  Registrar registrar_;
};

}  // namespace guantong
