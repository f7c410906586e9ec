// Who decides a record's slots: the right of a version (M2 of docs/merging.md), judged by what its
// author had seen, and whose value ranks while a conflict is open (M7), judged now.
#pragma once

#include <optional>
#include <vector>

#include "sync/change.h"
#include "sync/holding.h"
#include "sync/members.h"
#include "sync/read_change.h"
#include "sync/record_state.h"
#include "sync/schema.h"

namespace guantong {

/// Who wrote a change, and under what level.
struct Author {
  StreamNo stream = 0;
  std::optional<SiteNo> site;  ///< None: not admitted yet.
  Level level = Level::none;   ///< None: what it wrote does not count.
};

class Rights {
public:
  explicit Rights(const Members& members) : members_{members} {}

  /// Whether a change creates the record without having seen another creation of it.
  static bool claims(const RecordState& state, const Change& change, const Past& past);

  /// The organisation that answers first for a record that `read` claims: the one it names, where
  /// its author may name it, else the author's own.
  RecordId first_owner(const RecordKey& key,
                       const RecordType& type,
                       const ReadChange& read,
                       const Author& author,
                       const Past& past) const;

  /// Whether the author of `dot` decides the slot in `past`. `claiming`: it creates the record.
  bool may_decide(const RecordType& type,
                  const RecordState& state,
                  Slot slot,
                  bool claiming,
                  const Dot& dot,
                  const Author& author,
                  const Past& past) const;

  /// Whether a site's value ranks in the slot for somebody who has seen `now`. In what all decide
  /// together, nobody's does.
  bool ranks(const RecordType& type,
             const RecordState& state,
             Slot slot,
             const std::optional<SiteNo>& site,
             const Past& now) const;

  /// What an act on a subject is judged by beside the acts themselves, the lead being the judge.
  HoldingContext holding_context(HeldSubject subject, const Author& author, const Past& past) const;

  /// Who rules where `org` would: itself, or the lead where it was no site.
  RecordId judge(const RecordId& org, const Past& past) const;
  /// The lead site's organisation in what somebody had seen; zeros before the founding has arrived.
  RecordId lead(const Past& past) const;

  /// The sites that owned a record in what somebody had seen.
  std::vector<SiteNo> owners(const RecordState& state, const Past& past) const;

private:
  SiteNo answers_for(const RecordId& owner, const Past& past) const;
  bool owns(const RecordState& state, SiteNo site, const Past& past) const;

  const Members& members_;
};

}  // namespace guantong
