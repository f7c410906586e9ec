// The workspace's log, for whoever looks after the nightly sync: which command ran, how it ended
// and how long it took. It holds no values, names of people or records.
#pragma once

#include <chrono>
#include <filesystem>
#include <string_view>

#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong {

/// How a command ended.
struct Ended {
  std::string_view command;
  int exit_code = 0;
  std::chrono::milliseconds took{};
  const Error* error = nullptr;  ///< Null when it did not fail. Its arguments are not written.
};

/// Adds a line to `log/guantong.log` of the workspace; four files of 1 MiB at most. Does nothing
/// where there is no workspace. Fails with `io`; whatever the command did is not touched by that.
Result<void> note(const std::filesystem::path& workspace, const Ended& ended);

}  // namespace guantong
