// Whatever a text holds, what is shown of it drives no terminal, and its one spelling stays so.
#include "client/text.h"

#include <cstddef>
#include <string>
#include <string_view>

#include "client/search/search_words.h"
#include "sync/base/bytes.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/support/choices.h"

namespace guantong::test {
namespace {

constexpr std::size_t no_limit = 1'000'000;

void check_spelling(std::string_view text) {
  claim(nfc(nfc(text)) == nfc(text), "the stored spelling is one");
  claim(nfkc(nfkc(text)) == nfkc(text), "the plain spelling is one");
  claim(trimmed(trimmed(text)) == trimmed(text), "nothing is left to trim");
  claim(is_utf8(letters_of(text)), "letters are UTF-8");
  static_cast<void>(pinyin_of(text));
}

}  // namespace

void fuzz_text(std::string_view input) {
  Choices choices{bytes_of(input)};
  const auto width = choices.pick(Choices::most);
  const auto text = choices.rest();
  const auto shown = printable(text);
  claim(check_text(shown, no_limit).has_value(), "what is shown may be stored");
  claim(shown.find('\n') == std::string::npos, "what is shown is one line");
  claim(printable(shown) == shown, "what is shown is shown as it is");
  claim(display_width(cut_to_width(shown, width)) <= width, "what is cut fits");
  claim(count_characters(text) <= text.size(), "a character has a byte");
  claim(!check_text(text, no_limit) || is_utf8(text), "what is stored is UTF-8");
  if (!is_utf8(text)) return;
  check_spelling(text);
  const auto half = text.substr(0, text.size() / 2);
  if (!is_utf8(half)) return;
  claim(looks_like(text, text), "a name looks like itself");
  claim(looks_like(text, half) == looks_like(half, text), "likeness goes both ways");
}

}  // namespace guantong::test
