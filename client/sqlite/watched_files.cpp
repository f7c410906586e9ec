#include "client/sqlite/watched_files.h"

#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include "client/disk_watch.h"
#include "sync/base/error.h"
#include "sync/base/result.h"

// SQLite writes through a table of functions (https://www.sqlite.org/vfs.html). Ours stands before
// the system's: it asks, and lets the system's do the work.
namespace guantong {
namespace {

sqlite3_vfs* system_files() {
  static sqlite3_vfs* found = sqlite3_vfs_find("unix");
  return found;
}

/// SQLite gives us the memory of this and, behind it, of the system's file.
struct WatchedFile {
  sqlite3_file base;
  const char* path;
  sqlite3_file* real;
};

WatchedFile& watched_file(sqlite3_file* file) {
  return *reinterpret_cast<WatchedFile*>(file);
}

sqlite3_file* real_file(sqlite3_file* file) {
  return watched_file(file).real;
}

/// Whether the act may go on; else SQLite's code for what is wrong.
int ask_watch(DiskAct act, const char* path, int code) {
  if (disk_watch() == nullptr || path == nullptr) return SQLITE_OK;
  switch (disk_watch()->before(act, path)) {
    case DiskFate::done:
      return SQLITE_OK;
    case DiskFate::full:
      return SQLITE_FULL;
    default:
      return code;
  }
}

int close_file(sqlite3_file* file) {
  return real_file(file)->pMethods->xClose(real_file(file));
}

int read_file_part(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  return real_file(file)->pMethods->xRead(real_file(file), to, size, offset);
}

void note_write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  const auto length = static_cast<std::size_t>(size);
  std::string old(length, '\0');
  sqlite3_int64 end = 0;
  real_file(file)->pMethods->xFileSize(real_file(file), &end);
  if (end < offset + size) old.resize(end > offset ? static_cast<std::size_t>(end - offset) : 0);
  if (!old.empty()) read_file_part(file, old.data(), static_cast<int>(old.size()), offset);
  disk_watch()->note_write(watched_file(file).path,
                           static_cast<std::uint64_t>(offset),
                           old,
                           {static_cast<const char*>(from), length});
}

int write_file_part(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  const int answer = ask_watch(DiskAct::write, watched_file(file).path, SQLITE_IOERR_WRITE);
  if (answer != SQLITE_OK) return answer;
  if (disk_watch() != nullptr && disk_watch()->notes_writes() && watched_file(file).path != nullptr)
    note_write(file, from, size, offset);
  return real_file(file)->pMethods->xWrite(real_file(file), from, size, offset);
}

int cut_file(sqlite3_file* file, sqlite3_int64 size) {
  const int answer = ask_watch(DiskAct::resize, watched_file(file).path, SQLITE_IOERR_TRUNCATE);
  return answer != SQLITE_OK ? answer : real_file(file)->pMethods->xTruncate(real_file(file), size);
}

int flush_file(sqlite3_file* file, int flags) {
  const int answer = ask_watch(DiskAct::flush, watched_file(file).path, SQLITE_IOERR_FSYNC);
  if (answer != SQLITE_OK) return answer;
  const int code = real_file(file)->pMethods->xSync(real_file(file), flags);
  if (code == SQLITE_OK && disk_watch() != nullptr && watched_file(file).path != nullptr)
    disk_watch()->note_flush(watched_file(file).path);
  return code;
}

int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
  return real_file(file)->pMethods->xFileSize(real_file(file), size);
}
int lock_file(sqlite3_file* file, int level) {
  return real_file(file)->pMethods->xLock(real_file(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
  return real_file(file)->pMethods->xUnlock(real_file(file), level);
}
int is_reserved(sqlite3_file* file, int* answer) {
  return real_file(file)->pMethods->xCheckReservedLock(real_file(file), answer);
}
int control_file(sqlite3_file* file, int what, void* argument) {
  return real_file(file)->pMethods->xFileControl(real_file(file), what, argument);
}
int sector_size(sqlite3_file* file) {
  return real_file(file)->pMethods->xSectorSize(real_file(file));
}
int characteristics(sqlite3_file* file) {
  return real_file(file)->pMethods->xDeviceCharacteristics(real_file(file));
}
int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** to) {
  return real_file(file)->pMethods->xShmMap(real_file(file), page, size, extend, to);
}
int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  return real_file(file)->pMethods->xShmLock(real_file(file), offset, count, flags);
}
void order_shared(sqlite3_file* file) {
  real_file(file)->pMethods->xShmBarrier(real_file(file));
}
int unmap_shared(sqlite3_file* file, int remove) {
  return real_file(file)->pMethods->xShmUnmap(real_file(file), remove);
}

// Version 2: without mapping files into memory, where a write could not be seen.
constexpr sqlite3_io_methods watched_methods{2,
                                             close_file,
                                             read_file_part,
                                             write_file_part,
                                             cut_file,
                                             flush_file,
                                             size_of_file,
                                             lock_file,
                                             unlock_file,
                                             is_reserved,
                                             control_file,
                                             sector_size,
                                             characteristics,
                                             map_shared,
                                             lock_shared,
                                             order_shared,
                                             unmap_shared,
                                             nullptr,
                                             nullptr};

int open_file(sqlite3_vfs* /*files*/, const char* path, sqlite3_file* file, int flags, int* out) {
  auto* opened = new (file) WatchedFile{{nullptr}, path, nullptr};
  opened->real = reinterpret_cast<sqlite3_file*>(opened + 1);
  opened->real->pMethods = nullptr;
  const int code = system_files()->xOpen(system_files(), path, opened->real, flags, out);
  if (opened->real->pMethods != nullptr) opened->base.pMethods = &watched_methods;
  return code;
}

int remove_file_of(sqlite3_vfs* /*files*/, const char* path, int flush_folder) {
  const int answer = ask_watch(DiskAct::remove, path, SQLITE_IOERR_DELETE);
  return answer != SQLITE_OK ? answer : system_files()->xDelete(system_files(), path, flush_folder);
}

sqlite3_vfs& our_files() {
  static sqlite3_vfs files = [] {
    sqlite3_vfs made = *system_files();
    made.szOsFile += static_cast<int>(sizeof(WatchedFile));
    made.zName = "guantong-watched";
    made.pNext = nullptr;
    made.xOpen = open_file;
    made.xDelete = remove_file_of;
    return made;
  }();
  return files;
}

}  // namespace

Result<WatchedFiles> WatchedFiles::begin() {
  if (sqlite3_initialize() != SQLITE_OK || system_files() == nullptr ||
      sqlite3_vfs_register(&our_files(), 1) != SQLITE_OK)
    return fail(Errc::io, "SQLite's files cannot be watched; nothing was changed");
  return WatchedFiles{};
}

WatchedFiles::WatchedFiles(WatchedFiles&& other) noexcept
    : begun_{std::exchange(other.begun_, false)} {}

WatchedFiles::~WatchedFiles() {
  if (begun_) sqlite3_vfs_unregister(&our_files());
}

}  // namespace guantong
