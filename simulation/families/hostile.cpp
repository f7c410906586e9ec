// People who mean harm put at the shared repository what no program would: with a computer that was
// admitted, put out again or never let in, with a stolen key, or with nothing but the right to
// write there.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulation/draws.h"
#include "simulation/families/family.h"
#include "simulation/hostile/attacks.h"
#include "simulation/hostile/forger.h"
#include "simulation/hostile/rogues.h"
#include "simulation/world.h"

#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong::simulation {
namespace {

Step draw_hostile(Draws& draws, const Setting& setting) {
  return {"hostile",
          std::string{draws.one_of(kinds_of_attacks()).name},
          std::string{draws.one_of(rogue_names)},
          draw_site(draws, setting),
          std::to_string(draws.below(1'000))};
}

Result<void> attack(World& world,
                    std::string_view who,
                    const std::string& victim,
                    std::uint64_t chance,
                    const KindOfAttack& kind) {
  auto* site = TRY(world.site(victim));
  auto* rogue = TRY(rogue_named(world, who));
  if (rogue == nullptr) return {};
  auto own = TRY(Forger::open(rogue->site.root(), world.hub()));
  auto theirs = TRY(Forger::open(site->root(), world.hub()));
  Attack attacked{world, *rogue, *site, std::move(own), std::move(theirs), chance};
  attacked.kind = kind.name;
  TRY(kind.run(attacked));
  world.count("attacks");
  return {};
}

Result<void> run_hostile(World& world, const Step& step) {
  const auto kind = std::ranges::find(kinds_of_attacks(), step[1], &KindOfAttack::name);
  const bool known = std::ranges::find(rogue_names, step[2]) != rogue_names.end();
  if (kind == kinds_of_attacks().end() || !known)
    return fail(Errc::invalid, "\"{} {}\" in the script is no attack", step[1], step[2]);
  const auto chance = TRY(number_of(step[4]));
  return attack(world, step[2], step[3], chance, *kind);
}

Step draw_steal(Draws& draws, const Setting& setting) {
  return {"steal", draw_site(draws, setting)};
}

Result<void> run_steal(World& world, const Step& step) {
  return attack(world, "stranger", step[1], 0, {"steal", steal_key});
}

}  // namespace

std::vector<Verb> hostile_verbs() {
  return {{"hostile", 4, 5, draw_hostile, run_hostile}, {"steal", 1, 1, draw_steal, run_steal}};
}

}  // namespace guantong::simulation
