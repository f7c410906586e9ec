// guantong blame: who set each field.
#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "cli/table.h"
#include "client/audit.h"
#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct BlameOptions {
  std::string record;
};

Result<Ending> run_blame(Context& context, const BlameOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  Reading reading{session->store()};
  const auto record = TRY(reading.find(options.record));
  const auto entries = TRY(blame_of(*session, record));
  if (context.json) {
    Json list = Json::array();
    for (const auto& entry : entries) {
      Json by = Json::array();
      for (const auto& one : entry.by)
        by.push_back(json_of(one));
      list.push_back({{"field", entry.field}, {"value", entry.value}, {"by", by}});
    }
    print(context, list);
    return Ending::done;
  }
  Table table{
      {tr("Field"), tr("Written"), tr("Learnt here"), tr("Who"), tr("Commit"), tr("Value")}};
  for (const auto& entry : entries) {
    for (const auto& by : entry.by) {
      const auto value = by.why.empty() ? entry.value : entry.value + "  (" + by.why + ")";
      table.row({entry.field,
                 shown_time(by),
                 by.learnt_ms == 0 ? "" : shown_time(by.learnt_ms),
                 by.site + " " + by.person,
                 by.commit.empty() ? tr("not sealed") : by.commit.substr(0, 10),
                 value});
    }
  }
  context.out << table.render(context.width);
  return Ending::done;
}

}  // namespace

void add_blame(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<BlameOptions>();
  Command command{
      app, "blame", tr("Show who set each field of a record, when, why, and in which commit")};
  command.text("record", options->record, tr("type:key"), Needed::yes);
  command.examples("  guantong blame course:B02015");
  command.runs(chosen, [options](Context& context) { return run_blame(context, *options); });
}

}  // namespace guantong
