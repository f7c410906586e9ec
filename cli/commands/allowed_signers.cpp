// guantong allowed-signers: the members' keys, for stock git.

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "client/audit.h"
#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

Result<Ending> run_allowed_signers(Context& context) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  const auto lines = TRY(allowed_signers(*session));
  if (context.json) {
    print(context, Json{{"allowed_signers", lines}});
  } else {
    context.out << lines;
  }
  return Ending::done;
}

}  // namespace

void add_allowed_signers(CLI::App& app, Task& chosen) {
  Command command{app,
                  "allowed-signers",
                  tr("Print the members' keys as an allowed-signers file for stock git")};
  command.examples(
      "  guantong allowed-signers > signers\n  git -c gpg.ssh.allowedSignersFile=$PWD/signers -C "
      "REMOTE log --all --graph --show-signature");
  command.runs(chosen, run_allowed_signers);
}

}  // namespace guantong
