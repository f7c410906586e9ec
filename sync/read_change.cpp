#include "sync/read_change.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"
#include "sync/value.h"

namespace guantong {

Result<std::vector<FieldValues>> read_values(const Schema& schema, const Batch& batch) {
  std::vector<FieldValues> values;
  values.reserve(batch.changes.size());
  for (const auto& change : batch.changes) {
    auto& read = values.emplace_back();
    if (!change.is_act()) {
      const auto* type = schema.type(batch.records[change.record].type);
      if (type == nullptr) continue;
      if (type->space != batch.space)
        return fail(Errc::corrupt, "it holds a record of another space");
      read = TRY(read_fields(*type, change));
    } else if (change.founding && (batch.under || values.size() > 1)) {
      return fail(Errc::corrupt, "it founds the consortium a second time");
    } else if (batch.space != Space::plan) {
      return fail(Errc::corrupt, "it holds an act of membership outside of the plan");
    }
  }
  return values;
}

std::vector<Slot> slots_of(const RecordType& type, const ReadChange& read) {
  std::vector<Slot> slots;
  if (read.change.action != Action::edit) slots.push_back(life_cycle);
  // M14: what is set once is a version in the record's creation only.
  const auto add = [&](Slot slot) {
    if (read.change.action == Action::create || !type.field(slot)->set_once) slots.push_back(slot);
  };
  for (const auto& [slot, value] : read.values.slots)
    add(slot);
  for (const auto& [field, members] : read.values.members)
    add(field);
  for (const auto& removal : read.change.removed) {
    const Field* field = type.field(removal.field);
    if (field != nullptr && field->is_set()) add(removal.field);
  }
  std::ranges::sort(slots);
  const auto repeated = std::ranges::unique(slots);
  slots.erase(repeated.begin(), repeated.end());
  return slots;
}

bool is_version_of(const RecordType& type, const ReadChange& read, Slot slot) {
  return std::ranges::binary_search(slots_of(type, read), slot);
}

std::vector<Dot> edges(const Change& change, Slot slot) {
  std::vector<Dot> dots;
  for (const auto* list : {&change.supersedes, &change.accepts}) {
    for (const auto& version : *list) {
      if (version.slot == slot) dots.push_back(version.dot);
    }
  }
  return dots;
}

std::string_view value_of(Slot slot, const ReadChange& read) {
  if (slot == life_cycle)
    return read.change.action == Action::archive ? life_archived : life_active;
  const auto found = read.values.slots.find(slot);
  return found == read.values.slots.end() ? std::string_view{} : found->second;
}

}  // namespace guantong
