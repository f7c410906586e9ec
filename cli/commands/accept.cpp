// guantong accept: a suggestion is taken up.
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

struct AcceptOptions {
  std::string id;
  std::string why;
};

Result<Ending> run_accept(Context& context, const AcceptOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  Editor editor{workspace, *session};
  const auto proposal = TRY(find_proposal(*session, options.id));
  const auto saved = TRY(editor.accept(proposal, options.why));
  TRY(session->commit());
  return show_saved(context, saved);
}

}  // namespace

void add_accept(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<AcceptOptions>();
  Command command{app, "accept", tr("Take up a suggestion")};
  command.text("id", options->id, tr("As \"guantong proposals\" shows it"), Needed::yes);
  command.text(
      "--why", options->why, tr("The reason, which everybody can read"), Needed::no, tr("TEXT"));
  command.examples("  guantong accept 3f2a91c0");
  command.runs(chosen, [options](Context& context) { return run_accept(context, *options); });
}

}  // namespace guantong
