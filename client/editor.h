// What people do to records: each act is one durable transaction, made offline.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/decisions.h"
#include "client/field_edit.h"
#include "client/reading.h"
#include "client/workspace.h"
#include "sync/authority.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/merger.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/value.h"

namespace guantong {

/// What became of an act.
struct Saved {
  std::string record;                 ///< "course:B02015"
  std::vector<std::string> written;   ///< Fields in force at once.
  std::vector<std::string> proposed;  ///< Fields kept as a proposal.
  std::vector<std::string> deciders;  ///< Slugs of the sites that decide those.
  bool waits_for_admission = false;

  bool nothing() const { return written.empty() && proposed.empty(); }
};

/// Makes the changes of one session; they are kept when the session commits.
class Editor {
public:
  Editor(Workspace& workspace, Session& session);

  /// Creates a record. `id` is given by imports; otherwise identity or chance makes it. Fails with
  /// `invalid` for a value that does not fit, `conflict` when the record exists, `denied` when this
  /// person may not create it.
  Result<Saved> add(const RecordType& type,
                    const std::vector<FieldEdit>& edits,
                    std::string_view why,
                    std::optional<RecordId> id = {});
  /// Sets fields. A value that is in force already is not written, unless it decides a conflict.
  Result<Saved> set(const Record& record,
                    const std::vector<FieldEdit>& edits,
                    std::string_view why);
  Result<Saved> archive(const Record& record, std::string_view why);
  Result<Saved> restore(const Record& record, std::string_view why);

  Result<Saved> accept(const ProposalView& proposal, std::string_view why);
  Result<Saved> decline(const ProposalView& proposal, std::string_view why);
  Result<Saved> withdraw(const ProposalView& proposal);

  /// Decides a conflict, for one of its values or another one.
  Result<Saved> resolve(const Record& record, Slot slot, Value value, std::string_view why);

  /// Acts on who answers for the record. Fails with `denied` when this computer is not admitted,
  /// `conflict` when the act would have no effect, saying why.
  Result<void> hold(const Record& record, HoldingAct act, std::string_view why);

  /// Takes an act of membership into this device's plan stream, and returns what became of it: it
  /// may be without right, or not stand. Fails with `denied` where this person may write nothing.
  Result<const Act*> act(Change change, std::string_view why);

  Reading& reading() { return reading_; }

private:
  struct Draft {
    RecordNo record = 0;  ///< 0 while a record is being made.
    const RecordType* type = nullptr;
    Change change;
    std::map<Slot, Value> values;
    std::vector<Value> members;
  };

  Result<const SlotState*> standing(const Draft& draft, Slot slot);
  Result<void> put_edits(Draft& draft, const Record* current, const std::vector<FieldEdit>& edits);
  Result<void> put_set_edit(Draft& draft, const Field& field, const FieldEdit& edit);
  Result<void> put_value(Draft& draft, Slot slot, Value value);
  Result<Saved> save(Draft draft, std::string_view why);
  Result<void> name_own_proposals(Draft& draft,
                                  StreamNo stream,
                                  const std::map<Slot, bool>& rights);
  Result<Saved> change_life(const Record& record, Action action, std::string_view why);
  Result<Saved> answer(const ProposalView& proposal,
                       std::vector<Version> Change::* answers,
                       std::string_view why);
  Result<void> check_whole(const Draft& draft, const Record* current);
  Result<Value> whole_of(const Field& field, std::string_view value, const Field& part_of);
  Result<Value> field_there(const RecordKey& record, const Field& there, const Field& as);
  Result<Value> owner_by_reference(const Draft& draft, const Field& owner);
  Result<void> check_required(const Draft& draft);
  Result<void> check_unique(const Draft& draft, const Field& field, const Value& value);
  Result<void> check_owner(Draft& draft);
  Result<RecordId> id_for(const Draft& draft);
  Result<HybridTime> next_time();
  Result<Dot> next_dot(Space space);
  /// Fails with `denied` where this person has less than `least`.
  Result<Author> author(StreamNo stream, Level least = Level::teacher) const;
  Result<void> note_writer(const Dot& dot);

  Workspace& workspace_;
  Session& session_;
  Reading reading_;
};

}  // namespace guantong
