// QR codes on a terminal, to be taken over with a telephone's camera.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace guantong {

enum class Surface : std::uint8_t {
  terminal,  ///< Black on white by escape codes, whatever the terminal's own colours.
  text,      ///< Characters alone: dark modules are ink, as for a file that is printed.
};

/// The QR code of `text` (ISO/IEC 18004, error correction M: up to 15 % may be unreadable) with its
/// quiet zone of 4 modules. A character shows two modules, one above the other; each line is
/// `2 * lines - 1` columns wide, ends in no '\n' and must not be wrapped.
///
/// No lines for what no code can hold: an empty text, one with U+0000, or more than 2331 bytes
/// (somewhat more if most of them are digits or capital letters). So show the text as well.
std::vector<std::string> qr_lines(std::string_view text, Surface surface);

}  // namespace guantong
