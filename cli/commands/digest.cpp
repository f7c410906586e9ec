// guantong digest: one value for the merged plan.
#include <memory>
#include <ostream>
#include <string>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "client/audit.h"
#include "client/transfer.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"

namespace guantong {
namespace {

struct DigestOptions {
  std::string space = "plan";
  bool content = false;
};

Result<Ending> run_digest(Context& context, const DigestOptions& options) {
  auto workspace = TRY(open_workspace(context));
  if (options.content) {
    const auto content = TRY(exported_digest(workspace.store()));
    if (context.json) {
      print(context, Json{{"space", "plan"}, {"content", to_hex(content.raw())}});
    } else {
      context.out << to_hex(content.raw()) << '\n';
    }
    return Ending::done;
  }
  const auto digest =
      TRY(plan_digest(workspace, options.space == "school" ? Space::school : Space::plan));
  const auto level = to_hex(workspace.schema().level().raw());
  if (context.json) {
    print(context, Json{{"space", options.space}, {"digest", digest}, {"schema_level", level}});
  } else {
    context.out << digest << '\n';
    remark(context, message("at schema level {}", level));
  }
  return Ending::done;
}

}  // namespace

void add_digest(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<DigestOptions>();
  Command command{
      app,
      "digest",
      tr("Print one value for the merged plan: equal at every site with the same history")};
  command.one_of("--space", options->space, tr("plan or school"), {"plan", "school"});
  command.flag("--content",
               options->content,
               tr("Of what stands in the plan alone, as \"export\" writes it: equal also where the "
                  "records came another way"));
  command.examples("  guantong digest\n  guantong digest --content");
  command.runs(chosen, [options](Context& context) { return run_digest(context, *options); });
}

}  // namespace guantong
