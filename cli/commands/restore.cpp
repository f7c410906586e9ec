// guantong restore: a record comes back into use.
#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "client/editor.h"
#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct RestoreOptions {
  std::string record;
  std::string why;
};

Result<Ending> run_restore(Context& context, const RestoreOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  Editor editor{workspace, *session};
  const auto record = TRY(editor.reading().find(options.record));
  const auto saved = TRY(editor.restore(record, options.why));
  TRY(session->commit());
  return show_saved(context, saved);
}

}  // namespace

void add_restore(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<RestoreOptions>();
  Command command{app, "restore", tr("Bring an archived record back into use")};
  command.text("record", options->record, tr("type:key"), Needed::yes);
  command.text(
      "--why", options->why, tr("The reason, which everybody can read"), Needed::no, tr("TEXT"));
  command.examples("  guantong restore course:B04029");
  command.runs(chosen, [options](Context& context) { return run_restore(context, *options); });
}

}  // namespace guantong
