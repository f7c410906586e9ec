// IR-11b: a course begins before one that it requires has ended.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/rules/rule.h"
#include "client/rules/rules.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

// Which arrows count follows from all of their plan together.
constexpr std::array<Input, 4> prerequisite_inputs{{
    {"prereq", "course kind plan requires", "plan prereq"},
    {"plan_course", "terms", "course prereq"},
    {"course", "", "prereq", true},
    {"plan", "", "prereq"},
}};

struct PlacedCourse {
  RecordNo course = 0;
  RecordNo placed = 0;
  std::string terms;
};

PlacedCourse placed_in(const Statement& row) {
  return {record_in(row, 0), record_in(row, 1), string_in(row, 2)};
}

/// The course that requires another, in the plan; nothing where it is not placed there.
Result<std::optional<PlacedCourse>> placed_later(Session& session, RecordNo prerequisite) {
  std::optional<PlacedCourse> found;
  TRY(each_row(session.store().database(),
               R"(SELECT c.record, p.record, p.terms
                  FROM prereq q
                  CROSS JOIN record k ON k.uuid = q.course
                  CROSS JOIN course c ON c.record = k.id
                  CROSS JOIN reference used ON used.target = c.record
                  CROSS JOIN plan_course p ON p.record = used.source
                  WHERE q.record = ?1 AND q.kind = 'pre' AND p.course = q.course
                    AND p."plan" = q."plan" AND p.life IN ('active', 'held')
                    AND p.terms IS NOT NULL)",
               {prerequisite},
               [&](const Statement& row) { found = placed_in(row); }));
  return found;
}

/// The course that is required.
Result<std::optional<PlacedCourse>> placed_before(Session& session, RecordNo prerequisite) {
  std::optional<PlacedCourse> found;
  TRY(each_row(session.store().database(),
               R"(SELECT c.record, p.record, p.terms
                  FROM prereq q
                  CROSS JOIN record k ON k.uuid = q."requires"
                  CROSS JOIN course c ON c.record = k.id
                  CROSS JOIN reference used ON used.target = c.record
                  CROSS JOIN plan_course p ON p.record = used.source
                  WHERE q.record = ?1 AND q.kind = 'pre' AND p.course = q."requires"
                    AND p."plan" = q."plan" AND p.life IN ('active', 'held')
                    AND p.terms IS NOT NULL)",
               {prerequisite},
               [&](const Statement& row) { found = placed_in(row); }));
  return found;
}

/// Whether a circle keeps the prerequisite from counting. The table says so only after the run.
Result<bool> is_off(const Check& circles, const Subject& prerequisite) {
  const auto matches = TRY(circles(prerequisite));
  return std::ranges::any_of(matches, [&](const Match& match) {
    return std::ranges::find(match.suspended, prerequisite.record) != match.suspended.end();
  });
}

Result<void> judge_prerequisite(Session& session,
                                const Check& circles,
                                const Subject& centre,
                                std::vector<Match>& matches) {
  if (centre.type->name != "prereq") return {};
  const auto later = TRY(placed_later(session, centre.record));
  const auto before = TRY(placed_before(session, centre.record));
  if (!later || !before) return {};
  const auto begins = range_of_terms(later->terms);
  const auto ends = range_of_terms(before->terms);
  if (!begins || !ends || ends->last < begins->first) return {};
  if (TRY(is_off(circles, centre))) return {};
  Match match;
  match.records = {later->placed, before->placed};
  TRY(sort_by_id(session, match.records));
  match.records.insert(match.records.begin(), centre.record);
  match.message = message(
      "{0} requires {1}, which ends in term {2}, but begins in term {3} already: move one of them "
      "(guantong set plan_course:{4} terms=…) or change the prerequisite",
      mention(later->course),
      mention(before->course),
      ends->last,
      begins->first,
      mention(later->placed));
  matches.push_back(std::move(match));
  return {};
}

}  // namespace

Rule prerequisite_terms(Session& session, const Check& circles) {
  const auto judge = [circles](Session& in, const Subject& centre, std::vector<Match>& matches) {
    return judge_prerequisite(in, circles, centre, matches);
  };
  return centred(session, "IR-11b", Severity::warn, prerequisite_inputs, judge);
}

}  // namespace guantong
