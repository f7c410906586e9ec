// Where the passphrase of the device's key comes from: a file that is named, or the terminal.
#pragma once

#include "client/crypto/key_file.h"
#include "sync/base/result.h"

namespace guantong {

/// The passphrase that the key has: the content of the file that GUANTONG_PASSPHRASE_FILE names
/// (for the nightly sync, at which nobody sits), without its last newline, else what is typed at
/// the terminal, unseen. Fails with `denied` when other users can reach the file, when there is
/// neither file nor terminal, or when nothing is typed.
///
/// While it waits, SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGTSTP take effect only once the terminal
/// is as it was; after a stop it asks again.
Result<Passphrase> ask_passphrase();

/// Whether the file may answer, too, when a new passphrase is asked for.
enum class FromFile { yes, no };

/// A passphrase to be set, typed twice unless it comes from the file. Fails as `ask_passphrase`
/// does, and with `invalid` when it has fewer than 8 characters or is not the same both times.
Result<Passphrase> ask_new_passphrase(FromFile from_file);

}  // namespace guantong
