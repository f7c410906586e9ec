#include "sync/remarks.h"

#include <cstdint>
#include <string>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "sync/base/message.h"
#include "sync/change.h"
#include "sync/commit.h"

namespace guantong {
namespace {

constexpr std::uint64_t year_2020_ms = 1'577'836'800'000;

std::string date(std::int64_t seconds) {
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(seconds));
}

std::int64_t seconds(std::uint64_t ms) {
  return static_cast<std::int64_t>(ms / 1000);
}

std::string shown(const std::string& name, const std::string& email) {
  return fmt::format("{} <{}>", clean_ident(name), clean_ident(email));
}

}  // namespace

bool is_uncertain(std::uint64_t written_ms, std::uint64_t arrived_ms) {
  if (written_ms < year_2020_ms) return true;
  return arrived_ms != 0 && written_ms > arrived_ms + clock_tolerance_ms;
}

std::vector<Message> remarks_on(const Commit& commit, const Dates& dates, const Member* author) {
  std::vector<Message> remarks;
  const auto written = date(seconds(dates.written));
  if (dates.written > dates.now + clock_tolerance_ms) {
    remarks.push_back(
        message("it is dated {}, which is still to come: the clock there or the one here is wrong",
                written));
  } else if (dates.written + clock_tolerance_ms < dates.before) {
    remarks.push_back(message(
        "it is dated {}, before the work that it builds on: the clock there is wrong", written));
  }
  if (commit.author.time_s != seconds(dates.written) ||
      commit.committer.time_s != seconds(dates.written)) {
    remarks.push_back(message(
        "git shows the date {}, and what was signed says {}", date(commit.author.time_s), written));
  }
  if (author == nullptr) return remarks;
  const auto in_git = shown(commit.author.name, commit.author.email);
  const auto granted = shown(author->name, author->email);
  if (in_git != granted)
    remarks.push_back(message("git shows the author {}, and it is {}'s", in_git, granted));
  return remarks;
}

}  // namespace guantong
