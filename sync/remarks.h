// What is told of a batch though nothing is refused for it: dates that cannot be right, and what
// git shows otherwise than it was signed. Neither ever decides anything (faults D22, D24, D25).
#pragma once

#include <cstdint>
#include <vector>

#include "sync/authority.h"
#include "sync/base/message.h"
#include "sync/change.h"
#include "sync/commit.h"

namespace guantong {

/// How far two honest clocks may be apart before it is worth a word.
inline constexpr std::uint64_t clock_tolerance_ms = 10UL * 60U * 1000U;

/// The dates of a batch and of what stands around it, in milliseconds since 1970, UTC.
struct Dates {
  std::uint64_t written = 0;  ///< Of its last change.
  std::uint64_t before = 0;   ///< Of the latest change it builds on; 0: of none.
  std::uint64_t now = 0;      ///< By this computer's clock.
};

/// Whether a change's date cannot be right: before anything could be written with Guantong, or
/// after it arrived. `arrived_ms` is 0 where it was written here and is not sealed yet.
bool is_uncertain(std::uint64_t written_ms, std::uint64_t arrived_ms);

/// One message for each thing that is odd. `author` is null for an outsider.
std::vector<Message> remarks_on(const Commit& commit, const Dates& dates, const Member* author);

}  // namespace guantong
