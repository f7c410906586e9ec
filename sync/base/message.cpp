#include "sync/base/message.h"

#include <string>
#include <vector>

#include <fmt/args.h>
#include <fmt/format.h>

namespace guantong {

std::string fill_in(const std::string& pattern, const std::vector<std::string>& arguments) {
  fmt::dynamic_format_arg_store<fmt::format_context> store;
  for (const auto& argument : arguments)
    store.push_back(argument);
  try {
    return fmt::vformat(pattern, store);
  } catch (const fmt::format_error&) {
    return pattern;
  }
}

std::string in_english(const Message& message) {
  std::string text = fill_in(message.id, message.arguments);
  for (const auto& cause : message.causes)
    text += ": " + in_english(cause);
  return text;
}

}  // namespace guantong
