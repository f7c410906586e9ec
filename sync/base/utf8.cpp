#include "sync/base/utf8.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <unicode/utf8.h>

namespace guantong {

std::int32_t next_code_point(std::string_view text, std::size_t& position) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const std::size_t size = text.size();
  std::size_t next = position;
  UChar32 character = 0;
  U8_NEXT(bytes, next, size, character);  // NOLINT(bugprone-inc-dec-in-conditions)
  position = next;
  return character;
}

bool is_text(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (next_code_point(text, i) <= 0) return false;
  }
  return true;
}

}  // namespace guantong
