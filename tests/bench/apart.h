// Work in a process of its own, so that its seconds and its memory are its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "sync/base/result.h"

namespace guantong::bench {

/// Seconds, and bytes of memory at the peak.
struct Usage {
  double wall = 0, cpu = 0;
  std::uint64_t peak = 0;
};

/// Figures that a piece of work gives back.
using Figures = std::vector<double>;

struct Apart {
  Figures figures;
  Usage usage;  ///< Of the whole process.
};

/// Does the work in a child process, and waits for it.
Result<Apart> apart(const std::function<Result<Figures>()>& work);

/// Runs a program, its output thrown away, and fails where its exit status is over `worst`.
Result<Usage> run_program(const std::vector<std::string>& command, int worst = 0);

/// What the whole file or folder takes, in bytes.
std::uint64_t size_of(const std::filesystem::path& path);

}  // namespace guantong::bench
