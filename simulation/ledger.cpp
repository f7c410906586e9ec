#include "simulation/ledger.h"

#include <charconv>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/read_change.h"
#include "sync/schema.h"
#include "sync/value.h"

namespace guantong::simulation {

EditNo Ledger::begin(std::size_t site, std::vector<bool> seen) {
  edits_.push_back({.site = site, .seen = std::move(seen)});
  return edits_.size() - 1;
}

std::optional<EditNo> Ledger::number_in(std::string_view why) {
  if (!why.starts_with('e')) return std::nullopt;
  EditNo number = 0;
  const auto* end = why.data() + why.size();
  const auto [at, code] = std::from_chars(why.data() + 1, end, number);
  return code == std::errc{} && at == end ? std::optional{number} : std::nullopt;
}

Result<void> Ledger::read(EditNo number,
                          const RecordKey& record,
                          const Change& change,
                          const Schema& schema) {
  auto& edit = edits_[number];
  if (edit.is_read) return {};
  edit.is_read = true;
  edit.record = record;
  const auto* type = schema.type(record.type);
  if (type == nullptr || change.is_act() || change.holding) return {};
  const auto values = TRY(read_fields(*type, change));
  const ReadChange read{change, values};
  for (const auto slot : slots_of(*type, read)) {
    if (type->merge_of(slot) != MergeRule::set) edit.values[slot] = value_of(slot, read);
    by_slot_[{record, slot}].push_back(number);
    touched_[{record, slot}] = true;
  }
  for (const auto& [slot, members] : values.members)
    edit.added[slot].insert(members.begin(), members.end());
  for (const auto& removal : change.removed)
    edit.removed[removal.field].insert(removal.member);
  return {};
}

std::map<std::pair<RecordKey, Slot>, std::vector<EditNo>> Ledger::take_touched() {
  std::map<std::pair<RecordKey, Slot>, std::vector<EditNo>> taken;
  for (const auto& [slot, ignored] : touched_)
    taken[slot] = by_slot_[slot];
  touched_.clear();
  return taken;
}

}  // namespace guantong::simulation
