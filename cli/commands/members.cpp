// guantong members: who takes part.
#include <string_view>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "cli/table.h"
#include "client/membership.h"
#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

Result<Ending> run_members(Context& context) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  const auto all = TRY(members(*session));
  if (context.json) {
    Json list = Json::array();
    for (const auto& view : all) {
      list.push_back({{"site", view.member.site},
                      {"person", view.member.name},
                      {"email", view.member.email},
                      {"level", word_of(view.level)},
                      {"device", to_hex(view.device.raw())},
                      {"lead_site", view.is_lead_site},
                      {"forked", view.forked},
                      {"batches", view.batches},
                      {"admitted_by", view.admitted_by}});
    }
    print(context, list);
    return Ending::done;
  }
  Table table{
      {tr("Site"), tr("Person"), tr("E-mail"), tr("Level"), tr("Device"), tr("Admitted by")}};
  for (const auto& view : all) {
    table.row({view.member.site + (view.is_lead_site ? tr(" (lead)") : ""),
               view.member.name,
               view.member.email,
               label_of(view.level) + (view.forked ? tr(" (forked)") : ""),
               to_hex(view.device.raw()).substr(0, 8),
               view.admitted_by});
  }
  context.out << table.render(context.width);
  return Ending::done;
}

}  // namespace

void add_members(CLI::App& app, Task& chosen) {
  Command command{app, "members", tr("List who takes part, with their level and device")};
  command.examples("  guantong members");
  command.runs(chosen, run_members);
}

}  // namespace guantong
