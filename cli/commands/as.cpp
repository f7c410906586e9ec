// guantong as: who works on this computer now.
#include <algorithm>
#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "client/membership.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct AsOptions {
  std::string person;
  std::string email;
};

Result<Ending> run_as(Context& context, const AsOptions& options) {
  auto workspace = TRY(open_workspace(context));
  if (options.person.empty()) {
    Json list = Json::array();
    const auto& config = workspace.config();
    for (std::size_t i = 0; i < config.people.size(); ++i) {
      const auto& person = config.people[i];
      const bool now = i == config.working;
      list.push_back({{"person", person.name}, {"email", person.email}, {"now", now}});
      if (!context.json)
        print(context,
              now ? message("{} <{}> works here now.", person.name, person.email)
                  : message("{} <{}>", person.name, person.email));
    }
    if (context.json) print(context, list);
    return Ending::done;
  }
  const auto fresh = TRY(work_as(workspace, options.person, options.email));
  const auto request = TRY(own_request(workspace));
  const auto& now = workspace.config().now();
  if (context.json) {
    print(context,
          Json{{"person", now.name},
               {"email", now.email},
               {"new", fresh},
               {"code", request_code(request)}});
    return Ending::done;
  }
  print(context, message("{} <{}> works here now.", now.name, now.email));
  if (fresh)
    print(context,
          message("This person is new on this computer. After the next sync, read this code to a "
                  "coordinator: {}",
                  request_code(request)));
  return Ending::done;
}

}  // namespace

void add_as(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<AsOptions>();
  Command command{
      app, "as", tr("Say who works on this computer now, so that edits carry the right name")};
  command.text("person", options->person, tr("A name or an e-mail address"));
  command.text(
      "--email", options->email, tr("Of somebody new on this computer"), Needed::no, tr("ADDRESS"));
  command.examples(
      "  guantong as\n  guantong as 林示九 --email b09@example.org\n  guantong as b01@example.org");
  command.runs(chosen, [options](Context& context) { return run_as(context, *options); });
}

}  // namespace guantong
