// guantong sync: exchange with the remotes.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "client/reading.h"
#include "client/search/search_index.h"
#include "client/syncing.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct SyncCommandOptions {
  std::vector<std::string> remotes;
  bool dry_run = false;
  bool nightly = false;
};

Result<Ending> run_sync(Context& context, const SyncCommandOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto names = options.remotes;
  if (names.empty()) {
    for (const auto& [name, remote] : workspace.config().remotes)
      names.push_back(name);
  }
  if (names.empty())
    return fail(Errc::invalid,
                "there is no remote to sync with; add one with \"guantong remote add NAME PATH\"");
  // One remote that cannot be reached does not keep the others waiting; the first failure is told.
  std::optional<Error> failure;
  bool wanted = false;
  Json reports = Json::array();
  for (const auto& name : names) {
    auto report = sync_with(workspace, name, {options.dry_run, progress_of(context)});
    if (!report) {
      if (!failure) failure = report.error();
      if (names.size() > 1 && !context.json) remark(context, report.error().message);
      continue;
    }
    wanted = wanted || report->after.wants_somebody() || report->falls_short();
    const bool quiet = options.nightly && !report->after.wants_somebody() && !report->falls_short();
    reports.push_back(to_json(*report));
    if (!context.json && !quiet) show_report(context, *report);
  }
  // What was searched before is found at once afterwards.
  if (!options.dry_run && TRY(has_search_index(workspace.store())))
    TRY(refresh_search(workspace.store(), {}));
  if (failure) return *std::move(failure);
  if (context.json) print(context, reports);
  return wanted ? Ending::wants_somebody : Ending::done;
}

}  // namespace

void add_sync(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<SyncCommandOptions>();
  Command command{
      app,
      "sync",
      tr("Exchange with the remotes: send what is new here, take in what is new there")};
  command.list("remotes", options->remotes, tr("Their names; all of them if none is given"));
  command.flag("--dry-run", options->dry_run, tr("Show what would come, and change nothing"));
  command.flag("--nightly", options->nightly, tr("Say nothing unless something wants a person"));
  command.examples("  guantong sync\n  guantong sync campus --dry-run");
  command.runs(chosen, [options](Context& context) { return run_sync(context, *options); });
}

}  // namespace guantong
