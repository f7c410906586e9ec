#include "cli/qr.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <qrencode.h>

#include "client/handle.h"
#include "client/text.h"

namespace guantong {
namespace {

using testing::Each;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr std::size_t quiet_zone = 4;

/// Rows of modules: '#' is dark, '.' light.
using Modules = std::vector<std::string>;

std::pair<char, char> modules_of(char32_t character) {
  switch (character) {
    case U'█':
      return {'#', '#'};
    case U'▀':
      return {'#', '.'};
    case U'▄':
      return {'.', '#'};
    case U' ':
      return {'.', '.'};
    default:
      return {'?', '?'};
  }
}

/// What a camera sees of the lines.
Modules modules_of(const std::vector<std::string>& lines) {
  Modules rows;
  for (const auto& line : lines) {
    std::string upper;
    std::string lower;
    for (std::size_t position = 0; position < line.size();) {
      const auto [above, below] = modules_of(next_character(line, position));
      upper += above;
      lower += below;
    }
    rows.push_back(upper);
    rows.push_back(lower);
  }
  return rows;
}

/// The code alone, as libqrencode makes it.
Modules libqrencode_modules(const std::string& text) {
  const Handle<QRcode, QRcode_free> code{
      QRcode_encodeString(text.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1)};
  if (code == nullptr) return {};
  const auto width = static_cast<std::size_t>(code->width);
  Modules rows(width, std::string(width, '.'));
  for (std::size_t module = 0; module < width * width; ++module) {
    if ((code->data[module] & 1) != 0) rows[module / width][module % width] = '#';
  }
  return rows;
}

Modules without_quiet_zone(const Modules& rows, std::size_t width) {
  Modules inner;
  for (std::size_t row = quiet_zone; row < quiet_zone + width; ++row)
    inner.push_back(rows.at(row).substr(quiet_zone, width));
  return inner;
}

std::vector<std::string> samples() {
  return {"1",
          "GUANTONG",
          "https://example.org/plan.git#3q2+7w",
          "贯通培养：bitc 邀请",
          std::string(300, 'x'),
          std::string(2331, 'x')};
}

TEST(QrLines, ShowTheModulesOfLibqrencode) {
  for (const auto& text : samples()) {
    const auto expected = libqrencode_modules(text);
    ASSERT_THAT(expected, Not(IsEmpty()));
    const auto shown = modules_of(qr_lines(text, Surface::text));
    ASSERT_GE(shown.size(), expected.size() + 2 * quiet_zone);
    EXPECT_EQ(without_quiet_zone(shown, expected.size()), expected) << text;
  }
}

TEST(QrLines, LeaveFourLightModulesOnEverySide) {
  for (const auto& text : samples()) {
    auto rows = modules_of(qr_lines(text, Surface::text));
    const auto width = libqrencode_modules(text).size();
    for (std::size_t row = 0; row < width; ++row)
      rows.at(quiet_zone + row).replace(quiet_zone, width, width, '.');
    // A line has two rows, and the code an odd number.
    EXPECT_THAT(rows, SizeIs(width + 2 * quiet_zone + 1));
    EXPECT_THAT(rows, Each(std::string(width + 2 * quiet_zone, '.'))) << text;
  }
}

TEST(QrLines, AreAllOfTheWidthThatTheirNumberSays) {
  for (const auto& text : samples()) {
    const auto lines = qr_lines(text, Surface::text);
    for (const auto& line : lines)
      EXPECT_EQ(display_width(line), 2 * lines.size() - 1) << text;
  }
}

TEST(QrLines, AreBlackOnWhiteOnATerminalWhateverItsColours) {
  const auto plain = qr_lines("text", Surface::text);
  auto painted = qr_lines("text", Surface::terminal);
  ASSERT_THAT(painted, SizeIs(plain.size()));
  for (std::size_t i = 0; i < plain.size(); ++i)
    EXPECT_EQ(painted[i], "\x1b[38;5;16;48;5;231m" + plain[i] + "\x1b[0m");
}

TEST(QrLines, AreNoneForWhatNoCodeHolds) {
  EXPECT_THAT(qr_lines("", Surface::text), IsEmpty());
  EXPECT_THAT(qr_lines(std::string(2332, 'x'), Surface::text), IsEmpty());
  EXPECT_THAT(qr_lines(std::string_view{"a\0b", 3}, Surface::text), IsEmpty());
}

}  // namespace
}  // namespace guantong
