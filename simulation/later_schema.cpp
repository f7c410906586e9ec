#include "simulation/later_schema.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "guantong/v1/annotations.pb.h"
#include "guantong/v1/curriculum.pb.h"
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include "sync/built_in_files.h"
#include "sync/schema.h"

namespace guantong::simulation {
namespace {

namespace pb = google::protobuf;

constexpr const char* later_package = "guantong.later";
constexpr std::int32_t field_number = 40;
constexpr std::uint32_t type_number = 900;

void add_text(pb::DescriptorProto& message, std::string_view name, std::int32_t number) {
  auto& field = *message.add_field();
  field.set_name(std::string{name});
  field.set_number(number);
  field.set_label(pb::FieldDescriptorProto::LABEL_OPTIONAL);
  field.set_type(pb::FieldDescriptorProto::TYPE_STRING);
  field.mutable_options()->MutableExtension(v1::field)->set_decides(v1::ANY);
}

/// The file of the courses, as a later program has it.
pb::FileDescriptorProto later_file(const pb::FileDescriptor& file) {
  pb::FileDescriptorProto later;
  file.CopyTo(&later);
  later.set_name("guantong/later/curriculum.proto");
  later.set_package(later_package);
  later.add_dependency(file.name());
  for (auto& message : *later.mutable_message_type()) {
    if (message.name() == "Course") add_text(message, later_field, field_number);
  }
  auto& invention = *later.add_message_type();
  invention.set_name("Invention");
  add_text(invention, later_key, 1);
  auto& options = *invention.mutable_options()->MutableExtension(v1::record);
  options.set_number(type_number);
  options.set_space(v1::PLAN);
  options.set_key(std::string{later_key});
  options.set_decides(v1::ANY);
  return later;
}

}  // namespace

const Schema& later_schema() {
  static const Schema schema = [] {
    static pb::DescriptorPool pool{pb::DescriptorPool::generated_pool()};
    const auto* courses = v1::Course::descriptor()->file();
    const auto* later = pool.BuildFile(later_file(*courses));
    if (later == nullptr) std::abort();  // A test runs it.
    std::vector<const pb::FileDescriptor*> files{later};
    for (const auto* file : built_in_files()) {
      if (file != courses) files.push_back(file);
    }
    auto built = Schema::from(files);
    if (!built) std::abort();
    return *std::move(built);
  }();
  return schema;
}

}  // namespace guantong::simulation
