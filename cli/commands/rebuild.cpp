// guantong rebuild: the replica anew from the history.

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "client/audit.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

Result<Ending> run_rebuild(Context& context) {
  auto workspace = TRY(open_workspace(context));
  TRY(rebuild(workspace, progress_of(context)));
  if (context.json) {
    print(context, Json{{"rebuilt", true}});
  } else {
    print(context, message("The replica was made anew from the history."));
  }
  return Ending::done;
}

}  // namespace

void add_rebuild(CLI::App& app, Task& chosen) {
  Command command{app, "rebuild", tr("Make the replica anew from the history")};
  command.examples("  guantong rebuild");
  command.runs(chosen, run_rebuild);
}

}  // namespace guantong
