#include "simulation/later_schema.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/change.h"
#include "sync/schema.h"

namespace guantong::simulation {
namespace {

constexpr std::uint32_t field_number = 40;
constexpr std::uint32_t type_number = 900;
constexpr std::size_t text_length = 400;

Field text_field(std::string_view name, std::uint32_t number) {
  Field field;
  field.number = field.slot = number;
  field.name = name;
  field.decides = Decider::any;
  field.max_length = text_length;
  return field;
}

RecordType invention() {
  RecordType type;
  type.number = type_number;
  type.name = later_type;
  type.decides = Decider::any;
  type.key = 1;
  type.fields = {text_field(later_key, type.key)};
  return type;
}

}  // namespace

const Schema& later_schema() {
  static const Schema schema = [] {
    std::vector<RecordType> types;
    for (const auto* type : Schema::built_in().types()) {
      types.push_back(*type);
      if (type->name == "course")
        types.back().fields.push_back(text_field(later_field, field_number));
    }
    types.push_back(invention());
    auto built = Schema::of(std::move(types));
    if (!built) std::abort();  // A test runs it.
    return *std::move(built);
  }();
  return schema;
}

}  // namespace guantong::simulation
