// guantong check: every rule on every record.
#include <memory>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/finding_filter.h"
#include "cli/language.h"
#include "cli/output.h"
#include "client/rules/rules.h"
#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

Result<Ending> run_check(Context& context, const FindingFilter& filter) {
  auto workspace = TRY(open_workspace(context));
  {
    auto session = TRY(Session::begin(workspace.store()));
    TRY(check_all_rules(*session));
    TRY(session->commit());
  }
  auto session = TRY(Session::begin(workspace.store()));
  const auto found = TRY(findings_wanted(*session, filter));
  return show_findings(context, found, *session);
}

}  // namespace

void add_check(CLI::App& app, Task& chosen) {
  auto filter = std::make_shared<FindingFilter>();
  Command command{app, "check", tr("Check every rule on every record")};
  add_filter_options(command, *filter);
  command.examples("  guantong check\n  guantong check --plan PLAN-BD-2027 --json");
  command.runs(chosen, [filter](Context& context) { return run_check(context, *filter); });
}

}  // namespace guantong
