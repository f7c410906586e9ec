// guantong findings: what breaks a rule of the plan.

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "client/rules/rules.h"
#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

Result<Ending> run_findings(Context& context) {
  auto workspace = TRY(open_workspace(context));
  const auto found = TRY(findings(workspace.store()));
  auto session = TRY(Session::begin(workspace.store()));
  TRY(show_findings(context, found, *session));
  return Ending::done;
}

}  // namespace

void add_findings(CLI::App& app, Task& chosen) {
  Command command{app, "findings", tr("List what breaks a rule of the plan")};
  command.examples("  guantong findings");
  command.runs(chosen, run_findings);
}

}  // namespace guantong
