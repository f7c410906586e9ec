// Nights pass, and sites exchange: with the shared repository, or with a USB stick that goes round.
#include <string>
#include <vector>

#include "simulation/coming_to_rest.h"
#include "simulation/draws.h"
#include "simulation/families/family.h"
#include "simulation/properties.h"
#include "simulation/world.h"

#include "client/syncing.h"
#include "sync/base/result.h"

namespace guantong::simulation {
namespace {

Result<void> exchange_with(World& world, const Step& step, const std::string& remote) {
  auto* site = TRY(world.site(step[1]));
  SyncReport report;
  TRY(world.sync(*site, remote, report));
  return check_duties(world, *site);
}

Step draw_sync(Draws& draws, const Setting& setting) {
  return {"sync", draw_site(draws, setting)};
}

Result<void> run_sync(World& world, const Step& step) {
  return exchange_with(world, step, "origin");
}

Step draw_carry(Draws& draws, const Setting& setting) {
  return {"carry", draw_site(draws, setting)};
}

/// What the stick holds comes late, out of order, and again.
Result<void> run_carry(World& world, const Step& step) {
  return exchange_with(world, step, "stick");
}

Result<void> run_night(World& world, const Step& /*step*/) {
  world.next_night();
  return {};
}

Result<void> run_quiet(World& world, const Step& /*step*/) {
  TRY(come_to_rest(world));
  return check_properties(world, static_cast<std::size_t>(world.counts()["quiet exchanges"]));
}

}  // namespace

std::vector<Verb> exchange_verbs() {
  return {{"sync", 1, 0, draw_sync, run_sync},
          {"carry", 1, 4, draw_carry, run_carry},
          {"night", 0, 0, nullptr, run_night},
          {"quiet", 0, 0, nullptr, run_quiet}};
}

}  // namespace guantong::simulation
