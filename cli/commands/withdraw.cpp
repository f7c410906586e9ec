// guantong withdraw: a suggestion is taken back.
#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "client/decisions.h"
#include "client/editor.h"
#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct WithdrawOptions {
  std::string id;
};

Result<Ending> run_withdraw(Context& context, const WithdrawOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  Editor editor{workspace, *session};
  const auto proposal = TRY(find_proposal(*session, options.id));
  const auto saved = TRY(editor.withdraw(proposal));
  TRY(session->commit());
  return show_saved(context, saved);
}

}  // namespace

void add_withdraw(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<WithdrawOptions>();
  Command command{app, "withdraw", tr("Take back a suggestion of this site")};
  command.text("id", options->id, tr("As \"guantong proposals\" shows it"), Needed::yes);
  command.examples("  guantong withdraw 3f2a91c0");
  command.runs(chosen, [options](Context& context) { return run_withdraw(context, *options); });
}

}  // namespace guantong
