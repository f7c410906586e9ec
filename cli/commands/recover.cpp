// guantong recover: go on as a new device.
#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "client/membership.h"
#include "client/recovery.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct RecoverOptions {
  bool anyway = false;
};

Result<Ending> run_recover(Context& context, const RecoverOptions& options) {
  auto workspace = TRY(Workspace::open_without_key(context.workspace));
  const auto recovered = TRY(recover(workspace, {options.anyway, progress_of(context)}));
  const auto fresh = TRY(open_workspace(context));
  const auto request = TRY(own_request(fresh));
  const auto code = request_code(request);
  if (context.json) {
    print(context,
          Json{{"device", to_hex(recovered.now.raw())},
               {"before", to_hex(recovered.before.raw())},
               {"carried", recovered.carried},
               {"known", recovered.known},
               {"acts_left", recovered.acts},
               {"code", code}});
    return Ending::done;
  }
  print(context,
        message("This workspace goes on as a new device, with a new key. {} edits that nobody had "
                "yet were carried over and wait to be sent.",
                recovered.carried));
  if (recovered.acts > 0)
    remark(context,
           message("{} acts of membership were left behind: whoever was admitted by them must be "
                   "admitted again.",
                   recovered.acts));
  print(context,
        message("Now \"guantong sync\", and read this code to a coordinator, who admits the new "
                "device and expels the old one ({}): {}",
                to_hex(recovered.before.raw()).substr(0, 8),
                code));
  return Ending::done;
}

}  // namespace

void add_recover(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<RecoverOptions>();
  Command command{
      app, "recover", tr("Go on as a new device: after a copy, a restored backup or a lost key")};
  command.flag("--anyway",
               options->anyway,
               tr("Also where no remote shows that this workspace is a copy, as with a lost key"));
  command.examples("  guantong recover\n  guantong recover --anyway");
  command.runs(chosen, [options](Context& context) { return run_recover(context, *options); });
}

}  // namespace guantong
