// IR-08 and IR-08b: hours that do not fit a course's credits, topics that do not fit its hours.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <vector>

#include "client/rules/rule.h"
#include "client/rules/rules.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

constexpr std::int64_t tenths = 10;
/// What is taught in weeks on end counts by the week, which is one credit, whatever its stage.
constexpr std::int64_t tenths_of_hours_a_week = 300;
constexpr std::int64_t hours_off_percent = 15;

constexpr std::array<Input, 3> placed_course_inputs{{
    {"plan_course", "course stage credits_override", ""},
    {"course", "credits hours_theory hours_practice practice_weeks", "plan_course", true},
    {"stage", "hours_per_credit", "plan_course"},
}};

struct PlacedHours {
  RecordNo course = 0;
  RecordNo stage = 0;
  std::int64_t credits = 0;  ///< In tenths.
  std::int64_t hours = 0;
  std::int64_t hours_a_credit = 0;  ///< In tenths.

  /// In hundredths.
  std::int64_t expected() const { return credits * hours_a_credit; }
  bool fits() const {
    const auto off = std::abs(hours * tenths * tenths - expected());
    return off * 100 <= expected() * hours_off_percent;
  }
};

/// Nothing where a part of the sum is not known, nor for a course that gives no credits.
Result<std::optional<PlacedHours>> placed_hours(Session& session, RecordNo placed) {
  std::optional<PlacedHours> found;
  TRY(each_row(
      session.store().database(),
      R"(SELECT c.record, s.record, coalesce(p.credits_override, c.credits),
                    coalesce(c.hours_theory, 0) + coalesce(c.hours_practice, 0),
                    iif(c.practice_weeks > 0, ?2, s.hours_per_credit)
                  FROM plan_course p
                  CROSS JOIN record kc ON kc.uuid = p.course
                  CROSS JOIN course c ON c.record = kc.id
                  CROSS JOIN record ks ON ks.uuid = p.stage
                  CROSS JOIN stage s ON s.record = ks.id
                  WHERE p.record = ?1 AND c.life IN ('active', 'held')
                    AND s.life IN ('active', 'held')
                    AND coalesce(c.hours_theory, c.hours_practice) IS NOT NULL
                    AND coalesce(p.credits_override, c.credits) > 0
                    AND iif(c.practice_weeks > 0, ?2, s.hours_per_credit) IS NOT NULL)",
      {placed, tenths_of_hours_a_week},
      [&](const Statement& row) {
        found = PlacedHours{
            record_in(row, 0), record_in(row, 1), row.int64(2), row.int64(3), row.int64(4)};
      }));
  return found;
}

Result<void> judge_placed_course(Session& session,
                                 const Subject& centre,
                                 std::vector<Match>& matches) {
  if (centre.type->name != "plan_course") return {};
  const auto placed = TRY(placed_hours(session, centre.record));
  if (!placed || placed->fits()) return {};
  Match match;
  match.records = {centre.record, placed->course, placed->stage};
  match.message = message(
      "{0} has {1} hours for {2} credits; at {3} hours a credit in {4} that would be {5}, give or "
      "take 15 %. Change its hours or its credits: guantong set course:{0} credits=…",
      mention(placed->course),
      placed->hours,
      decimal(placed->credits, tenths),
      decimal(placed->hours_a_credit, tenths),
      mention(placed->stage),
      decimal(placed->expected(), tenths * tenths));
  matches.push_back(std::move(match));
  return {};
}

constexpr std::array<Input, 2> topic_hours_inputs{{
    {"course", "hours_theory hours_practice", "", true},
    {"course_topic", "course role hours", "course"},
}};

Result<void> judge_topic_hours(Session& session,
                               const Subject& centre,
                               std::vector<Match>& matches) {
  if (centre.type->name != "course") return {};
  Match match;
  match.records = {centre.record};
  std::int64_t given = 0;  // In hours, the topics' in tenths.
  std::int64_t taught = 0;
  TRY(each_row(
      session.store().database(),
      R"(SELECT t.record, t.hours, coalesce(c.hours_theory, 0) + coalesce(c.hours_practice, 0)
                  FROM course c
                  CROSS JOIN course_topic t
                  WHERE c.record = ?1 AND coalesce(c.hours_theory, c.hours_practice) IS NOT NULL
                    AND t.record IN (SELECT source FROM reference WHERE target = ?1)
                    AND t.course = c.id AND t.life IN ('active', 'held')
                    AND t.role = 'teaches' AND t.hours > 0
                  ORDER BY t.id)",
      {centre.record},
      [&](const Statement& row) {
        match.records.push_back(record_in(row, 0));
        taught += row.int64(1);
        given = row.int64(2);
      }));
  if (taught <= given * tenths) return {};
  match.message = message(
      "the topics of {0} take {1} hours, but it has {2}: shorten a topic or give the course more "
      "hours",
      mention(centre.record),
      decimal(taught, tenths),
      given);
  matches.push_back(std::move(match));
  return {};
}

}  // namespace

Rule course_hours(Session& session) {
  return centred(session, "IR-08", Severity::warn, placed_course_inputs, judge_placed_course);
}

Rule topic_hours(Session& session) {
  return centred(session, "IR-08b", Severity::warn, topic_hours_inputs, judge_topic_hours);
}

}  // namespace guantong
