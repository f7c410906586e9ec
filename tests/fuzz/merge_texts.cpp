// Merging texts does not depend on the order of the sides, and one side alone is itself.
#include <cstddef>
#include <string>
#include <string_view>

#include "sync/base/bytes.h"
#include "sync/text/text_merge.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/support/choices.h"

namespace guantong::test {
namespace {

std::string draw_text(Choices& choices) {
  static const char* const units[] = {"甲。", "乙；", "a. ", "1、", "\n", "丙"};
  std::string text;
  for (std::size_t i = choices.pick(8); i > 0; --i)
    text += units[choices.pick(6)];
  return text;
}

}  // namespace

void fuzz_merge_texts(std::string_view input) {
  Choices choices{bytes_of(input)};
  const auto base = draw_text(choices);
  const auto pair_base = [&](std::size_t, std::size_t) { return base; };
  const TextSide one{draw_text(choices)};
  const TextSide other{draw_text(choices)};
  claim(merge_texts(base, {one}, pair_base).text == one.text, "one side alone is itself");
  claim(merge_texts(base, {one, other}, pair_base).text ==
            merge_texts(base, {other, one}, pair_base).text,
        "the order of the sides does not matter");
}

}  // namespace guantong::test
