// guantong remote: where the plan is exchanged.
#include <memory>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/table.h"
#include "client/config.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct RemoteOptions {
  std::string name;
  std::string url;
};

Result<Ending> add_one(Context& context, const RemoteOptions& options) {
  auto workspace = TRY(open_workspace(context));
  const bool plain =
      !options.name.empty() &&
      options.name.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == std::string::npos;
  if (!plain) return fail(Errc::invalid, "a remote's name is made of letters, digits, - and _");
  if (workspace.config().remotes.contains(options.name))
    return fail(Errc::conflict, "there is a remote called \"{}\" already", options.name);
  workspace.config().remotes[options.name] = {remote_address(options.url)};
  TRY(workspace.save_config());
  if (context.json) {
    print(context,
          Json{{"name", options.name}, {"url", workspace.config().remotes[options.name].url}});
  } else {
    print(context, message("Remote {} added. \"guantong sync\" exchanges with it.", options.name));
  }
  return Ending::done;
}

Result<Ending> list_all(Context& context) {
  auto workspace = TRY(open_workspace(context));
  Json list = Json::array();
  Table table{{tr("Name"), tr("Address")}};
  for (const auto& [name, remote] : workspace.config().remotes) {
    list.push_back({{"name", name}, {"url", remote.url}});
    table.row({name, remote.url});
  }
  if (context.json) {
    print(context, list);
  } else {
    context.out << table.render(context.width);
  }
  return Ending::done;
}

Result<Ending> remove_one(Context& context, const RemoteOptions& options) {
  auto workspace = TRY(open_workspace(context));
  if (workspace.config().remotes.erase(options.name) == 0)
    return fail(Errc::not_found,
                "there is no remote called \"{}\"; \"guantong remote list\" shows them",
                options.name);
  TRY(workspace.save_config());
  if (context.json) {
    print(context, Json{{"removed", options.name}});
  } else {
    print(context, message("Remote {} removed; nothing there was touched.", options.name));
  }
  return Ending::done;
}

}  // namespace

void add_remote(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<RemoteOptions>();
  Command command{
      app, "remote", tr("Say where the plan is exchanged: a path, a USB stick, a Git server")};
  command.examples("  guantong remote add campus /srv/plan.git\n  guantong remote list");
  auto add = command.below("add", tr("Add a remote"));
  add.text("name", options->name, tr("A short name"), Needed::yes);
  add.text("url", options->url, tr("A path or the address of a Git repository"), Needed::yes);
  add.runs(chosen, [options](Context& context) { return add_one(context, *options); });
  command.below("list", tr("List the remotes")).runs(chosen, list_all);
  auto remove = command.below("remove", tr("Forget a remote; what is there stays"));
  remove.text("name", options->name, tr("Its name"), Needed::yes);
  remove.runs(chosen, [options](Context& context) { return remove_one(context, *options); });
}

}  // namespace guantong
