#include "client/fingerprint.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unicode/bytestream.h>
#include <unicode/parseerr.h>
#include <unicode/translit.h>
#include <unicode/unistr.h>
#include <unicode/utypes.h>

#include "client/fingerprint_words.h"
#include "client/text.h"
#include "sync/base/bytes.h"
#include "sync/base/hash.h"

namespace guantong {
namespace {

using testing::Each;
using testing::Ge;
using testing::SizeIs;

Digest id_of(std::string_view hex) {
  return *Digest::from(*from_hex(hex));
}

std::string everything(const ByteWords& words) {
  std::string text;
  for (const auto word : words)
    text += std::string{word} + '\n';
  return text;
}

/// Pinyin as it may be heard over the telephone, where neither tones nor every accent come through.
std::unique_ptr<icu::Transliterator> make_ear() {
  UParseError where{};
  UErrorCode status = U_ZERO_ERROR;
  const auto* rules =
      u":: Han-Latin; :: Latin-ASCII; zh > z; ch > c; sh > s; ng > l; n > l; hu > fu;";
  return std::unique_ptr<icu::Transliterator>{
      icu::Transliterator::createFromRules(u"ear", rules, UTRANS_FORWARD, where, status)};
}

std::string hear(const icu::Transliterator& ear, std::string_view word) {
  auto text = icu::UnicodeString::fromUTF8({word.data(), static_cast<std::int32_t>(word.size())});
  ear.transliterate(text);
  std::string heard;
  text.toUTF8String(heard);
  std::erase(heard, ' ');
  return heard;
}

TEST(FingerprintWords, AreAllDifferent) {
  for (const auto* words : {&english_words, &chinese_words}) {
    EXPECT_THAT(std::set<std::string_view>(words->begin(), words->end()), SizeIs(256));
  }
}

TEST(FingerprintWords, InEnglishAreToldApartByFourLetters) {
  std::vector<std::string_view> beginnings;
  for (const auto word : english_words)
    beginnings.push_back(word.substr(0, 4));
  EXPECT_THAT(beginnings, Each(SizeIs(Ge(3U))));
  // Sorted, a beginning stands right in front of what begins with it.
  std::ranges::sort(beginnings);
  for (std::size_t i = 1; i < beginnings.size(); ++i)
    EXPECT_FALSE(beginnings[i].starts_with(beginnings[i - 1])) << beginnings[i];
}

TEST(FingerprintWords, InEnglishAreOfSmallLetters) {
  for (const auto word : english_words) {
    EXPECT_TRUE(std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; })) << word;
    EXPECT_LE(word.size(), 8U) << word;
  }
}

TEST(FingerprintWords, InChineseHaveTwoCharacters) {
  for (const auto word : chinese_words) {
    EXPECT_EQ(count_characters(word), 2U) << word;
    for (std::size_t position = 0; position < word.size();) {
      const char32_t character = next_character(word, position);
      EXPECT_TRUE(character >= 0x4E00 && character <= 0x9FFF) << word;
    }
  }
}

TEST(FingerprintWords, InChineseSoundDifferentWithoutTonesAndWithAnAccent) {
  const auto ear = make_ear();
  ASSERT_NE(ear, nullptr);
  // Else it hears more than a telephone lets through.
  EXPECT_EQ(hear(*ear, "山羊"), hear(*ear, "三样"));
  std::set<std::string> heard;
  for (const auto word : chinese_words)
    EXPECT_TRUE(heard.insert(hear(*ear, word)).second) << word;
}

TEST(FingerprintWords, AreThoseThatPeopleHaveOnPaper) {
  EXPECT_EQ(to_hex(blake2b(everything(english_words)).raw()),
            "1ca4a528d0cc136a7ca0de349c1b1dc972aefe5308713435ddd237e4edf52950");
  EXPECT_EQ(to_hex(blake2b(everything(chinese_words)).raw()),
            "9d9c13cae8b2a1d27f47fa28d0afe2e6556476e1f9d2746ccec729e6842f4b65");
}

TEST(Fingerprint, SaysTheFirstEightBytesInWords) {
  const auto id = id_of("0001fffe10807f0a000000000000000000000000000000000000000000000000");
  EXPECT_EQ(fingerprint_in_english(id), "acorn actor zipper zebra bird moon monkey baker");
  EXPECT_EQ(fingerprint_in_chinese(id), "白菜 白鹅 嘴巴 钻石 草原 麻雀 玛瑙 冰箱");
}

TEST(Fingerprint, IsAnotherOneWhicheverOfThe64BitsChanges) {
  const auto id = blake2b("consortium");
  for (std::size_t bit = 0; bit < 64; ++bit) {
    auto other = id;
    other.bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_NE(fingerprint_in_english(other), fingerprint_in_english(id)) << bit;
    EXPECT_NE(fingerprint_in_chinese(other), fingerprint_in_chinese(id)) << bit;
  }
}

}  // namespace
}  // namespace guantong
