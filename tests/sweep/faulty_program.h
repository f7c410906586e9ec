// The program itself, in a process of its own, with a fault at one of the things that it does to
// its files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace guantong::test {

/// What happens, as `faulty_files.cpp` names it, and at which act, counted from 1.
struct Fault {
  std::string kind;
  std::size_t at = 0;
};

struct Ended {
  int code = 0;                   ///< Its exit code; -1 where a signal ended it.
  int signal = 0;                 ///< 0 where none did.
  std::vector<std::string> acts;  ///< What it did to its files, or was about to do.
  std::string out;
  std::string err;

  bool came_to(const Fault& fault) const { return acts.size() >= fault.at; }
};

/// Runs `guantong` on a workspace in `root`. Acts on files outside `root` are not counted.
Ended run_with_fault(const std::filesystem::path& root,
                     const std::filesystem::path& workspace,
                     const std::vector<std::string>& arguments,
                     const Fault& fault);

}  // namespace guantong::test
