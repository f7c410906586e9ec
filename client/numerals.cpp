#include "client/numerals.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "client/text.h"

namespace guantong {
namespace {

/// What is called so is no number of a plan.
constexpr std::size_t longest_numeral = 24;

constexpr std::uint64_t ten_thousand = 10'000;
constexpr std::uint64_t hundred_million = 100'000'000;

std::optional<unsigned> chinese_digit(char32_t character) {
  constexpr std::array<std::u32string_view, 10> digits{
      U"零〇", U"一壹", U"二两贰", U"三叁", U"四肆", U"五伍", U"六陆", U"七柒", U"八捌", U"九玖"};
  for (unsigned digit = 0; digit < digits.size(); ++digit) {
    if (digits[digit].find(character) != std::u32string_view::npos) return digit;
  }
  return std::nullopt;
}

/// 10 for 十, and so on; 0 for what multiplies nothing.
std::uint64_t multiplier(char32_t character) {
  switch (character) {
    case U'十':
    case U'拾':
      return 10;
    case U'百':
    case U'佰':
      return 100;
    case U'千':
    case U'仟':
      return 1000;
    case U'万':
    case U'萬':
      return ten_thousand;
    case U'亿':
    case U'億':
      return hundred_million;
    default:
      return 0;
  }
}

/// Adds up a numeral that names its tens and hundreds.
class Tally {
public:
  /// False where no numeral goes on like this.
  bool take(char32_t character) {
    if (const auto digit = chinese_digit(character)) {
      if (digit_) return false;
      if (*digit == 0) {
        gap_ = true;
      } else {
        digit_ = digit;
      }
      return true;
    }
    const auto times = multiplier(character);
    return times >= ten_thousand ? close_section(times) : add(times);
  }

  /// 一百二 may be 102 or 120: a last digit needs 十 before it, or 零.
  std::optional<std::uint64_t> total() const {
    if (gap_ && !digit_) return std::nullopt;
    if (digit_ && last_ != 10 && last_ != 0 && !gap_) return std::nullopt;
    return total_ + section_ + digit_.value_or(0);
  }

private:
  bool add(std::uint64_t times) {
    const bool bare_ten = times == 10 && !digit_ && section_ == 0 && total_ == 0;
    if (!digit_ && !bare_ten) return false;
    if (last_ != 0 && last_ <= times) return false;
    section_ += times * digit_.value_or(1);
    last_ = times;
    digit_.reset();
    gap_ = false;
    return true;
  }

  bool close_section(std::uint64_t times) {
    const auto section = section_ + digit_.value_or(0);
    if (section == 0 || (section_last_ != 0 && section_last_ <= times)) return false;
    total_ += section * times;
    section_ = 0;
    section_last_ = times;
    last_ = times;  // 三万五 may be 30,005 or 35,000.
    digit_.reset();
    gap_ = false;
    return true;
  }

  std::uint64_t total_ = 0;
  std::uint64_t section_ = 0;  ///< Below the last 万 or 亿.
  std::uint64_t section_last_ = 0;
  std::uint64_t last_ = 0;  ///< The last multiplier.
  std::optional<unsigned> digit_;
  bool gap_ = false;  ///< A 零 stands before.
};

/// 二〇二七, digit by digit; nothing where a character is none.
std::optional<std::string> spelt_out(std::u32string_view numeral) {
  std::string digits;
  for (const auto character : numeral) {
    const auto digit = chinese_digit(character);
    if (!digit) return std::nullopt;
    digits += static_cast<char>('0' + *digit);
  }
  return digits;
}

std::optional<std::string> whole_number(std::u32string_view numeral) {
  if (numeral.empty() || numeral.size() > longest_numeral) return std::nullopt;
  if (auto digits = spelt_out(numeral)) return digits;
  Tally tally;
  for (const auto character : numeral) {
    if (!tally.take(character)) return std::nullopt;
  }
  const auto total = tally.total();
  return total ? std::optional{std::to_string(*total)} : std::nullopt;
}

/// Takes a numeral off the front: its digits, and how many bytes it has.
std::optional<std::pair<std::string, std::size_t>> chinese_number(std::string_view text) {
  std::u32string whole;
  std::u32string fraction;
  bool point = false;
  std::size_t end = 0;
  for (std::size_t position = 0; position < text.size(); end = position) {
    const auto character = next_character(text, position);
    if (character == U'点' && !point && !whole.empty()) {
      point = true;
    } else if (chinese_digit(character) || (!point && multiplier(character) != 0)) {
      (point ? fraction : whole) += character;
    } else {
      break;
    }
  }
  auto digits = whole_number(whole);
  const auto behind = spelt_out(fraction);
  if (!digits || !behind || point == behind->empty()) return std::nullopt;
  if (point) *digits += "." + *behind;
  return std::pair{std::move(*digits), end};
}

std::size_t digits_at(std::string_view text, std::size_t start) {
  const auto end = text.find_first_not_of("0123456789", start);
  return (end == std::string_view::npos ? text.size() : end) - start;
}

/// The same for a number in digits, of which 1,200 has groups of three.
std::optional<std::pair<std::string, std::size_t>> arabic_number(std::string_view text) {
  std::size_t end = digits_at(text, 0);
  if (end == 0) return std::nullopt;
  std::string digits{text.substr(0, end)};
  const bool grouped = end <= 3;
  while (grouped && text.substr(end).starts_with(',') && digits_at(text, end + 1) == 3) {
    digits += text.substr(end + 1, 3);
    end += 4;
  }
  if (text.substr(end).starts_with('.')) {
    const auto places = digits_at(text, end + 1);
    if (places == 0) return std::nullopt;
    digits += text.substr(end, places + 1);
    end += places + 1;
  }
  return std::pair{std::move(digits), end};
}

bool take_off(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

struct Unit {
  std::string_view name;
  std::array<std::string_view, 7> words;  ///< In Chinese first.
};

constexpr std::array units{
    Unit{"credit", {"学分", "credits"}},
    Unit{"hour", {"学时", "课时", "小时", "hours", "hrs", "h"}},
    Unit{"week", {"周", "星期", "weeks", "w"}},
    Unit{"day", {"天", "日", "days", "d"}},
    Unit{"year", {"年", "years", "y"}},
    Unit{"person", {"人", "名", "位", "people", "persons", "students"}},
    Unit{"percent", {"%", "per cent"}},
};

}  // namespace

std::optional<WrittenNumber> read_number(std::string_view text) {
  const auto plain = nfkc(text);
  auto rest = trimmed(plain);
  const bool percent = take_off(rest, "百分之");
  const bool negative = take_off(rest, "-") || take_off(rest, "−") || take_off(rest, "负");
  if (!negative) take_off(rest, "+");
  auto number = arabic_number(rest);
  if (!number) number = chinese_number(rest);
  if (!number) return std::nullopt;
  const auto behind = trimmed(rest.substr(number->second));
  if (percent && !behind.empty()) return std::nullopt;
  return WrittenNumber{(negative ? "-" : "") + number->first, percent ? "%" : std::string{behind}};
}

std::string_view unit_called(std::string_view word) {
  if (word.empty()) return {};
  const auto found = std::ranges::find_if(units, [&](const Unit& unit) {
    return unit.name == word || std::ranges::find(unit.words, word) != unit.words.end();
  });
  return found == units.end() ? std::string_view{} : found->name;
}

std::string_view chinese_unit(std::string_view unit) {
  const auto found = std::ranges::find(units, unit, &Unit::name);
  return found == units.end() ? unit : found->words.front();
}

}  // namespace guantong
