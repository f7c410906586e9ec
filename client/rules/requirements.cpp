// IR-05 and IR-16: goals and requirements without each other; requirements that fall back or are
// never mastered on the way through the stages.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
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

constexpr std::array<Input, 2> goal_inputs{{
    {"requirement", "plan supports", "goal"},
    {"goal", "plan", "requirement"},
}};

Result<void> judge_requirement_goals(Session& session,
                                     RecordNo requirement,
                                     std::vector<Match>& matches) {
  return each_row(session.store().database(),
                  R"(SELECT 1 FROM requirement
         WHERE record = ?1 AND "plan" IS NOT NULL AND NOT EXISTS (
           SELECT 1 FROM reference CROSS JOIN goal g ON g.record = target
           WHERE source = ?1 AND g.life IN ('active', 'held')))",
                  {requirement},
                  [&](const Statement&) {
                    auto& match = matches.emplace_back();
                    match.records = {requirement};
                    match.message = message(
                        "{0} supports no training goal: guantong set requirement:{0} supports+=…",
                        mention(requirement));
                  });
}

Result<void> judge_goal(Session& session, RecordNo goal, std::vector<Match>& matches) {
  return each_row(session.store().database(),
                  R"(SELECT 1 FROM goal
                     WHERE record = ?1 AND "plan" IS NOT NULL AND NOT EXISTS (
                       SELECT 1 FROM reference CROSS JOIN requirement r ON r.record = source
                       WHERE target = ?1 AND r.life IN ('active', 'held')))",
                  {goal},
                  [&](const Statement&) {
                    auto& match = matches.emplace_back();
                    match.records = {goal};
                    match.message = message(
                        "no graduation requirement supports {0}: add one, or name the goal in one: "
                        "guantong set requirement:… supports+={0}",
                        mention(goal));
                  });
}

Result<void> judge_goals(Session& session, const Subject& centre, std::vector<Match>& matches) {
  return centre.type->name == "goal" ? judge_goal(session, centre.record, matches)
                                     : judge_requirement_goals(session, centre.record, matches);
}

constexpr std::array<Input, 6> level_inputs{{
    {"requirement", "plan", ""},
    {"stage_target", "level requirement stage", "requirement"},
    {"stage", "seq template", "stage_target requirement"},
    {"stage", "template", "stage_template plan requirement"},
    {"stage_template", "", "plan requirement"},
    {"plan", "stage_template", "requirement"},
}};

constexpr std::int64_t mastered = 3;

struct StageLevel {
  RecordNo target = 0;
  RecordNo stage = 0;
  std::string level;
  std::int64_t height = 0;  ///< How far it brings students: 0 to `mastered`.
  std::string stage_template;
  bool has_place = false;     ///< Among the stages of its template.
  bool in_the_plans = false;  ///< Whether that is the template of the requirement's plan.
};

/// The targets of a requirement along the stages of each template.
Result<std::vector<StageLevel>> levels_of(Session& session, RecordNo requirement) {
  std::vector<StageLevel> levels;
  TRY(each_row(session.store().database(),
               R"(SELECT t.record, s.record, t.level,
           CASE t.level WHEN 'introduce' THEN 1 WHEN 'reinforce' THEN 2 WHEN 'master' THEN 3
             ELSE 0 END,
           s.template, s.seq IS NOT NULL,
           s.template IS NOT NULL AND s.template = (
             SELECT p.stage_template FROM record k CROSS JOIN "plan" p ON p.record = k.id
             WHERE k.uuid = r."plan" AND p.life IN ('active', 'held'))
         FROM requirement r
         CROSS JOIN reference used ON used.target = r.record
         CROSS JOIN stage_target t ON t.record = used.source
         CROSS JOIN record ks ON ks.uuid = t.stage
         CROSS JOIN stage s ON s.record = ks.id
         WHERE r.record = ?1 AND t.requirement = r.id AND t.level IS NOT NULL
           AND t.life IN ('active', 'held') AND s.life IN ('active', 'held')
         GROUP BY t.record ORDER BY s.template, s.seq, s.id)",
               {requirement},
               [&](const Statement& row) {
                 levels.push_back({record_in(row, 0),
                                   record_in(row, 1),
                                   string_in(row, 2),
                                   row.int64(3),
                                   string_in(row, 4),
                                   row.int64(5) != 0,
                                   row.int64(6) != 0});
               }));
  return levels;
}

/// How many stages the template of the requirement's plan has.
Result<std::size_t> stages_to_pass(Session& session, RecordNo requirement) {
  std::size_t stages = 0;
  TRY(each_row(session.store().database(),
               R"(SELECT count(DISTINCT s.record)
                  FROM requirement r
                  CROSS JOIN record kp ON kp.uuid = r."plan"
                  CROSS JOIN "plan" p ON p.record = kp.id
                  CROSS JOIN record kt ON kt.uuid = p.stage_template
                  CROSS JOIN reference used ON used.target = kt.id
                  CROSS JOIN stage s ON s.record = used.source
                  WHERE r.record = ?1 AND s.template = p.stage_template
                    AND p.life IN ('active', 'held') AND s.life IN ('active', 'held'))",
               {requirement},
               [&](const Statement& row) { stages = static_cast<std::size_t>(row.int64(0)); }));
  return stages;
}

Result<Match> falling(Session& session,
                      RecordNo requirement,
                      const StageLevel& before,
                      const StageLevel& after) {
  Match match;
  match.records = {before.target, after.target};
  TRY(sort_by_id(session, match.records));
  match.records.insert(match.records.begin(), requirement);
  match.message = message(
      "{0} falls back from {1} in {2} to {3} in {4}; a later stage does not fall behind an earlier "
      "one. Whoever owns them agrees on the levels: guantong set stage_target:{5} level=…",
      mention(requirement),
      before.level,
      mention(before.stage),
      after.level,
      mention(after.stage),
      mention(after.target));
  return match;
}

Result<Match> never_mastered(Session& session,
                             RecordNo requirement,
                             const std::vector<const StageLevel*>& levels) {
  Match match;
  for (const auto* level : levels)
    match.records.push_back(level->target);
  TRY(sort_by_id(session, match.records));
  match.records.insert(match.records.begin(), requirement);
  match.message = message(
      "{0} has a target in every stage and is mastered in none: guantong set stage_target:{1} "
      "level=master",
      mention(requirement),
      mention(levels.back()->target));
  return match;
}

Result<void> judge_levels(Session& session, const Subject& centre, std::vector<Match>& matches) {
  if (centre.type->name != "requirement") return {};
  const auto levels = TRY(levels_of(session, centre.record));
  const StageLevel* before = nullptr;
  std::vector<const StageLevel*> in_the_plans;
  bool reached = false;
  for (const auto& level : levels) {
    if (level.in_the_plans) in_the_plans.push_back(&level);
    reached = reached || (level.in_the_plans && level.height == mastered);
    if (!level.has_place) continue;
    const bool same_way = before != nullptr && before->stage_template == level.stage_template;
    if (same_way && level.height < before->height) {
      auto match = TRY(falling(session, centre.record, *before, level));
      matches.push_back(std::move(match));
    }
    before = &level;
  }
  if (reached || in_the_plans.empty()) return {};
  const auto stages = TRY(stages_to_pass(session, centre.record));
  if (in_the_plans.size() < stages) return {};
  auto match = TRY(never_mastered(session, centre.record, in_the_plans));
  matches.push_back(std::move(match));
  return {};
}

}  // namespace

Rule goal_coverage(Session& session) {
  return centred(session, "IR-05", Severity::warn, goal_inputs, judge_goals);
}

Rule stage_levels(Session& session) {
  return centred(session, "IR-16", Severity::warn, level_inputs, judge_levels);
}

}  // namespace guantong
