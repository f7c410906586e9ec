#include "simulation/properties.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "simulation/ledger.h"
#include "simulation/site.h"
#include "simulation/violation.h"
#include "simulation/world.h"
#include <fmt/format.h>

#include "client/audit.h"
#include "client/decisions.h"
#include "client/git/git_history.h"
#include "client/git/repository.h"
#include "client/membership.h"
#include "client/reading.h"
#include "client/sqlite/sqlite_store.h"
#include "client/syncing.h"
#include "client/tenures.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/commit.h"
#include "sync/members.h"
#include "sync/record_state.h"
#include "sync/schema.h"

namespace guantong::simulation {
namespace {

/// Each carries everybody's work: two rounds suffice, and one more shows that nothing moves; an
/// admission takes two more.
constexpr int rounds_most = 8;

/// What an exchange without news may write: its receipt and its notes, in SQLite's pages.
constexpr std::uint64_t idle_writes_most = 40;

bool moved(const SyncReport& report) {
  return report.received.batches() + report.sealed + report.sent_batches > 0;
}

/// The lead site lets in who asks.
Result<bool> admit_who_asks(World& world) {
  bool admitted = false;
  for (auto& site : world.sites()) {
    if (!site.asks_in || &site == &world.lead()) continue;
    // Who was put out with a key that was not its first begins as a new device.
    if (site.has_new_key) TRY(world.recover_as_new(site, true));
    const auto request = TRY(own_request(*site.workspace));
    const auto does = [&](Workspace& lead) -> Result<void> {
      const auto found = TRY(find_request(lead, request_code(request)));
      return admit(lead, found, Level::coordinator);
    };
    const auto tried = TRY(world.at(world.lead(), does));
    if (tried != Tried::done) continue;
    site.asks_in = false;
    admitted = true;
    world.count("admissions");
  }
  return admitted;
}

/// What a replica shows, in words that do not depend on its numbers.
Result<std::vector<std::string>> view_of(Workspace& workspace) {
  auto session = TRY(Session::begin(workspace.store()));
  std::vector<std::string> lines;
  const auto digest = TRY(session->store().digest(Space::plan));
  lines.push_back("digest " + to_hex(digest.raw()));
  auto findings = TRY(session->store().database().prepare("SELECT id FROM finding ORDER BY id"));
  while (TRY(findings.step()))
    lines.push_back("finding " + to_hex(findings.bytes(0)));
  auto open = TRY(conflicts(*session, {}));
  std::ranges::sort(open, {}, &ConflictView::id);
  for (const auto& conflict : open) {
    lines.push_back("conflict " + conflict.id + " in force " + to_hex(conflict.outcome.value));
    for (const auto& side : conflict.outcome.sides)
      lines.push_back("  side " + to_hex(side.value));
  }
  auto suggested = TRY(proposals(*session));
  std::ranges::sort(suggested, {}, &ProposalView::id);
  for (const auto& proposal : suggested)
    lines.push_back(fmt::format("proposal {} {}", proposal.id, proposal.outcomes));
  return lines;
}

Result<void> check_edits_are_everywhere(World& world) {
  const auto& ledger = world.ledger();
  for (EditNo number = 0; number < ledger.size(); ++number) {
    const auto& edit = ledger[number];
    if (!edit.acknowledged || edit.given_up) continue;
    for (const auto& site : world.sites()) {
      if (!site.knows(number))
        return broken(1, "the edit {} is not at {}", Ledger::why(number), site.name);
    }
  }
  return {};
}

Result<void> check_same_state(World& world) {
  const auto first = TRY(view_of(*world.lead().workspace));
  for (auto& site : world.sites()) {
    const auto view = TRY(view_of(*site.workspace));
    if (view == first) continue;
    const auto [here, there] = std::ranges::mismatch(first, view);
    return broken(2,
                  "{} shows \"{}\" where {} shows \"{}\"",
                  world.lead().name,
                  here == first.end() ? "" : *here,
                  site.name,
                  there == view.end() ? "" : *there);
  }
  return {};
}

/// What the ledger says of a slot, held against what a replica has made of it.
class SlotCheck {
public:
  SlotCheck(const Ledger& ledger,
            Site& site,
            Session& session,
            const RecordType& type,
            Slot slot,
            const SlotState& state)
      : ledger_{ledger}, site_{site}, session_{session}, type_{type}, slot_{slot}, state_{state} {}

  Result<void> check(const std::vector<EditNo>& edits) {
    TRY(sort_out(edits));
    TRY(check_heads());
    return check_shown();
  }

private:
  /// Which of the edits count, and whether those that do not are kept as proposals.
  Result<void> sort_out(const std::vector<EditNo>& edits) {
    for (const auto number : edits) {
      if (!site_.knows(number)) continue;
      const auto dot = site_.dots.at(number);
      const auto batch = TRY(session_.store().batch_of(dot));
      if (batch.verdict != BatchVerdict::counts) continue;
      const auto* proposal = state_.proposal(dot);
      const auto& said = ledger_[number].in_force;
      const auto claim = said.find(slot_name(type_, slot_));
      if (claim != said.end() && claim->second == (proposal != nullptr))
        return broken(4,
                      "the edit {} was said to be {}, and is judged otherwise at {}",
                      Ledger::why(number),
                      claim->second ? "in force" : "a proposal",
                      site_.name);
      if (proposal == nullptr) counting_.push_back(number);
    }
    return {};
  }

  bool is_superseded(EditNo number) const {
    return std::ranges::any_of(
        counting_, [&](EditNo other) { return other != number && ledger_.saw(other, number); });
  }

  Result<void> check_heads() {
    for (const auto number : counting_) {
      const auto dot = site_.dots.at(number);
      const bool is_head = std::ranges::find(state_.heads, dot) != state_.heads.end();
      if (is_head == !is_superseded(number)) {
        if (is_head) values_.insert(ledger_[number].values.at(slot_));
        continue;
      }
      return broken(
          3,
          "the edit {} of {} field {} {} at {}",
          Ledger::why(number),
          type_.name,
          slot_,
          is_head ? "stands beside one that saw it" : "has gone without anybody seeing it",
          site_.name);
    }
    return {};
  }

  /// Values that stand beside one another are in conflict, or listed as merged.
  Result<void> check_shown() const {
    if (values_.size() < 2 || state_.conflict || state_.joined) return {};
    return broken(3,
                  "{} values of {} field {} stand beside one another at {}, and nobody is told",
                  values_.size(),
                  type_.name,
                  slot_,
                  site_.name);
  }

  const Ledger& ledger_;
  Site& site_;
  Session& session_;
  const RecordType& type_;
  Slot slot_;
  const SlotState& state_;
  std::vector<EditNo> counting_;
  std::set<std::string> values_;
};

Result<void> check_slots(World& world, Site& site) {
  auto session = TRY(Session::begin(site.workspace->store()));
  for (const auto& [where, edits] : world.ledger().take_touched()) {
    const auto& [key, slot] = where;
    const auto* type = session->schema_type(key.type);
    // A school's own records are at that school alone.
    if (type == nullptr || type->space != Space::plan) continue;
    const auto record = TRY(session->store().intern_record(key));
    const auto* state = TRY(session->merger().state(record));
    const auto* found = state->find(slot);
    static const SlotState nothing;
    SlotCheck check{
        world.ledger(), site, *session, *type, slot, found == nullptr ? nothing : *found};
    TRY(check.check(edits));
  }
  return {};
}

/// Nothing of a school's own is in what the sites share.
Result<void> check_secrets(World& world) {
  const auto hub = TRY(Repository::open(world.hub()));
  const auto refs = TRY(hub.refs("refs/"));
  for (const auto& ref : refs) {
    if (ref.name.starts_with("refs/heads/school/"))
      return broken(5, "{} is at the shared repository", ref.name);
  }
  auto& site = world.lead();
  const auto batches = std::exchange(site.new_batches, {});
  for (const auto& commit : batches) {
    const auto raw = TRY(site.workspace->history().read_commit(commit));
    const auto parsed = TRY(parse_commit(raw));
    const auto payload = TRY(site.workspace->history().read_payload(parsed.tree));
    if (raw.find(secret) != std::string::npos || payload.find(secret) != std::string::npos)
      return broken(5, "the commit {} holds a school's own record", to_hex(commit.raw()));
  }
  return {};
}

Result<void> check_derivable(World& world, Site& site) {
  Result<Verification> verified = fail(Errc::io, "nothing was verified");
  const auto does = [&](Workspace& workspace) -> Result<void> {
    verified = verify(workspace, {});
    return {};
  };
  TRY(world.at(site, does));
  if (!verified)
    return broken(6, "{} cannot be verified: {}", site.name, in_english(verified.error().message));
  if (verified->flaws.empty()) return {};
  const auto& flaw = verified->flaws.front();
  return broken(6, "{} at {}: {}", flaw.where, site.name, in_english(flaw.what));
}

Result<void> check_bounded(World& world, Site& site) {
  const auto writes = world.disk().writes();
  const auto objects = world.disk().objects();
  SyncReport report;
  TRY(world.sync(site, "origin", report));
  if (moved(report)) return broken(2, "{} does not come to rest", site.name);
  if (world.disk().objects() != objects)
    return broken(7,
                  "an exchange without news wrote {} Git objects at {}",
                  world.disk().objects() - objects,
                  site.name);
  if (world.disk().writes() - writes > idle_writes_most)
    return broken(7,
                  "an exchange without news wrote {} pages at {}, more than {}",
                  world.disk().writes() - writes,
                  site.name,
                  idle_writes_most);
  return {};
}

/// Whether a site of one of these was put out.
bool may_wait(World& world, const Members& members, const std::vector<RecordId>& orgs) {
  return std::ranges::any_of(world.sites(), [&](const Site& site) {
    return site.was_put_out && std::ranges::count(orgs, members.org_id(site.name)) > 0;
  });
}

}  // namespace

Result<void> come_to_rest(World& world) {
  for (auto& site : world.sites()) {
    site.computer.fault.reset();
    site.offline = false;
  }
  for (int round = 0; round < rounds_most; ++round) {
    bool going_on = false;
    const auto objects = world.disk().objects();  // A witness's statement is no batch, and is news.
    for (auto& site : world.sites()) {
      SyncReport report;
      const auto tried = TRY(world.sync(site, "origin", report));
      going_on = going_on || tried != Tried::done || moved(report);
    }
    going_on = going_on || world.disk().objects() != objects;
    const bool admitted = TRY(admit_who_asks(world));
    const bool asked = std::ranges::any_of(world.sites(), &Site::asks_in);
    if (!going_on && !admitted && !asked) return {};
  }
  return broken(2, "the sites do not come to rest within {} rounds", rounds_most);
}

Result<void> check_duties(World& world, Site& site) {
  auto session = TRY(Session::begin(site.workspace->store()));
  const auto all = TRY(duties(*session));
  for (const auto& duty : all) {
    auto& before = site.answered[duty.record.id];
    if (duty.tenure.acting.empty() && !before.empty() &&
        !may_wait(world, session->members(), before))
      return broken(8, "nobody answers for {} any more at {}", duty.record.name(), site.name);
    before = duty.tenure.acting;
    if (duty.tenure.acting.size() > 1 && !duty.tenure.contested())
      return broken(
          8, "several answer for {} at {} without a contest", duty.record.name(), site.name);
  }
  return {};
}

Result<void> check_properties(World& world, std::size_t turn) {
  auto& site = world.sites()[turn % world.sites().size()];
  TRY(check_edits_are_everywhere(world));
  TRY(check_same_state(world));
  TRY(check_slots(world, site));
  TRY(check_secrets(world));
  TRY(check_derivable(world, site));
  TRY(check_bounded(world, site));
  for (auto& one : world.sites())
    TRY(check_duties(world, one));
  world.count("quiet exchanges");
  return {};
}

}  // namespace guantong::simulation
