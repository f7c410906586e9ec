// guantong log: the latest changes that are here.
#include <cstddef>
#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "client/audit.h"
#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct LogOptions {
  std::size_t most = 30;
};

Result<Ending> run_log(Context& context, const LogOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  const auto entries = TRY(latest(*session, options.most));
  show_history(context, entries, true);
  return Ending::done;
}

}  // namespace

void add_log(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<LogOptions>();
  Command command{app, "log", tr("Show the latest changes, the newest first")};
  command.number("-n,--most", options->most, tr("How many"));
  command.examples("  guantong log -n 50");
  command.runs(chosen, [options](Context& context) { return run_log(context, *options); });
}

}  // namespace guantong
