#include "client/days.h"

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace guantong {
namespace {

std::optional<int> number_in(std::string_view text, std::size_t at, std::size_t size) {
  if (text.size() < at + size) return std::nullopt;
  int number = 0;
  const auto* end = text.data() + at + size;
  const auto read = std::from_chars(text.data() + at, end, number);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return number;
}

std::optional<std::chrono::sys_days> parse_day(std::string_view text) {
  const auto year = number_in(text, 0, 4);
  const auto month = number_in(text, 5, 2);
  const auto day = number_in(text, 8, 2);
  if (text.size() != 10 || !year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

}  // namespace

std::optional<std::int64_t> days_between(std::string_view from, std::string_view to) {
  const auto begin = parse_day(from);
  const auto end = parse_day(to);
  if (!begin || !end) return std::nullopt;
  return (*end - *begin).count();
}

std::string day_of(std::uint64_t ms) {
  const auto seconds = static_cast<std::time_t>(ms / 1000);
  std::tm local{};
  localtime_r(&seconds, &local);
  return fmt::format("{:04}-{:02}-{:02}", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
}

std::uint64_t ms_of_day(std::string_view day) {
  if (!parse_day(day)) return 0;
  std::tm local{};
  local.tm_year = *number_in(day, 0, 4) - 1900;
  local.tm_mon = *number_in(day, 5, 2) - 1;
  local.tm_mday = *number_in(day, 8, 2);
  local.tm_isdst = -1;  // Whether summer time holds is for the time zone to say.
  const auto seconds = std::mktime(&local);
  return seconds < 0 ? 0 : static_cast<std::uint64_t>(seconds) * 1000;
}

std::string days_before(std::string_view day, int days) {
  const auto parsed = parse_day(day);
  if (!parsed) return std::string{day};
  const std::chrono::year_month_day date{*parsed - std::chrono::days{days}};
  return fmt::format("{:04}-{:02}-{:02}",
                     static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string years_before(std::string_view day, int years) {
  const auto year = number_in(day, 0, 4);
  return year ? fmt::format("{:04}{}", *year - years, day.substr(4)) : std::string{day};
}

}  // namespace guantong
