// Stands before the C library (LD_PRELOAD) and counts what a program does to the files under one
// folder: each write, flush, cut, new name and removal. At the one that it is told, it ends the
// program or lets the call fail. The program knows nothing of it.
//
//   GUANTONG_FAULT        "kill 17": what happens, and at which act, counted from 1
//   GUANTONG_FAULT_ROOT   the folder, without a slash at its end
//   GUANTONG_FAULT_TRACE  a file that gets a line for each act, the one that failed included
//
// System calls are made as such: who stands further back, as the sanitizer does, is not asked, and
// no name is looked up while the program is still being loaded. Only stdio, which is no system
// call, is found where the next library has it.
#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

enum class Kind { none, kill, torn, full, cut_short, io };

/// What an act does to the disk: what a full one refuses is more.
enum class Act { adds, writes, other };

enum class Fate { goes, half, half_and_end, no_space, broken };

struct Plan {
  Kind kind = Kind::none;
  long at = 0;
  std::string root;
  int trace = -1;
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Plan read_plan() {
  Plan plan;
  plan.root = environment("GUANTONG_FAULT_ROOT") + '/';
  const auto trace = environment("GUANTONG_FAULT_TRACE");
  if (!trace.empty())
    plan.trace = static_cast<int>(syscall(
        SYS_openat, AT_FDCWD, trace.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  const auto what = environment("GUANTONG_FAULT");
  const auto gap = what.find(' ');
  if (gap == std::string::npos) return plan;
  plan.at = std::atol(what.c_str() + gap);
  const auto kind = what.substr(0, gap);
  if (kind == "kill") plan.kind = Kind::kill;
  if (kind == "torn") plan.kind = Kind::torn;
  if (kind == "full") plan.kind = Kind::full;
  if (kind == "short") plan.kind = Kind::cut_short;
  if (kind == "io") plan.kind = Kind::io;
  return plan;
}

const Plan& plan() {
  static const Plan read = read_plan();
  return read;
}

std::atomic<long> acts{0};

template <class Integer = int>
Integer call(long number, auto... arguments) {
  return static_cast<Integer>(syscall(number, arguments...));
}

[[noreturn]] void end() {
  syscall(SYS_kill, getpid(), SIGKILL);
  std::abort();  // Never reached: that signal cannot be caught.
}

std::string path_of(int file) {
  std::array<char, PATH_MAX> path{};
  const auto link = "/proc/self/fd/" + std::to_string(file);
  const auto size = readlink(link.c_str(), path.data(), path.size());
  return size < 0 ? "" : std::string{path.data(), static_cast<std::size_t>(size)};
}

std::string path_of(int folder, const char* name) {
  if (name == nullptr || *name == '/') return name == nullptr ? "" : name;
  if (folder != AT_FDCWD) return path_of(folder) + '/' + name;
  std::array<char, PATH_MAX> here{};
  return getcwd(here.data(), here.size()) == nullptr ? "" : std::string{here.data()} + '/' + name;
}

void note(const char* call, std::string_view path) {
  if (plan().trace < 0) return;
  const auto line = std::string{call} + ' ' + std::string{path.substr(plan().root.size())} + '\n';
  syscall(SYS_write, plan().trace, line.data(), line.size());
}

/// What becomes of the act on `path` that is about to be done.
Fate next(const char* call, const std::string& path, Act act) {
  const Plan& told = plan();
  if (!path.starts_with(told.root)) return Fate::goes;
  const long number = ++acts;
  note(call, path);
  const bool now = number == told.at;
  const bool since = told.at > 0 && number >= told.at;
  switch (told.kind) {
    case Kind::none:
      break;
    case Kind::kill:
      if (now) end();
      break;
    case Kind::torn:
      if (now && act != Act::writes) end();
      if (now) return Fate::half_and_end;
      break;
    case Kind::full:
      if (since && act != Act::other) return Fate::no_space;
      break;
    case Kind::cut_short:
      if (now && act == Act::writes) return Fate::half;
      if (since && act != Act::other) return Fate::no_space;
      break;
    case Kind::io:
      if (now) return Fate::broken;
      break;
  }
  return Fate::goes;
}

/// Whether an act that is done as a whole or not at all may be done; else errno says why not.
bool may(const char* call, const std::string& path, Act act) {
  const int before = errno;
  const Fate fate = next(call, path, act);
  errno = fate == Fate::no_space ? ENOSPC : fate == Fate::broken ? EIO : before;
  return fate != Fate::no_space && fate != Fate::broken;
}

/// Writes by `write`, which is given how many of the bytes to write.
template <class Write>
ssize_t write_some(const char* call, int file, std::size_t size, const Write& write) {
  const int before = errno;
  const Fate fate = next(call, path_of(file), Act::writes);
  errno = before;
  switch (fate) {
    case Fate::goes:
      return write(size);
    case Fate::half:
      // Of a single byte there is no half.
      if (size > 1) return write(size / 2);
      break;
    case Fate::half_and_end:
      if (size > 1) write(size / 2);
      end();
    case Fate::no_space:
      break;
    case Fate::broken:
      errno = EIO;
      return -1;
  }
  errno = ENOSPC;
  return -1;
}

/// The bytes of several places in one, to write a part of them.
std::string gathered(const iovec* parts, int count) {
  std::string all;
  for (int i = 0; i < count; ++i)
    all.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  return all;
}

int open_at(int folder, const char* name, int flags, mode_t mode) {
  const bool creates = (flags & O_CREAT) != 0;
  const bool empties = (flags & O_TRUNC) != 0;
  if (creates || empties) {
    const auto path = path_of(folder, name);
    struct stat there{};
    const bool is_new = call(SYS_newfstatat, folder, name, &there, 0) != 0;
    if (is_new && !may("create", path, Act::adds)) return -1;
    if (!is_new && empties && !may("empty", path, Act::other)) return -1;
  }
  return call(SYS_openat, folder, name, flags, mode);
}

/// The mode behind `flags`, which is there only where a file may be made.
mode_t mode_behind(int flags, va_list arguments) {
  const bool given = (flags & (O_CREAT | O_TMPFILE)) != 0;
  return given ? static_cast<mode_t>(va_arg(arguments, int)) : 0;
}

bool may_resize(int file, off_t size) {
  struct stat there{};
  const bool grows = call(SYS_fstat, file, &there) == 0 && size > there.st_size;
  return may("resize", path_of(file), grows ? Act::adds : Act::other);
}

template <class Function>
Function* behind_us(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

std::FILE* open_stream(const char* function, const char* name, const char* mode) {
  if (*mode != 'r' && !may("open", path_of(AT_FDCWD, name), Act::adds)) return nullptr;
  return behind_us<std::FILE*(const char*, const char*)>(function)(name, mode);
}

/// As on a terminal: who is told something has been told it from then on.
__attribute__((constructor)) void tell_line_by_line() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
}

}  // namespace

extern "C" {

int open(const char* name, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = mode_behind(flags, arguments);
  va_end(arguments);
  return open_at(AT_FDCWD, name, flags, mode);
}
int open64(const char* name, int flags, ...) __attribute__((alias("open")));
int openat(int folder, const char* name, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = mode_behind(flags, arguments);
  va_end(arguments);
  return open_at(folder, name, flags, mode);
}

ssize_t write(int file, const void* bytes, std::size_t size) {
  return write_some("write", file, size, [&](std::size_t some) {
    return call<ssize_t>(SYS_write, file, bytes, some);
  });
}
ssize_t pwrite(int file, const void* bytes, std::size_t size, off_t at) {
  return write_some("write", file, size, [&](std::size_t some) {
    return call<ssize_t>(SYS_pwrite64, file, bytes, some, at);
  });
}
ssize_t pwrite64(int file, const void* bytes, std::size_t size, off64_t at)
    __attribute__((alias("pwrite")));
ssize_t writev(int file, const iovec* parts, int count) {
  const auto all = gathered(parts, count);
  return write_some("write", file, all.size(), [&](std::size_t some) {
    return call<ssize_t>(SYS_write, file, all.data(), some);
  });
}
ssize_t sendfile(int to, int from, off_t* at, std::size_t size) noexcept {
  return write_some("write", to, size, [&](std::size_t some) {
    return call<ssize_t>(SYS_sendfile, to, from, at, some);
  });
}

int fsync(int file) {
  return may("flush", path_of(file), Act::adds) ? call(SYS_fsync, file) : -1;
}
int fdatasync(int file) {
  return may("flush", path_of(file), Act::adds) ? call(SYS_fdatasync, file) : -1;
}

int ftruncate(int file, off_t size) noexcept {
  return may_resize(file, size) ? call(SYS_ftruncate, file, size) : -1;
}
int ftruncate64(int file, off64_t size) noexcept __attribute__((alias("ftruncate")));

int rename(const char* from, const char* to) noexcept {
  const bool goes = may("rename", path_of(AT_FDCWD, to), Act::adds);
  return goes ? call(SYS_rename, from, to) : -1;
}
int renameat2(int from, const char* old, int to, const char* fresh, unsigned flags) noexcept {
  const bool goes = may("rename", path_of(to, fresh), Act::adds);
  return goes ? call(SYS_renameat2, from, old, to, fresh, flags) : -1;
}
int link(const char* from, const char* to) noexcept {
  return may("link", path_of(AT_FDCWD, to), Act::adds) ? call(SYS_link, from, to) : -1;
}
int symlink(const char* from, const char* to) noexcept {
  return may("link", path_of(AT_FDCWD, to), Act::adds) ? call(SYS_symlink, from, to) : -1;
}

int unlinkat(int folder, const char* name, int flags) noexcept {
  const bool goes = may("remove", path_of(folder, name), Act::other);
  return goes ? call(SYS_unlinkat, folder, name, flags) : -1;
}
int unlink(const char* name) noexcept {
  return unlinkat(AT_FDCWD, name, 0);
}
int rmdir(const char* name) noexcept {
  return unlinkat(AT_FDCWD, name, AT_REMOVEDIR);
}
int remove(const char* name) noexcept {
  if (!may("remove", path_of(AT_FDCWD, name), Act::other)) return -1;
  const int removed = call(SYS_unlinkat, AT_FDCWD, name, 0);
  return removed == 0 || errno != EISDIR ? removed
                                         : call(SYS_unlinkat, AT_FDCWD, name, AT_REMOVEDIR);
}

int mkdir(const char* name, mode_t mode) noexcept {
  return may("mkdir", path_of(AT_FDCWD, name), Act::adds) ? call(SYS_mkdir, name, mode) : -1;
}

// Written to later, by no call that could be seen; to map it counts as that.
void* mmap(void* at, std::size_t size, int protection, int flags, int file, off_t offset) noexcept {
  const bool writes = file >= 0 && (flags & MAP_SHARED) != 0 && (protection & PROT_WRITE) != 0;
  if (writes && !may("map", path_of(file), Act::other)) return MAP_FAILED;
  return reinterpret_cast<void*>(syscall(SYS_mmap, at, size, protection, flags, file, offset));
}
void* mmap64(
    void* at, std::size_t size, int protection, int flags, int file, off64_t offset) noexcept
    __attribute__((alias("mmap")));

std::FILE* fopen(const char* name, const char* mode) {
  return open_stream("fopen", name, mode);
}
std::FILE* fopen64(const char* name, const char* mode) {
  return open_stream("fopen64", name, mode);
}
int fflush(std::FILE* stream) {
  if (stream != nullptr && !may("write", path_of(fileno(stream)), Act::adds)) return EOF;
  return behind_us<int(std::FILE*)>("fflush")(stream);
}

}  // extern "C"
