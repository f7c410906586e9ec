// guantong plan: the plan's questions, and the plan as a whole.
#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/commands/plan_questions.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/question_commands.h"
#include "client/questions/question.h"

namespace guantong {

void add_plan(CLI::App& app, Task& chosen) {
  Command command{
      app, "plan", tr("Ask the plan: what is taught when, what is missing, who does what")};
  command.examples(
      "  guantong plan continuity\n  guantong plan hours --plan PLAN-BD-2027\n"
      "  guantong plan graph --svg > graph.svg\n  guantong plan duties --csv > duties.csv");
  add_questions(command, chosen, QuestionGroup::plan);
  add_plan_duties(command, chosen);
  add_plan_copy(command, chosen);
}

}  // namespace guantong
