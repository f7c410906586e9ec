// Worlds to merge: what several sites wrote on several devices, seeing each other now and then.
#pragma once

#include <cstddef>

#include "sync/change.h"
#include "tests/support/choices.h"
#include "tests/support/oracle.h"

namespace guantong::test {

/// The slots of `every_rule`. In each group of four the deciders are any, owner, lead, joint.
namespace slots {
inline constexpr Slot register_any = 1;
inline constexpr Slot register_owner = 2;
inline constexpr Slot register_lead = 3;
inline constexpr Slot register_joint = 4;
inline constexpr Slot text_any = 5;
inline constexpr Slot text_owner = 6;
inline constexpr Slot text_lead = 7;
inline constexpr Slot text_joint = 8;
inline constexpr Slot set_any = 9;
inline constexpr Slot set_owner = 10;
inline constexpr Slot set_lead = 11;
inline constexpr Slot set_joint = 12;
inline constexpr Slot state_any = 13;
inline constexpr Slot state_owner = 14;
inline constexpr Slot state_lead = 15;
inline constexpr Slot state_joint = 16;
inline constexpr Slot once_any = 17;    ///< A REGISTER set once.
inline constexpr Slot once_owner = 18;  ///< A REGISTER set once.
inline constexpr Slot reference_any = 19;
inline constexpr Slot reference_owner = 20;
}  // namespace slots

/// A type with a slot for every rule and decider. Its STATEs go, most cautious first, "red",
/// "amber", "green"; its life cycle is decided by `writes`.
TypeRules every_rule(Decides writes);

/// Draws a world of 3 to 5 sites, all members and some no partners, with one or two devices each,
/// and of 5 to `most` changes to 1 to 3 records that have `every_rule`.
///
/// A change is what a client would write that sees the oracle's answer for its device's past: an
/// edit, an archiving, an answer to a proposal, a second creation. Now and then it names less than
/// it was shown, or what it never saw, or what is no version of the slot. Values are few, and each
/// world mostly writes to few slots, so that changes collide. The order of `changes` is causal:
/// each comes after its past.
World draw_world(Choices& choices, std::size_t most = 30);

}  // namespace guantong::test
