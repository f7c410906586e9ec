// SQLite's files under the eyes of a DiskWatch, for the simulator.
#pragma once

#include "sync/base/result.h"

namespace guantong {

/// While it lives, every database that is opened asks the disk's watch before it writes, flushes,
/// cuts or removes a file, and tells it what it writes. One at a time.
class WatchedFiles {
public:
  /// Fails with `io` when SQLite does not take it.
  static Result<WatchedFiles> begin();
  WatchedFiles(WatchedFiles&& other) noexcept;
  WatchedFiles& operator=(WatchedFiles&&) = delete;
  WatchedFiles(const WatchedFiles&) = delete;
  WatchedFiles& operator=(const WatchedFiles&) = delete;
  /// No database may be open any more.
  ~WatchedFiles();

private:
  WatchedFiles() = default;
  bool begun_ = true;
};

}  // namespace guantong
