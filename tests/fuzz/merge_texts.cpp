// Merging texts does not depend on the order of the sides, and one side alone is itself.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "sync/text/text_merge.h"
#include "tests/support/choices.h"

namespace {

std::string draw_text(guantong::test::Choices& choices) {
  static const char* const units[] = {"甲。", "乙；", "a. ", "1、", "\n", "丙"};
  std::string text;
  for (std::size_t i = choices.pick(8); i > 0; --i)
    text += units[choices.pick(6)];
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  guantong::test::Choices choices{std::as_bytes(std::span{data, size})};
  const auto base = draw_text(choices);
  const auto pair_base = [&](std::size_t, std::size_t) { return base; };
  const guantong::TextSide one{draw_text(choices)};
  const guantong::TextSide other{draw_text(choices)};
  if (guantong::merge_texts(base, {one}, pair_base).text != one.text) std::abort();
  if (guantong::merge_texts(base, {one, other}, pair_base).text !=
      guantong::merge_texts(base, {other, one}, pair_base).text)
    std::abort();
  return 0;
}
