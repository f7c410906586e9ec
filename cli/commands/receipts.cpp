// guantong receipts: what each sync did.
#include <cstddef>
#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/table.h"
#include "client/reading.h"
#include "client/syncing.h"
#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct ReceiptsOptions {
  std::size_t most = 14;
};

Result<Ending> run_receipts(Context& context, const ReceiptsOptions& options) {
  auto workspace = TRY(open_workspace(context));
  const auto all = TRY(receipts(workspace.store(), options.most));
  if (context.json) {
    print(context, Json(all));
    return Ending::done;
  }
  Table table{
      {tr("When"), tr("Remote"), tr("Received"), tr("Sent"), tr("Refused"), tr("Conflicts")}};
  const auto number = [](const Json& json, const char* group, const char* name) {
    return std::to_string(json.at(group).value(name, 0ULL));
  };
  for (const auto& one : all) {
    table.row({shown_time(one.value("at_ms", 0ULL)),
               one.value("remote", ""),
               number(one, "received", "changes"),
               number(one, "sent", "changes"),
               std::to_string(one.at("set_aside").size()),
               number(one, "before", "conflicts") + " → " + number(one, "after", "conflicts")});
  }
  context.out << table.render(context.width);
  return Ending::done;
}

}  // namespace

void add_receipts(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<ReceiptsOptions>();
  Command command{
      app, "receipts", tr("List what each sync brought, sent, refused, opened and closed")};
  command.number("-n,--most", options->most, tr("How many"));
  command.examples("  guantong receipts");
  command.runs(chosen, [options](Context& context) { return run_receipts(context, *options); });
}

}  // namespace guantong
