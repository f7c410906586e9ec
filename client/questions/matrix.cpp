// AN-04: which courses carry which indicators, and which nobody carries.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "client/questions/answer.h"
#include "client/questions/curriculum.h"
#include "client/questions/question.h"
#include "client/questions/support_matrix.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

constexpr std::int64_t most_on_one = 700;  // Of 1000: more than that rests on a single course.
constexpr std::size_t most_courses = 8;    // More than that and nobody is in charge of it.

Cell remark_on(const Curriculum& curriculum, const SupportColumn& column) {
  if (column.cells.empty()) return Cell::word("uncovered", message("no course"));
  const auto is_elective = [&](const SupportCell& cell) {
    return curriculum.courses[cell.course].is_elective();
  };
  if (std::ranges::all_of(column.cells, is_elective))
    return Cell::word("elective_only", message("electives alone"));
  if (column.cells.size() > most_courses) return Cell::word("too_many", message("too many"));
  const auto heaviest = std::ranges::max(column.cells, {}, &SupportCell::weight);
  if (column.cells.size() > 1 && heaviest.weight > most_on_one)
    return Cell::word("one_carries", message("nearly all on one"));
  return {};
}

Sheet indicator_sheet(const Curriculum& curriculum, const std::vector<SupportColumn>& columns) {
  Sheet sheet{"indicators",
              message("By indicator"),
              {{"indicator", message("Indicator")},
               {"courses", message("Courses")},
               {"strong", message("Strong")},
               {"weight", message("Weight")},
               {"remark", message("Remark")},
               {"text", message("What it is")}},
              {}};
  for (const auto& column : columns) {
    Row row{{column.code,
             Cell::number(static_cast<std::int64_t>(column.cells.size())),
             Cell::number(std::ranges::count(column.cells, "H", &SupportCell::strength)),
             Cell::number(column.sum(curriculum), weight_scale),
             remark_on(curriculum, column),
             column.text},
            {column.record}};
    for (const auto& cell : column.cells)
      row.from.push_back(cell.record);
    sheet.rows.push_back(std::move(row));
  }
  return sheet;
}

/// The matrix itself: a row a course, a column an indicator.
Sheet matrix_sheet(const Curriculum& curriculum, const std::vector<SupportColumn>& columns) {
  Sheet sheet{"matrix",
              message("Courses and indicators"),
              {{"course", message("Course")}, {"name", message("Name")}},
              {}};
  sheet.is_wide = true;
  for (const auto& course : curriculum.courses)
    sheet.rows.push_back({{course.code, course.name}, {course.placement}});
  for (const auto& column : columns) {
    sheet.columns.push_back({column.code, message("{}", column.code)});
    for (auto& row : sheet.rows)
      row.cells.emplace_back();
    for (const auto& cell : column.cells) {
      auto& row = sheet.rows[cell.course];
      row.cells.back() = cell.text();
      row.from.push_back(cell.record);
    }
  }
  return sheet;
}

Sheet unmapped_sheet(const Curriculum& curriculum, const std::vector<SupportColumn>& columns) {
  std::vector<bool> supports(curriculum.courses.size());
  for (const auto& column : columns) {
    for (const auto& cell : column.cells)
      supports[cell.course] = true;
  }
  Sheet sheet{"unmapped",
              message("Courses that support nothing"),
              {{"course", message("Course")}, {"name", message("Name")}},
              {}};
  for (At at = 0; at < curriculum.courses.size(); ++at) {
    const auto& course = curriculum.courses[at];
    if (!supports[at]) sheet.rows.push_back({{course.code, course.name}, {course.placement}});
  }
  return sheet;
}

Result<Answer> ask_matrix(Session& session, const Asked& asked) {
  const auto plan = TRY(plan_asked_for(session, asked.plan));
  const auto curriculum = TRY(read_curriculum(session, plan));
  const auto columns = TRY(read_support_matrix(session, curriculum));
  Answer answer;
  answer.sheets = {indicator_sheet(curriculum, columns),
                   unmapped_sheet(curriculum, columns),
                   matrix_sheet(curriculum, columns)};
  const auto uncovered = std::ranges::count_if(
      columns, [](const SupportColumn& column) { return column.cells.empty(); });
  answer.summary = {message(
      "Plan {}: {} indicators, {} without a course; {} courses support nothing. The weights "
      "of an indicator's compulsory courses should add up to 1.",
      curriculum.plan_code,
      columns.size(),
      uncovered,
      answer.sheets[1].rows.size())};
  return answer;
}

}  // namespace

Question matrix() {
  return {.name = "matrix",
          .number = "AN-04",
          .help = message("Which courses support which indicators, and what nobody supports"),
          .of_plan = true,
          .ask = ask_matrix};
}

}  // namespace guantong
