#include "client/rotation.h"

#include <filesystem>
#include <system_error>

#include "client/crypto/device_key.h"
#include "client/crypto/key_file.h"
#include "client/disk_watch.h"
#include "client/durable_names.h"
#include "client/membership.h"
#include "client/sealing.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/batch_commit.h"
#include "sync/change.h"
#include "sync/ssh_signature.h"

namespace guantong {
namespace {

std::filesystem::path next_key_path(const Workspace& workspace) {
  return workspace.key_path().parent_path() / "next.key";
}

/// Draws the key to take up, and keeps it as the one in use is kept: under its passphrase, where it
/// has one.
Result<DeviceKey> draw_next_key(Workspace& workspace) {
  const auto path = next_key_path(workspace);
  const auto file = TRY(KeyFile::read(workspace.key_path()));
  auto drawn = TRY(DeviceKey::generate());
  // What is left of a rotation that was cut off before the old key signed it, nobody has heard of.
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  if (!file.is_locked()) {
    TRY(drawn.save(path));
    return drawn;
  }
  // What is typed must be what has opened the key until now.
  TRY(file.seed([&workspace] { return workspace.passphrase(); }));
  const auto passphrase = TRY(workspace.passphrase());
  TRY(drawn.save(path, &passphrase));
  return drawn;
}

}  // namespace

Result<PublicKey> rotate(Workspace& workspace) {
  const auto lock = TRY(WorkLock::take(workspace.root()));
  TRY(seal_all(workspace));
  const auto next = TRY(draw_next_key(workspace));
  Rotation rotation;
  rotation.key = next.public_key();
  rotation.proof =
      next.sign(ssh_signed_data(rotation_data(workspace.config().consortium, workspace.device())));
  Change change;
  change.rotation = rotation;
  {
    auto session = TRY(Session::begin(workspace.store()));
    TRY(act_with_right(workspace, *session, change, "", message("take up another key")));
    TRY(session->commit());
  }
  TRY(seal_all(workspace));
  TRY(take_up_next_key(workspace));
  return rotation.key;
}

Result<void> take_up_next_key(Workspace& workspace) {
  const auto path = next_key_path(workspace);
  if (!std::filesystem::exists(path)) return {};
  const auto next = TRY(KeyFile::read(path));
  {
    auto session = TRY(Session::begin(workspace.store()));
    const auto stream = TRY(session->store().intern_stream(workspace.device(), Space::plan));
    const auto tip = TRY(session->store().tip(stream));
    // Drawn, but not signed by the old key yet: that one is still the one to sign with.
    if (session->members().key_after(stream, tip.last_n) != next.public_key()) return {};
  }
  TRY(ask_disk(DiskAct::file, workspace.key_path()));
  if (const auto error = rename_durably(path, workspace.key_path()))
    return fail(Errc::io,
                "the new key cannot be put in the old one's place: {}; nothing is lost, and the "
                "next command tries again",
                error.message());
  return workspace.reload_key();
}

}  // namespace guantong
