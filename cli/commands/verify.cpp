// guantong verify: everything here follows from the signed history.
#include <ostream>
#include <vector>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "client/audit.h"
#include "client/reading.h"
#include "client/text.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

Json json_of(const std::vector<Flaw>& flaws) {
  Json list = Json::array();
  for (const auto& flaw : flaws)
    list.push_back({{"where", flaw.where}, {"what", say(flaw.what)}});
  return list;
}

Result<Ending> run_verify(Context& context) {
  auto workspace = TRY(open_workspace(context));
  const auto verification = TRY(verify(workspace, progress_of(context)));
  if (context.json) {
    print(context,
          Json{{"ok", verification.flaws.empty()},
               {"commits", verification.commits},
               {"changes", verification.changes},
               {"records", verification.records},
               {"digest", verification.digest},
               {"flaws", json_of(verification.flaws)},
               {"ignored", json_of(verification.ignored)}});
  } else {
    for (const auto* list : {&verification.ignored, &verification.flaws}) {
      for (const auto& flaw : *list)
        context.out << printable(flaw.where) << (language() == Language::zh ? "：" : ": ")
                    << printable(say(flaw.what)) << '\n';
    }
    print(context,
          message("Checked: {} commits, {} changes, {} records",
                  verification.commits,
                  verification.changes,
                  verification.records));
    print(context,
          verification.flaws.empty()
              ? message("Every signature, digest and right holds, and the replica is what the "
                        "history gives.")
              : message("{} flaws; nothing was changed", verification.flaws.size()));
  }
  return verification.flaws.empty() ? Ending::done : Ending::broken;
}

}  // namespace

void add_verify(CLI::App& app, Task& chosen) {
  Command command{app,
                  "verify",
                  tr("Check every signature, digest and right from the founding on, and the "
                     "replica against the history")};
  command.examples("  guantong verify");
  command.runs(chosen, run_verify);
}

}  // namespace guantong
