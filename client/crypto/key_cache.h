// What a passphrase unlocked, kept by the kernel for a while, so that it is not asked for all day.
#pragma once

#include <chrono>
#include <optional>

#include "client/crypto/guarded_bytes.h"
#include "sync/change.h"

namespace guantong {

/// Secrets in Linux's keyring of this login (keyrings(7)): in the kernel's memory, never in a file,
/// for this person's programs alone, gone when the time is over or the person logs out. It is a
/// comfort and no more. Where the kernel has none (ENOSYS), a container is not let near it (EPERM)
/// or the quota is used up (EDQUOT), nothing is kept and nothing is found, and that is no error.
class KeyCache {
public:
  explicit KeyCache(std::chrono::seconds lifetime = std::chrono::minutes{15})
      : lifetime_{lifetime} {}

  /// What was kept for `owner`, a device's key; nothing when there is none or its time is over.
  std::optional<GuardedBytes> find(const PublicKey& owner) const;

  /// Keeps it, in the place of what was kept before, from now on for the whole lifetime.
  void keep(const PublicKey& owner, const GuardedBytes& secret) const;

  void forget(const PublicKey& owner) const;

private:
  std::chrono::seconds lifetime_;
};

}  // namespace guantong
