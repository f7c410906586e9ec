// guantong add: a new record.
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
#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct AddOptions {
  std::string type;
  std::vector<std::string> fields;
  std::string why;
};

Result<Ending> run_add(Context& context, const AddOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  Editor editor{workspace, *session};
  const auto* type = editor.reading().type_named(options.type);
  if (type == nullptr)
    return fail(Errc::invalid,
                "there is no record type \"{}\"; \"guantong types\" lists them",
                options.type);
  const auto edits = TRY(parse_field_edits(options.fields));
  const auto saved = TRY(editor.add(*type, edits, options.why));
  TRY(session->commit());
  return show_saved(context, saved);
}

}  // namespace

void add_add(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<AddOptions>();
  Command command{app, "add", tr("Add a record")};
  command.text("type", options->type, tr("A record type"), Needed::yes);
  command.list("fields", options->fields, tr("FIELD=VALUE, or FIELD+=MEMBER"), Needed::yes);
  command.text(
      "--why", options->why, tr("The reason, which everybody can read"), Needed::no, tr("TEXT"));
  command.examples(
      "  guantong add course code=B04032 name_zh=数据标注技术 credits=2\n  guantong add prereq "
      "plan=PLAN-BD-2027 course=B03020 requires=B03021 kind=pre --why 数仓依赖SparkSQL");
  command.runs(chosen, [options](Context& context) { return run_add(context, *options); });
}

}  // namespace guantong
