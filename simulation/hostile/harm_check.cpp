#include "simulation/hostile/harm_check.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "simulation/hostile/harm.h"
#include "simulation/site.h"
#include "simulation/violation.h"
#include "simulation/world.h"

#include "client/decisions.h"
#include "client/git/git_ref.h"
#include "client/git/repository.h"
#include "client/membership.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/authority.h"
#include "sync/base/bytes.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/store.h"

namespace guantong::simulation {
namespace {

bool is_in_force(const std::optional<StoredBatch>& batch) {
  return batch && counts(batch->verdict);
}

/// No act of a rogue's stands: none of them may do any of what they try.
Result<void> check_no_power(World& world, Site& site, Session& session) {
  for (const auto& act : session.members().authority().acts()) {
    if (!act.stands) continue;
    const auto tip = TRY(session.store().tip(act.dot.stream));
    for (const auto& [who, rogue] : world.harm().rogues) {
      if (rogue.site.workspace && tip.device == rogue.site.workspace->device())
        return broken(9, "an act of the {} stands at {}", who, site.name);
    }
  }
  return {};
}

/// What was forged is in force nowhere, and whoever is shown it is told.
Result<void> check_harm(World& world, Site& site, const std::vector<GitRef>& shown) {
  auto session = TRY(Session::begin(site.workspace->store()));
  auto& store = session->store();
  const auto told = TRY(waiting(store));
  for (const auto& forged : world.harm().forgeries) {
    const auto batch = TRY(store.batch_by_commit(forged.commit));
    const auto commit = to_hex(forged.commit.raw());
    // `batch` may stand in a branch: rights are the device's.
    const bool by_right =
        batch && forged.by && may_write(*session, session->members().plan_stream(batch->stream));
    if (is_in_force(batch) && !by_right)
      return broken(
          9, "what was forged ({}, {}) is in force at {}", forged.kind, commit, site.name);
    const bool is_shown = std::ranges::find(shown, forged.commit, &GitRef::target) != shown.end();
    const bool is_told = batch || std::ranges::find(told, commit, &Waiting::commit) != told.end();
    if (is_shown && !is_told)
      return broken(
          9, "nobody at {} is told of what was forged ({}, {})", site.name, forged.kind, commit);
  }
  for (const auto& [one, other] : world.harm().forks) {
    const auto first = TRY(store.batch_by_commit(one));
    const auto second = TRY(store.batch_by_commit(other));
    if (is_in_force(first) && is_in_force(second))
      return broken(9, "two batches of one number are in force at {}", site.name);
  }
  return check_no_power(world, site, *session);
}

}  // namespace

Result<void> check_no_harm(World& world) {
  if (world.harm().rogues.empty()) return {};
  const auto hub = TRY(Repository::open(world.hub()));
  const auto shown = TRY(hub.refs("refs/heads/plan/"));
  for (auto& site : world.sites())
    TRY(check_harm(world, site, shown));
  return {};
}

}  // namespace guantong::simulation
