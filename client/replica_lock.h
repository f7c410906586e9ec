// Who has the replica open: nobody else, while another file takes its place.
#pragma once

#include <filesystem>
#include <utility>

#include "sync/base/result.h"

namespace guantong {

/// Held by every process for as long as it has the replica open. An edit that is saved to a file
/// which has lost its name is lost.
class ReplicaLock {
public:
  /// While it lives, nobody else has the replica open. It does not outlive its lock.
  class [[nodiscard]] Alone {
  public:
    Alone(Alone&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
    Alone& operator=(Alone&&) = delete;
    Alone(const Alone&) = delete;
    Alone& operator=(const Alone&) = delete;
    ~Alone();

  private:
    friend class ReplicaLock;
    explicit Alone(int descriptor) : descriptor_{descriptor} {}
    int descriptor_;  ///< -1 once moved from.
  };

  /// Waits, for a minute at most, while somebody is alone with it; then fails with `busy`.
  static Result<ReplicaLock> share(const std::filesystem::path& workspace);

  ReplicaLock(ReplicaLock&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
  ReplicaLock& operator=(ReplicaLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ReplicaLock(const ReplicaLock&) = delete;
  ReplicaLock& operator=(const ReplicaLock&) = delete;
  ~ReplicaLock();

  /// Waits, for 5 s at most, until nobody else has the replica open; then fails with `busy`. Others
  /// may have opened it, and written, since the call.
  Result<Alone> alone() const;

private:
  explicit ReplicaLock(int descriptor) : descriptor_{descriptor} {}
  int descriptor_;  ///< -1 once moved from.
};

}  // namespace guantong
