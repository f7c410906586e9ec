#include "cli/qr.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <qrencode.h>

#include "client/handle.h"

namespace guantong {
namespace {

constexpr int quiet_zone = 4;

// Corners of the cube of 256 colours. The first sixteen are whatever the terminal's theme makes of
// them, which may be grey on grey.
constexpr std::string_view black_on_white = "\x1b[38;5;16;48;5;231m";
constexpr std::string_view own_colours = "\x1b[0m";

/// Null for what no code can hold.
Handle<QRcode, QRcode_free> encode(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return nullptr;  // libqrencode would stop there.
  constexpr int version_that_fits = 0;
  constexpr int case_sensitive = 1;
  return Handle<QRcode, QRcode_free>{QRcode_encodeString(
      std::string{text}.c_str(), version_that_fits, QR_ECLEVEL_M, QR_MODE_8, case_sensitive)};
}

bool is_dark(const QRcode& code, int column, int row) {
  const bool inside = column >= 0 && column < code.width && row >= 0 && row < code.width;
  return inside && (code.data[row * code.width + column] & 1) != 0;
}

std::string_view character_of(bool upper, bool lower) {
  if (upper) return lower ? "█" : "▀";
  return lower ? "▄" : " ";
}

/// Two rows of modules. Below the last row it is light: the number of rows is odd.
std::string line_of(const QRcode& code, int upper_row) {
  std::string line;
  for (int column = -quiet_zone; column < code.width + quiet_zone; ++column)
    line += character_of(is_dark(code, column, upper_row), is_dark(code, column, upper_row + 1));
  return line;
}

std::string painted(const std::string& line) {
  return std::string{black_on_white} + line + std::string{own_colours};
}

}  // namespace

std::vector<std::string> qr_lines(std::string_view text, Surface surface) {
  const auto code = encode(text);
  if (code == nullptr) return {};
  std::vector<std::string> lines;
  for (int row = -quiet_zone; row < code->width + quiet_zone; row += 2) {
    const std::string line = line_of(*code, row);
    lines.push_back(surface == Surface::terminal ? painted(line) : line);
  }
  return lines;
}

}  // namespace guantong
