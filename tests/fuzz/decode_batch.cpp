// Whatever arrives as a payload is a batch that encodes and decodes to itself, or an error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "sync/base/bytes.h"
#include "sync/codec.h"
#include "sync/schema.h"
#include "sync/value.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace guantong;  // NOLINT(google-build-using-namespace)
  const auto batch = decode_batch(text_of(std::as_bytes(std::span{data, size})));
  if (!batch) return 0;
  const auto again = decode_batch(encode_batch(*batch));
  if (!again || *again != *batch) std::abort();
  for (const auto& change : batch->changes) {
    if (change.is_act()) continue;
    const auto* type = Schema::built_in().type(batch->records[change.record].type);
    if (type != nullptr) static_cast<void>(read_fields(*type, change).has_value());
  }
  return 0;
}
