// Lets libFuzzer search with the chosen fuzzer.
#include <cstddef>
#include <cstdint>
#include <span>

#include "sync/base/bytes.h"
#include "tests/fuzz/fuzzer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto& fuzzer = guantong::test::chosen_fuzzer();
  fuzzer.run(guantong::text_of(std::as_bytes(std::span{data, size})));
  return 0;
}
