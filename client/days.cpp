#include "client/days.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "client/numerals.h"
#include "client/text.h"
#include "sync/base/error.h"
#include "sync/base/result.h"

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

std::string spelt(std::chrono::year_month_day date) {
  return fmt::format("{:04}-{:02}-{:02}",
                     static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

/// The texts of year, month and day: with one separator twice, or as 年, 月 and 日 end them.
std::optional<std::array<std::string_view, 3>> parts_of_day(std::string_view text) {
  for (const auto& [first, second] : {std::pair{"-", "-"}, {"/", "/"}, {".", "."}, {"年", "月"}}) {
    const auto one = text.find(first);
    const auto behind = one + std::string_view{first}.size();
    const auto two = one == std::string_view::npos ? one : text.find(second, behind);
    if (two == std::string_view::npos) continue;
    auto day = text.substr(two + std::string_view{second}.size());
    for (const std::string_view end : {"日", "号"}) {
      if (day.ends_with(end)) day.remove_suffix(end.size());
    }
    return std::array{text.substr(0, one), text.substr(behind, two - behind), day};
  }
  return std::nullopt;
}

/// A part of a day; nothing where it is no number of so many digits.
std::optional<int> part_of_day(std::string_view text, std::size_t least, std::size_t most) {
  const auto number = read_number(text);
  if (!number || !number->unit.empty()) return std::nullopt;
  const auto size = number->digits.size();
  return size < least || size > most ? std::nullopt : number_in(number->digits, 0, size);
}

/// A spreadsheet's day, of our time: from 1954 to 2119.
std::optional<std::string> numbered_day(std::string_view text) {
  const auto number = text.size() == 5 ? number_in(text, 0, 5) : std::nullopt;
  if (!number || *number < 20'000 || *number >= 80'000) return std::nullopt;
  using std::chrono::sys_days;
  const sys_days first{std::chrono::year{1899} / std::chrono::December / 30};
  return spelt(std::chrono::year_month_day{first + std::chrono::days{*number}});
}

}  // namespace

Result<std::string> read_day(std::string_view text) {
  const auto plain = nfkc(text);
  if (auto day = numbered_day(trimmed(plain))) return *std::move(day);
  const auto parts = parts_of_day(trimmed(plain));
  const auto year = parts ? part_of_day((*parts)[0], 4, 4) : std::nullopt;
  const auto month = parts ? part_of_day((*parts)[1], 1, 2) : std::nullopt;
  const auto day = parts ? part_of_day((*parts)[2], 1, 2) : std::nullopt;
  if (!year || !month || !day) return fail(Errc::invalid, "it is a date like 2026-11-20");
  if (*month < 1 || *month > 12)
    return fail(Errc::invalid, "there is no such date, as there is no month {}", *month);
  const auto in_month =
      std::chrono::year{*year} / std::chrono::month{static_cast<unsigned>(*month)};
  const auto last = static_cast<unsigned>((in_month / std::chrono::last).day());
  const auto of_month = static_cast<unsigned>(*day);
  if (*day < 1 || of_month > last)
    return fail(Errc::invalid,
                "there is no such date, as {} has {} days",
                fmt::format("{:04}-{:02}", *year, *month),
                last);
  return spelt(in_month / std::chrono::day{of_month});
}

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
  return spelt(std::chrono::year_month_day{*parsed - std::chrono::days{days}});
}

std::string years_before(std::string_view day, int years) {
  const auto year = number_in(day, 0, 4);
  return year ? fmt::format("{:04}{}", *year - years, day.substr(4)) : std::string{day};
}

}  // namespace guantong
