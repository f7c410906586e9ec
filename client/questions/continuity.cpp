// AN-01: what does each course need that nobody has taught deep enough before it?
#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client/questions/answer.h"
#include "client/questions/curriculum.h"
#include "client/questions/question.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

/// A requirement that what comes before does not meet.
struct Gap {
  const CurriculumTopic* need = nullptr;
  int best = 0;                                ///< The depth reached before; 0: never taught.
  std::vector<const CurriculumTopic*> before;  ///< Who teaches it before, at any depth.
  std::vector<const CurriculumTopic*> later;   ///< Who teaches it deep enough, but too late.
};

class GapFinder {
public:
  explicit GapFinder(const Curriculum& curriculum) : curriculum_{curriculum} {
    taught_.resize(curriculum.points.size());
    for (const auto& topic : curriculum.topics) {
      if (topic.teaches && curriculum.course_of(topic).is_placed())
        taught_[topic.point].push_back(&topic);
    }
    for (const auto& edge : curriculum.edges) {
      if (edge.together) together_.emplace(edge.course, edge.before);
    }
  }

  /// By course, then by the order of its topics.
  std::vector<Gap> gaps() const {
    std::vector<Gap> gaps;
    for (const auto& topic : curriculum_.topics) {
      if (topic.teaches || !curriculum_.course_of(topic).is_placed()) continue;
      auto gap = measure(topic);
      if (gap.best < topic.depth) gaps.push_back(std::move(gap));
    }
    return gaps;
  }

  /// The course before it that could take the point up: the last of those that teach it already,
  /// else of those that teach its area. Null if there is none.
  const CurriculumCourse* could_take(const Gap& gap) const {
    const CurriculumCourse* nearest = nullptr;
    const auto consider = [&](const CurriculumTopic& topic) {
      const auto& course = curriculum_.course_of(topic);
      if (nearest == nullptr || nearest->terms.back() < course.terms.back()) nearest = &course;
    };
    for (const auto* topic : gap.before)
      consider(*topic);
    if (nearest != nullptr) return nearest;
    const auto& area = curriculum_.points[gap.need->point].area;
    for (At point = 0; point < taught_.size() && !area.empty(); ++point) {
      if (curriculum_.points[point].area != area) continue;
      for (const auto* topic : taught_[point]) {
        if (comes_before(topic->course, gap.need->course)) consider(*topic);
      }
    }
    return nearest;
  }

private:
  bool comes_before(At earlier, At later) const {
    const auto& courses = curriculum_.courses;
    return courses[earlier].is_before(courses[later]) || together_.contains({later, earlier});
  }

  Gap measure(const CurriculumTopic& need) const {
    Gap gap;
    gap.need = &need;
    for (const auto* topic : taught_[need.point]) {
      if (topic->course == need.course) continue;
      if (comes_before(topic->course, need.course)) {
        gap.best = std::max(gap.best, topic->depth);
        gap.before.push_back(topic);
      } else if (topic->depth >= need.depth) {
        gap.later.push_back(topic);
      }
    }
    return gap;
  }

  const Curriculum& curriculum_;
  std::vector<std::vector<const CurriculumTopic*>> taught_;  ///< By point.
  std::set<std::pair<At, At>> together_;                     ///< A course and its co-requisite.
};

Cell kind_of(const Gap& gap) {
  if (!gap.later.empty()) return Cell::word("too_late", message("too late"));
  if (gap.best > 0) return Cell::word("too_shallow", message("too shallow"));
  return Cell::word("missing", message("missing"));
}

Row gap_row(const Curriculum& curriculum, const GapFinder& finder, const Gap& gap) {
  const auto& course = curriculum.course_of(*gap.need);
  const auto& point = curriculum.points[gap.need->point];
  const auto* taker = finder.could_take(gap);
  Row row;
  row.cells = {course.code,
               course.name,
               point.code,
               point.name,
               Cell::number(gap.need->depth),
               Cell::number(gap.best),
               kind_of(gap),
               courses_of(curriculum, gap.later),
               taker == nullptr ? Cell{} : Cell{taker->code}};
  row.from = {gap.need->record};
  for (const auto* topic : gap.before)
    row.from.push_back(topic->record);
  for (const auto* topic : gap.later)
    row.from.push_back(topic->record);
  return row;
}

Result<Answer> ask_continuity(Session& session, const Asked& asked) {
  const auto plan = TRY(plan_asked_for(session, asked.plan));
  const auto curriculum = TRY(read_curriculum(session, plan));
  const GapFinder finder{curriculum};
  const auto gaps = finder.gaps();
  Sheet sheet{"gaps",
              message("What courses need and nobody taught before"),
              {{"course", message("Course")},
               {"name", message("Name")},
               {"kp", message("Point")},
               {"kp_name", message("What it is")},
               {"needs", message("Needs")},
               {"best_before", message("Reached")},
               {"kind", message("Gap")},
               {"later", message("Too late in")},
               {"could_take", message("Could take it")}},
              {}};
  for (const auto& gap : gaps)
    sheet.rows.push_back(gap_row(curriculum, finder, gap));
  Answer answer;
  answer.summary = {
      gaps.empty() ? message("Plan {}: every course finds what it needs.", curriculum.plan_code)
                   : message("Plan {}: {} gaps. Depths are 1 knows, 2 understands, "
                             "3 applies, 4 analyses.",
                             curriculum.plan_code,
                             gaps.size())};
  answer.sheets = {std::move(sheet)};
  return answer;
}

}  // namespace

Question continuity() {
  return {.name = "continuity",
          .number = "AN-01",
          .help = message("What courses need that nobody has taught deep enough before"),
          .of_plan = true,
          .ask = ask_continuity};
}

}  // namespace guantong
