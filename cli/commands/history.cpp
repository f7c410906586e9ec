// guantong history: every change of a record or of one of its fields.
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "client/audit.h"
#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

struct HistoryOptions {
  std::string target;
};

Result<Ending> run_history(Context& context, const HistoryOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  Reading reading{session->store()};
  const std::string_view name = options.target;
  std::optional<Slot> slot;
  const auto dot = name.rfind('.');
  auto record = reading.find(name);
  if (!record && dot != std::string_view::npos) {
    record = reading.find(name.substr(0, dot));
    if (!record) return record.error();
    const auto* field = record->type->field(name.substr(dot + 1));
    if (field == nullptr)
      return fail(Errc::invalid,
                  "a {} has no field \"{}\"; \"guantong types {}\" lists them",
                  record->type->name,
                  name.substr(dot + 1),
                  record->type->name);
    slot = field->slot;
  }
  if (!record) return record.error();
  const auto entries = TRY(history_of(*session, *record, slot));
  show_history(context, entries, false);
  return Ending::done;
}

}  // namespace

void add_history(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<HistoryOptions>();
  Command command{app, "history", tr("Show every change of a record, or of one of its fields")};
  command.text("target", options->target, tr("type:key or type:key.field"), Needed::yes);
  command.examples("  guantong history course:B02015\n  guantong history course:B02015.credits");
  command.runs(chosen, [options](Context& context) { return run_history(context, *options); });
}

}  // namespace guantong
