// Text from people and files: what may be stored, one spelling of it, and how to show it safely.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sync/base/result.h"

namespace guantong {

bool is_utf8(std::string_view text);

/// The text in Normalization Form C, in which what we store is spelt (Unicode Standard Annex #15).
/// `text` is UTF-8.
std::string nfc(std::string_view text);

/// The text in Normalization Form KC: full-width letters, digits and brackets become their plain
/// kin. For codes and numbers only; it would flatten what someone wrote. `text` is UTF-8.
std::string nfkc(std::string_view text);

/// The text without the white space around it, whatever the script. `text` is UTF-8.
std::string_view trimmed(std::string_view text);

/// The letters and digits alone, in Normalization Form KC and one case: what is left is the same
/// however somebody set blanks and punctuation. For comparing only. `text` is UTF-8.
std::string letters_of(std::string_view text);

/// Fails with `invalid`, naming the first offender, unless the text is UTF-8 of at most
/// `max_characters`, free of control characters (newline and tab are welcome) and of those that
/// turn the direction of writing: U+202A to U+202E, U+2066 to U+2069. See "Trojan Source" (2021).
Result<void> check_text(std::string_view text, std::size_t max_characters);

/// Counts code points, as 字数 does for Chinese. Each broken sequence counts as one.
std::size_t count_characters(std::string_view text);

/// Returns the code point at `position`, which must be inside `text`, and moves `position` behind
/// it. What is not UTF-8 comes back as U+FFFD.
char32_t next_character(std::string_view text, std::size_t& position);

/// Terminal columns: 2 for what is wide in East Asia, 0 for what joins the character before it and
/// for controls, 1 for the rest (Unicode Standard Annex #11; "ambiguous" is narrow).
std::size_t display_width(char32_t character);
std::size_t display_width(std::string_view text);

/// The text itself if it fits into `width` columns, else as much of it as leaves room for "…".
std::string cut_to_width(std::string_view text, std::size_t width);

enum class Newlines { escape, keep };

/// The text with nothing left in it that could drive a terminal or turn the direction of writing:
/// such characters are spelt out (\n, \x1b, \u202e), and what is not UTF-8 becomes U+FFFD.
std::string printable(std::string_view text, Newlines newlines = Newlines::escape);

/// A number that is stored as an integer: 45 at scale 10 is "4.5".
std::string decimal(std::int64_t stored, std::int64_t scale);

/// Whether two names are hard to tell apart: the same letters, letters that look the same, or marks
/// that nobody sees (Unicode Technical Standard #39, "confusable").
bool looks_like(std::string_view one, std::string_view other);

}  // namespace guantong
