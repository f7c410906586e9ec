// Takes changes one by one, judges each in its own past, and keeps every record merged.
//
// The incremental algorithm of docs/merging.md: a change costs what it names; only slots with
// several heads walk back, and only to where these forked. Verdicts on a change follow from its
// past alone and are never taken back by a later arrival.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sync/base/flat_map.h"
#include "sync/base/flat_set.h"
#include "sync/base/for_each.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"
#include "sync/members.h"
#include "sync/read_change.h"
#include "sync/recent_changes.h"
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
  FlatSet<Slot> slots;
  bool agreed = false;         ///< Whether what is agreed on it may be other than it was.
  std::vector<RecordNo> left;  ///< What it referred to in force before, and no longer does.
};

/// Who rules on contests over a record, and who may ask for that.
struct Charter {
  RecordId judge;                  ///< The organisation.
  bool any_partner = false;        ///< Whether a partner that claims nothing may ask for it.
  std::optional<RecordNo> record;  ///< What it stands in; none: the lead rules.
};

/// A version that a change names without having it in its past (M1).
struct IgnoredEdge {
  Dot change;
  RecordNo record = 0;
  Dot named;
};

class Merger {
public:
  /// With `each` records are joined.
  Merger(Store& store, const Schema& schema, const Members& members, ForEach each = one_by_one)
      : store_{store},
        schema_{schema},
        members_{members},
        rights_{members},
        for_each_{std::move(each)} {}

  /// Keeps the changes of a stream from `first` on, and what their fields say, for taking them.
  /// They may be written to until then.
  std::span<Change> keep(const Dot& first,
                         std::vector<Change> changes,
                         std::vector<FieldValues> values) {
    return recent_.keep(first, std::move(changes), std::move(values));
  }

  /// Takes the record change `dot`, which is kept and whose causes have all been taken. Its edges
  /// that do not count (M1) are dropped from what is stored.
  Result<void> take(const Dot& dot, Change& change, const Author& author, const Past& past);

  /// Which of a change's slots its author may decide in `past`; the others become proposals.
  Result<std::map<Slot, bool>> rights(const Dot& dot,
                                      const ReadChange& read,
                                      const Author& author,
                                      const Past& past);

  /// Forgets what is merged of a record and takes all its changes again; for when one of them is no
  /// longer here, or is judged otherwise than before.
  Result<void> refold(RecordNo record);

  /// The same of all records that hold an unsealed change of a stream.
  Result<void> refold_pending(StreamNo stream);
  /// The same of these records and of those that were judged by them.
  Result<void> refold_all(const std::set<RecordNo>& records);

  /// Drops what memory keeps of a change that was taken out of the store.
  void forget(const Dot& dot) { recent_.forget(dot); }

  /// Works out anew the open conflicts of all records: for when who decides has changed.
  Result<void> rerank();

  /// Joins what was touched and saves it. Returns the records whose state was saved.
  Result<std::vector<Touched>> publish();

  /// How a slot's heads join, with sides and base; for showing a conflict.
  Result<SlotOutcome> outcome(RecordNo record, Slot slot);
  /// The same of some counting versions, at least one, as if nothing else had been written.
  Result<SlotOutcome> outcome(RecordNo record, Slot slot, const std::vector<Dot>& heads);

  /// The value in force of the versions that `dot` superseded in a slot.
  Result<Value> value_before(const Dot& dot, Slot slot);

  /// A record's merged state and key.
  Result<const RecordState*> state(RecordNo record);

  /// The sites that own the record now.
  Result<std::vector<SiteNo>> owners(RecordNo record);

  /// What was agreed on a record; of its owner, beginning with who created it.
  Result<Holding> agreements(RecordNo record, HeldSubject subject);

  /// How `act` would be judged on a record, written now by `author`.
  Result<JudgedAct> foresee(RecordNo record, const HoldingAct& act, const Author& author);

  /// The charter for contests over a record, as an author with this past had seen it. A record that
  /// names none, and a charter that was never signed, leave it to the lead.
  Result<Charter> charter_of(RecordNo record, const Past& past);

  /// The digest of what stood in a record and its parts in `past`: what is signed.
  Result<RecordId> content_of(RecordNo record, const Past& past);

  /// The records with whose phase this one is closed and opened: itself, or what it is a part of.
  Result<std::vector<RecordNo>> signed_with(RecordNo record);

  /// Who wrote a change: by the grant that its batch acts under or, unsealed, by the best one.
  /// Before admission a device keeps its edits to itself, as a teacher's of no site.
  Result<Author> author_of(const Dot& dot);

  /// Whether `earlier` is in the past of `later`.
  Result<bool> saw(const Dot& later, const Dot& earlier);

  /// Reads a change, from memory where it passed by lately.
  Result<ReadChange> read(const Dot& dot);

  std::uint64_t unknown_changes() const { return unknown_; }
  /// The first of the edges that did not count.
  const std::vector<IgnoredEdge>& ignored_edges() const { return ignored_; }

private:
  struct Work {
    RecordNo number = 0;
    RecordKey key;
    const RecordType* type = nullptr;  ///< Null: unknown to this program.
    RecordState state;
    FlatSet<Slot> dirty;
    FlatSet<Slot> joined;  ///< Those of them whose joining is done.
    bool touched = false;
    bool agreed = false;  ///< An act of consent was taken, or what was signed may have changed.
    FlatMap<Slot, Settled> settled;  ///< What slots showed whose heads are others now.
    RecordView view;
  };
  class Source;
  class Memory;
  class Everything;
  class Lookup;

  Result<Work*> load(RecordNo record);
  /// A change with its author and past, as the history of its record gives it again.
  using Visit =
      std::function<Result<void>(const Dot&, const ReadChange&, const Author&, const Past&)>;
  Result<void> visit_history(RecordNo record, const Visit& visit);
  Result<void> fold(
      Work& work, const Dot& dot, const ReadChange& read, const Author& author, const Past& past);
  /// Takes what other verdicts rest on: claims of the record, and acts of consent.
  Result<void> fold_ground(
      Work& work, const Dot& dot, const ReadChange& read, const Author& author, const Past& past);
  /// Takes the versions of slots, as somebody sees them who knows `now`.
  Result<void> fold_slots(Work& work,
                          const Dot& dot,
                          const ReadChange& read,
                          const Author& author,
                          const Past& past,
                          const Past& now);
  Result<void> fold_version(Work& work,
                            Slot slot,
                            const Dot& dot,
                            const ReadChange& read,
                            const Author& author,
                            bool counts);
  Result<void> fold_set(
      Work& work, const Field& field, const Dot& dot, const ReadChange& read, bool counts);
  Result<void> fold_act(
      Work& work, const Dot& dot, const HoldingAct& act, const Author& author, const Past& past);
  Result<JudgedAct> judge(
      Work& work, const Dot& dot, const HoldingAct& act, const Author& author, const Past& past);
  Result<HoldingContext> context_of(Work& work,
                                    const HoldingAct& act,
                                    const Author& author,
                                    const Past& past);
  static Holding agreements(const RecordState& state, HeldSubject subject);
  Result<void> claim(Work& work, const Dot& dot, const RecordId& owner);
  Result<void> join_wholes(const Work& work);
  Result<std::vector<RecordNo>> wholes_of(const Work& work);
  /// The records with which this one is signed and on whose phase somebody has acted; mostly none.
  Result<std::vector<RecordNo>> phases_over(const Work& work);
  Result<bool> is_fixed(const std::vector<RecordNo>& phases,
                        const Dot& dot,
                        const Past& past,
                        const Past& now);
  Result<bool> is_fixed_by(const std::vector<JudgedAct>& phase,
                           const Dot& dot,
                           const Past& past,
                           const Past& now);
  Result<RecordState> state_in(RecordNo record, const Past& past);
  static std::vector<Dot> agreed_closings(const Work& work);
  /// Takes anew what came to be late with closings that were not agreed `before`.
  Result<void> refold_late(RecordNo whole, const std::vector<Dot>& before);
  Result<bool> is_late(const Work& work, const Dot& closing);
  Result<void> fold_anew(Work& work);
  static void rerank(Work& work);
  Result<std::set<RecordKey>> named_by(const Work& work, std::uint32_t field, const Past& past);
  Result<std::vector<Dot>> closings_in_use(RecordNo record, const Past& past);
  /// What a change that is here had seen.
  Result<std::unique_ptr<const Past>> past_of(const Dot& dot);
  Result<void> fold_answers(
      Work& work, const Dot& dot, const ReadChange& read, const Author& author, const Past& past);
  Result<void> cover(SlotState& slot, const Dot& dot, std::set<Dot>& walked);
  Result<void> accept(Work& work, SlotState& slot, const ReadChange& read);
  Result<bool> same_content(const Work& work, Slot slot, const ReadChange& a, const ReadChange& b);
  Result<void> keep_valid_edges(const Work& work, const Dot& dot, Change& change, const Past& past);
  void ignore(const Dot& dot, const Change& change, const Dot& named);
  Result<bool> is_version_of(const Work& work, const Version& version);

  std::vector<RecordNo> touched_records() const;
  std::vector<std::optional<Digest>> digests_of(const std::vector<RecordNo>& records) const;
  /// Joins in advance what needs nothing but memory.
  Result<void> join_recent(const std::vector<RecordNo>& records);
  Result<void> join_dirty(Work& work);
  Result<void> join_one(Work& work, Slot slot, const Source& source);
  Result<void> join_slot(Work& work, Slot slot, const Source& source);
  static void join_set(Work& work, const Field& field);
  Result<void> link_references(Work& work, const Field& field);
  Result<LifeState> life_of(Work& work);
  Result<bool> takes_effect(const Work& work,
                            const Dot& archiving,
                            const std::vector<ReferenceHead>& uses);
  Result<DeviceId> device_of(StreamNo stream);
  Result<SlotOutcome> join_heads(const Work& work,
                                 Slot slot,
                                 const std::vector<Dot>& heads,
                                 const Past& now);
  /// Joins a slot's heads as they rank now, resting on what was settled before.
  Result<SlotSummary> summarise_slot(const Work& work, const SlotState& slot, const Source& source);
  Result<RecentChanges::Wrote> wrote(const Dot& dot);
  Result<CausalRank> rank_of(const std::vector<Dot>& heads);

  Store& store_;
  const Schema& schema_;
  const Members& members_;
  Rights rights_;
  ForEach for_each_;
  std::unordered_map<RecordNo, Work> works_;
  RecentChanges recent_;
  std::unordered_map<StreamNo, DeviceId> devices_;
  std::uint64_t unknown_ = 0;
  std::vector<IgnoredEdge> ignored_;
};

}  // namespace guantong
