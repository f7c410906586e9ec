// Doing one thing to many that have nothing to do with each other: a port, as whoever calls may
// have threads for it.
#pragma once

#include <cstddef>
#include <functional>

namespace guantong {

/// Calls `work` with each number below `count` once, in any order and perhaps several at a time,
/// and returns when all is done.
using ForEach =
    std::function<void(std::size_t count, const std::function<void(std::size_t)>& work)>;

inline void one_by_one(std::size_t count, const std::function<void(std::size_t)>& work) {
  for (std::size_t i = 0; i < count; ++i)
    work(i);
}

}  // namespace guantong
