// Whatever is taken for a change encodes and decodes to itself, on the wire and in the replica, and
// its fields are those of a type or an error.
#include <string_view>

#include "sync/change_packing.h"
#include "sync/codec.h"
#include "sync/packing.h"
#include "sync/schema.h"
#include "sync/value.h"
#include "tests/fuzz/fuzzer.h"

namespace guantong::test {

void fuzz_decode_change(std::string_view input) {
  const auto change = decode_change(input);
  if (!change) return;
  const auto again = decode_change(encode_change(*change));
  claim(again && *again == *change, "a change comes back");
  PackWriter packed;
  pack_change(packed, *change);
  const auto unpacked = unpack_change(packed.out);
  claim(unpacked && *unpacked == *change, "the replica keeps a change as it is");
  if (change->is_act()) return;
  for (const auto* type : Schema::built_in().types()) {
    const auto read = read_fields(*type, *change);
    if (!read) continue;
    for (const auto& [slot, value] : read->slots)
      static_cast<void>(split_value(*type, value));
  }
}

}  // namespace guantong::test
