// Numbers as people write them: in full-width digits, in Chinese, in groups of three, with a unit.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace guantong {

struct WrittenNumber {
  std::string digits;  ///< "-12.5": perhaps a sign, digits, perhaps a point and digits.
  std::string unit;    ///< What stands behind it as it was written; "%" for 百分之.
};

/// Reads a number off the front of a text: 64, ６４, 1,200, 六十四, 两百, 二〇二七, 三点五,
/// 百分之二十. Nothing where there is none, or where it could be meant in two ways, as 一百二
/// could.
std::optional<WrittenNumber> read_number(std::string_view text);

/// The unit of the record types that people call by this word, as "hour" is called 学时, 课时 and
/// h; empty for a word that is none.
std::string_view unit_called(std::string_view word);

/// What a unit of the record types is called in Chinese: "hour" is 学时.
std::string_view chinese_unit(std::string_view unit);

}  // namespace guantong
