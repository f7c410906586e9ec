// AN-08: what must come before what, the longest chain, and the courses that hold up most others.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <queue>
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

/// The courses by what must come before them. What is taken together, or only advised, is no
/// order; nor is a cycle, of which nothing is in force.
class Order {
public:
  explicit Order(const Curriculum& curriculum)
      : after_(curriculum.courses.size()),
        before_(curriculum.courses.size()),
        level_(curriculum.courses.size()),
        longest_(curriculum.courses.size(), nowhere) {
    for (const auto& edge : curriculum.edges) {
      if (edge.together || edge.only_advice) continue;
      after_[edge.before].push_back(&edge);
      before_[edge.course].push_back(&edge);
    }
    rank();
  }

  const std::vector<const CurriculumEdge*>& before(At course) const { return before_[course]; }
  const std::vector<const CurriculumEdge*>& after(At course) const { return after_[course]; }
  /// How many courses must come before it one after the other.
  std::size_t level(At course) const { return level_[course]; }

  /// How many courses wait for it, directly or not.
  std::size_t held_up(At course) const {
    std::vector<bool> seen(after_.size());
    std::vector<At> open{course};
    std::size_t count = 0;
    while (!open.empty()) {
      const auto at = open.back();
      open.pop_back();
      for (const auto* edge : after_[at]) {
        if (seen[edge->course]) continue;
        seen[edge->course] = true;
        ++count;
        open.push_back(edge->course);
      }
    }
    return count;
  }

  /// The longest chain, its first course first; of several, the one whose end comes first.
  std::vector<At> longest_chain() const {
    std::vector<At> chain;
    if (level_.empty()) return chain;
    auto at = static_cast<At>(std::ranges::max_element(level_) - level_.begin());
    for (; at != nowhere; at = longest_[at])
      chain.push_back(at);
    std::ranges::reverse(chain);
    return chain;
  }

private:
  /// Kahn's algorithm: a course is ranked once all that comes before it is.
  void rank() {
    std::vector<std::size_t> waiting(before_.size());
    std::queue<At> ready;
    for (At at = 0; at < before_.size(); ++at) {
      waiting[at] = before_[at].size();
      if (waiting[at] == 0) ready.push(at);
    }
    for (; !ready.empty(); ready.pop()) {
      const auto at = ready.front();
      for (const auto* edge : after_[at]) {
        if (level_[edge->course] < level_[at] + 1) {
          level_[edge->course] = level_[at] + 1;
          longest_[edge->course] = at;
        }
        if (--waiting[edge->course] == 0) ready.push(edge->course);
      }
    }
  }

  std::vector<std::vector<const CurriculumEdge*>> after_, before_;
  std::vector<std::size_t> level_;
  std::vector<At> longest_;  ///< What comes before it in its longest chain.
};

std::string terms_of(const CurriculumCourse& course) {
  std::string terms;
  for (const int term : course.terms)
    terms += (terms.empty() ? "" : ",") + std::to_string(term);
  return terms;
}

Row course_row(const Curriculum& curriculum, const Order& order, At at) {
  const auto& course = curriculum.courses[at];
  std::vector<std::string> before;
  Row row;
  for (const auto* edge : order.before(at)) {
    before.push_back(curriculum.courses[edge->before].code);
    row.from.push_back(edge->record);
  }
  row.cells = {Cell::number(static_cast<std::int64_t>(order.level(at))),
               course.code,
               course.name,
               terms_of(course),
               Cell::list(std::move(before)),
               Cell::number(static_cast<std::int64_t>(order.after(at).size())),
               Cell::number(static_cast<std::int64_t>(order.held_up(at)))};
  row.from.insert(row.from.begin(), course.placement);
  return row;
}

/// In columns by the term a course begins in.
Drawing drawing(const Curriculum& curriculum, const std::vector<At>& chain) {
  Drawing made;
  int last = 0;
  for (const auto& course : curriculum.courses)
    last = std::max(last, course.is_placed() ? course.terms.front() : 0);
  for (int term = 0; term <= last; ++term)
    made.columns.push_back(term == 0 ? Message{} : message("Term {}", term));
  const auto in_chain = [&](At at) { return std::ranges::find(chain, at) != chain.end(); };
  std::vector<bool> is_linked(curriculum.courses.size());
  for (const auto& edge : curriculum.edges) {
    is_linked[edge.course] = is_linked[edge.before] = true;
    made.edges.push_back({curriculum.courses[edge.before].code,
                          curriculum.courses[edge.course].code,
                          in_chain(edge.before) && in_chain(edge.course)});
  }
  for (At at = 0; at < curriculum.courses.size(); ++at) {
    const auto& course = curriculum.courses[at];
    if (!is_linked[at]) continue;
    const auto column = course.is_placed() ? static_cast<std::size_t>(course.terms.front()) : 0;
    made.nodes.push_back({course.code, course.code + " " + course.name, column, in_chain(at)});
  }
  return made;
}

Result<Answer> ask_graph(Session& session, const Asked& asked) {
  const auto plan = TRY(plan_asked_for(session, asked.plan));
  const auto curriculum = TRY(read_curriculum(session, plan));
  const Order order{curriculum};
  Sheet sheet{"courses",
              message("Courses by what must come before them"),
              {{"level", message("Layer")},
               {"course", message("Course")},
               {"name", message("Name")},
               {"terms", message("Terms")},
               {"requires", message("Requires")},
               {"needed_by", message("Needed by")},
               {"holds_up", message("Holds up")}},
              {}};
  for (At at = 0; at < curriculum.courses.size(); ++at) {
    if (!order.before(at).empty() || !order.after(at).empty())
      sheet.rows.push_back(course_row(curriculum, order, at));
  }
  std::ranges::stable_sort(sheet.rows, {}, [](const Row& row) { return row.cells[0].as_number(); });
  const auto chain = order.longest_chain();
  std::string codes;
  for (const auto at : chain)
    codes += (codes.empty() ? "" : " → ") + curriculum.courses[at].code;
  Answer answer;
  answer.summary = {message("Plan {}: {} prerequisites. The longest chain has {} courses: {}",
                            curriculum.plan_code,
                            curriculum.edges.size(),
                            chain.size(),
                            codes)};
  answer.sheets = {std::move(sheet)};
  answer.drawing = drawing(curriculum, chain);
  return answer;
}

}  // namespace

Question graph() {
  return {.name = "graph",
          .number = "AN-08",
          .help = message("What must come before what: levels, the longest chain, a drawing"),
          .of_plan = true,
          .is_drawn = true,
          .ask = ask_graph};
}

}  // namespace guantong
