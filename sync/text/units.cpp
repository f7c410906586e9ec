#include "sync/text/units.h"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace guantong {
namespace {

using Tokens = std::span<const std::string_view>;

constexpr std::array<std::string_view, 2> line_ends{"\n", "\r\n"};
constexpr std::array<std::string_view, 3> spaces{" ", "\t", "　"};
constexpr std::array<std::string_view, 4> sure_terminators{"。", "！", "？", "；"};
constexpr std::array<std::string_view, 4> terminators_before_space{".", "!", "?", ";"};
constexpr std::array<std::string_view, 10> closers{
    "”", "’", "」", "』", "）", "》", "】", ")", "\"", "'"};

constexpr std::array<std::string_view, 2> number_openers{"（", "("};
constexpr std::array<std::string_view, 2> number_closers{"）", ")"};
constexpr std::array<std::string_view, 5> number_marks{".", "．", "、", "）", ")"};
constexpr std::array<std::string_view, 10> decimal_digits{
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
constexpr std::array<std::string_view, 13> numerals{
    "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "百", "零", "〇"};

/// The size of the token that stands at `at`; 0 when none of them does.
std::size_t size_of_any(std::string_view text, std::size_t at, Tokens tokens) {
  for (const std::string_view token : tokens)
    if (text.substr(at, token.size()) == token) return token.size();
  return 0;
}

std::size_t past_all(std::string_view text, std::size_t at, Tokens tokens) {
  for (std::size_t size = size_of_any(text, at, tokens); size > 0;
       size = size_of_any(text, at, tokens))
    at += size;
  return at;
}

/// Behind the spaces and line ends at `at`. Spaces behind a line end indent what follows.
std::size_t past_blanks(std::string_view text, std::size_t at) {
  return past_all(text, past_all(text, at, spaces), line_ends);
}

/// Behind the list number of the line that begins at `begin`; `begin` when it has none.
std::size_t past_list_number(std::string_view text, std::size_t begin) {
  const std::size_t at = past_all(text, begin, spaces);
  const std::string_view circled = text.substr(at, std::string_view{"①"}.size());
  if (circled >= "①" && circled <= "⑳") return past_blanks(text, at + circled.size());

  const std::size_t opener = size_of_any(text, at, number_openers);
  const std::size_t number = at + opener;
  std::size_t end = past_all(text, number, decimal_digits);
  if (end == number) end = past_all(text, number, numerals);
  if (end == number) return begin;
  const std::size_t mark =
      size_of_any(text, end, opener > 0 ? Tokens{number_closers} : Tokens{number_marks});
  if (mark == 0) return begin;
  if (text[end] == '.' && size_of_any(text, end + mark, decimal_digits) > 0) return begin;
  return past_blanks(text, end + mark);
}

/// Behind the unit that begins at `begin`, where there is no list number.
std::size_t past_sentence(std::string_view text, std::size_t begin) {
  std::size_t at = begin;
  while (at < text.size()) {
    if (size_of_any(text, at, line_ends) > 0) return past_all(text, at, line_ends);
    if (size_of_any(text, at, sure_terminators) == 0 &&
        size_of_any(text, at, terminators_before_space) == 0) {
      ++at;
      continue;
    }
    bool ends = false;
    for (std::size_t size = 1; size > 0; at += size) {
      size = size_of_any(text, at, sure_terminators);
      ends = ends || size > 0;
      if (size == 0) size = size_of_any(text, at, terminators_before_space);
      if (size == 0) size = size_of_any(text, at, closers);
    }
    const std::size_t next = past_blanks(text, at);
    if (ends || next > at) return next;
  }
  return at;
}

}  // namespace

std::vector<std::string_view> split_units(std::string_view text) {
  std::vector<std::string_view> units;
  bool at_line_start = true;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = at_line_start ? past_list_number(text, begin) : begin;
    if (end == begin) end = past_sentence(text, begin);
    units.push_back(text.substr(begin, end - begin));
    at_line_start = text[end - 1] == '\n';
    begin = end;
  }
  return units;
}

}  // namespace guantong
