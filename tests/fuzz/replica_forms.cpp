// What a replica keeps for itself, with bits that rotted: what is still read says the same when it
// is written again.
#include <string_view>

#include "sync/change_packing.h"
#include "sync/packing.h"
#include "sync/record_state.h"
#include "tests/fuzz/fuzzer.h"

namespace guantong::test {

void fuzz_replica_forms(std::string_view input) {
  if (const auto state = decode_state(input)) {
    const auto again = decode_state(encode_state(*state));
    claim(again && *again == *state, "a record's state comes back");
  }
  if (const auto change = unpack_change(input)) {
    PackWriter packed;
    pack_change(packed, *change);
    const auto again = unpack_change(packed.out);
    claim(again && *again == *change, "a change comes back");
  }
}

}  // namespace guantong::test
