#include "sync/schema.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

/// What merging depends on, as text to digest.
std::string fingerprint(const RecordType& type) {
  std::string text = fmt::format("{} {} {} {} {}{}\n",
                                 type.number,
                                 static_cast<int>(type.space),
                                 static_cast<int>(type.decides),
                                 type.owner,
                                 type.owns_itself,
                                 type.held ? " held" : "");
  if (type.part_of != 0 || type.ruled_by != 0 || type.rules != 0)
    text += fmt::format(
        "  agreed {} {} {} {}\n", type.part_of, type.ruled_by, type.rules, type.escalates);
  for (const auto& field : type.fields) {
    text += fmt::format("  {} {} {} {} {} {} {}",
                        field.number,
                        static_cast<int>(field.kind),
                        static_cast<int>(field.merge),
                        static_cast<int>(field.decides),
                        field.slot,
                        field.set_once,
                        field.target);
    for (const auto& choice : field.choices)
      text += fmt::format(" {}:{}", choice.number, choice.caution);
    text += '\n';
  }
  return text;
}

}  // namespace

const Choice* Field::choice(std::int64_t value) const {
  const auto found = std::ranges::find(choices, value, &Choice::number);
  return found == choices.end() ? nullptr : &*found;
}

const Choice* Field::choice(std::string_view word) const {
  for (const auto& candidate : choices) {
    if (candidate.word == word || candidate.label.zh == word) return &candidate;
  }
  return nullptr;
}

void RecordType::index() {
  by_number_.clear();
  for (const auto& field : fields) {
    if (by_number_.size() <= field.number) by_number_.resize(field.number + 1);
    by_number_[field.number] = &field;
  }
}

const Field* RecordType::field(std::uint32_t at) const {
  return at < by_number_.size() ? by_number_[at] : nullptr;
}

const Field* RecordType::field(std::string_view word) const {
  for (const auto& candidate : fields) {
    if (candidate.name == word) return &candidate;
  }
  for (const auto& candidate : fields) {
    if (std::ranges::find(candidate.aliases, word) != candidate.aliases.end()) return &candidate;
  }
  return nullptr;
}

std::vector<const Field*> RecordType::fields_of(Slot slot) const {
  std::vector<const Field*> members;
  for (const auto& candidate : fields) {
    if (candidate.slot == slot) members.push_back(&candidate);
  }
  return members;
}

MergeRule RecordType::merge_of(Slot slot) const {
  // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a slot is a field of its type.
  return slot == life_cycle ? MergeRule::state : field(slot)->merge;
}

Decider RecordType::decider_of(Slot slot) const {
  return slot == life_cycle ? decides : field(slot)->decides;
}

Result<Schema> Schema::of(std::vector<RecordType> types, const ShortDigest& level) {
  Schema schema;
  schema.level_ = level;
  for (auto& type : types) {
    const auto number = type.number;
    const auto name = type.name;
    if (number == 0 || !schema.by_number_.emplace(number, std::move(type)).second ||
        !schema.by_name_.emplace(name, number).second)
      return fail(Errc::invalid, "the record type {} has a number or a name that is taken", name);
  }
  for (auto& [number, type] : schema.by_number_) {
    type.index();  // Its fields moved with it.
    schema.ordered_.push_back(&type);
  }
  return schema;
}

Result<Schema> Schema::of(std::vector<RecordType> types) {
  auto schema = TRY(of(std::move(types), ShortDigest{}));
  std::string all;
  for (const auto* type : schema.ordered_)
    all += fingerprint(*type);
  schema.level_ = blake2b_128(all);
  return schema;
}

const RecordType* Schema::type(std::uint32_t number) const {
  const auto found = by_number_.find(number);
  return found == by_number_.end() ? nullptr : &found->second;
}

const RecordType* Schema::type(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : type(found->second);
}

}  // namespace guantong
