// The first law of merging, for a test to try on seeds and a fuzzer on bytes of its own.
#pragma once

#include <cstddef>
#include <map>

#include "sync/change.h"
#include "tests/support/choices.h"
#include "tests/support/deliver.h"
#include "tests/support/oracle.h"
#include "tests/support/replica.h"

namespace guantong::test {

/// Enough choices for the largest world, and for several ways to deliver it.
inline constexpr std::size_t choices_a_world = 4096;

/// A failure of the test where a replica that has published shows another outcome.
void expect_agrees(Replica& replica,
                   const Delivery& delivery,
                   const std::map<RecordNo, RecordOutcome>& outcomes);

/// Delivers all parcels in some causal order, some of them again later, and publishes now and then
/// and at the end; in between, starts the program again.
void deliver(Replica& replica, const Delivery& delivery, Choices& choices);

/// Whatever the order, the repeats and the groupings: one outcome, the oracle's.
void reaches_one_state(Choices& choices);

}  // namespace guantong::test
