// What a rule is, for the files that hold one each, and what several of them look up.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "client/rules/rules.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/record_state.h"
#include "sync/schema.h"

namespace guantong {

/// A record that the rules are asked about.
struct Subject {
  RecordNo record = 0;
  const RecordType* type = nullptr;
  const RecordState* state = nullptr;
};

/// A finding before it has its rule's name and severity.
struct Match {
  std::vector<RecordNo> records;    ///< The one it is about first.
  std::vector<RecordNo> suspended;  ///< Records that do not count until the finding is gone.
  Message message;                  ///< Names records by `mention`.
};

/// Returns every match that holds the record, the same whichever of its records is asked about; it
/// may return others too. Made for one run over a replica that does not change meanwhile, so it may
/// remember what it has worked out.
using Check = std::function<Result<std::vector<Match>>(const Subject&)>;

struct Rule {
  std::string_view name;
  Severity severity = Severity::warn;
  /// Whether a change to one record of a match can give another match among the rest: a key that
  /// three share, a cycle. If not, a match goes when it has changed, and nothing takes its place.
  bool groups = false;
  bool suspends = false;
  /// Whether the rule reads the field of a record that stands in none of its findings and whose
  /// life is settled. Beside these fields, every rule reads the life cycle.
  std::function<bool(const RecordType&, const Field&)> reads;
  Check check;
};

/// Stands for a record's name in an argument of a message: `findings` puts the name in its place,
/// as it may change without any record of the finding being touched.
std::string mention(RecordNo record);

/// Whether a record counts: active, also while its archiving is on hold.
bool is_in_use(LifeState life);

/// A reference whose target is not simply in use: archived, on hold, or not here.
struct LooseEnd {
  RecordNo target = 0;
  LifeState life = LifeState::missing;
};

/// Finds the loose ends among the references of records, in one run.
class LooseEnds {
public:
  explicit LooseEnds(Session& session) : session_{session} {}

  /// Each target once. Valid as long as this object.
  Result<const std::vector<LooseEnd>*> of(const Subject& source);

private:
  struct References {
    std::vector<std::string> queries;  ///< One for each type that is referred to.
    bool to_anything = false;          ///< A field may refer to any type.
  };
  const References& references_of(const RecordType& type);
  Result<void> add_any(const Subject& source, std::vector<LooseEnd>& ends);

  Session& session_;
  std::map<const RecordType*, References> references_;
  std::unordered_map<RecordNo, std::vector<LooseEnd>> found_;
};

/// One reference in force, by the version that made it.
struct Use {
  const Field* field = nullptr;
  Dot dot;
};

/// By which fields `source` refers to `target` in force. While the heads of a field differ, none of
/// them is.
Result<std::vector<Use>> uses(Session& session, RecordNo source, RecordNo target);

/// The records that refer to `target`, each once, in the order of their ids.
Result<std::vector<RecordNo>> users(Session& session, RecordNo target);

/// Sorts records so that every site gets the same order: by their ids.
Result<void> sort_by_id(Session& session, std::vector<RecordNo>& records);

/// "name_en, body_en": each field once.
std::string names_of(const std::vector<Use>& uses);

// Each in a file of its own name, but that contested and unheld duties share one.
Rule unique_keys(Session& session);                                                  // IR-01
Rule archived_references(Session& session, const std::shared_ptr<LooseEnds>& ends);  // IR-02
Rule prerequisite_cycles(Session& session);                                          // IR-03
Rule contested_duties(Session& session);                                             // IR-06
Rule unheld_duties(Session& session);                                                // IR-07
Rule stale_signatures(Session& session);                                             // IR-24
Rule dangling_references(Session& session, const std::shared_ptr<LooseEnds>& ends);  // IR-27
Rule stale_translations(Session& session);                                           // IR-31

}  // namespace guantong
