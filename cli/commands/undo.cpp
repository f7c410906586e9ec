// guantong undo: take back the last act on this computer.

#include "client/undo.h"

#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "client/describe.h"
#include "client/editor.h"
#include "client/merged.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct UndoOptions {
  std::string combined;
};

Result<Ending> run_undo(Context& context, const UndoOptions& options) {
  auto workspace = TRY(open_workspace(context));
  if (!options.combined.empty()) {
    auto session = TRY(Session::begin(workspace.store()));
    Editor editor{workspace, *session};
    const auto saved = TRY(undo_merge(*session, editor, options.combined));
    TRY(session->commit());
    return show_saved(context, saved);
  }
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
  auto options = std::make_shared<UndoOptions>();
  Command command{
      app,
      "undo",
      tr("Take back the last act made on this computer, or what was combined in a field")};
  command.text("field",
               options->combined,
               tr("A field in which edits were combined, as in course_standard:CS-B02015.body_zh"));
  command.examples("  guantong undo\n  guantong undo course_standard:CS-B02015.body_zh");
  command.runs(chosen, [options](Context& context) { return run_undo(context, *options); });
}

}  // namespace guantong
