// guantong report: what has happened, for those who look after it.
#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/question_commands.h"
#include "client/questions/question.h"

namespace guantong {

void add_report(CLI::App& app, Task& chosen) {
  Command command{app, "report", tr("Report what changed, what was decided, how syncing goes")};
  command.examples(
      "  guantong report changes --since 2026-11-20\n"
      "  guantong report decisions --since 2026-09-01 --csv > decisions.csv\n"
      "  guantong report health");
  add_questions(command, chosen, QuestionGroup::report);
}

}  // namespace guantong
