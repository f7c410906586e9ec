// Going on as a new device: for a workspace that was copied or restored from a backup, whose stream
// somebody else went on with, and for one whose key is lost (A20).
#pragma once

#include <cstdint>
#include <filesystem>

#include "client/replica_lock.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/exchange.h"

namespace guantong {

struct Recovered {
  DeviceId before;
  DeviceId now;
  std::uint64_t carried = 0;  ///< Edits that nobody had yet: they wait here, to be sent.
  std::uint64_t known = 0;    ///< Edits that the others had already.
  std::uint64_t acts = 0;     ///< Acts of membership, which are left behind.
};

struct RecoveryOptions {
  bool anyway = false;  ///< Also where nothing says that this workspace is a copy.
  Progress progress;
};

/// Draws a new key, makes the replica anew from what the remotes have, and carries the edits over
/// that were not sent, each once. What is left is to be admitted again. Fails with `conflict` where
/// nothing is wrong with this workspace, `busy` where somebody else has its replica open.
Result<Recovered> recover(Workspace& workspace, const RecoveryOptions& options);

/// Finishes a recovery that was cut off; nothing where there is none. `lock` is the workspace's,
/// whose replica is not open.
Result<void> finish_recovery(const std::filesystem::path& root, const ReplicaLock& lock);

}  // namespace guantong
