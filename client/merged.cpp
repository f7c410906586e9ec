#include "client/merged.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "client/reading.h"
#include "client/sqlite/sqlite_store.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/record_state.h"
#include "sync/slot_merge.h"
#include "sync/value.h"

namespace guantong {
namespace {

/// When each head arrived here; what is not sealed yet has always been here.
Result<std::vector<std::pair<std::uint64_t, Dot>>> arrivals(Session& session,
                                                            const std::vector<Dot>& heads) {
  std::vector<std::pair<std::uint64_t, Dot>> arrived;
  for (const auto& head : heads) {
    const auto batch = TRY(session.store().batch_of(head));
    arrived.emplace_back(batch.number == 0 ? 0 : batch.arrived_ms, head);
  }
  std::ranges::sort(arrived);
  return arrived;
}

Result<MergedView> merged_view(Session& session, RecordNo record, const SlotState& slot) {
  MergedView view;
  view.record = record;
  view.slot = slot.slot;
  const auto arrived = TRY(arrivals(session, slot.heads));
  view.learnt_ms = arrived.back().first;
  std::vector<Dot> known;
  for (const auto& [when, dot] : arrived) {
    view.heads.push_back(dot);
    if (when < view.learnt_ms) known.push_back(dot);
  }
  const auto now = TRY(session.merger().outcome(record, slot.slot));
  view.now = now.value;
  view.before = now.base;
  if (!known.empty()) {
    const auto before = TRY(session.merger().outcome(record, slot.slot, known));
    view.before = before.value;
  }
  Reading reading{session.store()};
  const auto read = TRY(reading.read(record));
  view.name = read.name() + "." + slot_name(*read.type, slot.slot);
  return view;
}

}  // namespace

Result<std::vector<MergedView>> merged_since(Session& session, std::uint64_t since_ms) {
  std::vector<MergedView> views;
  const auto records = TRY(session.store().marked(mark_joined));
  for (const auto record : records) {
    const auto* found = TRY(session.merger().state(record));
    const RecordState state = *found;
    for (const auto& slot : state.slots) {
      if (!slot.joined || slot.heads.empty() || slot.slot == life_cycle) continue;
      auto view = TRY(merged_view(session, record, slot));
      if (view.learnt_ms >= since_ms && view.now != view.before) views.push_back(std::move(view));
    }
  }
  std::ranges::sort(views, [](const MergedView& a, const MergedView& b) {
    return std::pair{b.learnt_ms, a.name} < std::pair{a.learnt_ms, b.name};
  });
  return views;
}

Result<Saved> undo_merge(Session& session, Editor& editor, std::string_view name) {
  const auto views = TRY(merged_since(session, 0));
  const auto view = std::ranges::find(views, name, &MergedView::name);
  if (view == views.end())
    return fail(Errc::not_found,
                "nothing was combined in {}; \"guantong inbox\" lists what was",
                printable(name));
  const auto record = TRY(editor.reading().read(view->record));
  return editor.resolve(record, view->slot, view->before, "undo");
}

}  // namespace guantong
