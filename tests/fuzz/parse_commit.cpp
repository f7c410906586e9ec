// A commit that is read renders to the very bytes it was read from.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "sync/base/bytes.h"
#include "sync/commit.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto raw = guantong::text_of(std::as_bytes(std::span{data, size}));
  const auto commit = guantong::parse_commit(raw);
  if (commit && guantong::render(*commit) != raw) std::abort();
  return 0;
}
