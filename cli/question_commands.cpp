#include "cli/question_commands.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/answers.h"
#include "cli/command.h"
#include "cli/context.h"
#include "cli/language.h"
#include "client/clock.h"
#include "client/days.h"
#include "client/questions/question.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

/// How far back a question looks that is not told since when.
constexpr int days_looked_back = 7;

struct QuestionOptions {
  Asked asked;
  std::vector<std::string> subjects;  ///< One for each of the question's.
  AnswerForm form;
};

/// Takes the day that was given, or `otherwise`.
Result<void> settle_day(std::string& day, const std::string& otherwise) {
  if (day.empty()) day = otherwise;
  if (days_between(day, day)) return {};
  return fail(Errc::invalid, "\"{}\" is no day; write it as in 2026-11-20", day);
}

Result<Ending> ask_question(Context& context, const Question& question, QuestionOptions options) {
  auto& asked = options.asked;
  TRY(settle_day(asked.day, day_of(now_ms())));
  TRY(settle_day(asked.since, days_before(asked.day, days_looked_back)));
  asked.subjects = std::move(options.subjects);
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  asked.own_org = session->members().org_id(workspace.config().site);
  const auto answer = TRY(question.ask(*session, asked));
  return show_answer(context, *session, question, answer, options.form);
}

/// The options that say what a question is about.
void add_subject_options(Command& command, const Question& question, QuestionOptions& options) {
  options.subjects.resize(question.subjects.size());
  for (std::size_t i = 0; i < question.subjects.size(); ++i) {
    const auto& subject = question.subjects[i];
    command.text(subject.name, options.subjects[i], say(subject.help), Needed::yes);
  }
  auto& asked = options.asked;
  if (question.of_plan)
    command.text("--plan",
                 asked.plan,
                 tr("The plan; without it, the latest with courses"),
                 Needed::no,
                 "CODE");
  if (question.of_term)
    command.text("--term",
                 asked.term,
                 tr("The school term; without it, the one we are in"),
                 Needed::no,
                 "TERM");
  if (question.of_span)
    command.text("--since",
                 asked.since,
                 tr("From which day on; without it, the last seven days"),
                 Needed::no,
                 "YYYY-MM-DD");
  if (question.of_day)
    command.text("--on",
                 asked.day,
                 tr("As things stand on a day; without it, today"),
                 Needed::no,
                 "YYYY-MM-DD");
}

std::string_view name_of(QuestionGroup group) {
  return group == QuestionGroup::plan ? "plan" : "report";
}

void add_question(Command& above, Task& chosen, const Question& question) {
  const std::string name{question.name};
  auto options = std::make_shared<QuestionOptions>();
  auto command = above.below(name, say(question.help));
  add_subject_options(command, question, *options);
  add_form_options(command, options->form, question.is_drawn);
  auto line = "  guantong " + std::string{name_of(question.group)} + " " + name;
  for (const auto& subject : question.subjects)
    line += " " + subject.example;
  command.examples(line + "\n" + line + " --why\n" + line + " --csv > " + name + ".csv");
  command.runs(chosen, [options, question](Context& context) {
    return ask_question(context, question, *options);
  });
}

}  // namespace

void add_questions(Command& command, Task& chosen, QuestionGroup group) {
  for (const auto& question : all_questions()) {
    if (question.group == group) add_question(command, chosen, question);
  }
}

}  // namespace guantong
