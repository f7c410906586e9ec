// A question that people ask of the plan. A new one: a file of its own, a line at the end of this
// one and a line in `all_questions`.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/questions/answer.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

/// What somebody asks with.
struct Asked {
  std::string plan;                   ///< Empty: the latest one with courses.
  std::vector<std::string> subjects;  ///< One for each of `Question::subjects`.
  std::string term;                   ///< Empty: the one that `day` lies in.
  std::string day;                    ///< YYYY-MM-DD: today, or the day to look at.
  std::string since;                  ///< YYYY-MM-DD, of `of_span`: from that day on.
  RecordId own_org;                   ///< Of whoever asks.
};

/// What a question must be asked about.
struct QuestionSubject {
  std::string name;  ///< In the command's usage: "record".
  Message help;
  std::string example;
};

/// The command that a question stands below.
enum class QuestionGroup : std::uint8_t { plan, report };

struct Question {
  std::string_view name;    ///< The command's: "continuity".
  std::string_view number;  ///< "AN-01"
  Message help;
  QuestionGroup group = QuestionGroup::plan;
  std::vector<QuestionSubject> subjects = {};
  bool of_plan = false;   ///< About one plan: takes --plan.
  bool of_term = false;   ///< About one school term: takes --term.
  bool is_drawn = false;  ///< Has a drawing.
  bool of_day = false;    ///< Depends on the day: takes --on.
  bool of_span = false;   ///< About what happened between two days: takes --since.
  std::function<Result<Answer>(Session&, const Asked&)> ask;
};

/// In the order of the commands' list.
std::vector<Question> all_questions();

/// The plan of that name; the latest one with courses where `name` is empty. Fails with `not_found`
/// where there is none of that name, or none with courses; with `invalid` where several majors have
/// one and none is named.
Result<RecordNo> plan_asked_for(Session& session, const std::string& name);

// Each in a file of its own name.
Question continuity();    // AN-01
Question overlap();       // AN-02
Question river();         // AN-03
Question matrix();        // AN-04
Question ladder();        // AN-05
Question attainment();    // AN-06
Question hours();         // AN-07
Question graph();         // AN-08
Question load();          // AN-09
Question loops();         // AN-11
Question actions();       // AN-12
Question retention();     // AN-13
Question changes();       // AN-14
Question decisions();     // AN-15, in decision_log.cpp
Question health();        // AN-16
Question materials();     // AN-17
Question impact();        // AN-18
Question compare();       // AN-19
Question translations();  // AN-20

}  // namespace guantong
