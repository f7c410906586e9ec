// The network fails: sites are offline, exchanges are cut, the shared repository forgets.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "simulation/draws.h"
#include "simulation/families/family.h"
#include "simulation/simulated_disk.h"
#include "simulation/world.h"
#include <fmt/format.h>

#include "client/git/repository.h"
#include "sync/base/bytes.h"
#include "sync/base/result.h"

namespace guantong::simulation {
namespace {

Step draw_line(Draws& draws, const Setting& setting) {
  return {draws.one_in(2) ? "offline" : "online", draw_site(draws, setting)};
}

Result<void> run_offline(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  site->offline = true;
  world.count("sites offline");
  return {};
}

Result<void> run_online(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  site->offline = false;
  return {};
}

Step draw_cut(Draws& draws, const Setting& setting) {
  return {"cut", draw_site(draws, setting), std::to_string(draws.below(14))};
}

/// The next exchange of the site is cut off after so many acts of Git.
Result<void> run_cut(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  const auto after = TRY(number_of(step[2]));
  site->computer.fault = Fault{Fault::Kind::cut, Fault::Among::git, after, 0};
  return {};
}

std::filesystem::path kept_hub(const World& world) {
  return world.folder() / "hub.kept";
}

Step draw_hub(Draws& draws, const Setting& setting) {
  if (draws.one_in(3)) return {"forget", draw_site(draws, setting)};
  return {draws.one_in(2) ? "keep" : "reset"};
}

Result<void> run_keep(World& world, const Step& /*step*/) {
  std::filesystem::remove_all(kept_hub(world));
  std::filesystem::copy(world.hub(), kept_hub(world), std::filesystem::copy_options::recursive);
  return {};
}

/// The shared repository is put back to what it was when it was kept.
Result<void> run_reset(World& world, const Step& /*step*/) {
  if (!std::filesystem::exists(kept_hub(world))) return {};
  std::filesystem::remove_all(world.hub());
  std::filesystem::copy(kept_hub(world), world.hub(), std::filesystem::copy_options::recursive);
  world.count("repositories put back");
  return {};
}

/// The shared repository loses a site's branch.
Result<void> run_forget(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  auto repository = TRY(Repository::open(world.hub()));
  TRY(repository.remove_ref(
      fmt::format("refs/heads/plan/{}/{}", site->name, to_hex(site->workspace->device().raw()))));
  world.count("branches lost");
  return {};
}

}  // namespace

std::vector<Verb> network_verbs() {
  return {{"offline", 1, 4, draw_line, run_offline},
          {"online", 1, 0, draw_line, run_online},
          {"cut", 2, 5, draw_cut, run_cut},
          {"keep", 0, 2, draw_hub, run_keep},
          {"reset", 0, 0, draw_hub, run_reset},
          {"forget", 1, 0, draw_hub, run_forget}};
}

}  // namespace guantong::simulation
