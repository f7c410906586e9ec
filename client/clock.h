// What time it is.
#pragma once

#include <cstdint>
#include <functional>

namespace guantong {

/// Milliseconds since 1970, UTC, by this computer's clock: it may be wrong, and no rule of merging
/// reads it.
std::uint64_t now_ms();

/// Lets `now_ms` tell another time; an empty function gives the computer's clock back. For the
/// simulator, in which a year passes within a minute. Not while another thread asks for the time.
void tell_time_by(std::function<std::uint64_t()> clock);

}  // namespace guantong
