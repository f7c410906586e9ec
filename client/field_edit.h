// How people write a change of a field: the same on a command line and in a file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/result.h"

namespace guantong {

/// One "FIELD=VALUE", "FIELD+=MEMBER", "FIELD-=MEMBER" or "FIELD=" of a command line or a file.
struct FieldEdit {
  enum class Kind : std::uint8_t { set, clear, add, remove };
  std::string field;
  Kind kind = Kind::set;
  std::string text;
};

/// Fails with `invalid` when there is no "=".
Result<FieldEdit> parse_field_edit(std::string_view argument);
Result<std::vector<FieldEdit>> parse_field_edits(const std::vector<std::string>& arguments);

}  // namespace guantong
