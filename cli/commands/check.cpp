// guantong check: every rule on every record.

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

Result<Ending> run_check(Context& context) {
  auto workspace = TRY(open_workspace(context));
  {
    auto session = TRY(Session::begin(workspace.store()));
    TRY(check_all_rules(*session));
    TRY(session->commit());
  }
  const auto found = TRY(findings(workspace.store()));
  auto session = TRY(Session::begin(workspace.store()));
  return show_findings(context, found, *session);
}

}  // namespace

void add_check(CLI::App& app, Task& chosen) {
  Command command{app, "check", tr("Check every rule on every record")};
  command.examples("  guantong check");
  command.runs(chosen, run_check);
}

}  // namespace guantong
