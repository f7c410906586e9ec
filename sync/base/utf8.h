// UTF-8, decoded strictly: overlong forms, surrogates and cut-off sequences are none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace guantong {

/// The code point at `position`, which is moved behind it; negative, and behind however much of it
/// stands there, for what is not UTF-8.
std::int32_t next_code_point(std::string_view text, std::size_t& position);

/// Whether `text` is whole and well-formed UTF-8 without NUL.
bool is_text(std::string_view text);

}  // namespace guantong
