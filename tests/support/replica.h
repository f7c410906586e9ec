// A whole replica in memory, and what can be seen of it and of the oracle's answer alike.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sync/applier.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/merger.h"
#include "tests/support/choices.h"
#include "tests/support/deliver.h"
#include "tests/support/memory_store.h"
#include "tests/support/oracle.h"

namespace guantong::test {

/// Merges by `test_schema`.
class Replica {
public:
  Replica();

  /// Applies a batch; one that is here already is known by its commit.
  Result<void> take(const ArrivedBatch& arrived);

  /// Takes the batch's changes as this device's own, not sealed yet.
  Result<void> write(const ArrivedBatch& own);
  /// Takes one change as this device's own, in this replica's numbers.
  Result<void> write(const Dot& dot, const Change& change) {
    return applier_->take_pending(dot, change);
  }
  /// Takes back a change that was written and is not sealed.
  Result<void> take_back(const Dot& dot, RecordNo record);
  /// Files what was written as the batch.
  Result<void> seal(const ArrivedBatch& own);

  Result<void> publish();
  /// Folds every record that was published anew, and publishes.
  Result<void> refold();
  /// Forgets all but what is stored, as when the program starts again. Publish first.
  void reopen();

  MemoryStore& store() { return store_; }
  const Members& members() const { return members_; }
  Merger& merger() { return applier_->merger(); }

private:
  std::unique_ptr<Applier> make_applier();

  MemoryStore store_;
  Members members_;
  std::unique_ptr<Applier> applier_;
};

/// What the engine and the oracle must agree on, in the world's numbers and words.
struct SlotPicture {
  std::string value{};
  std::set<std::string> members{};
  bool conflict = false;
  std::set<Dot> heads{};          ///< Of a SET: the adds.
  std::set<std::string> sides{};  ///< Of a conflict.
  std::set<Dot> meet{};           ///< Of a conflict.
  std::set<Dot> idle{};           ///< Of a REGISTER.
  std::map<Dot, unsigned> proposals{};
  bool operator==(const SlotPicture&) const = default;
};
struct RecordPicture {
  RecordOutcome::State state = RecordOutcome::none;
  std::set<int> owners{};
  std::map<Slot, SlotPicture> slots{};  ///< Those that ever held something.
  bool operator==(const RecordPicture&) const = default;
};
using Picture = std::map<RecordNo, RecordPicture>;

/// Of a replica that has published.
Result<Picture> picture_of(Replica& replica, const Delivery& delivery);
Picture picture_of(const std::map<RecordNo, RecordOutcome>& outcomes, const World& world);

/// A sentence for each slot or record in which the two differ.
std::vector<std::string> differences(const Picture& is, const Picture& should_be);

/// The digest of each record that was saved.
std::map<RecordKey, Digest> digests(Replica& replica);

/// An order of the parcels in which each comes after what it builds on.
std::vector<std::size_t> causal_order(const Delivery& delivery, Choices& choices);

}  // namespace guantong::test
