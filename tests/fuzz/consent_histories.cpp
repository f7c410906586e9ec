// Histories in which sites own, sign and open again: everybody comes to see the same.
#include <string_view>

#include "sync/base/bytes.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/support/choices.h"
#include "tests/support/consent_law.h"

namespace guantong::test {

void fuzz_consent_histories(std::string_view input) {
  Choices choices{bytes_of(input)};
  ConsentsSeen seen;
  consents_converge(choices, seen);
}

}  // namespace guantong::test
