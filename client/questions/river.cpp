// AN-03: how deep one knowledge point has been taken, term by term.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "client/questions/answer.h"
#include "client/questions/curriculum.h"
#include "client/questions/question.h"
#include "client/reading.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

/// The point's topics as time goes by; those of courses without a term last.
std::vector<const CurriculumTopic*> course_of_point(const Curriculum& curriculum, At point) {
  std::vector<const CurriculumTopic*> topics;
  for (const auto& topic : curriculum.topics) {
    if (topic.point == point) topics.push_back(&topic);
  }
  std::ranges::stable_sort(topics, {}, [&](const CurriculumTopic* topic) {
    const auto& course = curriculum.course_of(*topic);
    return std::tuple{!course.is_placed(),
                      course.is_placed() ? course.terms.front() : 0,
                      course.is_placed() ? course.terms.back() : 0};
  });
  return topics;
}

Row topic_row(const Curriculum& curriculum, const CurriculumTopic& topic) {
  const auto& course = curriculum.course_of(topic);
  const bool placed = course.is_placed();
  return {{course.stage == nowhere ? Cell{} : Cell{curriculum.stages[course.stage].code},
           placed ? Cell::number(course.terms.front()) : Cell{},
           placed ? Cell::number(course.terms.back()) : Cell{},
           course.code,
           course.name,
           topic.teaches ? Cell::word("teaches", message("teaches"))
                         : Cell::word("requires", message("requires")),
           Cell::number(topic.depth),
           Cell::number(topic.hours, 10)},
          {topic.record, course.placement}};
}

/// A node a course, and an edge from each that teaches the point to the next that has it.
Drawing drawing_of(const Curriculum& curriculum,
                   const std::vector<const CurriculumTopic*>& topics) {
  Drawing made;
  int last = 0;
  for (const auto* topic : topics)
    last = std::max(
        last,
        curriculum.course_of(*topic).is_placed() ? curriculum.course_of(*topic).terms.front() : 0);
  for (int term = 0; term <= last; ++term)
    made.columns.push_back(term == 0 ? Message{} : message("Term {}", term));
  const CurriculumTopic* before = nullptr;
  for (const auto* topic : topics) {
    const auto& course = curriculum.course_of(*topic);
    const auto column = course.is_placed() ? static_cast<std::size_t>(course.terms.front()) : 0;
    made.nodes.push_back({course.code,
                          course.code + " " + course.name + " · " + std::to_string(topic->depth),
                          column,
                          topic->teaches});
    if (before != nullptr)
      made.edges.push_back({curriculum.course_of(*before).code, course.code, false});
    if (topic->teaches) before = topic;
  }
  return made;
}

Result<Answer> ask_river(Session& session, const Asked& asked) {
  const auto plan = TRY(plan_asked_for(session, asked.plan));
  const auto curriculum = TRY(read_curriculum(session, plan));
  const auto& name = asked.subjects.front();
  Reading reading{session.store()};
  const auto record =
      TRY(reading.find(name.find(':') == std::string::npos ? "knowledge_point:" + name : name));
  const auto point = std::ranges::find(curriculum.points, record.number, &KnowledgePoint::record);
  if (point == curriculum.points.end())
    return fail(Errc::invalid,
                "{} is no knowledge point; \"guantong list knowledge_point\" lists them",
                record.name());
  const auto topics =
      course_of_point(curriculum, static_cast<At>(point - curriculum.points.begin()));
  Sheet sheet{"river",
              message("{}, term by term", point->name),
              {{"stage", message("Stage")},
               {"from_term", message("From term")},
               {"to_term", message("To")},
               {"course", message("Course")},
               {"name", message("Name")},
               {"role", message("Role")},
               {"depth", message("Depth")},
               {"hours", message("Hours")}},
              {}};
  int deepest = 0;
  for (const auto* topic : topics) {
    sheet.rows.push_back(topic_row(curriculum, *topic));
    if (topic->teaches) deepest = std::max(deepest, topic->depth);
  }
  Answer answer;
  answer.summary = {message("Plan {}: {} courses have {} {}; the deepest they take it is {}.",
                            curriculum.plan_code,
                            topics.size(),
                            point->code,
                            point->name,
                            deepest)};
  answer.sheets = {std::move(sheet)};
  answer.drawing = drawing_of(curriculum, topics);
  return answer;
}

}  // namespace

Question river() {
  return {.name = "river",
          .number = "AN-03",
          .help = message("How deep one knowledge point is taken, term by term"),
          .subjects = {{"point", message("A knowledge point"), "KP-SQL"}},
          .of_plan = true,
          .is_drawn = true,
          .ask = ask_river};
}

}  // namespace guantong
