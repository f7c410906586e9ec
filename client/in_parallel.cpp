#include "client/in_parallel.h"

#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>

namespace guantong {
namespace {

/// Starting a thread takes as long as a few records.
constexpr std::size_t few = 32;

}  // namespace

void in_parallel(std::size_t count, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  const auto run = [&] {
    for (auto i = next++; i < count; i = next++)
      work(i);
  };
  if (count < few) return run();
  std::thread helper{run};
  run();
  helper.join();
}

}  // namespace guantong
