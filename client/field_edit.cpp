#include "client/field_edit.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/text.h"
#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong {

Result<FieldEdit> parse_field_edit(std::string_view argument) {
  const auto equals = argument.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return fail(Errc::invalid, "\"{}\" is not of the form FIELD=VALUE", printable(argument));
  }
  FieldEdit edit;
  edit.text = argument.substr(equals + 1);
  auto name = argument.substr(0, equals);
  if (name.ends_with('+')) {
    edit.kind = FieldEdit::Kind::add;
    name.remove_suffix(1);
  } else if (name.ends_with('-')) {
    edit.kind = FieldEdit::Kind::remove;
    name.remove_suffix(1);
  } else if (edit.text.empty()) {
    edit.kind = FieldEdit::Kind::clear;
  }
  edit.field = name;
  return edit;
}

Result<std::vector<FieldEdit>> parse_field_edits(const std::vector<std::string>& arguments) {
  std::vector<FieldEdit> edits;
  for (const auto& argument : arguments) {
    auto edit = TRY(parse_field_edit(argument));
    edits.push_back(std::move(edit));
  }
  return edits;
}

}  // namespace guantong
