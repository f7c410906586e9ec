// What a rule is, for the files that hold one each, and what several of them look up.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "client/rules/rules.h"
#include "client/sqlite/database.h"
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
  /// Of one that groups: whether the first record of a match alone has matches, so that the others
  /// need not be asked about when one of them has changed.
  bool centred = false;
  bool suspends = false;
  /// Whether the rule reads the field of a record that stands in none of its findings and whose
  /// life is settled. Beside these fields, every rule reads the life cycle.
  std::function<bool(const RecordType&, const Field&)> reads;
  Check check;
  /// The records whose matches the subject decides without standing in all of them, as a class
  /// does in the sum of its teacher's hours. When it was touched, the rule is asked about these
  /// too, each once in a run; of a rule that is not centred also about those that they decide. It
  /// may name others. Not asked where every record is asked about anyway.
  std::function<Result<std::vector<RecordNo>>(const Subject&)> decides = nullptr;
};

/// A field, for saying what a rule reads.
struct FieldName {
  std::string_view type, field;
};

/// What `Rule::reads` is for these fields, which must stay.
std::function<bool(const RecordType&, const Field&)> reads_of(std::span<const FieldName> fields);

/// What a rule reads of the records of one type, and how a change to one gets to the records that
/// its findings are about.
struct Input {
  std::string_view type;
  std::string_view fields;  ///< Names with spaces between. The life cycle is read of all.
  /// Types with spaces between: from the changed record to those of the first type that it refers
  /// to or that refer to it, from these to those of the second, and so on. Empty: no further.
  std::string_view path;
  /// Whether a record that nothing refers to is of no concern: as many a course of a large bank.
  bool if_referred_to = false;
};

/// Adds the matches that a record in use is the centre of, first of their records; of a record of
/// another type none.
using Judge =
    std::function<Result<void>(Session&, const Subject& centre, std::vector<Match>& matches)>;

/// A rule whose findings are each about a centre in which others have a say: a group that credits
/// add up in. What mends a sum stands in no finding about it, but decides it: the centres at the
/// end of its path. `inputs` outlives the rule.
Rule centred(Session& session,
             std::string_view name,
             Severity severity,
             std::span<const Input> inputs,
             Judge judge);

/// Stands for a record's name in an argument of a message: `findings` puts the name in its place,
/// as it may change without any record of the finding being touched.
std::string mention(RecordNo record);

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

/// The records of a type that refer to `target`, or that `source` refers to, also by the heads of a
/// field that is in conflict.
Result<std::vector<RecordNo>> sources_of(Session& session, RecordNo target, std::string_view type);
Result<std::vector<RecordNo>> targets_of(Session& session, RecordNo source, std::string_view type);

/// The records in the first column of what a query finds.
Result<std::vector<RecordNo>> records_in(Session& session,
                                         Sql query,
                                         std::initializer_list<std::int64_t> parameters);

/// A record with what it adds to a sum.
struct Part {
  RecordNo record = 0;
  std::int64_t value = 0;
};

/// The same with the second column, where it has a value.
Result<std::vector<Part>> parts_in(Session& session,
                                   Sql query,
                                   std::initializer_list<std::int64_t> parameters);

std::int64_t sum_of(const std::vector<Part>& parts);

/// "QU-1/class_a 25, QU-1/class_b 30"
std::string listed(const std::vector<Part>& parts);
/// "ME-01, ME-02"
std::string listed(const std::vector<RecordNo>& records);

std::vector<RecordNo> records_of(const std::vector<Part>& parts);

/// Nothing where the column has no value.
std::optional<std::int64_t> number_in(const Statement& row, int column);

/// Whether whoever wrote a slot knew of a version of another: it is one of theirs, or in the past
/// of one.
Result<bool> knows(Session& session, const SlotState& slot, const Dot& version);

/// What a field said to those who wrote `reader`, if they knew a value and do not know the one in
/// force. It may have been set back meanwhile: then nothing has changed.
Result<std::optional<std::string>> text_known(Session& session,
                                              RecordNo record,
                                              std::string_view field,
                                              const SlotState& reader);
/// From the first to the last of the terms that a course is taught in.
struct TermRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

/// Reads "5;6"; nothing for what is no list of terms.
std::optional<TermRange> range_of_terms(std::string_view terms);

/// "name_en, body_en": each field once.
std::string names_of(const std::vector<Use>& uses);

// A file a family.
Rule unique_keys(Session& session);                                                  // IR-01
Rule archived_references(Session& session, const std::shared_ptr<LooseEnds>& ends);  // IR-02
Rule prerequisite_cycles(Session& session);                                          // IR-03
Rule tree_cycles(Session& session);                                                  // IR-04
Rule goal_coverage(Session& session);                                                // IR-05
Rule contested_duties(Session& session);                                             // IR-06
Rule unheld_duties(Session& session);                                                // IR-07
Rule course_hours(Session& session);                                                 // IR-08
Rule topic_hours(Session& session);                                                  // IR-08b
Rule overdrawn_quotas(Session& session);                                             // IR-09
Rule seats_short(Session& session);                                                  // IR-10
Rule stage_terms(Session& session);                                                  // IR-11
/// `circles` is the check of IR-03: what that suspends does not count here.
Rule prerequisite_terms(Session& session, const Check& circles);                     // IR-11b
Rule group_credits(Session& session);                                                // IR-12
Rule support_weights(Session& session);                                              // IR-13
Rule assessment_weights(Session& session);                                           // IR-13b
Rule evaluation_weights(Session& session);                                           // IR-13c
Rule teaching_loads(Session& session);                                               // IR-14
Rule timetable_clashes(Session& session);                                            // IR-15
Rule stage_levels(Session& session);                                                 // IR-16
Rule recognised_credits(Session& session);                                           // IR-20
Rule effective_revisions(Session& session);                                          // IR-21
Rule unreviewed_materials(Session& session);                                         // IR-22
Rule changed_promotion_rules(Session& session);                                      // IR-23
Rule stale_signatures(Session& session);                                             // IR-24
Rule idle_loops(Session& session);                                                   // IR-25
Rule unproved_closings(Session& session);                                            // IR-26
Rule dangling_references(Session& session, const std::shared_ptr<LooseEnds>& ends);  // IR-27
Rule look_alikes(Session& session);                                                  // IR-28
Rule repeated_people(Session& session);                                              // IR-29
Rule unconfirmed_teachers(Session& session);                                         // IR-30
Rule stale_translations(Session& session);                                           // IR-31
Rule seminars_on_busy_days(Session& session);                                        // IR-32
Rule plan_thresholds(Session& session);                                              // IR-40
Rule idle_resolutions(Session& session);                                             // IR-41
Rule short_notices(Session& session);                                                // IR-42

}  // namespace guantong
