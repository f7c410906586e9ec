// guantong expel: put a device or a person out.
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/dismissals.h"
#include "cli/language.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

struct ExpelOptions {
  DismissalOptions whom;
  bool me = false;
};

Result<Ending> run_expel(Context& context, const ExpelOptions& options) {
  return dismiss_all(context, options.whom, Level::none, options.me);
}

}  // namespace

void add_expel(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<ExpelOptions>();
  Command command{app,
                  "expel",
                  tr("Put a device or a person out; what was seen of their work goes on counting")};
  add_dismissal_options(command, options->whom);
  command.flag("--me", options->me, tr("This computer: leave"));
  command.examples(
      "  guantong expel 3f2a91c0 --why \"笔记本电脑被盗\"\n"
      "  guantong expel --person b02@example.org --why \"调离\"");
  command.runs(chosen, [options](Context& context) { return run_expel(context, *options); });
}

}  // namespace guantong
