// IR-13, IR-13b, IR-13c: weights that make a whole together and were changed apart.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

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

constexpr std::int64_t whole_in_thousandths = 1000;
constexpr std::int64_t support_may_be_off = 10;
constexpr std::int64_t whole_in_tenths_of_percent = 1000;
constexpr std::int64_t hundredths = 100;

struct Weighted {
  RecordNo record = 0;  ///< The record with the weight.
  RecordNo named = 0;   ///< The one that people know it by.
  std::int64_t weight = 0;
};

std::int64_t sum_of(const std::vector<Weighted>& parts) {
  return std::accumulate(
      parts.begin(), parts.end(), std::int64_t{0}, [](std::int64_t sum, const Weighted& part) {
        return sum + part.weight;
      });
}

/// Hundredths in the proportion of the weights, 100 in all: what is left over by rounding down
/// goes to those that lost most by it.
std::vector<std::int64_t> in_proportion(const std::vector<Weighted>& parts) {
  const auto sum = sum_of(parts);
  std::vector<std::int64_t> shares;
  std::vector<std::size_t> by_loss(parts.size());
  std::iota(by_loss.begin(), by_loss.end(), 0);
  auto left = hundredths;
  for (const auto& part : parts)
    left -= shares.emplace_back(part.weight * hundredths / sum);
  std::ranges::stable_sort(by_loss, std::greater{}, [&](std::size_t place) {
    return parts[place].weight * hundredths % sum;
  });
  for (std::size_t i = 0; i < static_cast<std::size_t>(left); ++i)
    ++shares[by_loss[i]];
  return shares;
}

std::string proposal_of(const std::vector<Weighted>& parts) {
  std::string text;
  const auto shares = in_proportion(parts);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    text += fmt::format("{}{} {}",
                        text.empty() ? "" : ", ",
                        mention(parts[i].named),
                        decimal(shares[i], hundredths));
  }
  return text;
}

/// The centre, then the records with the weights by their ids.
Result<std::vector<RecordNo>> weighed(Session& session,
                                      RecordNo centre,
                                      const std::vector<Weighted>& parts) {
  std::vector<RecordNo> records;
  records.reserve(parts.size() + 1);
  for (const auto& part : parts)
    records.push_back(part.record);
  TRY(sort_by_id(session, records));
  records.insert(records.begin(), centre);
  return records;
}

constexpr std::array<Input, 4> support_inputs{{
    {"indicator", "", ""},
    {"support", "course indicator plan weight", "indicator"},
    {"plan_course", "nature", "course support indicator"},
    {"course", "code", "support indicator", true},
}};

/// The weights of the courses that everybody takes, in the order of the courses' codes.
Result<std::vector<Weighted>> compulsory_support(Session& session, RecordNo indicator) {
  std::vector<Weighted> parts;
  TRY(each_row(session.store().database(),
               R"(SELECT s.record, c.record, s.weight
                  FROM indicator i
                  CROSS JOIN reference used ON used.target = i.record
                  CROSS JOIN support s ON s.record = used.source
                  CROSS JOIN record k ON k.uuid = s.course
                  CROSS JOIN course c ON c.record = k.id
                  WHERE i.record = ?1 AND s.indicator = i.id AND s.weight > 0
                    AND s.life IN ('active', 'held') AND c.life IN ('active', 'held')
                    AND EXISTS (
                      SELECT 1 FROM reference placed
                      CROSS JOIN plan_course p ON p.record = placed.source
                      WHERE placed.target = c.record AND p.course = c.id AND p."plan" = s."plan"
                        AND p.nature = 'compulsory' AND p.life IN ('active', 'held'))
                  GROUP BY s.record ORDER BY c.code, s.id)",
               {indicator},
               [&](const Statement& row) {
                 parts.emplace_back(record_in(row, 0), record_in(row, 1), row.int64(2));
               }));
  return parts;
}

Result<void> judge_support(Session& session, const Subject& centre, std::vector<Match>& matches) {
  if (centre.type->name != "indicator") return {};
  const auto parts = TRY(compulsory_support(session, centre.record));
  const auto sum = sum_of(parts);
  if (parts.empty() || std::abs(sum - whole_in_thousandths) <= support_may_be_off) return {};
  Match match;
  match.records = TRY(weighed(session, centre.record, parts));
  match.message = message(
      "the weights of the compulsory courses that support {0} add up to {1} instead of 1; in "
      "proportion they would be {2}. Their owners change them: guantong set support:… weight=…",
      mention(centre.record),
      decimal(sum, whole_in_thousandths),
      proposal_of(parts));
  matches.push_back(std::move(match));
  return {};
}

constexpr std::array<Input, 2> assessment_inputs{{
    {"course_standard", "", ""},
    {"assessment_part", "standard weight", "course_standard"},
}};

Result<void> judge_assessment(Session& session,
                              const Subject& centre,
                              std::vector<Match>& matches) {
  if (centre.type->name != "course_standard") return {};
  std::vector<Weighted> parts;
  TRY(each_row(session.store().database(),
               R"(SELECT a.record, a.weight
                  FROM course_standard s CROSS JOIN assessment_part a
                  WHERE s.record = ?1
                    AND a.record IN (SELECT source FROM reference WHERE target = ?1)
                    AND a.standard = s.id AND a.weight IS NOT NULL
                    AND a.life IN ('active', 'held')
                  ORDER BY a.id)",
               {centre.record},
               [&](const Statement& row) {
                 parts.emplace_back(record_in(row, 0), record_in(row, 0), row.int64(1));
               }));
  const auto sum = sum_of(parts);
  if (parts.empty() || sum == whole_in_tenths_of_percent) return {};
  Match match;
  match.records = TRY(weighed(session, centre.record, parts));
  match.message = message(
      "the parts of the assessment in {0} add up to {1} % instead of 100 %: guantong set "
      "assessment_part:… weight=…",
      mention(centre.record),
      decimal(sum, whole_in_tenths_of_percent / hundredths));
  matches.push_back(std::move(match));
  return {};
}

constexpr std::array<Input, 2> evaluation_inputs{{
    {"eval_scheme", "", ""},
    {"eval_indicator", "scheme weight", "eval_scheme"},
}};

/// The indicators in use that belong to no scheme, by id; the first stands for them all.
Result<std::vector<Weighted>> without_scheme(Session& session) {
  std::vector<Weighted> parts;
  TRY(each_row(session.store().database(),
               "SELECT record, coalesce(weight, 0) FROM eval_indicator "
               "WHERE scheme IS NULL AND life IN ('active', 'held') ORDER BY id",
               {},
               [&](const Statement& row) {
                 parts.emplace_back(record_in(row, 0), record_in(row, 0), row.int64(1));
               }));
  return parts;
}

Result<std::vector<Weighted>> of_scheme(Session& session, RecordNo scheme) {
  std::vector<Weighted> parts;
  TRY(each_row(session.store().database(),
               R"(SELECT i.record, coalesce(i.weight, 0)
                  FROM eval_scheme s CROSS JOIN eval_indicator i
                  WHERE s.record = ?1
                    AND i.record IN (SELECT source FROM reference WHERE target = ?1)
                    AND i.scheme = s.id AND i.life IN ('active', 'held')
                  ORDER BY i.id)",
               {scheme},
               [&](const Statement& row) {
                 parts.emplace_back(record_in(row, 0), record_in(row, 0), row.int64(1));
               }));
  return parts;
}

Result<void> judge_evaluation(Session& session,
                              const Subject& centre,
                              std::vector<Match>& matches) {
  const bool scheme = centre.type->name == "eval_scheme";
  const auto parts = TRY(scheme ? of_scheme(session, centre.record) : without_scheme(session));
  if (parts.empty() || (!scheme && parts.front().record != centre.record)) return {};
  const auto sum = sum_of(parts);
  if (sum == 0 || sum == whole_in_thousandths) return {};
  Match match;
  if (scheme) match.records.push_back(centre.record);
  for (const auto& part : parts)
    match.records.push_back(part.record);
  const auto shown = decimal(sum, whole_in_thousandths);
  match.message =
      scheme ? message(
                   "the weights of the indicators of {0} add up to {1} instead of 1: guantong set "
                   "eval_indicator:… weight=…",
                   mention(centre.record),
                   shown)
             : message(
                   "the weights of the evaluation indicators that belong to no scheme add up to "
                   "{0} instead of 1: guantong set eval_indicator:… weight=…",
                   shown);
  matches.push_back(std::move(match));
  return {};
}

}  // namespace

Rule support_weights(Session& session) {
  return centred(session, "IR-13", Severity::warn, support_inputs, judge_support);
}

Rule assessment_weights(Session& session) {
  return centred(session, "IR-13b", Severity::block, assessment_inputs, judge_assessment);
}

Rule evaluation_weights(Session& session) {
  auto rule = centred(session, "IR-13c", Severity::block, evaluation_inputs, judge_evaluation);
  // Those without a scheme have nothing to be found by: any of them may stand for all.
  rule.decides = [&session,
                  own = rule.decides](const Subject& subject) -> Result<std::vector<RecordNo>> {
    auto decided = TRY(own(subject));
    if (subject.type->name != "eval_indicator") return decided;
    const auto others = TRY(without_scheme(session));
    for (const auto& other : others)
      decided.push_back(other.record);
    return decided;
  };
  return rule;
}

}  // namespace guantong
