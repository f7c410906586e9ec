// guantong decline: a suggestion is refused.
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

struct DeclineOptions {
  std::string id;
  std::string why;
};

Result<Ending> run_decline(Context& context, const DeclineOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  Editor editor{workspace, *session};
  const auto proposal = TRY(find_proposal(*session, options.id));
  const auto saved = TRY(editor.decline(proposal, options.why));
  TRY(session->commit());
  return show_saved(context, saved);
}

}  // namespace

void add_decline(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<DeclineOptions>();
  Command command{app, "decline", tr("Refuse a suggestion, with a reason")};
  command.text("id", options->id, tr("As \"guantong proposals\" shows it"), Needed::yes);
  command.text(
      "--why", options->why, tr("The reason, which everybody can read"), Needed::yes, tr("TEXT"));
  command.examples("  guantong decline 3f2a91c0 --why 实训课时不足");
  command.runs(chosen, [options](Context& context) { return run_decline(context, *options); });
}

}  // namespace guantong
