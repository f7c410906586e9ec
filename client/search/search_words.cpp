#include "client/search/search_words.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unicode/stringpiece.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utypes.h>

#include "client/text.h"

namespace guantong {
namespace {

/// How many syllables one piece has at most: longer names are found by their beginning.
constexpr std::size_t syllables_most = 8;

/// A run of letters of one sort.
struct WordRun {
  bool is_han = false;
  std::vector<std::string> letters;  ///< UTF-8, one a character, in small letters.

  std::string text(std::size_t from, std::size_t count) const {
    std::string all;
    for (std::size_t i = from; i < std::min(from + count, letters.size()); ++i)
      all += letters[i];
    return all;
  }
  std::string text() const { return text(0, letters.size()); }
};

bool is_han(UChar32 letter) {
  UErrorCode status = U_ZERO_ERROR;
  return uscript_getScript(letter, &status) == USCRIPT_HAN;
}

std::vector<WordRun> runs_of(std::string_view text) {
  std::vector<WordRun> runs;
  bool inside = false;
  const auto letters = icu::UnicodeString::fromUTF8(nfkc(text)).toLower();
  for (std::int32_t i = 0; i < letters.length(); i = letters.moveIndex32(i, 1)) {
    const auto letter = letters.char32At(i);
    if (u_isalnum(letter) == 0) {
      inside = false;
      continue;
    }
    const bool han = is_han(letter);
    if (!inside || runs.back().is_han != han) runs.push_back({han, {}});
    inside = true;
    icu::UnicodeString{letter}.toUTF8String(runs.back().letters.emplace_back());
  }
  return runs;
}

void add_word(std::string& words, std::string_view word) {
  if (!words.empty()) words += ' ';
  words += word;
}

/// What ICU has no reading of stays as it is, and takes several bytes.
std::string_view first_letter(std::string_view syllable) {
  std::size_t end = 0;
  next_character(syllable, end);
  return syllable.substr(0, end);
}

/// From each syllable on those that follow, whole and by their first letters.
void add_sounds(std::string& sounds, const std::vector<std::string>& syllables) {
  for (std::size_t from = 0; from < syllables.size(); ++from) {
    std::string whole;
    std::string initials;
    for (std::size_t i = from; i < std::min(from + syllables_most, syllables.size()); ++i) {
      whole += syllables[i];
      initials += first_letter(syllables[i]);
    }
    add_word(sounds, whole);
    add_word(sounds, initials);
  }
}

/// "数据库" as "shu ju ku"; null where ICU was built without its rules.
const icu::Transliterator* han_to_latin() {
  static const std::unique_ptr<icu::Transliterator> rules = [] {
    UErrorCode status = U_ZERO_ERROR;
    return std::unique_ptr<icu::Transliterator>{icu::Transliterator::createInstance(
        "Han-Latin/Names; Latin-ASCII; Lower", UTRANS_FORWARD, status)};
  }();
  return rules.get();
}

/// "shu", "ju", "ku", of Chinese or of pinyin with or without tones.
std::vector<std::string> syllables_of(std::string_view text) {
  std::vector<std::string> syllables;
  const auto* rules = han_to_latin();
  if (rules == nullptr) return syllables;
  auto latin = icu::UnicodeString::fromUTF8(
      icu::StringPiece{text.data(), static_cast<std::int32_t>(text.size())});
  rules->transliterate(latin);
  std::string read;
  for (const auto& run : runs_of(latin.toUTF8String(read)))
    syllables.push_back(run.text());
  return syllables;
}

}  // namespace

std::string search_words(std::string_view text) {
  std::string words;
  for (const auto& run : runs_of(text)) {
    if (!run.is_han) {
      add_word(words, run.text());
      continue;
    }
    for (std::size_t i = 0; i < run.letters.size(); ++i)
      add_word(words, run.text(i, 2));
  }
  return words;
}

std::string search_sounds(std::string_view text) {
  std::string sounds;
  for (const auto& run : runs_of(text)) {
    if (run.is_han) add_sounds(sounds, syllables_of(run.text()));
  }
  return sounds;
}

std::string search_sounds_of_pinyin(std::string_view pinyin) {
  std::string sounds;
  add_sounds(sounds, syllables_of(pinyin));
  return sounds;
}

std::string pinyin_of(std::string_view name) {
  return fmt::format("{}", fmt::join(syllables_of(name), ""));
}

std::string search_query(std::string_view typed) {
  std::string query;
  for (const auto& run : runs_of(typed)) {
    if (run.is_han && run.letters.size() > 1) {
      // Pairs next to each other are the text as it stands.
      std::string pairs;
      for (std::size_t i = 0; i + 1 < run.letters.size(); ++i)
        add_word(pairs, run.text(i, 2));
      add_word(query, '"' + pairs + '"');
    } else {
      add_word(query, '"' + run.text() + "\" *");
    }
  }
  return query;
}

}  // namespace guantong
