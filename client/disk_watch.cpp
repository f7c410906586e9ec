#include "client/disk_watch.h"

#include <filesystem>

#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

DiskWatch*& watching() {
  static DiskWatch* watch = nullptr;
  return watch;
}

}  // namespace

void watch_disk(DiskWatch* watch) {
  watching() = watch;
}

DiskWatch* disk_watch() {
  return watching();
}

Result<void> ask_disk(DiskAct act, const std::filesystem::path& path) {
  if (watching() == nullptr) return {};
  switch (watching()->before(act, path.native())) {
    case DiskFate::done:
      return {};
    case DiskFate::full:
      return fail(Errc::io, "cannot write {}: no space is left on the disk", path.string());
    case DiskFate::dead:
      return fail(Errc::io, "cannot write {}: the computer has stopped", path.string());
    case DiskFate::unreachable:
      return fail(Errc::offline, "{} is not reachable any more", path.string());
  }
  return {};
}

}  // namespace guantong
