// guantong plan: the plan's questions.
#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/commands/plan_questions.h"
#include "cli/context.h"
#include "cli/language.h"

namespace guantong {

void add_plan(CLI::App& app, Task& chosen) {
  Command command{app, "plan", tr("Ask the plan: who does what")};
  command.examples("  guantong plan duties\n  guantong plan duties --csv > duties.csv");
  add_plan_duties(command, chosen);
}

}  // namespace guantong
