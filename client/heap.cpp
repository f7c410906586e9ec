#include "client/heap.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <mutex>

#include <malloc.h>
#include <sys/mman.h>

namespace guantong {
namespace {

constexpr std::size_t large_page = std::size_t{2} << 20;
/// Less than the 32 MB from which on glibc maps each allocation by itself.
constexpr std::size_t block_size = std::size_t{30} << 20;
/// A night of 140 sites takes as much.
constexpr std::size_t blocks = 2;

/// The address sanitizer has a heap of its own, in which it looks for what is used after it was
/// freed.
#ifdef __SANITIZE_ADDRESS__
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

void keep_what_is_freed() {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
}

void advise_large_pages(void* block) {
  const auto begin = reinterpret_cast<std::uintptr_t>(block);
  const auto first = (begin + large_page - 1) / large_page * large_page;
  const auto end = (begin + block_size) / large_page * large_page;
  // If the system has none the pages stay ordinary ones.
  madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);
}

}  // namespace

void prepare_heap() {
  if (is_sanitized) return;
  static std::once_flag once;
  std::call_once(once, keep_what_is_freed);
  std::array<void*, blocks> all{};
  for (auto& block : all) {
    block = std::malloc(block_size);
    if (block != nullptr) advise_large_pages(block);
  }
  for (auto* block : all)
    std::free(block);
}

}  // namespace guantong
