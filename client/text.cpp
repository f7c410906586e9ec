#include "client/text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>
#include <unicode/umachine.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>
#include <unicode/utypes.h>

#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/base/utf8.h"

namespace guantong {
namespace {

constexpr char32_t replacement = 0xFFFD;

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Nothing but a control character is below U+0020, or from U+007F to U+009F.
bool is_control(char32_t character) {
  return character < 0x20 || (character >= 0x7F && character <= 0x9F);
}

bool turns_direction(char32_t character) {
  return (character >= 0x202A && character <= 0x202E) ||
         (character >= 0x2066 && character <= 0x2069);
}

using Instance = const icu::Normalizer2* (*)(UErrorCode&);

/// ICU fails only where its own data is missing; text as it came is then better than none.
std::string normalize(std::string_view text, Instance instance) {
  if (is_ascii(text)) return std::string{text};
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = instance(status);
  if (U_FAILURE(status)) return std::string{text};
  std::string normal;
  icu::StringByteSink<std::string> sink{&normal};
  const icu::StringPiece piece{text.data(), static_cast<std::int32_t>(text.size())};
  normalizer->normalizeUTF8(0, piece, sink, nullptr, status);
  return U_SUCCESS(status) ? normal : std::string{text};
}

std::string name_of(char32_t character) {
  return fmt::format("U+{:04X}", static_cast<std::uint32_t>(character));
}

std::string escape(char32_t character) {
  switch (character) {
    case U'\n':
      return "\\n";
    case U'\r':
      return "\\r";
    case U'\t':
      return "\\t";
    default:
      const auto number = static_cast<std::uint32_t>(character);
      return number < 0x100 ? fmt::format("\\x{:02x}", number) : fmt::format("\\u{:04x}", number);
  }
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t position = 0; position < text.size();) {
    if (next_code_point(text, position) < 0) return false;
  }
  return true;
}

std::string nfc(std::string_view text) {
  return normalize(text, icu::Normalizer2::getNFCInstance);
}

std::string nfkc(std::string_view text) {
  return normalize(text, icu::Normalizer2::getNFKCInstance);
}

std::string_view trimmed(std::string_view text) {
  std::size_t first = text.size();
  std::size_t end = text.size();
  for (std::size_t position = 0; position < text.size();) {
    const auto start = position;
    const UChar32 character = next_code_point(text, position);
    if (character >= 0 && u_isUWhiteSpace(character) != 0) continue;
    first = std::min(first, start);
    end = position;
  }
  return first == text.size() ? std::string_view{} : text.substr(first, end - first);
}

std::string letters_of(std::string_view text) {
  const auto plain = nfkc(text);
  icu::UnicodeString letters;
  for (std::size_t position = 0; position < plain.size();) {
    const UChar32 character = next_code_point(plain, position);
    if (character >= 0 && u_isalnum(character) != 0)
      letters.append(u_foldCase(character, U_FOLD_CASE_DEFAULT));
  }
  std::string utf8;
  return letters.toUTF8String(utf8);
}

Result<void> check_text(std::string_view text, std::size_t max_characters) {
  std::size_t count = 0;
  for (std::size_t position = 0; position < text.size();) {
    const UChar32 decoded = next_code_point(text, position);
    ++count;
    if (decoded < 0) return fail(Errc::invalid, "character {} is not UTF-8", count);
    const auto character = static_cast<char32_t>(decoded);
    if (is_control(character) && character != U'\n' && character != U'\t')
      return fail(
          Errc::invalid, "character {} is {}, a control character", count, name_of(character));
    if (turns_direction(character))
      return fail(Errc::invalid,
                  "character {} is {}, which turns the direction of writing",
                  count,
                  name_of(character));
  }
  if (count > max_characters)
    return fail(Errc::invalid,
                "the text has {} characters; {} at most may be stored",
                count,
                max_characters);
  return {};
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t position = 0; position < text.size(); ++count)
    next_code_point(text, position);
  return count;
}

char32_t next_character(std::string_view text, std::size_t& position) {
  const UChar32 character = next_code_point(text, position);
  return character < 0 ? replacement : static_cast<char32_t>(character);
}

std::size_t display_width(char32_t character) {
  if (is_control(character)) return 0;
  if (character < 0x7F || character == 0xAD) return 1;  // A terminal shows the soft hyphen.
  const auto code = static_cast<UChar32>(character);
  constexpr std::uint32_t joining = U_GC_MN_MASK | U_GC_ME_MASK | U_GC_CF_MASK;
  if ((U_MASK(u_charType(code)) & joining) != 0) return 0;
  // The vowels and final consonants of a Korean syllable are drawn into its first letter.
  const int syllable = u_getIntPropertyValue(code, UCHAR_HANGUL_SYLLABLE_TYPE);
  if (syllable == U_HST_VOWEL_JAMO || syllable == U_HST_TRAILING_JAMO) return 0;
  const int width = u_getIntPropertyValue(code, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t position = 0; position < text.size();)
    width += display_width(next_character(text, position));
  return width;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
  std::size_t used = 0;
  std::size_t kept = 0;  // Bytes that leave a column for the ellipsis.
  for (std::size_t position = 0; position < text.size();) {
    used += display_width(next_character(text, position));
    if (used < width) kept = position;
    if (used > width) return width == 0 ? "" : std::string{text.substr(0, kept)} + "…";
  }
  return std::string{text};
}

std::string printable(std::string_view text, Newlines newlines) {
  std::string shown;
  shown.reserve(text.size());
  for (std::size_t position = 0; position < text.size();) {
    const std::size_t start = position;
    const UChar32 decoded = next_code_point(text, position);
    const auto character = static_cast<char32_t>(decoded);
    if (decoded < 0) {
      shown += "\uFFFD";
    } else if (character == U'\n' && newlines == Newlines::keep) {
      shown += '\n';
    } else if (is_control(character) || turns_direction(character) || character == 0x2028 ||
               character == 0x2029) {
      shown += escape(character);
    } else {
      shown += text.substr(start, position - start);
    }
  }
  return shown;
}

namespace {

/// ICU's skeletons keep what nobody sees.
std::string without_invisible(std::string_view text) {
  std::string seen;
  for (std::size_t position = 0; position < text.size();) {
    const auto start = position;
    const auto character = next_code_point(text, position);
    if (character < 0 || u_hasBinaryProperty(character, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) == 0)
      seen += text.substr(start, position - start);
  }
  return seen;
}

}  // namespace

std::string decimal(std::int64_t stored, std::int64_t scale) {
  const auto whole = stored / scale;
  const auto rest = std::abs(stored % scale);
  if (rest == 0) return std::to_string(whole);
  std::string digits = std::to_string(scale + rest).substr(1);
  while (digits.back() == '0')
    digits.pop_back();
  return fmt::format("{}{}.{}", stored < 0 && whole == 0 ? "-" : "", whole, digits);
}

bool looks_like(std::string_view first, std::string_view second) {
  const auto a = without_invisible(first);
  const auto b = without_invisible(second);
  if (nfc(a) == nfc(b)) return true;
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<USpoofChecker, decltype(&uspoof_close)> checker{uspoof_open(&status),
                                                                        &uspoof_close};
  if (U_FAILURE(status)) return false;
  const auto alike = uspoof_areConfusableUTF8(checker.get(),
                                              a.data(),
                                              static_cast<int32_t>(a.size()),
                                              b.data(),
                                              static_cast<int32_t>(b.size()),
                                              &status);
  return U_SUCCESS(status) && alike != 0;
}

}  // namespace guantong
