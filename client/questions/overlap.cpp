// AN-02: what is taught again without going deeper?
#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include "client/questions/answer.h"
#include "client/questions/curriculum.h"
#include "client/questions/question.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

/// A topic that courses before it have already brought as far, or farther.
struct Repetition {
  const CurriculumTopic* topic = nullptr;
  std::vector<const CurriculumTopic*> earlier;
  bool across_stages = false;
  bool falls_back = false;  ///< An earlier one went deeper.
};

/// Whether a topic has been taught when the other one is: before it, or in the term it begins in.
/// Of two in one term the deeper one counts as taught, else the one whose course has the lesser
/// code.
bool comes_first(const CurriculumTopic& one,
                 const CurriculumTopic& other,
                 const CurriculumCourse& one_course,
                 const CurriculumCourse& other_course) {
  if (one_course.is_before(other_course)) return true;
  if (one_course.terms.back() != other_course.terms.front()) return false;
  return one.depth != other.depth ? one.depth > other.depth : one.course < other.course;
}

/// Those across stages first, then by the hours at stake.
std::vector<Repetition> repetitions(const Curriculum& curriculum) {
  std::vector<std::vector<const CurriculumTopic*>> taught(curriculum.points.size());
  for (const auto& topic : curriculum.topics) {
    if (topic.teaches && curriculum.course_of(topic).is_placed())
      taught[topic.point].push_back(&topic);
  }
  std::vector<Repetition> all;
  for (const auto& same_point : taught) {
    for (const auto* topic : same_point) {
      Repetition repetition{topic, {}, false, false};
      const auto& course = curriculum.course_of(*topic);
      for (const auto* other : same_point) {
        const auto& before = curriculum.course_of(*other);
        if (!comes_first(*other, *topic, before, course) || other->depth < topic->depth) continue;
        repetition.earlier.push_back(other);
        repetition.across_stages |= before.stage != course.stage;
        repetition.falls_back |= other->depth > topic->depth;
      }
      if (!repetition.earlier.empty()) all.push_back(std::move(repetition));
    }
  }
  std::ranges::stable_sort(all, {}, [&](const Repetition& repetition) {
    return std::tuple{!repetition.across_stages,
                      -repetition.topic->hours,
                      curriculum.points[repetition.topic->point].code};
  });
  return all;
}

Cell sort_of(const Repetition& repetition) {
  return repetition.falls_back ? Cell::word("regress", message("less deep than before"))
                               : Cell::word("repeat", message("as deep as before"));
}

Row repetition_row(const Curriculum& curriculum, const Repetition& repetition) {
  const auto& topic = *repetition.topic;
  const auto& course = curriculum.course_of(topic);
  Row row;
  row.cells = {curriculum.points[topic.point].code,
               curriculum.points[topic.point].name,
               course.code,
               course.name,
               Cell::number(topic.depth),
               courses_of(curriculum, repetition.earlier),
               sort_of(repetition),
               Cell::flag(repetition.across_stages),
               Cell::number(topic.hours, 10)};
  row.from = {topic.record};
  for (const auto* earlier : repetition.earlier)
    row.from.push_back(earlier->record);
  return row;
}

Result<Answer> ask_overlap(Session& session, const Asked& asked) {
  const auto plan = TRY(plan_asked_for(session, asked.plan));
  const auto curriculum = TRY(read_curriculum(session, plan));
  const auto all = repetitions(curriculum);
  std::int64_t across = 0;
  std::int64_t within = 0;
  Sheet sheet{"overlaps",
              message("What is taught again without going deeper"),
              {{"kp", message("Point")},
               {"kp_name", message("What it is")},
               {"course", message("Course")},
               {"name", message("Name")},
               {"depth", message("Depth")},
               {"earlier", message("Already in")},
               {"sort", message("How deep")},
               {"cross_stage", message("Across stages")},
               {"hours", message("Hours")}},
              {}};
  for (const auto& repetition : all) {
    (repetition.across_stages ? across : within) += repetition.topic->hours;
    sheet.rows.push_back(repetition_row(curriculum, repetition));
  }
  Answer answer;
  answer.summary = {
      all.empty()
          ? message("Plan {}: nothing is taught twice at one depth.", curriculum.plan_code)
          : message("Plan {}: {} hours are taught again across stages, {} within one. To cut them, "
                    "lower the hours of the later course's topic, or raise its depth.",
                    curriculum.plan_code,
                    Cell::number(across, 10).plain(),
                    Cell::number(within, 10).plain())};
  answer.sheets = {std::move(sheet)};
  return answer;
}

}  // namespace

Question overlap() {
  return {.name = "overlap",
          .number = "AN-02",
          .help = message("What is taught again without going deeper, and for how many hours"),
          .of_plan = true,
          .ask = ask_overlap};
}

}  // namespace guantong
