// guantong init: found a consortium.
#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/founder_options.h"
#include "cli/language.h"
#include "client/crypto/device_key.h"
#include "client/crypto/private_file.h"
#include "client/crypto/recovery_key.h"
#include "client/membership.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct InitOptions {
  Founder who;
  std::string recovery;
};

/// The recovery key, on paper or in a file to be printed, if one is wanted.
Result<std::optional<PublicKey>> offer_recovery_key(Context& context, const InitOptions& options) {
  const bool to_file = !options.recovery.empty();
  const bool wanted =
      to_file ||
      confirm(context,
              message("Print a recovery key? Whoever holds it outranks everybody and can "
                      "put a thief out; keep the paper in a safe."),
              false);
  if (!wanted) {
    remark(context,
           message("No recovery key was made, and none can be made later. \"guantong init "
                   "--recovery FILE\" writes one to be printed."));
    return std::optional<PublicKey>{};
  }
  const auto key = TRY(DeviceKey::generate());
  const auto sheet = TRY(recovery_text(key));
  if (to_file) {
    TRY(create_private_file(options.recovery, sheet.view()));
    remark(context,
           message("The recovery key is in {}. Print it, lock the paper away, and delete the file.",
                   options.recovery));
  } else {
    context.err << sheet.view() << '\n';
  }
  return std::optional{key.public_key()};
}

Result<Ending> run_init(Context& context, const InitOptions& options) {
  const auto recovery = TRY(offer_recovery_key(context, options));
  const auto workspace = TRY(found(context.workspace, options.who, recovery));
  warn_of_file_syncing(context);
  const auto words = fingerprint_of(workspace.config().consortium);
  const auto id = to_hex(workspace.config().consortium.raw());
  if (context.json) {
    print(context,
          Json{{"consortium", id},
               {"fingerprint", words},
               {"recovery_key", recovery.has_value()},
               {"site", workspace.config().site},
               {"workspace", workspace.root().string()}});
    return Ending::done;
  }
  context.out << id << '\n';
  remark(context, message("In words, to be compared over the telephone: {}", words));
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
  command.text("--recovery",
               options->recovery,
               tr("Also draw a recovery key, and write it to this new file, to be printed"),
               Needed::no,
               tr("FILE"));
  command.examples(
      "  guantong init --consortium 京津贯通 --site bitc --site-name 北京信息职业技术学院 --kind "
      "vocational --person 单示一 --email shan@example.org");
  command.runs(chosen, [options](Context& context) { return run_init(context, *options); });
}

}  // namespace guantong
