// IR-12: the courses of a group offer fewer credits than are to be taken of it.
#include <array>
#include <cstdint>
#include <vector>

#include "client/rules/rule.h"
#include "client/rules/rules.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

constexpr std::int64_t tenths_of_a_credit = 10;

// A course that names no group counts by its stage and sort, and a group for those above it: so
// whatever changes is looked for in all groups of its plan, which are few.
constexpr std::array<Input, 5> group_credit_inputs{{
    {"course_group", "plan stage group parent min_credits", "plan course_group"},
    {"plan_course", "stage group course_group credits_override", "plan course_group"},
    {"course", "credits", "plan_course plan course_group", true},
    {"stage", "", "course_group"},
    {"plan", "", "course_group"},
}};

Result<void> judge_group_credits(Session& session,
                                 const Subject& centre,
                                 std::vector<Match>& matches) {
  if (centre.type->name != "course_group") return {};
  auto& database = session.store().database();
  std::int64_t wanted = 0;
  TRY(each_row(database,
               "SELECT min_credits FROM course_group WHERE record = ?1",
               {centre.record},
               [&](const Statement& row) { wanted = row.int64(0); }));
  if (wanted == 0) return {};
  Match match;
  match.records = {centre.record};
  std::int64_t offered = 0;
  TRY(each_row(database,
               R"(WITH RECURSIVE part (record, id, plan, stage, sort) AS (
           SELECT record, id, "plan", stage, "group" FROM course_group WHERE record = ?1
           UNION
           SELECT g.record, g.id, g."plan", g.stage, g."group"
           FROM part
           CROSS JOIN reference up ON up.target = part.record
           CROSS JOIN course_group g ON g.record = up.source
           WHERE g.parent = part.id AND g."plan" = part.plan AND g.life IN ('active', 'held'))
         SELECT p.record, coalesce(p.credits_override, c.credits, 0)
         FROM course_group own
         CROSS JOIN record kp ON kp.uuid = own."plan"
         CROSS JOIN "plan" ON "plan".record = kp.id
         CROSS JOIN reference used ON used.target = "plan".record
         CROSS JOIN plan_course p ON p.record = used.source
         CROSS JOIN record kc ON kc.uuid = p.course
         CROSS JOIN course c ON c.record = kc.id
         WHERE own.record = ?1 AND p."plan" = own."plan"
           AND p.life IN ('active', 'held') AND c.life IN ('active', 'held')
           AND EXISTS (SELECT 1 FROM part WHERE p.course_group = part.id
             OR (p.course_group IS NULL AND p.stage = part.stage AND p."group" = part.sort))
         GROUP BY p.record ORDER BY p.id)",
               {centre.record},
               [&](const Statement& row) {
                 match.records.push_back(record_in(row, 0));
                 offered += row.int64(1);
               }));
  if (offered >= wanted) return {};
  match.message = message(
      "the courses of {0} offer {1} credits, and {2} are to be taken: add or restore a course, or "
      "lower the minimum: guantong set course_group:{0} min_credits={1}",
      mention(centre.record),
      decimal(offered, tenths_of_a_credit),
      decimal(wanted, tenths_of_a_credit));
  matches.push_back(std::move(match));
  return {};
}

}  // namespace

Rule group_credits(Session& session) {
  return centred(session, "IR-12", Severity::block, group_credit_inputs, judge_group_credits);
}

}  // namespace guantong
