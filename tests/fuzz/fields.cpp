// Whatever is typed for a field is refused, or kept as a value that is shown as what gives that
// value again.
#include <string_view>
#include <vector>

#include "client/field_edit.h"
#include "client/reading.h"
#include "sync/base/bytes.h"
#include "sync/change.h"
#include "sync/schema.h"
#include "sync/value.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/workshop.h"
#include "tests/support/choices.h"

namespace guantong::test {
namespace {

/// Whether a change with the value says just that of the field.
bool is_canonical(const RecordType& type, const Field& field, const Value& value) {
  Change change;
  change.fields = value;
  const auto read = read_fields(type, change);
  if (!read || read->unknown) return false;
  if (field.is_set()) {
    const auto members = read->members.find(field.number);
    return members != read->members.end() && members->second == std::vector{value};
  }
  const auto said = read->slots.find(field.slot);
  return said != read->slots.end() && said->second == value;
}

}  // namespace

void fuzz_fields(std::string_view input) {
  static_cast<void>(parse_field_edit(input).has_value());
  Choices choices{bytes_of(input)};
  const auto& type = any_type(choices);
  const auto& field = type.fields[choices.pick(type.fields.size())];
  Reading reading{school().store()};
  const auto value = reading.parse(type, field, choices.rest());
  if (!value || value->empty()) return;
  claim(is_canonical(type, field, *value), "a value is canonical");
  const auto shown = reading.shown(field, *value);
  claim(shown.has_value(), "a value can be shown");
  const auto again = reading.parse(type, field, *shown);
  claim(again && *again == *value, "what is shown gives the value again");
}

}  // namespace guantong::test
