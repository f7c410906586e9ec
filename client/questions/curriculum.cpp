#include "client/questions/curriculum.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "client/reading.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

using ById = std::unordered_map<RecordId, At, IdHash>;

At place_of(const ById& places, const RecordId& id) {
  const auto found = places.find(id);
  return found == places.end() ? nowhere : found->second;
}

class CurriculumReader {
public:
  CurriculumReader(Session& session, RecordNo plan)
      : database_{session.store().database()}, reading_{session.store()}, plan_{plan} {}

  Result<Curriculum> read() {
    curriculum_.plan = plan_;
    curriculum_.plan_code = TRY(reading_.key_of(plan_));
    TRY(each_row(database_, "SELECT id FROM plan WHERE record = ?", {plan_}, [&](const auto& row) {
      curriculum_.plan_id = id_in(row, 0);
    }));
    TRY(read_stages());
    TRY(read_courses());
    TRY(read_points());
    TRY(read_topics());
    TRY(read_edges());
    return std::move(curriculum_);
  }

private:
  /// Those of the plan's template; all of them where it names none.
  Result<void> read_stages() {
    TRY(each_row(
        database_,
        "SELECT stage.record, stage.id, stage.code, stage.name_zh, stage.first_term, "
        "stage.last_term FROM stage JOIN plan ON plan.record = ?1 "
        "WHERE stage.life IN ('active', 'held') AND (plan.stage_template IS NULL "
        "OR stage.template = plan.stage_template) ORDER BY stage.seq, stage.code, stage.id",
        {plan_},
        [&](const auto& row) {
          stages_[id_in(row, 1)] = curriculum_.stages.size();
          curriculum_.stages.push_back({record_in(row, 0),
                                        id_in(row, 1),
                                        string_in(row, 2),
                                        string_in(row, 3),
                                        static_cast<int>(row.int64(4)),
                                        static_cast<int>(row.int64(5))});
        }));
    return {};
  }

  Result<void> read_courses() {
    auto& courses = curriculum_.courses;
    TRY(each_row(
        database_,
        "SELECT course.record, placed.record, course.id, course.name_zh, course.owner_org, "
        "placed.stage, placed.terms, placed.nature, placed.\"group\", placed.course_group, "
        "coalesce(placed.credits_override, course.credits), course.hours_theory, "
        "course.hours_practice FROM plan JOIN plan_course AS placed ON placed.plan = plan.id "
        "JOIN course ON course.id = placed.course WHERE plan.record = ?1 "
        "AND placed.life IN ('active', 'held') AND course.life IN ('active', 'held')",
        {plan_},
        [&](const auto& row) {
          CurriculumCourse course;
          course.record = record_in(row, 0);
          course.placement = record_in(row, 1);
          course.id = id_in(row, 2);
          course.name = string_in(row, 3);
          course.owner = id_in(row, 4);
          course.stage = place_of(stages_, id_in(row, 5));
          course.terms = terms_in(row.bytes(6));
          course.nature = string_in(row, 7);
          course.group = string_in(row, 8);
          course.course_group = id_in(row, 9);
          course.credits = row.int64(10);
          course.theory = row.int64(11);
          course.practice = row.int64(12);
          courses.push_back(std::move(course));
        }));
    for (auto& course : courses)
      course.code = TRY(reading_.key_of(course.record));
    std::ranges::sort(courses, {}, [](const auto& course) {
      return std::pair{std::string_view{course.code}, course.id};
    });
    for (At at = 0; at < courses.size(); ++at)
      courses_[courses[at].id] = at;
    return {};
  }

  /// A knowledge point stands for those that are said to be the same as it.
  Result<void> read_points() {
    auto& points = curriculum_.points;
    std::vector<RecordId> same_as;
    TRY(each_row(database_,
                 "SELECT record, id, code, name_zh, area, same_as FROM knowledge_point "
                 "WHERE life IN ('active', 'held') ORDER BY code, id",
                 {},
                 [&](const auto& row) {
                   points_[id_in(row, 1)] = points.size();
                   points.push_back({record_in(row, 0),
                                     id_in(row, 1),
                                     string_in(row, 2),
                                     string_in(row, 3),
                                     string_in(row, 4)});
                   same_as.push_back(id_in(row, 5));
                 }));
    for (At at = 0; at < points.size(); ++at) {
      auto survivor = at;
      // As many steps as there are points: said to be the same in a circle, each stays itself.
      for (At steps = 0; steps < points.size(); ++steps) {
        const auto next = place_of(points_, same_as[survivor]);
        if (next == nowhere || next == at) break;
        survivor = next;
      }
      survivors_[points[at].id] = survivor;
    }
    return {};
  }

  Result<void> read_topics() {
    TRY(each_row(database_,
                 "SELECT record, course, knowledge_point, role, depth, hours FROM course_topic "
                 "WHERE life IN ('active', 'held') ORDER BY id",
                 {},
                 [&](const auto& row) {
                   CurriculumTopic topic;
                   topic.record = record_in(row, 0);
                   topic.course = place_of(courses_, id_in(row, 1));
                   topic.point = place_of(survivors_, id_in(row, 2));
                   topic.teaches = row.bytes(3) == "teaches";
                   topic.depth = static_cast<int>(row.int64(4));
                   topic.hours = row.int64(5);
                   if (topic.course != nowhere && topic.point != nowhere)
                     curriculum_.topics.push_back(topic);
                 }));
    std::ranges::stable_sort(curriculum_.topics, {}, &CurriculumTopic::course);
    return {};
  }

  Result<void> read_edges() {
    TRY(each_row(database_,
                 "SELECT edge.record, edge.course, edge.requires, edge.kind FROM plan "
                 "JOIN prereq AS edge ON edge.plan = plan.id WHERE plan.record = ?1 "
                 "AND edge.life IN ('active', 'held') "
                 "AND edge.record NOT IN (SELECT record FROM suspended) ORDER BY edge.id",
                 {plan_},
                 [&](const auto& row) {
                   CurriculumEdge edge;
                   edge.record = record_in(row, 0);
                   edge.course = place_of(courses_, id_in(row, 1));
                   edge.before = place_of(courses_, id_in(row, 2));
                   edge.together = row.bytes(3) == "co";
                   edge.only_advice = row.bytes(3) == "recommended";
                   if (edge.course != nowhere && edge.before != nowhere)
                     curriculum_.edges.push_back(edge);
                 }));
    return {};
  }

  Database& database_;
  Reading reading_;
  RecordNo plan_;
  Curriculum curriculum_;
  ById stages_, courses_, points_, survivors_;
};

}  // namespace

std::vector<const CurriculumTopic*> Curriculum::topics_of(At course) const {
  const auto [from, to] = std::ranges::equal_range(topics, course, {}, &CurriculumTopic::course);
  std::vector<const CurriculumTopic*> found;
  for (const auto& topic : std::ranges::subrange(from, to))
    found.push_back(&topic);
  return found;
}

Cell courses_of(const Curriculum& curriculum, const std::vector<const CurriculumTopic*>& topics) {
  std::vector<std::string> codes;
  codes.reserve(topics.size());
  for (const auto* topic : topics)
    codes.push_back(curriculum.course_of(*topic).code);
  return Cell::list(std::move(codes));
}

std::vector<int> terms_in(std::string_view text) {
  std::vector<int> terms;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    int term = 0;
    const auto read = std::from_chars(at, end, term);
    if (read.ec == std::errc{}) terms.push_back(term);
    at = read.ptr + 1;
  }
  std::ranges::sort(terms);
  return terms;
}

Result<Curriculum> read_curriculum(Session& session, RecordNo plan) {
  return CurriculumReader{session, plan}.read();
}

}  // namespace guantong
