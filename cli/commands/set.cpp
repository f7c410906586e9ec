// guantong set: fields of a record.
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "client/editor.h"
#include "client/field_edit.h"
#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct SetOptions {
  std::string record;
  std::vector<std::string> fields;
  std::string why;
};

Result<Ending> run_set(Context& context, const SetOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  Editor editor{workspace, *session};
  const auto record = TRY(editor.reading().find(options.record));
  const auto edits = TRY(parse_field_edits(options.fields));
  const auto saved = TRY(editor.set(record, edits, options.why));
  TRY(session->commit());
  return show_saved(context, saved);
}

}  // namespace

void add_set(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<SetOptions>();
  Command command{
      app, "set", tr("Set fields of a record; where another site decides, as a suggestion to it")};
  command.text("record", options->record, tr("type:key"), Needed::yes);
  command.list("fields",
               options->fields,
               tr("FIELD=VALUE, FIELD+=MEMBER, FIELD-=MEMBER, or FIELD= to clear"),
               Needed::yes);
  command.text(
      "--why", options->why, tr("The reason, which everybody can read"), Needed::no, tr("TEXT"));
  command.examples(
      "  guantong set course:B02015 credits=5 --why 增加实训\n  guantong set course:B02015 "
      "tags+=1+X tags-=课程思政");
  command.runs(chosen, [options](Context& context) { return run_set(context, *options); });
}

}  // namespace guantong
