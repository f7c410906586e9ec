// Histories of several sites, delivered in several orders: the engine shows what the oracle does.
#include <string_view>

#include "sync/base/bytes.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/support/choices.h"
#include "tests/support/merge_law.h"

namespace guantong::test {

void fuzz_merge_histories(std::string_view input) {
  Choices choices{bytes_of(input)};
  reaches_one_state(choices);
}

}  // namespace guantong::test
