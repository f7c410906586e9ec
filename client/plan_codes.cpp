#include "client/plan_codes.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace guantong {
namespace {

using Parts = std::vector<std::string_view>;

Parts split_code(std::string_view code) {
  Parts parts;
  for (auto end = code.find('-'); end != std::string_view::npos; end = code.find('-')) {
    parts.push_back(code.substr(0, end));
    code.remove_prefix(end + 1);
  }
  parts.push_back(code);
  return parts;
}

std::string joined_code(const Parts& parts) {
  std::string code;
  for (const auto part : parts)
    code += (code.empty() ? "" : "-") + std::string{part};
  return code;
}

/// Where a code has its plan's mark: not in front, where it would be what the record is.
Parts::iterator mark_in(Parts& parts, std::string_view plan) {
  return std::find(parts.begin() + 1, parts.end(), split_code(plan).back());
}

}  // namespace

std::string code_in_plan(std::string_view code, std::string_view from, std::string_view to) {
  auto parts = split_code(code);
  const auto mark = mark_in(parts, from);
  const auto own = split_code(to).back();
  if (mark == parts.end()) {
    parts.push_back(own);
  } else {
    *mark = own;
  }
  return joined_code(parts);
}

std::string code_of_any_plan(std::string_view code, std::string_view plan) {
  auto parts = split_code(code);
  const auto mark = mark_in(parts, plan);
  if (mark != parts.end()) parts.erase(mark);
  return joined_code(parts);
}

}  // namespace guantong
