// guantong init: found a consortium.
#include <memory>
#include <ostream>
#include <string>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/founder_options.h"
#include "cli/language.h"
#include "client/membership.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct InitOptions {
  Founder who;
};

Result<Ending> run_init(Context& context, const InitOptions& options) {
  const auto workspace = TRY(found(context.workspace, options.who));
  const auto id = to_hex(workspace.config().consortium.raw());
  if (context.json) {
    print(context,
          Json{{"consortium", id},
               {"site", workspace.config().site},
               {"workspace", workspace.root().string()}});
    return Ending::done;
  }
  context.out << id << '\n';
  remark(context,
         message("{} is founded, with {} as lead site. Others join with the id above. Next: "
                 "guantong remote add NAME PATH",
                 options.who.consortium_name,
                 options.who.site));
  return Ending::done;
}

}  // namespace

void add_init(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<InitOptions>();
  Command command{app, "init", tr("Found a consortium; prints its id")};
  command.text("--consortium",
               options->who.consortium_name,
               tr("The consortium's name"),
               Needed::yes,
               tr("NAME"));
  add_founder_options(command, options->who, Needed::yes);
  command.examples(
      "  guantong init --consortium 京津贯通 --site bitc --site-name 北京信息职业技术学院 --kind "
      "vocational --person 单示一 --email shan@example.org");
  command.runs(chosen, [options](Context& context) { return run_init(context, *options); });
}

}  // namespace guantong
