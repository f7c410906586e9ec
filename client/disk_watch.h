// Who watches what the program writes: nobody, but in the simulator, which lets it fail anywhere.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "sync/base/result.h"

namespace guantong {

/// What is about to be done to the disk.
enum class DiskAct : std::uint8_t {
  write,      ///< A part of an SQLite file.
  flush,      ///< What was written to an SQLite file is to be on the disk when this returns.
  resize,     ///< An SQLite file is cut.
  remove,     ///< An SQLite file is removed.
  object,     ///< A Git object.
  exchange,   ///< Git objects that are exchanged.
  reference,  ///< A Git reference is made, moved or removed.
  file,       ///< Any other file is put in place, as a whole.
};

/// What becomes of it.
enum class DiskFate : std::uint8_t {
  done,
  full,         ///< There is no space.
  dead,         ///< The computer has stopped: nothing is written any more.
  unreachable,  ///< What it was to be written to, or read from, is gone.
};

class DiskWatch {
public:
  DiskWatch() = default;
  DiskWatch(const DiskWatch&) = delete;
  DiskWatch& operator=(const DiskWatch&) = delete;
  DiskWatch(DiskWatch&&) = delete;
  DiskWatch& operator=(DiskWatch&&) = delete;
  virtual ~DiskWatch() = default;

  /// Asked before each act. `path` is the file; of a Git object the repository.
  virtual DiskFate before(DiskAct act, std::string_view path) = 0;

  /// Whether it wants to be told what is written to SQLite's files.
  virtual bool notes_writes() const = 0;
  /// A write that is made next: what stands there and what will. `old` is shorter where the file
  /// ends.
  virtual void note_write(std::string_view path,
                          std::uint64_t offset,
                          std::string_view old,
                          std::string_view fresh) = 0;
  /// All that was written to the file is on the disk.
  virtual void note_flush(std::string_view path) = 0;
};

/// Who watches from now on; null: nobody. Not while another thread writes.
void watch_disk(DiskWatch* watch);
DiskWatch* disk_watch();

/// Fails with `io` or `offline` when whoever watches says so.
Result<void> ask_disk(DiskAct act, const std::filesystem::path& path);

}  // namespace guantong
