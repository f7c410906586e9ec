// The law of what changes by consent, for a test to try on seeds and a fuzzer on bytes of its own.
#pragma once

#include <cstddef>

#include "tests/support/choices.h"

namespace guantong::test {

/// What the drawn worlds held between them: a law that nothing ever put to the test proves nothing.
struct ConsentsSeen {
  std::size_t closed = 0, opened = 0, frozen = 0, late = 0, moved = 0, contested = 0;
};

/// Each writer, who sees what waits to be sealed, and whoever hears of it later see the same.
///
/// A few sites own, sign and open again a few records among ordinary edits, as `choices` says.
void consents_converge(Choices& choices, ConsentsSeen& seen);

}  // namespace guantong::test
