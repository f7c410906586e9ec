// guantong demote: lower a level.
#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/dismissals.h"
#include "cli/language.h"
#include "client/membership.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct DemoteOptions {
  DismissalOptions whom;
  std::string level;
};

Result<Ending> run_demote(Context& context, const DemoteOptions& options) {
  const auto level = TRY(level_named(options.level));
  return dismiss_all(context, options.whom, level, false);
}

}  // namespace

void add_demote(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<DemoteOptions>();
  Command command{app, "demote", tr("Lower the level of a device or a person")};
  add_dismissal_options(command, options->whom);
  command.one_of("--role",
                 options->level,
                 tr("The level that is left"),
                 {"auditor", "teacher", "coordinator"},
                 Needed::yes);
  command.examples("  guantong demote 3f2a91c0 --role teacher --why \"不再担任协调员\"");
  command.runs(chosen, [options](Context& context) { return run_demote(context, *options); });
}

}  // namespace guantong
