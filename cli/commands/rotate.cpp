// guantong rotate: another key for this computer.
#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "client/rotation.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/ssh_signature.h"

namespace guantong {
namespace {

Result<Ending> run_rotate(Context& context) {
  auto workspace = TRY(open_workspace(context));
  const auto key = TRY(rotate(workspace));
  if (context.json) {
    print(context, Json{{"key", ssh_public_key(key)}});
  } else {
    print(context,
          message("This computer signs with a new key from now on. What it signed before stays "
                  "valid; the next sync tells everybody."));
  }
  return Ending::done;
}

}  // namespace

void add_rotate(CLI::App& app, Task& chosen) {
  Command command{app, "rotate", tr("Sign with a new key from now on")};
  command.examples("  guantong rotate");
  command.runs(chosen, run_rotate);
}

}  // namespace guantong
