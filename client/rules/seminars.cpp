// IR-32 and IR-41: seminars when everybody can come, and something that comes of them.
#include <array>
#include <limits>
#include <string>
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
#include "sync/schema.h"

namespace guantong {
namespace {

constexpr std::array<FieldName, 8> seminar_day_fields{{{"seminar", "host"},
                                                       {"seminar", "state"},
                                                       {"seminar", "when_from"},
                                                       {"seminar", "when_to"},
                                                       {"calendar_event", "org"},
                                                       {"calendar_event", "kind"},
                                                       {"calendar_event", "when_from"},
                                                       {"calendar_event", "when_to"}}};

constexpr std::array<FieldName, 3> resolution_fields{
    {{"outcome", "kind"}, {"outcome", "state"}, {"outcome", "becomes"}}};

struct RecordSpan {
  RecordNo first = 0;
  RecordNo last = std::numeric_limits<RecordNo>::max();
};

/// The seminars to come that meet a holiday, or an examination of another body than the host. One
/// of the two is searched, as both are a few dozen a year.
Result<std::vector<Match>> busy_days(Session& session, RecordSpan seminars, RecordSpan events) {
  std::vector<Match> matches;
  TRY(each_row(
      session.store().database(),
      "SELECT seminar.record, event.record, event.kind = 'exam' "
      "FROM seminar JOIN calendar_event AS event "
      "ON event.when_from <= coalesce(seminar.when_to, seminar.when_from) "
      "AND coalesce(event.when_to, event.when_from) >= seminar.when_from "
      "WHERE seminar.record BETWEEN ? AND ? AND event.record BETWEEN ? AND ? "
      "AND seminar.life IN ('active', 'held') AND event.life IN ('active', 'held') "
      "AND coalesce(seminar.state, 'planned') IN ('planned', 'confirmed') "
      "AND (event.kind = 'holiday' OR event.kind = 'exam' AND event.org IS NOT seminar.host)",
      {seminars.first, seminars.last, events.first, events.last},
      [&](const Statement& row) {
        const auto meeting = static_cast<RecordNo>(row.int64(0));
        const auto day = static_cast<RecordNo>(row.int64(1));
        const auto text =
            row.int64(2) != 0
                ? message("{0} falls into the examinations {1}; another day may suit that school",
                          mention(meeting),
                          mention(day))
                : message("{0} falls on the holiday {1}; choose another day",
                          mention(meeting),
                          mention(day));
        matches.push_back({{meeting, day}, {}, text});
      }));
  return matches;
}

}  // namespace

Rule seminars_on_busy_days(Session& session) {
  const auto check = [&session](const Subject& subject) -> Result<std::vector<Match>> {
    const RecordSpan own{subject.record, subject.record};
    if (subject.type->name == "seminar") return busy_days(session, own, {});
    if (subject.type->name == "calendar_event") return busy_days(session, {}, own);
    return std::vector<Match>{};
  };
  return {.name = "IR-32",
          .severity = Severity::hint,
          .reads = reads_of(seminar_day_fields),
          .check = check};
}

Rule idle_resolutions(Session& session) {
  const auto check = [&session](const Subject& subject) -> Result<std::vector<Match>> {
    std::vector<Match> matches;
    if (subject.type->name != "outcome") return matches;
    TRY(each_row(
        session.store().database(),
        "SELECT record FROM outcome WHERE record = ? AND life IN ('active', 'held') "
        "AND kind = 'resolution' AND state = 'agreed' "
        "AND coalesce(becomes, '[]') = '[]'",
        {subject.record},
        [&](const Statement& /*row*/) {
          matches.push_back(
              {{subject.record},
               {},
               message("{0} is agreed, but names nothing that came of it; add it: guantong set "
                       "outcome:{0} becomes+=action_item:CODE",
                       mention(subject.record))});
        }));
    return matches;
  };
  return {.name = "IR-41",
          .severity = Severity::hint,
          .reads = reads_of(resolution_fields),
          .check = check};
}

}  // namespace guantong
