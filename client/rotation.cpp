#include "client/rotation.h"

#include <filesystem>
#include <system_error>

#include "client/crypto/device_key.h"
#include "client/crypto/key_file.h"
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

}  // namespace

Result<PublicKey> rotate(Workspace& workspace) {
  const auto lock = TRY(WorkLock::take(workspace.root()));
  TRY(seal_all(workspace));
  const auto path = next_key_path(workspace);
  const auto file = TRY(KeyFile::read(workspace.key_path()));
  if (file.is_locked())
    return fail(Errc::denied,
                "the key is locked by a passphrase; take it off with \"guantong passphrase "
                "--remove\", rotate the key, and set a passphrase again");
  if (!std::filesystem::exists(path)) {
    const auto drawn = TRY(DeviceKey::generate());
    TRY(drawn.save(path));
  }
  const auto next = TRY(DeviceKey::load(path));
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
  std::error_code error;
  std::filesystem::rename(path, workspace.key_path(), error);
  if (error)
    return fail(Errc::io,
                "the new key cannot be put in the old one's place: {}; nothing is lost, and the "
                "next command tries again",
                error.message());
  return workspace.reload_key();
}

}  // namespace guantong
