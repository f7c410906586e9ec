// One plan's courses in memory, as the questions about teaching need them: where each is placed,
// what it teaches and requires, and what must come before it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "client/questions/answer.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

/// A place in one of a curriculum's lists.
using At = std::size_t;
inline constexpr At nowhere = static_cast<At>(-1);

struct CurriculumStage {
  RecordNo record = 0;
  RecordId id;
  std::string code, name;
  int first_term = 0, last_term = 0;
};

struct CurriculumCourse {
  RecordNo record = 0;     ///< The course.
  RecordNo placement = 0;  ///< The record that places it in the plan.
  RecordId id;
  std::string code, name;
  RecordId owner;            ///< The organisation that answers for it.
  At stage = nowhere;        ///< In `Curriculum::stages`.
  std::vector<int> terms;    ///< Counted from entry, ascending.
  std::string nature;        ///< "compulsory", "limited_elective", "free_elective" or empty.
  std::string group;         ///< "public_basic" and so on, or empty.
  RecordId course_group;     ///< Zero where none is named.
  std::int64_t credits = 0;  ///< In tenths, as the plan has them.
  std::int64_t theory = 0, practice = 0;  ///< Hours.

  std::int64_t hours() const { return theory + practice; }
  bool is_elective() const { return nature.ends_with("_elective"); }
  bool is_placed() const { return !terms.empty(); }
  /// Whether it ends before the other one begins; both must be placed.
  bool is_before(const CurriculumCourse& other) const { return terms.back() < other.terms.front(); }
};

struct KnowledgePoint {
  RecordNo record = 0;
  RecordId id;
  std::string code, name, area;
};

/// A knowledge point that a course teaches, or takes for granted.
struct CurriculumTopic {
  RecordNo record = 0;
  At course = nowhere, point = nowhere;
  bool teaches = false;
  int depth = 0;           ///< 1 to 4; 0: not said.
  std::int64_t hours = 0;  ///< In tenths.
};

/// `course` requires `before`.
struct CurriculumEdge {
  RecordNo record = 0;
  At course = nowhere, before = nowhere;
  bool together = false;  ///< Taken in the same term.
  bool only_advice = false;
};

struct Curriculum {
  RecordNo plan = 0;
  RecordId plan_id;
  std::string plan_code;
  std::vector<CurriculumStage> stages;    ///< In their order.
  std::vector<CurriculumCourse> courses;  ///< By code.
  std::vector<KnowledgePoint> points;     ///< Those that topics name, by code.
  std::vector<CurriculumTopic> topics;    ///< By course, in the order of their records.
  std::vector<CurriculumEdge> edges;      ///< Those in force; none that is part of a cycle.

  const CurriculumCourse& course_of(const CurriculumTopic& topic) const {
    return courses[topic.course];
  }
  /// The topics of one course.
  std::vector<const CurriculumTopic*> topics_of(At course) const;
};

/// Reads what is in use of a plan. Knowledge points that are the same are one.
Result<Curriculum> read_curriculum(Session& session, RecordNo plan);

/// The codes of the topics' courses.
Cell courses_of(const Curriculum& curriculum, const std::vector<const CurriculumTopic*>& topics);

/// "5;6" as numbers, ascending.
std::vector<int> terms_in(std::string_view text);

}  // namespace guantong
