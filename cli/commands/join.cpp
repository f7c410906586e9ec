// guantong join: follow a consortium and ask to be admitted.
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include <unistd.h>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/founder_options.h"
#include "cli/language.h"
#include "cli/qr.h"
#include "client/config.h"
#include "client/crypto/recovery_key.h"
#include "client/membership.h"
#include "client/syncing.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

struct JoinOptions {
  std::string remote;
  std::string consortium;
  std::string recovery_key;
  Founder who;
};

Result<Workspace> make_workspace(Context& context,
                                 const JoinOptions& options,
                                 const ConsortiumId& consortium) {
  const auto url = remote_address(options.remote);
  if (options.recovery_key.empty()) return join(context.workspace, url, consortium, options.who);
  const auto sheet = TRY(read_file(options.recovery_key));
  auto key = TRY(read_recovery_text(sheet));
  return join_with_recovery_key(context.workspace, url, consortium, options.who, std::move(key));
}

/// The code as a picture, for a coordinator's telephone; only on a terminal.
void show_qr(Context& context, const std::string& code) {
  if (::isatty(STDOUT_FILENO) == 0) return;
  for (const auto& line : qr_lines(code, Surface::terminal))
    context.out << line << '\n';
}

Result<Ending> run_join(Context& context, const JoinOptions& options) {
  const auto raw = from_hex(options.consortium);
  const auto consortium = raw ? ConsortiumId::from(*raw) : std::nullopt;
  if (!consortium)
    return fail(
        Errc::invalid, "\"{}\" is no consortium's id: 64 hexadecimal digits", options.consortium);
  auto workspace = TRY(make_workspace(context, options, *consortium));
  warn_of_file_syncing(context);
  const auto request = TRY(own_request(workspace));
  const auto code = request_code(request);
  const auto* signer = TRY(workspace.signer());
  const auto synced = sync_with(workspace, "origin", {false, progress_of(context)});
  if (!synced && synced.error().code != Errc::offline) return synced.error();
  const bool reached = synced.has_value();
  const bool found_plan = reached && synced->received.batches() > 0;
  if (reached && !found_plan)
    return fail(Errc::denied,
                "the remote holds no plan of this consortium; check the id and the address, then "
                "\"guantong sync\"");
  if (context.json) {
    print(context,
          Json{{"code", code},
               {"fingerprint", fingerprint_of(*consortium)},
               {"request", request_text(request, *signer)},
               {"reached", reached},
               {"workspace", workspace.root().string()}});
    return Ending::done;
  }
  context.out << code << '\n';
  show_qr(context, code);
  remark(context,
         message("The consortium's id in words; a coordinator must see the same: {}",
                 fingerprint_of(*consortium)));
  if (reached) {
    remark(context,
           message("The plan is here to read. Read the code above to a coordinator of {}, or to "
                   "the lead site: guantong admit {}",
                   options.who.site,
                   code));
  } else {
    remark(context,
           message("The remote cannot be reached now. Give a coordinator this whole line instead, "
                   "or run \"guantong sync\" later:"));
    context.err << request_text(request, *signer) << '\n';
  }
  return Ending::done;
}

}  // namespace

void add_join(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<JoinOptions>();
  Command command{
      app,
      "join",
      tr("Follow a consortium: read at once, and ask to be admitted; prints a request code")};
  command.text(
      "remote", options->remote, tr("A path or the address of a Git repository"), Needed::yes);
  command.text("--consortium",
               options->consortium,
               tr("The id that \"guantong init\" printed"),
               Needed::yes,
               "ID");
  add_founder_options(command, options->who, Needed::no);
  command.text("--recovery-key",
               options->recovery_key,
               tr("Act with the consortium's recovery key, typed into this file"),
               Needed::no,
               tr("FILE"));
  command.examples(
      "  guantong join /media/usb/plan.git --consortium 3f2a… --site bstu --site-name 北京科技大学 "
      "--kind university --person 曾示二 --email zeng@example.org");
  command.runs(chosen, [options](Context& context) { return run_join(context, *options); });
}

}  // namespace guantong
