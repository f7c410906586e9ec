// Worlds to judge: who founded, granted, removed, handed over and ruled what, having seen what.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "tests/support/authority_oracle.h"
#include "tests/support/choices.h"

namespace guantong::test {

using AuthorityWorld = std::vector<OracleBatch>;

/// The batches that `order` names, in that order. What it leaves out has not arrived.
AuthorityWorld arrange(const AuthorityWorld& world, const std::vector<std::size_t>& order);

/// How the four leads of a removal graph came to be: each granted by the one before, or all by the
/// first in one batch. Device 0 is the most senior, then 1, 2, 3.
enum class Ranks { chain, star };

struct RemovalGraphs {
  std::size_t most = 3;  ///< Removals in one world.
  Ranks ranks = Ranks::chain;
  bool leaves = true;  ///< Whether a device may remove itself.
};

/// Visits every world of four leads of one site, devices 0 to 3, who know of one another and then
/// write up to `most` removals: whoever expels whom, having seen any of the removals before.
void for_each_removal_graph(const RemovalGraphs& graphs,
                            const std::function<void(const AuthorityWorld&)>& visit);

/// Draws a world of 7 to `most` batches (7 or more): devices 0 to 8 of three sites, at times a
/// recovery key 9. They grant, demote, expel, leave, hand over, rule and edit, with right or
/// without, having seen little or much; streams fork, except before the founder's second batch.
///
/// Each batch comes after its parents, and has among them the grant that it names, unless its own
/// previous batch named the same. A hand-over, or a removal of oneself, has a batch to itself.
AuthorityWorld draw_authority_world(std::uint64_t seed, std::size_t most = 25);
/// The same by choices.
AuthorityWorld draw_authority_world(Choices& choices, std::size_t most = 25);

}  // namespace guantong::test
