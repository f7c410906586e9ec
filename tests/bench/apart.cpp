#include "tests/bench/apart.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong::bench {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

struct Ended {
  int status = 0;  ///< 128 and more: by a signal.
  Usage usage;
};

Result<Ended> wait_for(pid_t child, std::chrono::steady_clock::time_point begun) {
  int status = 0;
  rusage used{};
  while (wait4(child, &status, 0, &used) < 0) {
    if (errno != EINTR) return fail(Errc::io, "cannot wait: {}", std::strerror(errno));
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begun;
  Ended ended;
  ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ended.usage = {wall.count(),
                 seconds(used.ru_utime) + seconds(used.ru_stime),
                 static_cast<std::uint64_t>(used.ru_maxrss) * 1024};
  return ended;
}

/// Never returns.
[[noreturn]] void work_in_child(const std::function<Result<Figures>()>& work, int out) {
  int status = 1;
  {
    const auto figures = work();
    if (figures) {
      const auto bytes = figures->size() * sizeof(double);
      if (write(out, figures->data(), bytes) == static_cast<ssize_t>(bytes)) status = 0;
    } else {
      fmt::print(stderr, "\n{}\n", in_english(figures.error().message));
    }
  }
  _exit(status);
}

}  // namespace

Result<Apart> apart(const std::function<Result<Figures>()>& work) {
  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) < 0) return fail(Errc::io, "cannot make a pipe");
  const auto begun = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child < 0) return fail(Errc::io, "cannot fork: {}", std::strerror(errno));
  if (child == 0) work_in_child(work, pipe_ends[1]);
  close(pipe_ends[1]);
  Apart done;
  double figure = 0;
  while (read(pipe_ends[0], &figure, sizeof figure) == static_cast<ssize_t>(sizeof figure))
    done.figures.push_back(figure);
  close(pipe_ends[0]);
  const auto ended = TRY(wait_for(child, begun));
  if (ended.status != 0)
    return fail(Errc::io, "a part of the benchmark ended with {}", ended.status);
  done.usage = ended.usage;
  return done;
}

Result<Usage> run_program(const std::vector<std::string>& command, int worst) {
  std::vector<char*> arguments;
  for (const auto& word : command)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const auto begun = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child < 0) return fail(Errc::io, "cannot fork: {}", std::strerror(errno));
  if (child == 0) {
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(nowhere, STDOUT_FILENO);
    execvp(arguments.front(), arguments.data());
    _exit(127);
  }
  const auto ended = TRY(wait_for(child, begun));
  if (ended.status > worst)
    return fail(
        Errc::io, "{} ended with {}", fmt::format("{}", fmt::join(command, " ")), ended.status);
  return ended.usage;
}

std::uint64_t size_of(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored))
    return std::filesystem::file_size(path, ignored);
  std::uint64_t sum = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path, ignored)) {
    if (entry.is_regular_file(ignored)) sum += entry.file_size(ignored);
  }
  return sum;
}

}  // namespace guantong::bench
