// IR-10, IR-23 and IR-42: what students were told about moving on holds, whatever changes beside
// it.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/rules/rule.h"
#include "client/rules/rules.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/record_state.h"
#include "sync/schema.h"

namespace guantong {
namespace {

constexpr std::array<FieldName, 12> seat_fields{{{"promotion_batch", "rule"},
                                                 {"promotion_batch", "cohort"},
                                                 {"promotion_batch", "applicants"},
                                                 {"promotion_batch", "passed"},
                                                 {"promotion_batch", "promoted"},
                                                 {"seat", "cohort"},
                                                 {"seat", "pathway"},
                                                 {"seat", "seats"},
                                                 {"promotion_rule", "pathway"},
                                                 {"promotion_rule", "from_stage"},
                                                 {"pathway", "from_stage"},
                                                 {"cohort", "year"}}};

constexpr std::array<FieldName, 6> notified_rule_fields{{{"promotion_batch", "rule"},
                                                         {"promotion_batch", "state"},
                                                         {"promotion_batch", "notice_from"},
                                                         {"promotion_batch", "notice_to"},
                                                         {"promotion_rule", "items"},
                                                         {"promotion_rule", "pass_line"}}};

constexpr std::array<FieldName, 4> notice_fields{{{"promotion_batch", "rule"},
                                                  {"promotion_batch", "notice_from"},
                                                  {"promotion_batch", "notice_to"},
                                                  {"promotion_rule", "notice_days"}}};

/// The batches that a change of the subject concerns.
Result<std::vector<RecordNo>> batches_decided_by(Session& session, const Subject& subject) {
  const auto& type = subject.type->name;
  if (type == "promotion_batch" || type == "seat")
    return targets_of(session, subject.record, "cohort");
  if (type == "cohort" || type == "promotion_rule")
    return sources_of(session, subject.record, "promotion_batch");
  if (type == "pathway") return sources_of(session, subject.record, "seat");
  return std::vector<RecordNo>{};
}

void add_headcount_match(const Statement& row, RecordNo batch, std::vector<Match>& matches) {
  const auto applicants = number_in(row, 0);
  const auto passed = number_in(row, 1);
  const auto promoted = number_in(row, 2);
  Match match;
  match.records = {batch};
  if (passed && promoted.value_or(0) > *passed) {
    match.message = message(
        "{0} has {1} students move on, of whom {2} passed; whoever keeps the batch corrects its "
        "numbers",
        mention(batch),
        *promoted,
        *passed);
  } else if (const auto most = passed ? passed : promoted; applicants && most > applicants) {
    match.message = message(
        "{0} has {1} students pass or move on, of whom {2} applied; whoever keeps the batch "
        "corrects its numbers",
        mention(batch),
        *most,
        *applicants);
  } else {
    return;
  }
  matches.push_back(std::move(match));
}

/// The batches by which the cohort of `batch` moves on under the same rule, with how many do.
Result<std::vector<Part>> batches_beside(Session& session, RecordNo batch) {
  return parts_in(session,
                  "SELECT one.record, one.promoted FROM promotion_batch AS own "
                  "JOIN record AS cohort ON cohort.uuid = own.cohort AND cohort.type = 127 "
                  "JOIN promotion_batch AS one "
                  "ON one.record IN (SELECT source FROM reference WHERE target = cohort.id) "
                  "WHERE own.record = ? AND own.life IN ('active', 'held') "
                  "AND one.cohort = own.cohort AND one.rule = own.rule "
                  "AND one.life IN ('active', 'held') ORDER BY one.id",
                  {batch});
}

/// The seats for them: on the rule's way or, where it names none, on the ways from its stage.
Result<std::vector<Part>> seats_for(Session& session, RecordNo batch) {
  return parts_in(session,
                  "SELECT seat.record, seat.seats FROM promotion_batch AS own "
                  "JOIN record AS rule_record ON rule_record.uuid = own.rule "
                  "JOIN promotion_rule AS rule ON rule.record = rule_record.id "
                  "JOIN record AS cohort ON cohort.uuid = own.cohort AND cohort.type = 127 "
                  "JOIN seat ON seat.record IN "
                  "(SELECT source FROM reference WHERE target = cohort.id) "
                  "LEFT JOIN record AS way_record "
                  "ON way_record.uuid = seat.pathway AND way_record.type = 124 "
                  "LEFT JOIN pathway AS way ON way.record = way_record.id "
                  "WHERE own.record = ? AND seat.cohort = own.cohort "
                  "AND seat.life IN ('active', 'held') AND (seat.pathway = rule.pathway "
                  "OR rule.pathway IS NULL AND way.from_stage = rule.from_stage) ORDER BY seat.id",
                  {batch});
}

Result<void> add_seat_match(Session& session, RecordNo batch, std::vector<Match>& matches) {
  const auto batches = TRY(batches_beside(session, batch));
  const auto seats = TRY(seats_for(session, batch));
  const auto promoted = sum_of(batches);
  if (batches.empty() || seats.empty() || promoted <= sum_of(seats)) return {};
  Match match;
  match.records = records_of(batches);
  const auto with_seats = records_of(seats);
  match.records.insert(match.records.end(), with_seats.begin(), with_seats.end());
  match.message = message(
      "{0} students move on in {1}, and {2} seats are given: {3}; {4} are missing. The published "
      "list stands and is not changed student by student: the school that gives the seats raises "
      "them, or the case goes to the authority",
      promoted,
      listed(records_of(batches)),
      sum_of(seats),
      listed(seats),
      promoted - sum_of(seats));
  matches.push_back(std::move(match));
  return {};
}

struct NotifiedBatch {
  RecordNo rule = 0;
  bool has_dates = false;
};

/// A batch whose list was published, with the rule that it follows.
Result<std::optional<NotifiedBatch>> notified_batch(Session& session, RecordNo batch) {
  std::optional<NotifiedBatch> notified;
  TRY(each_row(session.store().database(),
               "SELECT rule.id, batch.notice_from IS NOT NULL OR batch.notice_to IS NOT NULL "
               "FROM promotion_batch AS batch "
               "JOIN record AS rule ON rule.uuid = batch.rule AND rule.type = 46 "
               "WHERE batch.record = ? AND batch.life IN ('active', 'held') "
               "AND batch.state IN ('notice', 'closed', 'appealed')",
               {batch},
               [&](const Statement& row) {
                 notified = NotifiedBatch{static_cast<RecordNo>(row.int64(0)), row.int64(1) != 0};
               }));
  return notified;
}

/// A rule is as its students were told: by the notice, or else by the state that says so.
Result<void> add_changed_rule(Session& session,
                              const Subject& subject,
                              std::vector<Match>& matches) {
  const auto batch = TRY(notified_batch(session, subject.record));
  if (!batch) return {};
  const std::string_view teller = batch->has_dates ? "notice_from" : "state";
  const auto* told = subject.state->find(subject.type->field(teller)->slot);
  if (told == nullptr) return {};
  for (const std::string_view field : {"items", "pass_line"}) {
    const auto known = TRY(text_known(session, batch->rule, field, *told));
    if (!known) continue;
    matches.push_back(
        {{subject.record, batch->rule},
         {},
         message("{0} was changed ({2}) after {1} had been published; for its students {3} holds. "
                 "Set it back, and write what is new as a rule for the next cohort",
                 mention(batch->rule),
                 mention(subject.record),
                 field,
                 *known)});
    return {};
  }
  return {};
}

Result<std::vector<Match>> check_notice(Session& session, RecordNo batch) {
  std::vector<Match> matches;
  TRY(each_row(
      session.store().database(),
      "SELECT rule.record, rule.notice_days, "
      "CAST(julianday(notice_to) - julianday(notice_from) AS INTEGER) + 1 AS days "
      "FROM promotion_batch AS batch JOIN record ON record.uuid = batch.rule "
      "JOIN promotion_rule AS rule ON rule.record = record.id "
      "WHERE batch.record = ? AND batch.life IN ('active', 'held') AND days < rule.notice_days",
      {batch},
      [&](const Statement& row) {
        const auto rule = static_cast<RecordNo>(row.int64(0));
        matches.push_back({{batch, rule},
                           {},
                           message("{0} is public for {1} days, {2} asks for {3}; let the notice "
                                   "run longer, and decide when it is over",
                                   mention(batch),
                                   row.int64(2),
                                   mention(rule),
                                   row.int64(1))});
      }));
  return matches;
}

}  // namespace

Rule seats_short(Session& session) {
  const auto check = [&session](const Subject& subject) -> Result<std::vector<Match>> {
    std::vector<Match> matches;
    if (subject.type->name != "promotion_batch") return matches;
    TRY(each_row(session.store().database(),
                 "SELECT applicants, passed, promoted FROM promotion_batch "
                 "WHERE record = ? AND life IN ('active', 'held')",
                 {subject.record},
                 [&](const Statement& row) { add_headcount_match(row, subject.record, matches); }));
    TRY(add_seat_match(session, subject.record, matches));
    return matches;
  };
  return {.name = "IR-10",
          .severity = Severity::block,
          .groups = true,
          .reads = reads_of(seat_fields),
          .check = check,
          .decides = [&session](const Subject& subject) {
            return batches_decided_by(session, subject);
          }};
}

Rule changed_promotion_rules(Session& session) {
  const auto check = [&session](const Subject& subject) -> Result<std::vector<Match>> {
    std::vector<Match> matches;
    if (subject.type->name != "promotion_batch") return matches;
    TRY(add_changed_rule(session, subject, matches));
    return matches;
  };
  return {.name = "IR-23",
          .severity = Severity::block,
          .groups = true,
          .reads = reads_of(notified_rule_fields),
          .check = check,
          .decides = [&session](const Subject& subject) {
            return batches_decided_by(session, subject);
          }};
}

Rule short_notices(Session& session) {
  const auto check = [&session](const Subject& subject) -> Result<std::vector<Match>> {
    if (subject.type->name != "promotion_batch") return std::vector<Match>{};
    return check_notice(session, subject.record);
  };
  return {.name = "IR-42",
          .severity = Severity::warn,
          .groups = true,
          .reads = reads_of(notice_fields),
          .check = check,
          .decides = [&session](const Subject& subject) {
            return batches_decided_by(session, subject);
          }};
}

}  // namespace guantong
