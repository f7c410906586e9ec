// What people type from paper or paste from a letter: a recovery key has one sheet, and a request
// to join is one that its own key signed.
#include <string>
#include <string_view>

#include "client/crockford.h"
#include "client/crypto/recovery_key.h"
#include "client/fingerprint.h"
#include "client/membership.h"
#include "tests/fuzz/fuzzer.h"

namespace guantong::test {
namespace {

/// The letters alone, as they are printed.
std::string letters_typed(std::string_view text) {
  std::string letters;
  for (const char letter : text) {
    if (const auto value = crockford_value(letter)) letters += crockford_letters[*value];
  }
  return letters;
}

}  // namespace

void fuzz_join_codes(std::string_view input) {
  if (const auto key = read_recovery_text(input)) {
    const auto sheet = recovery_text(*key);
    claim(sheet && letters_typed(sheet->view()) == letters_typed(input), "a key has one sheet");
  }
  if (const auto request = read_request_text(input)) {
    claim(request_code(*request).size() == 9, "a request has a code of eight letters");
    static_cast<void>(fingerprint_in_english(request->consortium));
    static_cast<void>(fingerprint_in_chinese(request->consortium));
  }
  if (const auto level = level_named(input)) claim(word_of(*level) == input, "a level has a name");
}

}  // namespace guantong::test
