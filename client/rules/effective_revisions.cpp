// IR-21: two revisions are in force at once, of a plan for one cohort or of a course's standard.
#include <array>
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

constexpr std::array<Input, 5> revision_inputs{{
    {"cohort", "major year", ""},
    {"plan", "major state effective_from effective_to", "major cohort"},
    {"major", "", "cohort"},
    {"course", "", "", true},
    {"course_standard", "course state", "course"},
}};

/// The plans that are in force when a cohort enters, in September of its year.
Result<std::vector<RecordNo>> effective_plans(Session& session, RecordNo cohort) {
  std::vector<RecordNo> plans;
  TRY(each_row(session.store().database(),
               R"(SELECT p.record
                  FROM cohort h
                  CROSS JOIN record k ON k.uuid = h.major
                  CROSS JOIN major m ON m.record = k.id
                  CROSS JOIN reference used ON used.target = m.record
                  CROSS JOIN "plan" p ON p.record = used.source
                  WHERE h.record = ?1 AND p.major = h.major AND p.state = 'effective'
                    AND coalesce(p.effective_from, '') <= h.year || '-09-01'
                    AND coalesce(p.effective_to, '9999') >= h.year || '-09-01'
                    AND p.life IN ('active', 'held')
                  GROUP BY p.record ORDER BY p.id)",
               {cohort},
               [&](const Statement& row) { plans.push_back(record_in(row, 0)); }));
  return plans;
}

Result<std::vector<RecordNo>> effective_standards(Session& session, RecordNo course) {
  std::vector<RecordNo> standards;
  TRY(each_row(session.store().database(),
               R"(SELECT s.record
                  FROM course c CROSS JOIN course_standard s
                  WHERE c.record = ?1
                    AND s.record IN (SELECT source FROM reference WHERE target = ?1)
                    AND s.course = c.id AND s.state = 'effective'
                    AND s.life IN ('active', 'held')
                  ORDER BY s.id)",
               {course},
               [&](const Statement& row) { standards.push_back(record_in(row, 0)); }));
  return standards;
}

Result<void> judge_revisions(Session& session, const Subject& centre, std::vector<Match>& matches) {
  const bool cohort = centre.type->name == "cohort";
  if (!cohort && centre.type->name != "course") return {};
  const auto revisions = TRY(cohort ? effective_plans(session, centre.record)
                                    : effective_standards(session, centre.record));
  if (revisions.size() < 2) return {};
  std::string names;
  for (const auto revision : revisions)
    names += (names.empty() ? "" : ", ") + mention(revision);
  Match match;
  match.records = {centre.record};
  match.records.insert(match.records.end(), revisions.begin(), revisions.end());
  match.message =
      cohort ? message(
                   "several plans are effective when {0} enters: {1}. Until one alone is, none "
                   "should be taught by: bring them together in one, and set the others to "
                   "superseded or change their dates",
                   mention(centre.record),
                   names)
             : message(
                   "several standards of {0} are effective: {1}. Until one alone is, none should "
                   "be taught by: bring them together in one, and set the others to superseded",
                   mention(centre.record),
                   names);
  matches.push_back(std::move(match));
  return {};
}

}  // namespace

Rule effective_revisions(Session& session) {
  return centred(session, "IR-21", Severity::block, revision_inputs, judge_revisions);
}

}  // namespace guantong
