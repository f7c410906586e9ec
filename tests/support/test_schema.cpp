#include "tests/support/test_schema.h"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "guantong/v1/annotations.pb.h"
#include "guantong/v1/organisation.pb.h"
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/text_format.h>

#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"
#include "sync/schema_reader.h"
#include "tests/support/draw_world.h"
#include "tests/support/oracle.h"

namespace guantong::test {
namespace {

namespace pb = google::protobuf;

constexpr std::uint32_t whole_number = 121, part_number = 122, stage_number = 123;

v1::Decider to_proto(Decides decides) {
  switch (decides) {
    case Decides::any:
      return v1::ANY;
    case Decides::owner:
      return v1::OWNER;
    case Decides::lead:
      return v1::LEAD;
    case Decides::joint:
      break;
  }
  return v1::JOINT;
}

v1::Merge to_proto(Rule rule) {
  switch (rule) {
    case Rule::text:
      return v1::TEXT;
    case Rule::set:
      return v1::SET;
    case Rule::state:
      return v1::STATE;
    case Rule::single:
      break;
  }
  return v1::REGISTER;
}

std::uint32_t type_number(Decides writes, bool owner_named) {
  return 101 + (2 * static_cast<std::uint32_t>(writes)) + (owner_named ? 1 : 0);
}

void add_light(pb::FileDescriptorProto& file) {
  auto& light = *file.add_enum_type();
  light.set_name("Light");
  const auto add = [&](const char* word, int number, std::uint32_t caution) {
    auto& value = *light.add_value();
    value.set_name(word);
    value.set_number(number);
    if (caution != 0) value.mutable_options()->MutableExtension(v1::choice)->set_caution(caution);
  };
  add("unspecified", 0, 0);
  add("amber", 1, 2);
  add("green", 2, 3);
  add("red", 3, 1);
}

void add_field(pb::DescriptorProto& message, Slot slot, const SlotRule& rule) {
  auto& field = *message.add_field();
  field.set_name("slot_" + std::to_string(slot));
  field.set_number(static_cast<std::int32_t>(slot));
  field.set_label(rule.rule == Rule::set ? pb::FieldDescriptorProto::LABEL_REPEATED
                                         : pb::FieldDescriptorProto::LABEL_OPTIONAL);
  field.set_type(pb::FieldDescriptorProto::TYPE_STRING);
  auto& options = *field.mutable_options()->MutableExtension(v1::field);
  options.set_decides(to_proto(rule.decides));
  options.set_merge(to_proto(rule.rule));
  options.set_set_once(rule.set_once);
  if (rule.rule == Rule::state) {
    field.set_type(pb::FieldDescriptorProto::TYPE_ENUM);
    field.set_type_name(".guantong.test.Light");
  }
  if (rule.reference) {
    field.set_type(pb::FieldDescriptorProto::TYPE_BYTES);
    options.set_target("*");
  }
}

void add_type(pb::FileDescriptorProto& file, Decides writes, bool owner_named) {
  const auto number = type_number(writes, owner_named);
  auto& message = *file.add_message_type();
  message.set_name("Type" + std::to_string(number));
  auto& options = *message.mutable_options()->MutableExtension(v1::record);
  options.set_number(number);
  options.set_space(v1::PLAN);
  options.set_key("slot_1");
  options.set_decides(to_proto(writes));
  for (const auto& [slot, rule] : every_rule(writes).slots)
    add_field(message, slot, rule);
  if (!owner_named) return;
  add_field(message,
            owner_slot,
            {.rule = Rule::single, .decides = Decides::owner, .set_once = true, .reference = true});
  auto& owner = *message.mutable_field(message.field_size() - 1);
  owner.mutable_options()->MutableExtension(v1::field)->set_target("org");
  options.set_owner(owner.name());
}

/// A type with every rule, whose life cycle all partners decide together.
pb::DescriptorProto& add_joint_type(pb::FileDescriptorProto& file,
                                    const char* name,
                                    std::uint32_t number) {
  auto& message = *file.add_message_type();
  message.set_name(name);
  auto& options = *message.mutable_options()->MutableExtension(v1::record);
  options.set_number(number);
  options.set_space(v1::PLAN);
  options.set_key("slot_1");
  for (const auto& [slot, rule] : every_rule(Decides::joint).slots)
    add_field(message, slot, rule);
  return message;
}

/// Adds a reference to `message` and returns what else can be said of it.
v1::FieldOptions& add_tie(pb::DescriptorProto& message, Slot slot, const char* target, bool once) {
  add_field(message,
            slot,
            {.rule = Rule::single, .decides = Decides::any, .set_once = once, .reference = true});
  auto& field = *message.mutable_field(message.field_size() - 1);
  auto& options = *field.mutable_options()->MutableExtension(v1::field);
  options.set_target(target);
  return options;
}

void add_tied_types(pb::FileDescriptorProto& file) {
  add_joint_type(file, "Whole", whole_number);
  auto& part = add_joint_type(file, "Part", part_number);
  part.mutable_options()->MutableExtension(v1::record)->set_held(true);
  add_tie(part, part_of_slot, "whole", true).set_part_of(true);
  add_tie(part, ruled_by_slot, "stage", true).set_ruled_by(true);
  auto& stage = add_joint_type(file, "Stage", stage_number);
  add_tie(stage, rules_slot, "org", false).set_rules(true);
}

/// Keeps the first thing that is wrong.
class FirstError : public pb::DescriptorPool::ErrorCollector {
public:
  void AddError(const std::string& file,
                const std::string& element,
                const pb::Message* /*descriptor*/,
                ErrorLocation /*location*/,
                const std::string& message) override {
    if (text.empty()) text = file + ", " + element + ": " + message;
  }
  std::string text;
};

Result<Schema> schema_from(const pb::FileDescriptorProto& file) {
  pb::DescriptorPool pool{pb::DescriptorPool::generated_pool()};
  FirstError error;
  const auto* built = pool.BuildFileCollectingErrors(file, &error);
  if (built == nullptr) return fail(Errc::invalid, error.text);
  return read_schema({v1::Org::descriptor()->file(), built});
}

}  // namespace

Result<Schema> schema_from_text(std::string_view text) {
  pb::FileDescriptorProto file;
  if (!pb::TextFormat::ParseFromString(std::string{text}, &file))
    return fail(Errc::invalid, "this is no file of messages");
  if (file.name().empty()) file.set_name("text.proto");
  if (file.package().empty()) file.set_package("guantong.test");
  return schema_from(file);
}

const Schema& test_schema() {
  static const Schema schema = [] {
    pb::FileDescriptorProto file;
    file.set_name("guantong/test/every_rule.proto");
    file.set_package("guantong.test");
    add_light(file);
    for (const auto writes : all_deciders) {
      add_type(file, writes, false);
      add_type(file, writes, true);
    }
    add_tied_types(file);
    auto built = schema_from(file);
    if (!built) std::abort();  // schema_test finds out why.
    return *std::move(built);
  }();
  return schema;
}

const RecordType& type_for(Decides writes, bool owner_named) {
  return *test_schema().type(type_number(writes, owner_named));
}

const RecordType& whole_type() {
  return *test_schema().type(whole_number);
}

const RecordType& part_type() {
  return *test_schema().type(part_number);
}

const RecordType& stage_type() {
  return *test_schema().type(stage_number);
}

}  // namespace guantong::test
