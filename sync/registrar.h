// Takes acts of membership and forks into the replica, and judges anew what they move.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "sync/authority.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/merger.h"
#include "sync/store.h"

namespace guantong {

class Registrar {
public:
  Registrar(Store& store, Members& members, Merger& merger)
      : store_{store}, members_{members}, merger_{merger} {}

  Result<void> found(const Dot& dot, const Founding& founding, const ConsortiumId& consortium);
  /// Takes an act under `under`.
  Result<void> take(const Dot& dot,
                    const Change& change,
                    const GrantFact& under,
                    const ActGround& ground);
  /// Works out anew an act of this device that has been sealed.
  Result<void> settle(const Dot& dot,
                      const Change& change,
                      const GrantFact& under,
                      const ActGround& ground);
  /// Takes back this device's latest act, which was not sealed.
  Result<void> take_back(const Dot& dot);

  /// To be asked of every batch: it may go on a fork, or build on one.
  Result<void> note_batch(const StoredBatch& batch);
  /// Says that a stream has a further branch.
  Result<void> note_fork(StreamNo stream);

  /// Judges what the acts and forks taken since have moved: other acts, batches, and the records
  /// that these changed. Costs nothing where there are none.
  Result<void> finish();

private:
  Result<ActTargets> targets_of(const Change& change, const Past& past);
  Result<void> keep(const Act& act);
  Result<void> judge_forks();
  Result<std::vector<ActNo>> judge();
  void look_again(const Act& act, bool moved);
  void look_again(StreamNo stream, std::uint64_t n);
  Result<void> judge_batches(bool whole);

  Store& store_;
  Members& members_;
  Merger& merger_;
  std::set<ActNo> fresh_;      ///< Taken since the last judgement, more than grants and keys.
  std::set<StreamNo> forked_;  ///< Devices whose fork is to be judged.
  std::map<StreamNo, std::uint64_t> again_;  ///< Batches to judge, by stream from which n on.
  bool lead_moves_ = false;                  ///< Whether who decides as the lead may be another.
};

}  // namespace guantong
