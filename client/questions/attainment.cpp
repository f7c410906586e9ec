// AN-06: how far each cohort has attained what the plan asks for.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "client/questions/answer.h"
#include "client/questions/curriculum.h"
#include "client/questions/question.h"
#include "client/questions/support_matrix.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/hash.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

constexpr std::int64_t attainment_scale = 10'000;
/// Fewer students than this could be told apart.
constexpr std::int64_t fewest_students = 5;

/// What a cohort attained in a course, of 10,000.
struct CourseAttainment {
  RecordNo record = 0;
  std::int64_t value = 0, students = 0;
};

/// By course, for each cohort by its code.
using Attained = std::map<std::string, std::map<At, CourseAttainment>>;

/// The latest result of each cohort in each course of the plan.
Result<Attained> read_attained(Session& session, const Curriculum& curriculum) {
  std::unordered_map<RecordId, At, IdHash> places;
  for (At at = 0; at < curriculum.courses.size(); ++at)
    places[curriculum.courses[at].id] = at;
  Attained attained;
  TRY(each_row(session.store().database(),
               "SELECT cohort.code, result.course, result.record, result.value, result.n "
               "FROM eval_result AS result JOIN cohort ON cohort.id = result.cohort "
               "LEFT JOIN term ON term.id = result.term WHERE result.life IN ('active', 'held') "
               "AND result.course IS NOT NULL AND result.value IS NOT NULL "
               "ORDER BY term.code, result.id",
               {},
               [&](const Statement& row) {
                 const auto place = places.find(id_in(row, 1));
                 if (place == places.end()) return;
                 attained[string_in(row, 0)][place->second] = {
                     record_in(row, 2), row.int64(3), row.int64(4)};
               }));
  return attained;
}

/// An indicator, or a requirement as its weakest indicator has it.
struct Attainment {
  std::optional<std::int64_t> value;   ///< Of 10,000; none while no course has a result.
  std::int64_t students = 0;           ///< The fewest that some result rests on.
  std::int64_t known = 0, wanted = 0;  ///< Courses with a result, of those that carry it.
  std::vector<RecordNo> from;
};

Attainment attainment_of(const SupportColumn& column,
                         const Curriculum& curriculum,
                         const std::map<At, CourseAttainment>& courses) {
  Attainment attainment;
  attainment.from = {column.record};
  std::int64_t weights = 0;
  std::int64_t sum = 0;
  for (const auto& cell : column.cells) {
    if (curriculum.courses[cell.course].is_elective()) continue;
    ++attainment.wanted;
    const auto found = courses.find(cell.course);
    if (found == courses.end()) continue;
    const auto& result = found->second;
    ++attainment.known;
    weights += cell.weight;
    sum += cell.weight * result.value;
    attainment.students =
        attainment.known == 1 ? result.students : std::min(attainment.students, result.students);
    attainment.from.push_back(cell.record);
    attainment.from.push_back(result.record);
  }
  if (weights > 0) attainment.value = (2 * sum + weights) / (2 * weights);
  return attainment;
}

Cell value_cell(const Attainment& attainment) {
  if (!attainment.value) return {};
  if (attainment.students < fewest_students) return Cell::word("<5", message("fewer than 5"));
  return Cell::number(*attainment.value, attainment_scale);
}

Cell verdict_on_attainment(const Attainment& attainment, std::int64_t threshold) {
  if (!attainment.value || attainment.students < fewest_students || threshold == 0) return {};
  return Cell::met(*attainment.value >= threshold * (attainment_scale / 100));
}

struct AttainmentSheets {
  Sheet requirements{"requirements",
                     message("Requirements, each as its weakest indicator"),
                     {{"cohort", message("Cohort")},
                      {"requirement", message("Requirement")},
                      {"attainment", message("Attained")},
                      {"weakest", message("Weakest")},
                      {"n", message("Students")},
                      {"verdict", message("Verdict")}},
                     {}};
  Sheet indicators{"indicators",
                   message("Indicators, by the weights of their compulsory courses"),
                   {{"cohort", message("Cohort")},
                    {"indicator", message("Indicator")},
                    {"attainment", message("Attained")},
                    {"threshold", message("Threshold")},
                    {"n", message("Students")},
                    {"known", message("Courses known")},
                    {"of", message("Of how many")},
                    {"verdict", message("Verdict")}},
                   {}};
};

void add_indicator(AttainmentSheets& sheets,
                   const std::string& cohort,
                   const SupportColumn& column,
                   const Attainment& attainment) {
  sheets.indicators.rows.push_back({{cohort,
                                     column.code,
                                     value_cell(attainment),
                                     Cell::number(column.threshold, 100),
                                     Cell::number(attainment.students),
                                     Cell::number(attainment.known),
                                     Cell::number(attainment.wanted),
                                     verdict_on_attainment(attainment, column.threshold)},
                                    attainment.from});
}

/// The requirements of a cohort: the least that one of their indicators came to.
void add_cohort(AttainmentSheets& sheets,
                const std::string& cohort,
                const std::vector<SupportColumn>& columns,
                const Curriculum& curriculum,
                const std::map<At, CourseAttainment>& courses) {
  struct Weakest {
    const SupportColumn* column = nullptr;
    Attainment attainment;
  };
  std::vector<Weakest> weakest;
  for (const auto& column : columns) {
    auto attainment = attainment_of(column, curriculum, courses);
    if (!attainment.value) continue;
    add_indicator(sheets, cohort, column, attainment);
    const bool same = !weakest.empty() && weakest.back().column->requirement == column.requirement;
    if (!same) {
      weakest.push_back({&column, std::move(attainment)});
    } else if (attainment.value < weakest.back().attainment.value) {
      weakest.back() = {&column, std::move(attainment)};
    }
  }
  for (auto& [column, attainment] : weakest) {
    attainment.from.insert(attainment.from.begin(), column->requirement);
    sheets.requirements.rows.push_back({{cohort,
                                         column->requirement_code,
                                         value_cell(attainment),
                                         column->code,
                                         Cell::number(attainment.students),
                                         verdict_on_attainment(attainment, column->threshold)},
                                        attainment.from});
  }
}

Result<Answer> ask_attainment(Session& session, const Asked& asked) {
  const auto plan = TRY(plan_asked_for(session, asked.plan));
  const auto curriculum = TRY(read_curriculum(session, plan));
  const auto columns = TRY(read_support_matrix(session, curriculum));
  const auto attained = TRY(read_attained(session, curriculum));
  AttainmentSheets sheets;
  for (const auto& [cohort, courses] : attained)
    add_cohort(sheets, cohort, columns, curriculum, courses);
  Answer answer;
  answer.summary = {
      attained.empty()
          ? message(
                "Plan {}: no cohort has results of its courses yet. They are eval_result records "
                "with a course, a cohort, a value from 0 to 1 and the number of students.",
                curriculum.plan_code)
          : message("Plan {}: {} cohorts have results of courses. A requirement is attained as far "
                    "as its weakest indicator.",
                    curriculum.plan_code,
                    attained.size())};
  answer.sheets = {std::move(sheets.requirements), std::move(sheets.indicators)};
  return answer;
}

}  // namespace

Question attainment() {
  return {.name = "attainment",
          .number = "AN-06",
          .help = message("How far each cohort has attained what the plan asks for"),
          .of_plan = true,
          .ask = ask_attainment};
}

}  // namespace guantong
