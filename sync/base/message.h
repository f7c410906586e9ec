// A sentence for a person: kept as its English text and arguments, so that it can be said in Chinese.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace guantong {

struct Message {
  std::string id;                      ///< English, in fmt's syntax; what catalogs look up.
  std::vector<std::string> arguments;  ///< Names, values and numbers; never sentences.
  std::vector<Message> causes;         ///< At most one: what this message puts in context.

  bool operator==(const Message&) const = default;
};

template <class... Arguments>
Message message(std::string_view id, const Arguments&... arguments) {
  return {std::string{id}, {fmt::format("{}", arguments)...}, {}};
}

/// Puts the arguments into `pattern` (a message's id or its translation). A pattern that does not
/// fit its arguments comes back as it is: a bad catalog must not hide an error.
std::string fill_in(const std::string& pattern, const std::vector<std::string>& arguments);

/// The message in English, with what caused it behind a colon.
std::string in_english(const Message& message);

}  // namespace guantong
