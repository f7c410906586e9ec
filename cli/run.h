// The whole program but for main(), so that tests can run it.
#pragma once

#include <span>
#include <string>

#include "cli/context.h"

namespace guantong {

/// Parses `arguments` (without the program's name), does what they ask, and returns the exit code:
/// 0 done; 1 done, and something wants a person; 2 bad usage or input, not found, denied; 3 remote
/// or disk trouble, busy, too new: safe to retry; 4 trust or integrity broken.
int run(std::span<const std::string> arguments, Context& context);

}  // namespace guantong
