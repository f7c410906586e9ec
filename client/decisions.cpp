#include "client/decisions.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/sqlite/sqlite_store.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/merger.h"
#include "sync/read_change.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/value.h"

namespace guantong {
namespace {

constexpr std::size_t id_digits = 8;

}  // namespace

Result<std::string> short_name(Session& session,
                               RecordNo record,
                               Slot slot,
                               const std::vector<Dot>& dots) {
  const auto key = TRY(session.store().record_key(record));
  std::vector<std::string> names;
  for (const auto& dot : dots) {
    const auto tip = TRY(session.store().tip(dot.stream));
    names.push_back(std::string{tip.device.raw()} + std::to_string(dot.n));
  }
  std::ranges::sort(names);
  std::string text = fmt::format("{} {} ", key.type, slot) + std::string{key.id.raw()};
  for (const auto& name : names)
    text += name;
  return to_hex(blake2b_128(text).raw()).substr(0, id_digits);
}

bool waits_for_answer(const Proposal& proposal) {
  const unsigned outcomes = proposal.outcomes;
  const bool answered_once = outcomes != 0 && (outcomes & (outcomes - 1)) == 0;
  return !answered_once && (outcomes & outcome_void) == 0;
}

Result<std::vector<SiteNo>> deciders_of(Session& session, RecordNo record, Slot slot) {
  const auto key = TRY(session.store().record_key(record));
  const auto* type = session.schema_type(key.type);
  const auto& members = session.members();
  std::vector<SiteNo> sites;
  switch (type->decider_of(slot)) {
    case Decider::lead:
      sites.push_back(members.lead());
      break;
    case Decider::owner:
    case Decider::any:
      sites = TRY(session.merger().owners(record));
      break;
    case Decider::joint:
      for (SiteNo site = 0; site < members.sites().size(); ++site) {
        if (members.is_partner_in(site, WholePast{})) sites.push_back(site);
      }
      break;
  }
  return sites;
}

namespace {

/// A proposal that waits for an answer.
using Asked = std::function<Result<void>(RecordNo, Slot, const Proposal&)>;

Result<void> for_each_proposal(Session& session, const Asked& asked) {
  const auto records = TRY(session.store().marked(mark_proposal));
  for (const auto record : records) {
    const auto* found = TRY(session.merger().state(record));
    const RecordState state = *found;
    const auto* life = state.find(life_cycle);
    for (const auto& slot : state.slots) {
      for (const auto& proposal : slot.proposals) {
        if (!waits_for_answer(proposal)) continue;
        // A proposed creation stands for all that came with it.
        if (slot.slot != life_cycle && life != nullptr && life->proposal(proposal.dot) != nullptr)
          continue;
        TRY(asked(record, slot.slot, proposal));
      }
    }
  }
  return {};
}

Result<ProposalView> view_of(Session& session,
                             RecordNo record,
                             Slot slot,
                             const Proposal& proposal) {
  ProposalView view;
  view.record = record;
  view.slot = slot;
  view.dot = proposal.dot;
  view.outcomes = proposal.outcomes;
  view.id = TRY(short_name(session, record, slot, {proposal.dot}));
  const auto read = TRY(session.merger().read(proposal.dot));
  view.value = value_of(slot, read);
  if (const auto members = read.values.members.find(slot); members != read.values.members.end()) {
    for (const auto& member : members->second)
      view.value += member;
  }
  view.based_on = TRY(session.merger().value_before(proposal.dot, slot));
  const auto outcome = TRY(session.merger().outcome(record, slot));
  view.in_force = outcome.value;
  view.deciders = TRY(deciders_of(session, record, slot));
  return view;
}

}  // namespace

Result<std::vector<ProposalView>> proposals(Session& session) {
  std::vector<ProposalView> views;
  const auto add = [&](RecordNo record, Slot slot, const Proposal& proposal) -> Result<void> {
    auto view = TRY(view_of(session, record, slot, proposal));
    views.push_back(std::move(view));
    return {};
  };
  TRY(for_each_proposal(session, add));
  std::ranges::sort(views, {}, &ProposalView::id);
  return views;
}

Result<std::uint64_t> count_proposals(Session& session, SiteNo site) {
  std::uint64_t asked = 0;
  const auto count = [&](RecordNo record, Slot slot, const Proposal& /*one*/) -> Result<void> {
    const auto deciders = TRY(deciders_of(session, record, slot));
    if (std::ranges::find(deciders, site) != deciders.end()) ++asked;
    return {};
  };
  TRY(for_each_proposal(session, count));
  return asked;
}

Result<ProposalView> find_proposal(Session& session, std::string_view id) {
  auto all = TRY(proposals(session));
  std::erase_if(all, [&](const ProposalView& view) { return !view.id.starts_with(id); });
  if (id.empty() || all.empty())
    return fail(Errc::not_found,
                "no proposal \"{}\" waits for an answer; \"guantong proposals\" lists them",
                printable(id));
  if (all.size() > 1)
    return fail(Errc::invalid, "several proposals begin with {}; give more digits", id);
  return std::move(all.front());
}

Result<std::vector<ConflictView>> conflicts(Session& session, std::optional<RecordNo> only) {
  std::vector<ConflictView> views;
  const auto records = TRY(session.store().marked(mark_conflict));
  for (const auto record : records) {
    if (only && *only != record) continue;
    const auto* found = TRY(session.merger().state(record));
    const RecordState state = *found;
    for (const auto& slot : state.slots) {
      if (!slot.conflict) continue;
      ConflictView view;
      view.record = record;
      view.slot = slot.slot;
      view.outcome = TRY(session.merger().outcome(record, slot.slot));
      view.id = TRY(short_name(session, record, slot.slot, view.outcome.meet));
      view.deciders = TRY(deciders_of(session, record, slot.slot));
      views.push_back(std::move(view));
    }
  }
  return views;
}

}  // namespace guantong
