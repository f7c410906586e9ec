#include "client/crypto/recovery_key.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/crockford.h"
#include "client/crypto/device_key.h"
#include "client/crypto/guarded_bytes.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "tests/support/result_matchers.h"

namespace guantong {
namespace {

using test::fails_with;
using test::is_ok;
using testing::HasSubstr;

DeviceKey key_of(std::string_view seed_hex) {
  return *DeviceKey::from_seed(*GuardedBytes::copy_of(*from_hex(seed_hex)));
}

/// Of the seed 00 01 02 … 1f; the checks were made with Python's hashlib.
constexpr std::string_view counting =
    "000G-40R4-0M30-EY63\n"
    "104G-M2RC-1M70-Y2AG\n"
    "208H-44RM-2MB1-FAKP\n"
    "30CH-M6RW-3MF1-ZJK2\n";
DeviceKey counting_key() {
  return key_of("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
}

/// Of RFC 8032's seed, 7.1, test 2.
const std::string sheet =
    "9K6G-H6S8-ZYBD-NPHA\n"
    "KPVC-6HQC-2570-YYTV\n"
    "BE53-37SN-NEK2-8KJ6\n"
    "VA6F-DVAF-Q2KF-PT97\n";
DeviceKey sheet_key() {
  return key_of("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
}

std::string printed(const DeviceKey& key) {
  return std::string{recovery_text(key)->view()};
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    lines.emplace_back(text.substr(0, text.find('\n')));
    text.remove_prefix(lines.back().size() + 1);
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  return fmt::format("{}\n", fmt::join(lines, "\n"));
}

std::string refusal(std::string_view text) {
  const auto key = read_recovery_text(text);
  EXPECT_THAT(key, fails_with(Errc::invalid)) << text;
  return key ? "" : in_english(key.error().message);
}

void expect_sheet(std::string_view text) {
  const auto key = read_recovery_text(text);
  ASSERT_THAT(key, is_ok()) << text;
  EXPECT_EQ(key->public_key(), sheet_key().public_key()) << text;
}

TEST(RecoveryKey, OfAKnownSeedIsPrintedAsItsFormSays) {
  EXPECT_EQ(printed(counting_key()), counting);
  EXPECT_EQ(printed(sheet_key()), sheet);
}

TEST(RecoveryKey, IsReadAsItWasPrinted) {
  for (int i = 0; i < 100; ++i) {
    const auto key = DeviceKey::generate();
    ASSERT_THAT(key, is_ok());
    const auto read = read_recovery_text(printed(*key));
    ASSERT_THAT(read, is_ok());
    EXPECT_EQ(read->public_key(), key->public_key());
    EXPECT_EQ(read->sign("message"), key->sign("message"));
  }
}

TEST(RecoveryKey, IsReadHoweverPeopleTypeIt) {
  expect_sheet(sheet.substr(0, sheet.size() - 1));
  expect_sheet("\r\n " + sheet + "\n\n");
  std::string lower = sheet;
  std::ranges::transform(
      lower, lower.begin(), [](char c) { return c >= 'A' ? static_cast<char>(c | 0x20) : c; });
  expect_sheet(lower);
  std::string spaced = sheet;
  std::ranges::replace(spaced, '-', ' ');
  expect_sheet(spaced);
  std::string bare = sheet;
  std::erase_if(bare, [](char c) { return c == '-' || c == '\n'; });
  expect_sheet(bare);
  std::string groups = sheet;
  std::ranges::replace(groups, '-', '\n');
  expect_sheet(groups);
}

TEST(RecoveryKey, TakesLettersForTheDigitsTheyLookLike) {
  std::string text{counting};
  bool capital = false;
  for (auto& c : text) {
    if (c == '0') c = capital ? 'O' : 'o';
    if (c == '1') c = capital ? 'I' : 'l';
    capital = !capital;
  }
  const auto key = read_recovery_text(text);
  ASSERT_THAT(key, is_ok());
  EXPECT_EQ(key->public_key(), counting_key().public_key());
}

TEST(RecoveryKey, NamesTheLineInWhichALetterIsWrong) {
  for (std::size_t i = 0; i < sheet.size(); ++i) {
    const auto value = crockford_value(sheet[i]);
    if (!value) continue;
    for (unsigned other = 0; other < 32; ++other) {
      if (other == *value) continue;
      auto wrong = sheet;
      wrong[i] = crockford_letters[other];
      EXPECT_THAT(refusal(wrong), HasSubstr(fmt::format("line {} ", i / 20 + 1))) << wrong;
    }
  }
}

TEST(RecoveryKey, NamesTheLineInWhichNeighboursChangedPlaces) {
  for (std::size_t i = 0; i + 1 < sheet.size(); ++i) {
    auto wrong = sheet;
    std::swap(wrong[i], wrong[i + 1]);
    if (!crockford_value(sheet[i]) || !crockford_value(sheet[i + 1]) || wrong == sheet) continue;
    EXPECT_THAT(refusal(wrong), HasSubstr(fmt::format("line {} ", i / 20 + 1))) << wrong;
  }
}

TEST(RecoveryKey, NamesTheLineThatLeftItsPlace) {
  auto lines = lines_of(sheet);
  std::swap(lines[1], lines[2]);
  EXPECT_THAT(refusal(joined(lines)), HasSubstr("line 2 "));
}

TEST(RecoveryKey, NamesTheLineThatComesFromAnotherSheet) {
  for (std::size_t line = 1; line < 4; ++line) {
    auto lines = lines_of(sheet);
    lines[line] = lines_of(counting)[line];
    EXPECT_THAT(refusal(joined(lines)), HasSubstr(fmt::format("line {} ", line + 1)));
  }
}

TEST(RecoveryKey, NamesTheLineWithALetterTooFewOrTooMany) {
  for (std::size_t line = 0; line < 4; ++line) {
    auto lines = lines_of(sheet);
    lines[line].pop_back();
    EXPECT_THAT(refusal(joined(lines)),
                HasSubstr(fmt::format("line {} of the recovery key has 15 letters", line + 1)));
    lines[line] += "00";
    EXPECT_THAT(refusal(joined(lines)),
                HasSubstr(fmt::format("line {} of the recovery key has 17 letters", line + 1)));
  }
}

TEST(RecoveryKey, SaysHowMuchOfItIsMissing) {
  EXPECT_THAT(refusal(""), HasSubstr("has 64 letters, and this has 0"));
  EXPECT_THAT(refusal(sheet.substr(0, 40)), HasSubstr("and this has 32"));
  EXPECT_THAT(refusal(sheet + sheet), HasSubstr("and this has 128"));
}

TEST(RecoveryKey, ShowsWhatIsNoLetterOfIt) {
  auto with_u = sheet;
  with_u[0] = 'u';
  EXPECT_THAT(refusal(with_u), HasSubstr("\"u\" after 0 letters"));
  EXPECT_THAT(refusal("9K6G 马"), HasSubstr("\"马\" after 4 letters"));
  EXPECT_THAT(refusal("9K\x1b"), HasSubstr("\"\\x1b\" after 2 letters"));
}

}  // namespace
}  // namespace guantong
