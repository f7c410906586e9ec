// guantong waive: a finding may stand for a while.
#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "client/rules/waivers.h"
#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct WaiveOptions {
  std::string finding, until, why;
};

Result<Ending> run_waive(Context& context, const WaiveOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  const auto saved = TRY(waive(workspace, *session, options.finding, options.until, options.why));
  TRY(session->commit());
  return show_saved(context, saved);
}

}  // namespace

void add_waive(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<WaiveOptions>();
  Command command{app, "waive", tr("Let a finding stand until a day; the lead does so for all")};
  command.text("finding",
               options->finding,
               tr("Its number, as findings lists it, or the beginning of it"),
               Needed::yes);
  command.text("--until", options->until, tr("The last day"), Needed::yes, "YYYY-MM-DD");
  command.text(
      "--why", options->why, tr("The reason, which everybody can read"), Needed::yes, tr("TEXT"));
  command.examples("  guantong waive 3f9a12c4 --until 2027-01-31 --why 下学期调整");
  command.runs(chosen, [options](Context& context) { return run_waive(context, *options); });
}

}  // namespace guantong
