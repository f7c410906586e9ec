// guantong admit: let a device in.
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "client/membership.h"
#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/ssh_signature.h"

namespace guantong {
namespace {

struct AdmitOptions {
  std::string code;
  std::string level = "teacher";
  bool yes = false;
};

/// Shows who asks, and what to be careful of, and asks back where somebody sits there.
Result<bool> is_wanted(Context& context,
                       Workspace& workspace,
                       const Request& request,
                       const AdmitOptions& options,
                       Level level) {
  const auto& member = request.member;
  std::vector<std::string> alike;
  {
    auto session = TRY(Session::begin(workspace.store()));
    alike = TRY(look_alikes(*session, member));
  }
  for (const auto& other : alike)
    remark(context, message("Take care: {} is easily taken for {}.", member.name, other));
  if (options.yes) return true;
  remark(context,
         message("The consortium's id in words, which the other side must see too: {}",
                 fingerprint_of(request.consortium)));
  return confirm(context,
                 message("Admit {} <{}> of {} as {}, device {}?",
                         member.name,
                         member.email,
                         member.site,
                         label_of(level),
                         to_hex(device_id(member.key).raw()).substr(0, 8)),
                 true);
}

Result<Ending> run_admit(Context& context, const AdmitOptions& options) {
  auto workspace = TRY(open_workspace(context));
  const auto level = TRY(level_named(options.level));
  if (options.code.empty()) {
    const auto waiting = TRY(waiting_requests(workspace));
    Json list = Json::array();
    for (const auto& request : waiting) {
      const auto& member = request.member;
      list.push_back({{"code", request_code(request)},
                      {"site", member.site},
                      {"person", member.name},
                      {"email", member.email}});
      if (!context.json)
        print(context,
              message("{}: {} <{}> of {} asks to be admitted",
                      request_code(request),
                      member.name,
                      member.email,
                      member.site));
    }
    if (context.json) print(context, list);
    if (!context.json && waiting.empty()) print(context, message("Nobody asks to be admitted."));
    return Ending::done;
  }
  const auto request = TRY(find_request(workspace, options.code));
  if (!TRY(is_wanted(context, workspace, request, options, level))) {
    print(context, message("Nobody was admitted."));
    return Ending::done;
  }
  TRY(admit(workspace, request, level));
  const auto& member = request.member;
  const auto device = to_hex(device_id(member.key).raw());
  if (context.json) {
    print(context,
          Json{{"admitted", member.name},
               {"site", member.site},
               {"level", options.level},
               {"device", device}});
  } else {
    print(context,
          message("{} <{}> of {} is admitted as {}, with device {}. The next sync tells everybody.",
                  member.name,
                  member.email,
                  member.site,
                  label_of(level),
                  device.substr(0, 8)));
  }
  return Ending::done;
}

}  // namespace

void add_admit(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<AdmitOptions>();
  Command command{
      app, "admit", tr("Admit who asks, by the code they read out; without a code, list who asks")};
  command.text("code", options->code, tr("The request code, or the whole request"));
  command.text("--role",
               options->level,
               tr("auditor, teacher, coordinator or lead"),
               Needed::no,
               tr("ROLE"));
  command.flag("--yes", options->yes, tr("Do not ask back"));
  command.examples("  guantong admit\n  guantong admit 7F2Q-9K3M --role coordinator");
  command.runs(chosen, [options](Context& context) { return run_admit(context, *options); });
}

}  // namespace guantong
