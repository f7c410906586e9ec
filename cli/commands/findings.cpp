// guantong findings: what breaks a rule of the plan.
#include <memory>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/finding_filter.h"
#include "cli/language.h"
#include "cli/output.h"
#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

Result<Ending> run_findings(Context& context, const FindingFilter& filter) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  const auto found = TRY(findings_wanted(*session, filter));
  TRY(show_findings(context, found, *session));
  return Ending::done;
}

}  // namespace

void add_findings(CLI::App& app, Task& chosen) {
  auto filter = std::make_shared<FindingFilter>();
  Command command{app, "findings", tr("List what breaks a rule of the plan")};
  add_filter_options(command, *filter);
  command.examples("  guantong findings\n  guantong findings --rule IR-13 --plan PLAN-BD-2027");
  command.runs(chosen, [filter](Context& context) { return run_findings(context, *filter); });
}

}  // namespace guantong
