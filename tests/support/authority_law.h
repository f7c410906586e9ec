// The law of who may what, for a test to try on worlds that it draws and a fuzzer on bytes of its
// own.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/authority_letters.h"
#include "tests/support/authority_worlds.h"
#include "tests/support/choices.h"

namespace guantong::test {

/// Places of batches, in the order in which they come.
using ArrivalOrder = std::vector<std::size_t>;

/// An order in which each batch comes after its parents, the rest by chance.
ArrivalOrder draw_order(const AuthorityWorld& world, Choices& choices);

/// Whether a replica that takes the letters in that order says what the oracle says. `reopen` is
/// the place in the order behind which the program starts again.
::testing::AssertionResult agrees(const AuthorityLetters& letters,
                                  const ArrivalOrder& order,
                                  std::optional<std::size_t> reopen = {});

/// Engine and oracle judge the same in three drawn orders, also half way and after starting again.
void is_judged_the_same(const AuthorityLetters& letters, Choices& choices);

}  // namespace guantong::test
