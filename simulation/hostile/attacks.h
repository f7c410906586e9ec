// What is put at the shared repository by those who mean harm: each kind is a function and a line
// in the list.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "simulation/hostile/forger.h"
#include "simulation/hostile/harm.h"
#include "simulation/site.h"
#include "simulation/world.h"

#include "sync/base/result.h"

namespace guantong::simulation {

/// An attack that is under way.
struct Attack {
  World& world;
  Rogue& rogue;
  Site& victim;
  Forger own;     ///< With the rogue's key.
  Forger theirs;  ///< With the victim's: what it signs, a thief of the key signs.
  std::uint64_t chance = 0;
  std::string_view kind{};
};

struct KindOfAttack {
  std::string_view name;
  /// Does nothing where there is nothing to go on from. Fails only as the repository does.
  Result<void> (*run)(Attack& attack);
};

/// All that anybody may try; docs/testing.md says what each is.
std::span<const KindOfAttack> kinds_of_attacks();

/// A batch that a thief of the victim's key has signed. It counts until the victim finds out.
Result<void> steal_key(Attack& attack);

}  // namespace guantong::simulation
