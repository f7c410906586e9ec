#include "simulation/properties.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulation/coming_to_rest.h"
#include "simulation/hostile/harm_check.h"
#include "simulation/ledger.h"
#include "simulation/site.h"
#include "simulation/slot_check.h"
#include "simulation/violation.h"
#include "simulation/world.h"
#include <fmt/format.h>

#include "client/audit.h"
#include "client/decisions.h"
#include "client/git/git_history.h"
#include "client/git/repository.h"
#include "client/signing.h"
#include "client/sqlite/sqlite_store.h"
#include "client/syncing.h"
#include "client/tenures.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/commit.h"
#include "sync/members.h"

namespace guantong::simulation {
namespace {

/// What an exchange without news may write: its receipt and its notes, in SQLite's pages.
constexpr std::uint64_t idle_writes_most = 40;

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
  const auto signings = TRY(open_signings(*session));
  std::set<std::string> signatures;
  for (const auto& signing : signings) {
    for (const auto& move : signing.moves)
      signatures.insert(fmt::format(
          "signature {} {} {}", signing.record.name(), move.id, static_cast<int>(move.status)));
  }
  lines.insert(lines.end(), signatures.begin(), signatures.end());
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

/// Of the sites that have the same program.
Result<void> check_same_state(World& world) {
  std::map<bool, std::pair<std::string, std::vector<std::string>>> firsts;
  for (auto& site : world.sites()) {
    const auto view = TRY(view_of(*site.workspace));
    const auto& [name, first] = firsts.try_emplace(site.is_later, site.name, view).first->second;
    if (view == first) continue;
    const auto [here, there] = std::ranges::mismatch(first, view);
    return broken(2,
                  "{} shows \"{}\" where {} shows \"{}\"",
                  name,
                  here == first.end() ? "" : *here,
                  site.name,
                  there == view.end() ? "" : *there);
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
  auto& site = world.sites().front();
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
    return site.may_be_held && std::ranges::count(orgs, members.org_id(site.name)) > 0;
  });
}

}  // namespace

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
  TRY(check_no_harm(world));
  for (auto& one : world.sites())
    TRY(check_duties(world, one));
  world.count("quiet exchanges");
  return {};
}

}  // namespace guantong::simulation
