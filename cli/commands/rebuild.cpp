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
  const auto mended = TRY(rebuild(workspace, progress_of(context)));
  if (context.json) {
    print(context, Json{{"rebuilt", true}, {"mended_from", mended}});
    return Ending::done;
  }
  if (!mended.empty())
    print(
        context,
        message("The history was damaged, and is whole again with the help of {}. The damaged one "
                "is beside it, in history.git.damaged.",
                join_words(mended)));
  print(context, message("The replica was made anew from the history."));
  return Ending::done;
}

}  // namespace

void add_rebuild(CLI::App& app, Task& chosen) {
  Command command{app,
                  "rebuild",
                  tr("Make the replica anew from the history, and mend that from the remotes if it "
                     "is damaged")};
  command.examples("  guantong rebuild");
  command.runs(chosen, run_rebuild);
}

}  // namespace guantong
