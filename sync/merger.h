// Takes changes one by one, judges each in its own past, and keeps every record merged.
//
// The incremental algorithm of docs/merging.md: a change costs what it names; only slots with
// several heads walk back, and only to where these forked. Verdicts on a change follow from its
// past alone and are never taken back by a later arrival.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/read_change.h"
#include "sync/record_state.h"
#include "sync/rights.h"
#include "sync/schema.h"
#include "sync/slot_merge.h"
#include "sync/store.h"
#include "sync/value.h"

namespace guantong {

/// A record whose state was saved, and the slots of it that may show something else than before.
struct Touched {
  RecordNo record = 0;
  LifeState life = LifeState::missing;
  std::set<Slot> slots;
};

/// A version that a change names without having it in its past (M1).
struct IgnoredEdge {
  Dot change;
  RecordNo record = 0;
  Dot named;
};

class Merger {
public:
  Merger(Store& store, const Schema& schema, const Members& members)
      : store_{store}, schema_{schema}, members_{members}, rights_{members} {}

  /// Takes the record change `dot`, whose causes have all been taken. Its edges that do not count
  /// (M1) are dropped from what is stored.
  Result<void> take(const Dot& dot, ReadChange read, const Author& author, const Past& past);

  /// Which of a change's slots its author may decide in `past`; the others become proposals.
  Result<std::map<Slot, bool>> rights(const Dot& dot,
                                      const ReadChange& read,
                                      const Author& author,
                                      const Past& past);

  /// Forgets what is merged of a record and takes all its changes again; for when one of them is no
  /// longer here, or is judged otherwise than before.
  Result<void> refold(RecordNo record);

  /// Drops what memory keeps of a change that was taken out of the store.
  void forget(const Dot& dot) { recent_.erase(dot); }

  /// Works out anew the open conflicts of all records: for when who decides has changed.
  Result<void> rerank();

  /// Joins what was touched and saves it. Returns the records whose state was saved.
  Result<std::vector<Touched>> publish();

  /// How a slot's heads join, with sides and base; for showing a conflict.
  Result<SlotOutcome> outcome(RecordNo record, Slot slot);

  /// The value in force of the versions that `dot` superseded in a slot.
  Result<Value> value_before(const Dot& dot, Slot slot);

  /// A record's merged state and key.
  Result<const RecordState*> state(RecordNo record);

  /// The sites that answer for the record now.
  Result<std::vector<SiteNo>> owners(RecordNo record);

  /// Who wrote a change: by the grant that its batch acts under or, unsealed, by the best one.
  /// Before admission a device keeps its edits to itself, as a teacher's of no site.
  Result<Author> author_of(const Dot& dot);

  /// Whether `earlier` is in the past of `later`.
  Result<bool> saw(const Dot& later, const Dot& earlier);

  /// Reads a change, from memory where it passed by lately.
  Result<const ReadChange*> read(const Dot& dot);

  std::uint64_t unknown_changes() const { return unknown_; }
  /// The first of the edges that did not count.
  const std::vector<IgnoredEdge>& ignored_edges() const { return ignored_; }

private:
  struct Work {
    RecordNo number = 0;
    RecordKey key;
    const RecordType* type = nullptr;  ///< Null: unknown to this program.
    RecordState state;
    std::set<Slot> dirty;
    bool touched = false;
    RecordView view;
  };
  class Lookup;

  Result<Work*> load(RecordNo record);
  Result<void> fold(
      Work& work, const Dot& dot, const ReadChange& read, const Author& author, const Past& past);
  Result<void> fold_version(Work& work,
                            Slot slot,
                            const Dot& dot,
                            const ReadChange& read,
                            const Author& author,
                            bool counts);
  Result<void> fold_set(
      Work& work, const Field& field, const Dot& dot, const ReadChange& read, bool counts);
  void fold_holding(
      Work& work, const Dot& dot, const HoldingAct& act, const Author& author, const Past& past);
  Result<void> fold_answers(
      Work& work, const Dot& dot, const ReadChange& read, const Author& author, const Past& past);
  Result<void> cover(SlotState& slot, const Dot& dot, std::set<Dot>& walked);
  Result<void> accept(Work& work, SlotState& slot, const ReadChange& read);
  Result<bool> same_content(const Work& work, Slot slot, const ReadChange& a, const ReadChange& b);
  Result<void> keep_valid_edges(const Work& work, const Dot& dot, Change& change, const Past& past);
  void ignore(const Dot& dot, const Change& change, const Dot& named);
  Result<bool> is_version_of(const Work& work, const Version& version);

  std::vector<RecordNo> touched_records() const;
  Result<void> join_dirty(Work& work);
  Result<void> join_slot(Work& work, Slot slot);
  Result<void> join_set(Work& work, const Field& field);
  Result<void> link_references(Work& work, const Field& field);
  Result<LifeState> life_of(Work& work);
  Result<bool> takes_effect(const Work& work,
                            const Dot& archiving,
                            const std::vector<ReferenceHead>& uses);
  Result<DeviceId> device_of(StreamNo stream);
  Result<SlotOutcome> join_heads(const Work& work, Slot slot, const std::vector<Dot>& heads);

  Store& store_;
  const Schema& schema_;
  const Members& members_;
  Rights rights_;
  std::unordered_map<RecordNo, Work> works_;
  std::unordered_map<Dot, ReadChange, DotHash> recent_;
  std::unordered_map<StreamNo, DeviceId> devices_;
  std::uint64_t unknown_ = 0;
  std::vector<IgnoredEdge> ignored_;
};

}  // namespace guantong
