#include "tests/sweep/faulty_program.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temp_dir.h"

namespace guantong::test {
namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// What the program finds in its environment. A sanitizer would rather stand first itself.
std::vector<std::string> environment_for(const std::filesystem::path& root,
                                         const std::filesystem::path& trace,
                                         const Fault& fault) {
  const auto* set = std::getenv("ASAN_OPTIONS");
  return {"ASAN_OPTIONS=" + std::string{set == nullptr ? "" : set} +
              ":detect_leaks=0:verify_asan_link_order=0",
          "GUANTONG_FAULT=" + fault.kind + ' ' + std::to_string(fault.at),
          "GUANTONG_FAULT_ROOT=" + root.string(),
          "GUANTONG_FAULT_TRACE=" + trace.string(),
          "HOME=" + root.string(),
          "LD_PRELOAD=" GUANTONG_FAULTY_FILES};
}

std::vector<char*> raw(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  std::ranges::transform(
      words, std::back_inserter(pointers), [](std::string& word) { return word.data(); });
  pointers.push_back(nullptr);
  return pointers;
}

/// Runs a program to its end, and returns how `waitpid` says that it ended.
int run_program(std::vector<std::string> arguments,
                std::vector<std::string> environment,
                const std::filesystem::path& out,
                const std::filesystem::path& err) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  constexpr int fresh = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out.c_str(), fresh, 0600);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err.c_str(), fresh, 0600);
  auto words = raw(arguments);
  auto settings = raw(environment);
  pid_t child = 0;
  const int failed =
      posix_spawn(&child, words.front(), &files, nullptr, words.data(), settings.data());
  posix_spawn_file_actions_destroy(&files);
  int status = 0;
  if (failed != 0 || waitpid(child, &status, 0) != child)
    throw std::runtime_error{"cannot run " + arguments.front()};
  return status;
}

}  // namespace

Ended run_with_fault(const std::filesystem::path& root,
                     const std::filesystem::path& workspace,
                     const std::vector<std::string>& arguments,
                     const Fault& fault) {
  const TempDir notes;
  const auto trace = notes.path() / "trace";
  std::vector<std::string> all{GUANTONG_BINARY, "--workspace", workspace.string(), "--lang", "en"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const int status = run_program(std::move(all),
                                 environment_for(root, trace, fault),
                                 notes.path() / "out",
                                 notes.path() / "err");
  Ended ended;
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  ended.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  ended.out = contents(notes.path() / "out");
  ended.err = contents(notes.path() / "err");
  std::ifstream acts{trace};
  for (std::string act; std::getline(acts, act);)
    ended.acts.push_back(act);
  return ended;
}

}  // namespace guantong::test
