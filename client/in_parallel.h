// Work on many things at once, on two threads: as many as the smallest computers have cores for.
#pragma once

#include <cstddef>
#include <functional>

namespace guantong {

/// Calls `work` with each number below `count` once, from this thread and one more, and returns
/// when all is done.
void in_parallel(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace guantong
