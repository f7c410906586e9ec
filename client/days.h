// Days of the calendar, as records write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sync/base/result.h"

namespace guantong {

/// Reads a day as people and spreadsheets write it: 2026-9-1, 2026/9/1, 2026.9.1, 2026年9月1日, or
/// 46266, the days since 30 December 1899. Returns it as YYYY-MM-DD. Fails with `invalid`, saying
/// what is wrong: it is of another form (9/1/2026 can be meant in two ways), or there is no such
/// month or day.
Result<std::string> read_day(std::string_view text);

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
