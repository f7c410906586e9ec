// The pieces of a text that are merged as wholes: sentences, headings, list numbers.
#pragma once

#include <string_view>
#include <vector>

namespace guantong {

/// Splits `text` into units; put behind each other they are `text` again, whatever its bytes.
///
/// A unit ends behind a line's end, behind 。！？；, and behind . ! ? ; where space or the end of
/// the line follows (so "3.5" stays whole). Terminators in a row, the closing quotes and brackets
/// directly behind them, then spaces, then line ends all stay with the unit they end: also "\r\n"
/// and empty lines. The ellipsis …… ends nothing. A list number at the start of a line ("1.",
/// "1、", "1)", "一、", "（一）", "(1)", "①") is a unit, with the spaces around it.
///
/// The views live as long as what `text` looks at. Takes time linear in the size of `text`.
std::vector<std::string_view> split_units(std::string_view text);

}  // namespace guantong
