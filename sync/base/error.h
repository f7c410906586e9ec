// The one error type. A code for the program to branch on, a message for a person to read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sync/base/message.h"

namespace guantong {

/// What a caller can do something about; anything else is `io` or `corrupt`.
enum class Errc : std::uint8_t {
  invalid,    ///< The caller's input is wrong; retrying will not help.
  not_found,  ///< It is not there.
  conflict,   ///< Someone else changed it first; look again and retry.
  busy,       ///< Locked for now; try again.
  offline,    ///< The remote cannot be reached; local work goes on.
  denied,     ///< A key or a permission is missing.
  corrupt,    ///< Stored or received data breaks its own rules.
  too_new,    ///< Written by a later version: keep it and pass it on, do not judge it.
  io,         ///< The disk, SQLite or git failed.
};

struct Error {
  Errc code = Errc::io;
  Message message;  ///< Outermost context first, no full stop.
};

/// Makes an Error whose text can be shown in any language: `id` is the English text, with {} or {0}
/// where the arguments go.
template <class... Arguments>
Error fail(Errc code, std::string_view id, const Arguments&... arguments) {
  return {code, message(id, arguments...)};
}

/// Returns the code's name, for logs and JSON output ("not_found").
std::string_view name_of(Errc code) noexcept;

}  // namespace guantong
