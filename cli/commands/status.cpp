// guantong status: how things stand here.

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "client/membership.h"
#include "client/reading.h"
#include "client/syncing.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

Result<Ending> run_status(Context& context) {
  auto workspace = TRY(open_workspace(context));
  const auto now = TRY(standing(workspace));
  const auto set_aside = TRY(waiting(workspace.store()));
  const auto last = TRY(receipts(workspace.store(), 1));
  const auto request = TRY(own_request(workspace));
  const auto ending = now.wants_somebody() ? Ending::wants_somebody : Ending::done;
  if (context.json) {
    Json list = Json::array();
    for (const auto& one : set_aside)
      list.push_back({{"branch", one.branch},
                      {"commit", one.commit},
                      {"code", one.code},
                      {"reason", say(one.reason)},
                      {"since_ms", one.since_ms}});
    print(context,
          Json{{"site", workspace.config().site},
               {"person", workspace.config().now().name},
               {"admitted", now.admitted},
               {"left", now.left},
               {"request_code", now.admitted || now.left ? "" : request_code(request)},
               {"unsealed", now.unsealed},
               {"kept_here", now.kept},
               {"conflicts", now.conflicts},
               {"proposals", now.proposals},
               {"agreements", now.agreements},
               {"findings", now.findings},
               {"merged", now.joined},
               {"unknown", now.unknown},
               {"quarantined", now.quarantined},
               {"forked", now.forked},
               {"split", now.split},
               {"set_aside", list},
               {"last_sync_ms", last.empty() ? 0 : last.front().value("at_ms", 0ULL)}});
    return ending;
  }
  print(context,
        message("{} of {}, in {}",
                workspace.config().now().name,
                workspace.config().site,
                workspace.root().string()));
  if (now.left)
    print(context, has_left());
  else if (!now.admitted)
    print(context,
          message("This computer is not admitted yet. Read this code to a coordinator: {}",
                  request_code(request)));
  if (last.empty()) {
    print(context, message("Never synced."));
  } else {
    print(context,
          message("Last synced {} with {}.",
                  shown_time(last.front().value("at_ms", 0ULL)),
                  last.front().value("remote", "")));
  }
  print(context,
        now.unsealed == 0 ? message("Everything here has been sealed for sending.")
                          : message("{} changes wait to be sent.", now.unsealed));
  if (now.kept > 0)
    print(context,
          message("{} changes of the school's own records stay on this computer.", now.kept));
  if (now.conflicts > 0)
    print(context, message("{} conflicts to decide: guantong conflicts", now.conflicts));
  if (now.proposals > 0)
    print(context, message("{} suggestions to answer: guantong proposals", now.proposals));
  if (now.agreements > 0)
    print(context, message("{} agreements wait for this site: guantong inbox", now.agreements));
  if (now.quarantined > 0)
    print(context,
          message("{} batches in quarantine to rule on: guantong quarantine", now.quarantined));
  if (now.forked > 0)
    print(context,
          message("{} devices signed two different batches with one number: guantong evidence",
                  now.forked));
  if (now.split > 0)
    print(
        context,
        message("{} batches are otherwise with a witness than here: guantong evidence", now.split));
  if (now.findings > 0)
    print(context, message("{} findings to look at: guantong findings", now.findings));
  if (now.joined > 0)
    print(context, message("{} records hold something that was merged for you.", now.joined));
  if (now.unknown > 0)
    print(
        context,
        message(
            "{} records are of types that this version does not know; they are kept and passed on.",
            now.unknown));
  for (const auto& one : set_aside)
    print(context,
          message("Waits since {}: {} of {} ({})",
                  shown_time(one.since_ms),
                  one.commit.substr(0, 10),
                  one.branch,
                  say(one.reason)));
  if (!now.wants_somebody()) print(context, message("Nothing wants a decision."));
  return ending;
}

}  // namespace

void add_status(CLI::App& app, Task& chosen) {
  Command command{
      app, "status", tr("Show what waits to be sent, what came, and what wants a person")};
  command.examples("  guantong status");
  command.runs(chosen, run_status);
}

}  // namespace guantong
