// AN-07: credits and hours by stage, group and term, against what they must come to.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/questions/answer.h"
#include "client/questions/curriculum.h"
#include "client/questions/question.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

/// What some courses come to.
struct HoursTotal {
  std::int64_t courses = 0, credits = 0;  ///< Credits in tenths.
  std::int64_t hours = 0, practice = 0, public_basic = 0, elective = 0;
  std::vector<RecordNo> from;

  void add(const CurriculumCourse& course) {
    ++courses;
    credits += course.credits;
    hours += course.hours();
    practice += course.practice;
    if (course.group == "public_basic") public_basic += course.hours();
    if (course.is_elective()) elective += course.hours();
    from.push_back(course.placement);
    from.push_back(course.record);
  }
};

Row total_row(std::string name, const HoursTotal& total) {
  return {{std::move(name),
           Cell::number(total.courses),
           Cell::number(total.credits, 10),
           Cell::number(total.hours),
           Cell::number(total.practice),
           Cell::share(total.practice, total.hours),
           Cell::share(total.public_basic, total.hours),
           Cell::share(total.elective, total.hours)},
          total.from};
}

/// One entry a stage, then the whole; courses without a stage count in the whole alone.
struct HoursTotals {
  std::vector<HoursTotal> stages;
  HoursTotal whole;
};

HoursTotals totals_of(const Curriculum& curriculum) {
  HoursTotals totals;
  totals.stages.resize(curriculum.stages.size());
  for (const auto& course : curriculum.courses) {
    totals.whole.add(course);
    if (course.stage != nowhere) totals.stages[course.stage].add(course);
  }
  return totals;
}

Sheet stage_sheet(const Curriculum& curriculum, const HoursTotals& totals) {
  Sheet sheet{"stages",
              message("By stage"),
              {{"stage", message("Stage")},
               {"courses", message("Courses")},
               {"credits", message("Credits")},
               {"hours", message("Hours")},
               {"practice", message("Practice")},
               {"practice_ratio", message("Share")},
               {"public", message("Public basic")},
               {"elective", message("Electives")}},
              {}};
  for (At stage = 0; stage < totals.stages.size(); ++stage)
    sheet.rows.push_back(total_row(curriculum.stages[stage].code, totals.stages[stage]));
  sheet.rows.push_back(total_row("*", totals.whole));
  return sheet;
}

struct GroupOfCourses {
  RecordNo record = 0;
  RecordId id;
  At stage = nowhere;
  std::string code, name, sort;
  std::optional<std::int64_t> fewest;  ///< In tenths of a credit.
};

Result<std::vector<GroupOfCourses>> read_groups(Session& session, const Curriculum& curriculum) {
  std::vector<GroupOfCourses> groups;
  TRY(each_row(session.store().database(),
               "SELECT part.record, part.id, part.stage, part.code, part.name_zh, part.\"group\", "
               "part.min_credits FROM plan JOIN course_group AS part ON part.plan = plan.id "
               "WHERE plan.record = ?1 AND part.life IN ('active', 'held') "
               "ORDER BY part.code, part.id",
               {curriculum.plan},
               [&](const Statement& row) {
                 const auto stage = id_in(row, 2);
                 const auto at = std::ranges::find(curriculum.stages, stage, &CurriculumStage::id);
                 GroupOfCourses group{record_in(row, 0),
                                      id_in(row, 1),
                                      at == curriculum.stages.end()
                                          ? nowhere
                                          : static_cast<At>(at - curriculum.stages.begin()),
                                      string_in(row, 3),
                                      string_in(row, 4),
                                      string_in(row, 5),
                                      {}};
                 if (!row.is_null(6)) group.fewest = row.int64(6);
                 groups.push_back(std::move(group));
               }));
  std::ranges::stable_sort(groups, {}, &GroupOfCourses::stage);
  return groups;
}

/// Whether the course counts towards the group: by name, or by its stage and sort.
bool counts_in(const CurriculumCourse& course, const GroupOfCourses& group) {
  if (course.course_group != RecordId{}) return course.course_group == group.id;
  return course.stage == group.stage && course.group == group.sort;
}

Sheet group_sheet(const Curriculum& curriculum, const std::vector<GroupOfCourses>& groups) {
  Sheet sheet{"groups",
              message("By course group"),
              {{"group", message("Group")},
               {"name", message("Name")},
               {"courses", message("Courses")},
               {"credits", message("Credits")},
               {"min_credits", message("At least")},
               {"verdict", message("Verdict")}},
              {}};
  for (const auto& group : groups) {
    HoursTotal total;
    for (const auto& course : curriculum.courses) {
      if (counts_in(course, group)) total.add(course);
    }
    Row row{{group.code,
             group.name,
             Cell::number(total.courses),
             Cell::number(total.credits, 10),
             group.fewest ? Cell::number(*group.fewest, 10) : Cell{},
             group.fewest ? Cell::met(total.credits >= *group.fewest) : Cell{}},
            std::move(total.from)};
    row.from.insert(row.from.begin(), group.record);
    sheet.rows.push_back(std::move(row));
  }
  return sheet;
}

/// A course's hours are spread evenly over its terms.
Sheet term_sheet(const Curriculum& curriculum) {
  struct Term {
    std::int64_t courses = 0, hours = 0, practice = 0;  // Hours in tenths.
    std::vector<RecordNo> from;
  };
  std::map<int, Term> terms;
  for (const auto& course : curriculum.courses) {
    const auto count = static_cast<std::int64_t>(course.terms.size());
    for (const int number : course.terms) {
      auto& term = terms[number];
      ++term.courses;
      term.hours += 10 * course.hours() / count;
      term.practice += 10 * course.practice / count;
      term.from.push_back(course.placement);
    }
  }
  Sheet sheet{"terms",
              message("By term, counted from entry"),
              {{"term", message("Term")},
               {"courses", message("Courses")},
               {"hours", message("Hours")},
               {"practice", message("Practice")}},
              {}};
  for (auto& [number, term] : terms)
    sheet.rows.push_back({{Cell::number(number),
                           Cell::number(term.courses),
                           Cell::number(term.hours, 10),
                           Cell::number(term.practice, 10)},
                          std::move(term.from)});
  return sheet;
}

/// What the named item comes to: hours, credits, or a share in hundredths of a percent.
std::int64_t item_of(const HoursTotal& total, std::string_view item) {
  const auto share = [&](std::int64_t part) {
    return total.hours == 0 ? 0 : part * 10'000 / total.hours;
  };
  if (item == "hours") return total.hours * 100;
  if (item == "credits") return total.credits * 10;
  if (item == "public") return share(total.public_basic);
  if (item == "elective") return share(total.elective);
  return share(total.practice);
}

const HoursTotal* total_for(const Curriculum& curriculum,
                            const HoursTotals& totals,
                            std::string_view stage) {
  if (stage.empty()) return &totals.whole;
  const auto at = std::ranges::find(curriculum.stages, stage, &CurriculumStage::code);
  if (at == curriculum.stages.end()) return nullptr;
  return &totals.stages[static_cast<At>(at - curriculum.stages.begin())];
}

/// The clause of a document that asks for an item of the plan, as in "S2.hours>=2500".
Result<std::map<std::string, Row>> clauses(Session& session, const Curriculum& curriculum) {
  std::map<std::string, Row> found;
  TRY(each_row(session.store().database(),
               "SELECT link.record, policy.doc_no, link.clause, link.threshold "
               "FROM reference JOIN policy_link AS link ON link.record = reference.source "
               "JOIN policy_doc AS policy ON policy.id = link.policy "
               "WHERE reference.target = ?1 AND link.life IN ('active', 'held') "
               "AND link.threshold IS NOT NULL ORDER BY link.id",
               {curriculum.plan},
               [&](const Statement& row) {
                 const auto threshold = string_in(row, 3);
                 found.try_emplace(
                     threshold.substr(0, threshold.find_first_of("<>=")),
                     Row{{string_in(row, 1) + " " + string_in(row, 2)}, {record_in(row, 0)}});
               }));
  return found;
}

Result<Sheet> threshold_sheet(Session& session,
                              const Curriculum& curriculum,
                              const HoursTotals& totals) {
  Sheet sheet{"thresholds",
              message("What they must come to"),
              {{"item", message("Item")},
               {"is", message("Comes to")},
               {"at_least", message("At least")},
               {"verdict", message("Verdict")},
               {"clause", message("Clause")}},
              {}};
  const auto documents = TRY(clauses(session, curriculum));
  TRY(each_row(
      session.store().database(),
      "SELECT bound.record, bound.item, bound.value FROM plan JOIN plan_threshold AS bound "
      "ON bound.plan = plan.id WHERE plan.record = ?1 AND bound.life IN ('active', 'held') "
      "ORDER BY bound.item",
      {curriculum.plan},
      [&](const Statement& row) {
        const auto item = string_in(row, 1);
        const auto dot = item.find('.');
        const bool whole = dot == std::string::npos;
        const auto* total =
            total_for(curriculum, totals, whole ? std::string{} : item.substr(0, dot));
        if (total == nullptr) return;
        const auto is = item_of(*total, whole ? item : item.substr(dot + 1));
        Row out{{item,
                 Cell::number(is, 100),
                 Cell::number(row.int64(2), 100),
                 Cell::met(is >= row.int64(2)),
                 Cell{}},
                {record_in(row, 0)}};
        if (const auto document = documents.find(item); document != documents.end()) {
          out.cells.back() = document->second.cells.front();
          out.from.push_back(document->second.from.front());
        }
        out.from.insert(out.from.end(), total->from.begin(), total->from.end());
        sheet.rows.push_back(std::move(out));
      }));
  return sheet;
}

Result<Answer> ask_hours(Session& session, const Asked& asked) {
  const auto plan = TRY(plan_asked_for(session, asked.plan));
  const auto curriculum = TRY(read_curriculum(session, plan));
  const auto totals = totals_of(curriculum);
  auto thresholds = TRY(threshold_sheet(session, curriculum, totals));
  const auto groups = TRY(read_groups(session, curriculum));
  Answer answer;
  answer.summary = {message("Plan {}: {} courses, {} credits, {} hours.",
                            curriculum.plan_code,
                            totals.whole.courses,
                            Cell::number(totals.whole.credits, 10).plain(),
                            totals.whole.hours)};
  if (thresholds.rows.empty())
    answer.summary.push_back(
        message("Nothing says what hours and shares must come to; the lead adds that as "
                "plan_threshold records, item=S2.hours value=2500 for instance."));
  answer.sheets = {stage_sheet(curriculum, totals),
                   std::move(thresholds),
                   group_sheet(curriculum, groups),
                   term_sheet(curriculum)};
  return answer;
}

}  // namespace

Question hours() {
  return {.name = "hours",
          .number = "AN-07",
          .help = message("Credits and hours by stage, group and term, against what they must be"),
          .of_plan = true,
          .ask = ask_hours};
}

}  // namespace guantong
