#include "simulation/coming_to_rest.h"

#include <algorithm>

#include "simulation/site.h"
#include "simulation/violation.h"
#include "simulation/world.h"

#include "client/membership.h"
#include "client/sqlite/sqlite_store.h"
#include "client/syncing.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong::simulation {
namespace {

/// Each carries everybody's work: two rounds suffice, and one more shows that nothing moves; an
/// admission takes two more.
constexpr int rounds_most = 8;

/// Whether a device may write, as it stands at a site; not where there is none.
Result<bool> is_in(Site* at, const DeviceId& device) {
  if (at == nullptr) return false;
  auto session = TRY(Session::begin(at->workspace->store()));
  const auto stream = TRY(session->store().intern_stream(device, Space::plan));
  return may_write(*session, stream);
}

/// Whoever leads lets a site in; where nobody does, the recovery key.
Result<bool> admit_one(World& world, Site& site) {
  auto* lead = TRY(world.lead());
  const auto device = site.workspace->device();
  const bool known_here = TRY(is_in(&site, device));
  const bool known_to_lead = TRY(is_in(lead, device));
  if (known_here && known_to_lead) {
    // What put it out was taken back with a copy of the lead's computer, or never stood.
    site.asks_in = false;
    return true;
  }
  // Who was put out with a key that was not its first begins as a new device.
  if (site.has_new_key) TRY(world.recover_as_new(site, true));
  const auto request = TRY(own_request(*site.workspace));
  if (lead == nullptr) {
    // Where its request is not there yet, there is another round.
    const auto tried = TRY(world.admit_by_recovery_key(request));
    site.asks_in = tried != Tried::done;
    return tried == Tried::done;
  }
  const auto does = [&](Workspace& workspace) -> Result<void> {
    const auto found = TRY(find_request(workspace, request_code(request)));
    return admit(workspace, found, Level::coordinator);
  };
  if (TRY(world.at(*lead, does)) != Tried::done) return false;
  site.asks_in = false;
  world.count("admissions");
  return true;
}

Result<bool> admit_who_asks(World& world) {
  bool admitted = false;
  for (auto& site : world.sites()) {
    const bool is_out = !TRY(is_in(&site, site.workspace->device()));
    // What let it in may have been held with who did it.
    site.may_be_held = site.may_be_held || is_out;
    site.asks_in = site.asks_in || is_out;
    if (!site.asks_in) continue;
    const bool one = TRY(admit_one(world, site));
    admitted = admitted || one;
  }
  return admitted;
}

}  // namespace

bool moved(const SyncReport& report) {
  return report.received.batches() + report.sealed + report.sent_batches > 0;
}

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

}  // namespace guantong::simulation
