// guantong pass-lead: hand the lead over to another site.
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "client/expulsion.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

struct PassOptions {
  std::string site;
  std::string why;
};

Result<Ending> run_pass_lead(Context& context, const PassOptions& options) {
  auto workspace = TRY(open_workspace(context));
  const auto receivers = TRY(pass_lead(workspace, options.site, options.why));
  std::vector<std::string> names;
  std::set<DeviceId> computers;  // People may share one.
  for (const auto& view : receivers) {
    names.push_back(view.member.name);
    computers.insert(view.device);
  }
  if (context.json) {
    print(context, Json{{"site", options.site}, {"people", names}});
  } else {
    print(context,
          message("{} leads now, by {}. Whoever led here is coordinator. The next sync tells "
                  "everybody.",
                  options.site,
                  join_words(names)));
  }
  if (computers.size() == 1)
    remark(
        context,
        message("{} leads by one computer alone, and no recovery key leads any more. Let a second "
                "computer there lead as well: if the only one is lost, nobody can let it in again.",
                options.site));
  return Ending::done;
}

}  // namespace

void add_pass_lead(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<PassOptions>();
  Command command{app, "pass-lead", tr("Hand the lead over to the coordinators of another site")};
  command.text("site", options->site, tr("The site's short name"), Needed::yes, tr("SITE"));
  command.text(
      "--why", options->why, tr("The reason, for everybody to read"), Needed::yes, tr("TEXT"));
  command.examples("  guantong pass-lead bstu --why \"牵头单位轮值\"");
  command.runs(chosen, [options](Context& context) { return run_pass_lead(context, *options); });
}

}  // namespace guantong
