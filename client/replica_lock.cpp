#include "client/replica_lock.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

/// Tries until it is locked or `patience` is over. The kernel lets go of it when the process ends,
/// however it ends.
bool lock_within(std::chrono::milliseconds patience, int descriptor, int kind) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + patience;
  while (::flock(descriptor, kind | LOCK_NB) != 0) {
    if (Clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return true;
}

}  // namespace

ReplicaLock::Alone::~Alone() {
  if (descriptor_ >= 0) ::flock(descriptor_, LOCK_SH);
}

Result<ReplicaLock> ReplicaLock::share(const std::filesystem::path& workspace) {
  const auto path = workspace / "replica.lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return fail(Errc::io, "cannot open {}: {}", path.string(), std::strerror(errno));
  ReplicaLock lock{descriptor};
  if (!lock_within(std::chrono::minutes{1}, descriptor, LOCK_SH))
    return fail(Errc::busy, "another Guantong is making the replica anew");
  return lock;
}

ReplicaLock::~ReplicaLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<ReplicaLock::Alone> ReplicaLock::alone() const {
  if (lock_within(std::chrono::seconds{5}, descriptor_, LOCK_EX)) return Alone{descriptor_};
  // Who asks for more and does not get it loses what it had.
  ::flock(descriptor_, LOCK_SH);
  return fail(Errc::busy,
              "the replica is to be made anew, and another Guantong has it open; nothing was "
              "changed");
}

}  // namespace guantong
