// guantong passphrase: lock this computer's key by a passphrase, or take that off again.
#include <memory>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/passphrase_prompt.h"
#include "client/crypto/device_key.h"
#include "client/crypto/key_cache.h"
#include "client/crypto/key_file.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct PassphraseOptions {
  bool remove = false;
};

Ending say_locked(Context& context, bool locked) {
  if (context.json) {
    print(context, Json{{"passphrase", locked}});
  } else if (locked) {
    print(context,
          message("The key of this computer is locked by the passphrase. It is asked for when "
                  "something is signed; nobody can find out one that was forgotten."));
  } else {
    print(context, message("The key of this computer has no passphrase."));
  }
  return Ending::done;
}

Result<Ending> run_passphrase(Context& context, const PassphraseOptions& options) {
  const auto workspace = TRY(open_workspace(context));
  const auto lock = TRY(WorkLock::take(workspace.root()));
  const auto path = workspace.key_path();
  const auto file = TRY(KeyFile::read(path));
  if (options.remove && !file.is_locked()) return say_locked(context, false);
  // Not from the cache: whoever passes by an open terminal must not be able to change it.
  const auto seed = TRY(file.seed(ask_passphrase));
  const auto key = TRY(DeviceKey::from_seed(seed));
  if (options.remove) {
    TRY(key.replace(path, nullptr));
  } else {
    // The file that is named holds the old passphrase, if there is an old one.
    const auto passphrase =
        TRY(ask_new_passphrase(file.is_locked() ? FromFile::no : FromFile::yes));
    TRY(key.replace(path, &passphrase));
  }
  KeyCache{}.forget(key.public_key());
  return say_locked(context, !options.remove);
}

}  // namespace

void add_passphrase(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<PassphraseOptions>();
  Command command{
      app, "passphrase", tr("Lock this computer's key by a passphrase, or change or remove it")};
  command.flag("--remove", options->remove, tr("Remove the passphrase"));
  command.examples(
      "  guantong passphrase\n  guantong passphrase --remove\n  "
      "GUANTONG_PASSPHRASE_FILE=/etc/guantong/passphrase guantong sync");
  command.runs(chosen, [options](Context& context) { return run_passphrase(context, *options); });
}

}  // namespace guantong
