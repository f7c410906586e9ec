// guantong undo: take back the last act on this computer.

#include "client/undo.h"

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "client/describe.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

Result<Ending> run_undo(Context& context) {
  auto workspace = TRY(open_workspace(context));
  const auto undone = TRY(undo(workspace));
  if (context.json) {
    print(context, Json{{"undone", in_english(undone)}});
  } else {
    print(context, message("Undone: {}", say(undone)));
  }
  return Ending::done;
}

}  // namespace

void add_undo(CLI::App& app, Task& chosen) {
  Command command{app, "undo", tr("Take back the last act made on this computer")};
  command.examples("  guantong undo");
  command.runs(chosen, run_undo);
}

}  // namespace guantong
