#include "sync/read_change.h"

#include <algorithm>
#include <vector>

#include "sync/change.h"
#include "sync/schema.h"
#include "sync/value.h"

namespace guantong {

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

Value value_of(Slot slot, const ReadChange& read) {
  if (slot == life_cycle) {
    return Value{read.change.action == Action::archive ? life_archived : life_active};
  }
  const auto found = read.values.slots.find(slot);
  return found == read.values.slots.end() ? Value{} : found->second;
}

}  // namespace guantong
