// guantong conflicts: what has been changed differently, and who decides it.
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "client/decisions.h"
#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

struct ConflictsOptions {
  std::string record;
};

Result<Ending> run_conflicts(Context& context, const ConflictsOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  std::optional<RecordNo> only;
  if (!options.record.empty()) {
    Reading reading{session->store()};
    const auto record = TRY(reading.find(options.record));
    only = record.number;
  }
  const auto open = TRY(conflicts(*session, only));
  const auto ending = open.empty() ? Ending::done : Ending::wants_somebody;
  if (context.json) {
    Json list = Json::array();
    for (const auto& conflict : open) {
      auto json = TRY(json_of(*session, conflict));
      list.push_back(std::move(json));
    }
    print(context, list);
    return ending;
  }
  if (open.empty()) print(context, message("There is no conflict."));
  for (const auto& conflict : open) {
    if (&conflict != &open.front()) context.out << '\n';
    TRY(show_conflict(context, *session, conflict));
  }
  return ending;
}

}  // namespace

void add_conflicts(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<ConflictsOptions>();
  Command command{
      app, "conflicts", tr("Show what several people changed differently, and who decides")};
  command.text("record", options->record, tr("Only of this record"));
  command.examples("  guantong conflicts\n  guantong conflicts duty:DU-07");
  command.runs(chosen, [options](Context& context) { return run_conflicts(context, *options); });
}

}  // namespace guantong
