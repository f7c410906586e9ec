// Days of the calendar, as records write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace guantong {

/// From one day to another, both YYYY-MM-DD; nothing where one is not.
std::optional<std::int64_t> days_between(std::string_view from, std::string_view to);

/// The day of a moment, in milliseconds since 1970, by the computer's time zone.
std::string day_of(std::uint64_t ms);

/// When a day, YYYY-MM-DD, begins by the computer's time zone, in milliseconds since 1970; 0 for
/// what is no day.
std::uint64_t ms_of_day(std::string_view day);

/// The day so many days before; the same text for what is no day.
std::string days_before(std::string_view day, int days);

/// The same day so many years before.
std::string years_before(std::string_view day, int years);

}  // namespace guantong
