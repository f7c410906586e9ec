#include "client/in_parallel.h"

#include <atomic>
#include <cstddef>
#include <functional>
#include <system_error>
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
  std::jthread helper;  // Waited for when it goes out of scope.
  if (count >= few) {
    try {
      helper = std::jthread{run};
    } catch (const std::system_error&) {
      // No thread is to be had: this one does it all.
    }
  }
  run();
}

}  // namespace guantong
