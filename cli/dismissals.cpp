#include "cli/dismissals.h"

#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "client/expulsion.h"
#include "client/membership.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

Json json_of(const Dismissed& dismissed, Level leaves) {
  return {{"device", to_hex(dismissed.member.device.raw())},
          {"person", dismissed.member.member.name},
          {"site", dismissed.member.member.site},
          {"level", word_of(leaves)},
          {"changes_here", dismissed.changes},
          {"last_seen_ms", dismissed.last_seen_ms}};
}

/// What a stolen or lost computer could do since: what it holds, it can read for ever.
void say(Context& context, const Dismissed& dismissed, Level leaves) {
  const auto& member = dismissed.member.member;
  print(
      context,
      leaves == Level::none
          ? message("{} of {} is put out. The next sync tells everybody.", member.name, member.site)
          : message("{} of {} is {} now. The next sync tells everybody.",
                    member.name,
                    member.site,
                    label_of(leaves)));
  print(context,
        message("{} changes of this device are here and go on counting.", dismissed.changes));
  if (dismissed.last_seen_ms > 0)
    print(context,
          message("Its work was last seen here {}. What it signed since waits in quarantine for a "
                  "ruling; what it had read until then, nobody can take back.",
                  shown_time(dismissed.last_seen_ms)));
}

}  // namespace

void add_dismissal_options(Command& command, DismissalOptions& options) {
  command.text("device",
               options.device,
               tr("The first digits of the device, as \"guantong members\" shows them"));
  command.text("--person",
               options.person,
               tr("All devices of a person, by name or e-mail address"),
               Needed::no,
               tr("PERSON"));
  command.text(
      "--why", options.why, tr("The reason, for everybody to read"), Needed::yes, tr("TEXT"));
}

Result<Ending> dismiss_all(Context& context,
                           const DismissalOptions& options,
                           Level leaves,
                           bool me) {
  auto workspace = TRY(open_workspace(context));
  const int named =
      (options.device.empty() ? 0 : 1) + (options.person.empty() ? 0 : 1) + (me ? 1 : 0);
  if (named != 1)
    return fail(Errc::invalid, "name a device, or a person with --person; one of them, not both");
  std::vector<std::string> devices;
  if (!options.person.empty()) {
    devices = TRY(devices_of(workspace, options.person));
  } else {
    devices.push_back(me ? to_hex(workspace.device().raw()) : options.device);
  }
  Json list = Json::array();
  for (const auto& device : devices) {
    const auto dismissed = TRY(dismiss(workspace, device, leaves, options.why));
    list.push_back(json_of(dismissed, leaves));
    if (!context.json) say(context, dismissed, leaves);
  }
  if (context.json) print(context, list);
  return Ending::done;
}

}  // namespace guantong
