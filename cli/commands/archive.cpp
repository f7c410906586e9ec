// guantong archive: a record leaves use.
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

struct ArchiveOptions {
  std::string record;
  std::string why;
};

Result<Ending> run_archive(Context& context, const ArchiveOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  Editor editor{workspace, *session};
  const auto record = TRY(editor.reading().find(options.record));
  const auto saved = TRY(editor.archive(record, options.why));
  TRY(session->commit());
  return show_saved(context, saved);
}

}  // namespace

void add_archive(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<ArchiveOptions>();
  Command command{app, "archive", tr("Archive a record: it is kept, and no longer in use")};
  command.text("record", options->record, tr("type:key"), Needed::yes);
  command.text(
      "--why", options->why, tr("The reason, which everybody can read"), Needed::yes, tr("TEXT"));
  command.examples("  guantong archive course:B04029 --why 选课不足");
  command.runs(chosen, [options](Context& context) { return run_archive(context, *options); });
}

}  // namespace guantong
