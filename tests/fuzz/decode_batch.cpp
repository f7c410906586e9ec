// Whatever arrives as a payload is a batch that encodes and decodes to itself, or an error.
#include <string_view>

#include "sync/codec.h"
#include "sync/schema.h"
#include "sync/value.h"
#include "tests/fuzz/fuzzer.h"

namespace guantong::test {

void fuzz_decode_batch(std::string_view input) {
  const auto batch = decode_batch(input);
  if (!batch) return;
  const auto again = decode_batch(encode_batch(*batch));
  claim(again && *again == *batch, "a batch comes back");
  for (const auto& change : batch->changes) {
    if (change.is_act()) continue;
    const auto* type = Schema::built_in().type(batch->records[change.record].type);
    if (type != nullptr) static_cast<void>(read_fields(*type, change).has_value());
  }
}

}  // namespace guantong::test
