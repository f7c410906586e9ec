#include "simulation/simulated_disk.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <system_error>

#include "simulation/draws.h"

#include "client/disk_watch.h"

namespace guantong::simulation {
namespace {

/// What a disk writes whole or not at all, in bytes.
constexpr std::size_t sector = 512;

bool is_of_git(DiskAct act) {
  return act == DiskAct::object || act == DiskAct::exchange || act == DiskAct::reference;
}

/// Whether space is needed for it.
bool takes_space(DiskAct act) {
  return act == DiskAct::write || act == DiskAct::file || is_of_git(act);
}

std::string content_of(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
}

void put_content(const std::filesystem::path& path, const std::string& content) {
  std::error_code ignored;  // Where there is no such folder nothing can be left in it.
  std::filesystem::create_directories(path.parent_path(), ignored);
  std::ofstream{path, std::ios::binary} << content;
}

void put_part(std::string& content, std::size_t offset, std::string_view part) {
  if (content.size() < offset + part.size()) content.resize(offset + part.size(), '\0');
  content.replace(offset, part.size(), part);
}

/// The file as it was when it was flushed last, and then of each later write all, nothing, or the
/// first sectors.
void lose_unflushed(const std::string& path,
                    const std::vector<Computer::Unflushed>& all,
                    Draws& draws) {
  if (!std::filesystem::exists(path)) return;
  auto content = content_of(path);
  for (auto one = all.rbegin(); one != all.rend(); ++one) {
    if (one->path != path) continue;
    put_part(content, one->offset, one->old);
    if (one->old.size() < one->fresh.size()) content.resize(one->offset + one->old.size());
  }
  for (const auto& one : all) {
    if (one.path != path) continue;
    switch (draws.below(4)) {
      case 0:
        break;
      case 1:
        put_part(content,
                 one.offset,
                 std::string_view{one.fresh}.substr(
                     0, sector * draws.below(one.fresh.size() / sector + 1)));
        break;
      default:
        put_part(content, one.offset, one.fresh);
    }
  }
  put_content(path, content);
}

/// A lock that nobody holds any more, found the next day.
void leave_lock(const std::string& path) {
  put_content(path, "half");
  std::error_code ignored;  // There is none where its folder is not.
  std::filesystem::last_write_time(
      path, std::filesystem::file_time_type::clock::now() - std::chrono::hours{24}, ignored);
}

/// What a program leaves that is ended while Git, or a file's writer, is at work.
void leave_half_done(const Computer& computer, Draws& draws) {
  const std::filesystem::path path = computer.last_path;
  switch (computer.last_act) {
    case DiskAct::object:
      put_content(path / "objects" / "tmp_object_git2_cut", "half");
      break;
    case DiskAct::exchange:
      put_content(path / "objects" / "pack" / "pack_git2_cut", "half");
      break;
    case DiskAct::reference:
      if (draws.one_in(2)) leave_lock(computer.last_path + ".lock");
      break;
    case DiskAct::file:
      put_content(computer.last_path + ".new", "half");
      break;
    default:
      break;
  }
}

}  // namespace

DiskFate SimulatedDisk::before(DiskAct act, std::string_view path) {
  writes_ += act == DiskAct::write ? 1 : 0;
  objects_ += act == DiskAct::object || act == DiskAct::exchange ? 1 : 0;
  if (running_ == nullptr) return DiskFate::done;
  auto& computer = *running_;
  if (computer.dead) return DiskFate::dead;
  const bool elsewhere = !path.starts_with(computer.root.native());
  if (computer.full) return takes_space(act) && !elsewhere ? DiskFate::full : DiskFate::done;
  if (computer.cut_off)
    return elsewhere || act == DiskAct::exchange ? DiskFate::unreachable : DiskFate::done;
  if (!computer.fault) return DiskFate::done;
  if (computer.fault->among == Fault::Among::git && !is_of_git(act)) return DiskFate::done;
  if (computer.fault->after > 0) {
    --computer.fault->after;
    return DiskFate::done;
  }
  return strike(computer, act, path);
}

DiskFate SimulatedDisk::strike(Computer& computer, DiskAct act, std::string_view path) {
  switch (computer.fault->kind) {
    case Fault::Kind::full:
      computer.full = true;
      return before(act, path);
    case Fault::Kind::cut:
      computer.cut_off = true;
      return before(act, path);
    default:
      computer.dead = true;
      computer.last_act = act;
      computer.last_path = path;
      return DiskFate::dead;
  }
}

bool SimulatedDisk::notes_writes() const {
  return running_ != nullptr && running_->fault && running_->fault->kind == Fault::Kind::power &&
         !running_->dead;
}

void SimulatedDisk::note_write(std::string_view path,
                               std::uint64_t offset,
                               std::string_view old,
                               std::string_view fresh) {
  running_->unflushed.push_back({std::string{path}, offset, std::string{old}, std::string{fresh}});
}

void SimulatedDisk::note_flush(std::string_view path) {
  if (running_ == nullptr) return;
  std::erase_if(running_->unflushed, [&](const auto& one) { return one.path == path; });
}

void SimulatedDisk::start_again(Computer& computer) {
  Draws draws{computer.fault ? computer.fault->chance : 0};
  if (computer.fault && computer.fault->kind == Fault::Kind::power) {
    std::set<std::string> paths;
    for (const auto& one : computer.unflushed)
      paths.insert(one.path);
    for (const auto& path : paths)
      lose_unflushed(path, computer.unflushed, draws);
  }
  leave_half_done(computer, draws);
  computer.fault.reset();
  computer.dead = false;
  computer.unflushed.clear();
}

}  // namespace guantong::simulation
