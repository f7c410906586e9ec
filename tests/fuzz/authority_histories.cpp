// Histories of grants, removals, rulings and forks: the engine judges as the oracle does.
#include <string_view>

#include "sync/base/bytes.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/support/authority_law.h"
#include "tests/support/authority_letters.h"
#include "tests/support/authority_worlds.h"
#include "tests/support/choices.h"

namespace guantong::test {

void fuzz_authority_histories(std::string_view input) {
  Choices choices{bytes_of(input)};
  const AuthorityLetters letters{draw_authority_world(choices)};
  if (!letters.is_ambiguous()) is_judged_the_same(letters, choices);
}

}  // namespace guantong::test
