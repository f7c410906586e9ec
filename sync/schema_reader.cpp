#include "sync/schema_reader.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "guantong/v1/annotations.pb.h"
#include "guantong/v1/cooperation.pb.h"
#include "guantong/v1/curriculum.pb.h"
#include "guantong/v1/organisation.pb.h"
#include "guantong/v1/plan.pb.h"
#include "guantong/v1/programme.pb.h"
#include "guantong/v1/quality.pb.h"
#include "guantong/v1/student.pb.h"
#include "guantong/v1/teaching.pb.h"
#include <google/protobuf/descriptor.h>

#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"

namespace guantong {
namespace {

namespace pb = google::protobuf;

constexpr std::size_t default_text_length = 4'000;
constexpr std::size_t default_string_length = 400;

/// CourseStandard -> course_standard
std::string snake_case(std::string_view camel) {
  std::string snake;
  for (const char c : camel) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !snake.empty()) snake += '_';
    snake += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return snake;
}

Decider from_proto(v1::Decider decider) {
  switch (decider) {
    case v1::ANY:
      return Decider::any;
    case v1::OWNER:
      return Decider::owner;
    case v1::LEAD:
      return Decider::lead;
    default:
      return Decider::joint;
  }
}

MergeRule from_proto(v1::Merge merge) {
  switch (merge) {
    case v1::TEXT:
      return MergeRule::text;
    case v1::SET:
      return MergeRule::set;
    case v1::STATE:
      return MergeRule::state;
    default:
      return MergeRule::single;
  }
}

std::vector<Choice> choices_of(const pb::EnumDescriptor& descriptor) {
  std::vector<Choice> choices;
  for (int i = 0; i < descriptor.value_count(); ++i) {
    const auto& value = *descriptor.value(i);
    if (value.number() == 0) continue;  // "Unspecified" is never stored.
    const auto& options = value.options().GetExtension(v1::choice);
    choices.push_back({value.number(),
                       options.word().empty() ? value.name() : options.word(),
                       {options.zh(), options.en()},
                       options.caution()});
  }
  return choices;
}

Result<ValueKind> kind_of(const pb::FieldDescriptor& descriptor, const v1::FieldOptions& options) {
  switch (descriptor.type()) {
    case pb::FieldDescriptor::TYPE_SINT32:
    case pb::FieldDescriptor::TYPE_SINT64:
      return ValueKind::integer;
    case pb::FieldDescriptor::TYPE_ENUM:
      return ValueKind::choice;
    case pb::FieldDescriptor::TYPE_STRING:
      return ValueKind::text;
    case pb::FieldDescriptor::TYPE_BYTES:
      if (options.target().empty()) break;
      return options.target() == "*" ? ValueKind::any_reference : ValueKind::reference;
    default:
      break;
  }
  return fail(
      Errc::invalid, "the field {} has a type that no record may hold", descriptor.full_name());
}

Result<Field> read_field(const pb::FieldDescriptor& descriptor) {
  const auto& options = descriptor.options().GetExtension(v1::field);
  Field field;
  field.number = static_cast<std::uint32_t>(descriptor.number());
  field.name = descriptor.name();
  if (field.name.ends_with('_')) field.name.pop_back();  // It keeps a keyword of C++ apart.
  field.label = {options.zh(), options.en()};
  field.help = {options.help_zh(), options.help_en()};
  field.unit = options.unit();
  field.kind = TRY(kind_of(descriptor, options));
  field.merge = from_proto(options.merge());
  field.decides = from_proto(options.decides());
  field.slot = field.number;
  field.together = options.together();
  field.required = options.required();
  field.unique = options.unique();
  field.set_once = options.set_once();
  field.date = options.date();
  field.pattern = options.pattern();
  if (options.has_min()) field.min = options.min();
  if (options.has_max()) field.max = options.max();
  if (options.scale() != 0) field.scale = options.scale();
  field.max_length = options.max_length() != 0        ? options.max_length()
                     : field.merge == MergeRule::text ? default_text_length
                                                      : default_string_length;
  if (field.kind == ValueKind::choice) field.choices = choices_of(*descriptor.enum_type());
  field.aliases.assign(options.alias().begin(), options.alias().end());
  field.type_heading = options.type_heading();
  field.heading = options.heading();
  field.cell = options.cell();
  field.carried = options.carried();
  if (descriptor.is_repeated() != field.is_set()) {
    return fail(Errc::invalid,
                "the field {} is repeated but no SET, or the reverse",
                descriptor.full_name());
  }
  return field;
}

/// M8: a STATE needs a total order over all its values.
Result<void> check_caution(const RecordType& type, const Field& field) {
  if (field.merge != MergeRule::state) return {};
  std::set<std::uint32_t> ranks;
  for (const auto& choice : field.choices)
    ranks.insert(choice.caution);
  const bool total = ranks.size() == field.choices.size() && !ranks.empty() &&
                     *ranks.begin() == 1 && *ranks.rbegin() == ranks.size();
  if (total && field.kind == ValueKind::choice) return {};
  return fail(Errc::invalid, "{}.{}: the order of caution is not total", type.name, field.name);
}

/// Fields of one name in `together` get the lowest number among them as slot.
Result<void> form_slots(RecordType& type) {
  std::map<std::string, Slot> groups;
  for (auto& field : type.fields) {
    if (field.together.empty()) continue;
    field.slot = groups.try_emplace(field.together, field.number).first->second;
    const Field* first = type.field(field.slot);
    if (field.merge != MergeRule::single || first->decides != field.decides) {
      return fail(Errc::invalid,
                  "{}.{}: fields that move together are registers of one decider",
                  type.name,
                  field.name);
    }
  }
  return {};
}

Result<std::uint32_t> field_number(const RecordType& type, const std::string& name) {
  const Field* field = type.field(name);
  if (field == nullptr) return fail(Errc::invalid, "{} has no field {}", type.name, name);
  return field->number;
}

/// Keeps which fields tie a record to others in what is agreed on it.
Result<void> read_ties(RecordType& type, const pb::FieldDescriptor& descriptor) {
  const auto& options = descriptor.options().GetExtension(v1::field);
  const auto number = static_cast<std::uint32_t>(descriptor.number());
  if (options.part_of()) type.part_of = number;
  if (options.ruled_by()) type.ruled_by = number;
  if (options.rules()) type.rules = number;
  if (options.escalates()) type.escalates = number;
  const auto& field = *type.field(number);
  const bool ties = options.part_of() || options.ruled_by();
  const bool fits = field.kind == ValueKind::reference && (field.set_once || options.rules());
  if ((ties || options.rules()) && !fits) {
    return fail(Errc::invalid,
                "{}.{} ties records together but is no reference that is set once",
                type.name,
                field.name);
  }
  return {};
}

Result<std::vector<SideColumn>> read_side_columns(const RecordType& type,
                                                  const v1::RecordOptions& options) {
  std::vector<SideColumn> columns;
  for (const auto& column : options.column()) {
    const auto row = TRY(field_number(type, column.row()));
    const auto value = TRY(field_number(type, column.value()));
    columns.push_back({column.file(), column.heading(), row, value, column.with()});
  }
  return columns;
}

Result<RecordType> read_type(const pb::Descriptor& message) {
  const auto& options = message.options().GetExtension(v1::record);
  RecordType type;
  type.number = options.number();
  type.name = snake_case(message.name());
  type.space = static_cast<Space>(options.space());
  type.label = {options.zh(), options.en()};
  type.group = options.group();
  type.file = options.file();
  type.decides = from_proto(options.decides());
  for (int i = 0; i < message.field_count(); ++i) {
    auto field = TRY(read_field(*message.field(i)));
    type.fields.push_back(std::move(field));
  }
  std::ranges::sort(type.fields, {}, &Field::number);
  type.index();
  TRY(form_slots(type));
  for (int i = 0; i < message.field_count(); ++i)
    TRY(read_ties(type, *message.field(i)));
  for (const auto& field : type.fields)
    TRY(check_caution(type, field));
  if (!options.key().empty()) type.key = TRY(field_number(type, options.key()));
  type.owns_itself = options.owner() == "self";
  type.held = options.held();
  if (!options.owner().empty() && !type.owns_itself) {
    type.owner = TRY(field_number(type, options.owner()));
  }
  type.side_columns = TRY(read_side_columns(type, options));
  for (const auto& name : options.identity()) {
    const auto number = TRY(field_number(type, name));
    type.identity.push_back(number);
  }
  if (type.fields.size() > fields_most)
    return fail(Errc::invalid, "{} has more than {} fields", type.name, fields_most);
  if (type.key == 0 && type.identity.empty()) {
    return fail(Errc::invalid, "{} has neither a key nor an identity", type.name);
  }
  for (const auto number : type.identity) {
    if (!type.field(number)->set_once) {
      return fail(Errc::invalid,
                  "{}.{} is part of the identity but not set once",
                  type.name,
                  type.field(number)->name);
    }
  }
  if (type.owner != 0 && !type.field(type.owner)->set_once) {
    return fail(Errc::invalid,
                "{}.{} names the owner but is not set once",
                type.name,
                type.field(type.owner)->name);
  }
  return type;
}

/// The types that are read, by name and in the order of `types`.
struct Found {
  std::vector<RecordType> types;
  std::vector<const pb::Descriptor*> messages;

  const RecordType* named(std::string_view name) const {
    const auto found = std::ranges::find(types, name, &RecordType::name);
    return found == types.end() ? nullptr : &*found;
  }
  const RecordType* numbered(std::uint32_t number) const {
    const auto found = std::ranges::find(types, number, &RecordType::number);
    return found == types.end() ? nullptr : &*found;
  }
};

Result<void> read_targets(const Found& found, const pb::Descriptor& message, RecordType& type) {
  for (auto& field : type.fields) {
    if (field.kind != ValueKind::reference) continue;
    const auto* descriptor = message.FindFieldByNumber(static_cast<int>(field.number));
    const auto* target = found.named(descriptor->options().GetExtension(v1::field).target());
    if (target == nullptr)
      return fail(Errc::invalid, "{}.{} refers to an unknown type", type.name, field.name);
    field.target = target->number;
  }
  return {};
}

/// Keeps where the owner is found whom a creation does not name: "course.owner_org".
Result<void> read_owner_from(const Found& found, const pb::Descriptor& message, RecordType& type) {
  const std::string_view path = message.options().GetExtension(v1::record).owner_from();
  if (path.empty()) return {};
  const auto dot = path.find('.');
  const auto* by = type.field(path.substr(0, dot));
  const auto* target = by == nullptr ? nullptr : found.numbered(by->target);
  const auto* names = target == nullptr || dot == std::string_view::npos
                          ? nullptr
                          : target->field(path.substr(dot + 1));
  if (type.owner == 0 || names == nullptr || names->kind != ValueKind::reference)
    return fail(Errc::invalid, "{} cannot find its owner by {}", type.name, path);
  type.owner_by = by->number;
  type.owner_by_field = names->number;
  return {};
}

}  // namespace

Result<Schema> read_schema(const std::vector<const pb::FileDescriptor*>& files) {
  Found found;
  for (const auto* file : files) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      const auto& message = *file->message_type(i);
      if (!message.options().HasExtension(v1::record)) continue;
      auto type = TRY(read_type(message));
      found.types.push_back(std::move(type));
      found.messages.push_back(&message);
    }
  }
  for (std::size_t i = 0; i < found.types.size(); ++i) {
    found.types[i].index();  // Its fields moved with it.
    TRY(read_targets(found, *found.messages[i], found.types[i]));
  }
  for (std::size_t i = 0; i < found.types.size(); ++i)
    TRY(read_owner_from(found, *found.messages[i], found.types[i]));
  return Schema::of(std::move(found.types));
}

std::vector<const pb::FileDescriptor*> built_in_files() {
  return {v1::Org::descriptor()->file(),
          v1::Team::descriptor()->file(),
          v1::Programme::descriptor()->file(),
          v1::Plan::descriptor()->file(),
          v1::Course::descriptor()->file(),
          v1::EvalScheme::descriptor()->file(),
          v1::Practice::descriptor()->file(),
          v1::Student::descriptor()->file()};
}

}  // namespace guantong
