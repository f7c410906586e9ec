// IR-11: stages whose terms leave a gap, overlap or do not make their years; courses outside the
// terms of their stage.
#include <array>
#include <cstddef>
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
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

constexpr std::int64_t tenths_of_a_year = 10;
constexpr std::int64_t terms_a_year = 2;

constexpr std::array<Input, 8> stage_term_inputs{{
    {"stage_template", "pattern", "plan"},
    {"stage", "seq template years first_term last_term", "stage_template"},
    {"stage", "years template", "stage_template plan"},
    {"stage", "first_term last_term", "plan_course"},
    {"plan_course", "stage terms", ""},
    {"plan", "major stage_template", ""},
    {"major", "programme", "plan"},
    {"programme", "length_years", "major plan"},
}};

struct StageTerms {
  RecordNo record = 0;
  std::int64_t first = 0;  ///< 0 while it is not known, and so for the others.
  std::int64_t last = 0;
  std::int64_t years = 0;  ///< In tenths.

  bool has_terms() const { return first > 0 && last > 0; }
};

StageTerms stage_in(const Statement& row) {
  return {record_in(row, 0), row.int64(1), row.int64(2), row.int64(3)};
}

/// The stages of a template in their order.
Result<std::vector<StageTerms>> stages_of(Session& session, RecordNo stage_template) {
  std::vector<StageTerms> stages;
  TRY(each_row(session.store().database(),
               R"(SELECT s.record, s.first_term, s.last_term, s.years
                  FROM stage_template t CROSS JOIN stage s
                  WHERE t.record = ?1
                    AND s.record IN (SELECT source FROM reference WHERE target = ?1)
                    AND s.template = t.id AND s.life IN ('active', 'held')
                  ORDER BY s.seq IS NULL, s.seq, s.first_term, s.id)",
               {stage_template},
               [&](const Statement& row) { stages.push_back(stage_in(row)); }));
  return stages;
}

/// In tenths; nothing when there are no stages or the years of one are not known.
std::optional<std::int64_t> years_of(const std::vector<StageTerms>& stages) {
  std::int64_t years = 0;
  for (const auto& stage : stages) {
    if (stage.years == 0) return std::nullopt;
    years += stage.years;
  }
  return stages.empty() ? std::nullopt : std::optional{years};
}

/// "2+3+2" makes 7 years.
std::int64_t years_in_pattern(std::string_view pattern) {
  std::int64_t years = 0;
  for (const char digit : pattern) {
    if (digit != '+') years += digit - '0';
  }
  return years;
}

Match gap_between(RecordNo stage_template, const StageTerms& one, const StageTerms& next) {
  Match match;
  match.records = {stage_template, one.record, next.record};
  match.message = message(
      "in {0}, {1} ends with term {2} and {3} begins with term {4}, but a stage begins with the "
      "term after the one before: guantong set stage:{3} first_term={5}",
      mention(stage_template),
      mention(one.record),
      one.last,
      mention(next.record),
      next.first,
      one.last + 1);
  return match;
}

Result<void> judge_template(Session& session,
                            RecordNo stage_template,
                            std::vector<Match>& matches) {
  const auto stages = TRY(stages_of(session, stage_template));
  for (std::size_t i = 1; i < stages.size(); ++i) {
    const auto& one = stages[i - 1];
    const auto& next = stages[i];
    if (one.has_terms() && next.has_terms() && next.first != one.last + 1)
      matches.push_back(gap_between(stage_template, one, next));
  }
  std::string pattern;
  TRY(each_row(session.store().database(),
               "SELECT pattern FROM stage_template WHERE record = ?1",
               {stage_template},
               [&](const Statement& row) { pattern = string_in(row, 0); }));
  const auto years = years_of(stages);
  if (pattern.empty() || !years || *years == years_in_pattern(pattern) * tenths_of_a_year)
    return {};
  Match match;
  match.records = {stage_template};
  match.message = message(
      "{0} is {1}, {2} years in all, but its stages last {3}: change their years or the pattern",
      mention(stage_template),
      pattern,
      years_in_pattern(pattern),
      decimal(*years, tenths_of_a_year));
  matches.push_back(std::move(match));
  return {};
}

Result<void> judge_stage(Session& session, RecordNo record, std::vector<Match>& matches) {
  StageTerms stage;
  TRY(each_row(session.store().database(),
               "SELECT record, first_term, last_term, years FROM stage WHERE record = ?1",
               {record},
               [&](const Statement& row) { stage = stage_in(row); }));
  const auto terms = stage.last - stage.first + 1;
  if (!stage.has_terms() || stage.years == 0) return {};
  if (terms * tenths_of_a_year == stage.years * terms_a_year) return {};
  Match match;
  match.records = {record};
  match.message = message(
      "{0} lasts {1} years but has {2} terms, {3} to {4}; a year has two: change its years or its "
      "terms",
      mention(record),
      decimal(stage.years, tenths_of_a_year),
      terms,
      stage.first,
      stage.last);
  matches.push_back(std::move(match));
  return {};
}

/// The length of a plan's template against that of the programme its major is offered in.
Result<void> judge_length(Session& session, RecordNo plan, std::vector<Match>& matches) {
  RecordNo stage_template = 0;
  RecordNo programme = 0;
  std::int64_t length = 0;
  TRY(each_row(session.store().database(),
               R"(SELECT t.record, g.record, g.length_years
                  FROM "plan" p
                  CROSS JOIN record kt ON kt.uuid = p.stage_template
                  CROSS JOIN stage_template t ON t.record = kt.id
                  CROSS JOIN record km ON km.uuid = p.major
                  CROSS JOIN major m ON m.record = km.id
                  CROSS JOIN record kg ON kg.uuid = m.programme
                  CROSS JOIN programme g ON g.record = kg.id
                  WHERE p.record = ?1 AND g.length_years IS NOT NULL
                    AND t.life IN ('active', 'held') AND m.life IN ('active', 'held')
                    AND g.life IN ('active', 'held'))",
               {plan},
               [&](const Statement& row) {
                 stage_template = record_in(row, 0);
                 programme = record_in(row, 1);
                 length = row.int64(2);
               }));
  if (length == 0) return {};
  const auto stages = TRY(stages_of(session, stage_template));
  const auto years = years_of(stages);
  if (!years || *years == length) return {};
  Match match;
  match.records = {plan, programme, stage_template};
  match.message = message(
      "{0} follows {1}, whose stages last {2} years, but {3} lasts {4}: choose another template or "
      "change the length of the programme",
      mention(plan),
      mention(stage_template),
      decimal(*years, tenths_of_a_year),
      mention(programme),
      decimal(length, tenths_of_a_year));
  matches.push_back(std::move(match));
  return {};
}

Result<void> judge_course_terms(Session& session, RecordNo placed, std::vector<Match>& matches) {
  std::string terms;
  StageTerms stage;
  TRY(each_row(session.store().database(),
               R"(SELECT s.record, s.first_term, s.last_term, s.years, p.terms
                  FROM plan_course p
                  CROSS JOIN record k ON k.uuid = p.stage
                  CROSS JOIN stage s ON s.record = k.id
                  WHERE p.record = ?1 AND p.terms IS NOT NULL AND s.life IN ('active', 'held'))",
               {placed},
               [&](const Statement& row) {
                 stage = stage_in(row);
                 terms = string_in(row, 4);
               }));
  const auto span = range_of_terms(terms);
  if (!span || !stage.has_terms()) return {};
  if (stage.first <= span->first && span->last <= stage.last) return {};
  Match match;
  match.records = {placed, stage.record};
  match.message = message(
      "{0} is taught in term {1}, but {2} has the terms {3} to {4}: guantong set plan_course:{0} "
      "terms=…",
      mention(placed),
      terms,
      mention(stage.record),
      stage.first,
      stage.last);
  matches.push_back(std::move(match));
  return {};
}

Result<void> judge_stage_terms(Session& session,
                               const Subject& centre,
                               std::vector<Match>& matches) {
  const std::string_view type = centre.type->name;
  if (type == "stage_template") return judge_template(session, centre.record, matches);
  if (type == "stage") return judge_stage(session, centre.record, matches);
  if (type == "plan") return judge_length(session, centre.record, matches);
  if (type == "plan_course") return judge_course_terms(session, centre.record, matches);
  return {};
}

}  // namespace

Rule stage_terms(Session& session) {
  return centred(session, "IR-11", Severity::block, stage_term_inputs, judge_stage_terms);
}

}  // namespace guantong
