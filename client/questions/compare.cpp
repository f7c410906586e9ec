// AN-19: what one plan has that another has not, and what was moved or changed; of AN-04 as well.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client/plan_codes.h"
#include "client/questions/answer.h"
#include "client/questions/curriculum.h"
#include "client/questions/question.h"
#include "client/questions/support_matrix.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"

namespace guantong {
namespace {

using CoursesById = std::map<RecordId, const CurriculumCourse*>;

CoursesById by_id(const Curriculum& curriculum) {
  CoursesById courses;
  for (const auto& course : curriculum.courses)
    courses[course.id] = &course;
  return courses;
}

std::string stage_of(const Curriculum& curriculum, const CurriculumCourse& course) {
  return course.stage == nowhere ? std::string{} : curriculum.stages[course.stage].code;
}

/// "S2 5,6"
std::string place_in(const Curriculum& curriculum, const CurriculumCourse& course) {
  auto place = stage_of(curriculum, course);
  for (std::size_t i = 0; i < course.terms.size(); ++i)
    place += (i == 0 ? " " : ",") + std::to_string(course.terms[i]);
  return place;
}

/// One thing in which two plans differ over a course.
Row difference(const CurriculumCourse& course, Cell sort, Cell before, Cell after) {
  return {{course.code, course.name, std::move(sort), std::move(before), std::move(after)},
          {course.placement}};
}

void compare_course(const Curriculum& old_plan,
                    const Curriculum& new_plan,
                    const CurriculumCourse& before,
                    const CurriculumCourse& after,
                    const RecordType& placement,
                    std::vector<Row>& rows) {
  const auto add = [&](Cell sort, Cell was, Cell is) {
    rows.push_back(difference(after, std::move(sort), std::move(was), std::move(is)));
    rows.back().from.push_back(before.placement);
  };
  const auto old_place = place_in(old_plan, before);
  const auto new_place = place_in(new_plan, after);
  if (old_place != new_place) add(Cell::word("moved", message("moved")), old_place, new_place);
  if (before.credits != after.credits)
    add(Cell::word("credits", message("credits")),
        Cell::number(before.credits, 10),
        Cell::number(after.credits, 10));
  if (before.nature != after.nature)
    add(Cell::word("nature", message("nature")),
        Cell::choice(*placement.field("nature"), before.nature),
        Cell::choice(*placement.field("nature"), after.nature));
  if (before.group != after.group)
    add(Cell::word("group", message("group")),
        Cell::choice(*placement.field("group"), before.group),
        Cell::choice(*placement.field("group"), after.group));
}

std::vector<Row> course_differences(const Curriculum& old_plan,
                                    const Curriculum& new_plan,
                                    const RecordType& placement) {
  const auto old_courses = by_id(old_plan);
  const auto new_courses = by_id(new_plan);
  std::vector<Row> rows;
  for (const auto& course : new_plan.courses) {
    const auto before = old_courses.find(course.id);
    if (before == old_courses.end()) {
      rows.push_back(difference(
          course, Cell::word("added", message("added")), {}, place_in(new_plan, course)));
    } else {
      compare_course(old_plan, new_plan, *before->second, course, placement, rows);
    }
  }
  for (const auto& course : old_plan.courses) {
    if (!new_courses.contains(course.id))
      rows.push_back(difference(
          course, Cell::word("removed", message("removed")), place_in(old_plan, course), {}));
  }
  return rows;
}

/// Course and what it requires, by id.
using EdgeIds = std::map<std::pair<RecordId, RecordId>, const CurriculumEdge*>;

EdgeIds edges_of(const Curriculum& curriculum) {
  EdgeIds edges;
  for (const auto& edge : curriculum.edges)
    edges[{curriculum.courses[edge.course].id, curriculum.courses[edge.before].id}] = &edge;
  return edges;
}

/// The prerequisites of the first plan that the second has not.
void edges_only_in(const Curriculum& one,
                   const EdgeIds& others,
                   const Cell& sort,
                   std::vector<Row>& rows) {
  for (const auto& [ids, edge] : edges_of(one)) {
    if (others.contains(ids)) continue;
    rows.push_back(
        {{one.courses[edge->course].code, one.courses[edge->before].code, sort}, {edge->record}});
  }
}

/// What carries an indicator, by the indicator's code without its plan's mark and the course's.
using SupportByCodes = std::map<std::pair<std::string, std::string>, SupportCell>;

Result<SupportByCodes> support_in(Session& session, const Curriculum& curriculum) {
  SupportByCodes support;
  const auto columns = TRY(read_support_matrix(session, curriculum));
  for (const auto& column : columns) {
    const auto code = code_of_any_plan(column.code, curriculum.plan_code);
    for (const auto& cell : column.cells)
      support[{code, curriculum.courses[cell.course].code}] = cell;
  }
  return support;
}

/// Indicators of two plans compare by their codes: each plan has records of its own.
Result<Sheet> compare_support(Session& session,
                              const Curriculum& old_plan,
                              const Curriculum& new_plan) {
  std::map<std::pair<std::string, std::string>, std::pair<SupportCell, SupportCell>> pairs;
  const auto before = TRY(support_in(session, old_plan));
  const auto after = TRY(support_in(session, new_plan));
  for (const auto& [codes, cell] : before)
    pairs[codes].first = cell;
  for (const auto& [codes, cell] : after)
    pairs[codes].second = cell;
  Sheet sheet{"support",
              message("Support of indicators"),
              {{"indicator", message("Indicator")},
               {"course", message("Course")},
               {"before", message("Before")},
               {"after", message("After")}},
              {}};
  for (const auto& [codes, both] : pairs) {
    const auto was = both.first.text();
    const auto is = both.second.text();
    if (was == is) continue;
    Row row{{codes.first, codes.second, was, is}, {}};
    for (const auto record : {both.first.record, both.second.record}) {
      if (record != 0) row.from.push_back(record);
    }
    sheet.rows.push_back(std::move(row));
  }
  return sheet;
}

Sheet hours_by_stage(const Curriculum& old_plan, const Curriculum& new_plan) {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> hours;
  for (const auto& course : old_plan.courses)
    hours[stage_of(old_plan, course)].first += course.hours();
  for (const auto& course : new_plan.courses)
    hours[stage_of(new_plan, course)].second += course.hours();
  Sheet sheet{"stages",
              message("Hours by stage"),
              {{"stage", message("Stage")},
               {"before", message("Before")},
               {"after", message("After")},
               {"difference", message("Difference")}},
              {}};
  for (const auto& [stage, both] : hours)
    sheet.rows.push_back({{stage,
                           Cell::number(both.first),
                           Cell::number(both.second),
                           Cell::number(both.second - both.first)},
                          {}});
  return sheet;
}

Result<Answer> ask_compare(Session& session, const Asked& asked) {
  const auto old_record = TRY(plan_asked_for(session, asked.subjects.at(0)));
  const auto new_record = TRY(plan_asked_for(session, asked.subjects.at(1)));
  const auto old_plan = TRY(read_curriculum(session, old_record));
  const auto new_plan = TRY(read_curriculum(session, new_record));
  Sheet courses{
      "courses",
      message("Courses"),
      {{"course", message("Course")},
       {"name", message("Name")},
       {"what", message("What")},
       {"before", message("Before")},
       {"after", message("After")}},
      course_differences(old_plan, new_plan, *session.store().schema().type("plan_course"))};
  Sheet edges{
      "prerequisites",
      message("Prerequisites"),
      {{"course", message("Course")}, {"requires", message("Requires")}, {"what", message("What")}},
      {}};
  edges_only_in(new_plan, edges_of(old_plan), Cell::word("added", message("added")), edges.rows);
  edges_only_in(
      old_plan, edges_of(new_plan), Cell::word("removed", message("removed")), edges.rows);
  auto support = TRY(compare_support(session, old_plan, new_plan));
  Answer answer;
  answer.summary = {
      message("{} against {}: {} differences in courses, {} in prerequisites, {} in support.",
              new_plan.plan_code,
              old_plan.plan_code,
              courses.rows.size(),
              edges.rows.size(),
              support.rows.size())};
  answer.sheets = {
      std::move(courses), hours_by_stage(old_plan, new_plan), std::move(edges), std::move(support)};
  return answer;
}

}  // namespace

Question compare() {
  return {.name = "compare",
          .number = "AN-19",
          .help = message("What one plan has that another has not, and what was moved or changed"),
          .subjects = {{"old", message("The plan to compare with"), "PLAN-BD-2024"},
                       {"new", message("The plan to look at"), "PLAN-BD-2027"}},
          .ask = ask_compare};
}

}  // namespace guantong
