// AN-16: nights without a sync, what waits, and sites that have been silent.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client/days.h"
#include "client/questions/answer.h"
#include "client/questions/question.h"
#include "client/reading.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/sqlite/sqlite_store.h"
#include "client/syncing.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"

namespace guantong {
namespace {

/// A site that has sent nothing for longer is asked after.
constexpr std::int64_t days_silent_most = 3;
/// Over how many days missed nights are counted.
constexpr std::int64_t days_counted = 30;

/// When the last batch of each site arrived, in milliseconds since 1970; 0: never.
Result<std::map<std::string, std::uint64_t>> last_arrivals(Session& session) {
  const auto& members = session.members();
  std::map<std::string, std::uint64_t> last;
  for (const auto& site : members.sites())
    last[site.slug] = 0;
  TRY(each_row(session.store().database(),
               "SELECT stream, max(arrived_ms) FROM batch GROUP BY stream",
               {},
               [&](const Statement& row) {
                 const auto site = members.site_of(static_cast<StreamNo>(row.int64(0)));
                 if (!site) return;
                 auto& known = last[members.sites()[*site].slug];
                 known = std::max(known, static_cast<std::uint64_t>(row.int64(1)));
               }));
  return last;
}

Result<Sheet> site_sheet(Session& session, const std::string& day, std::size_t& silent) {
  Sheet sheet{"sites",
              message("Sites"),
              {{"site", message("Site")},
               {"last", message("Last work here")},
               {"days", message("Days ago")},
               {"state", message("State")}},
              {}};
  const auto arrivals = TRY(last_arrivals(session));
  for (const auto& [site, ms] : arrivals) {
    const auto days = ms == 0 ? std::nullopt : days_between(day_of(ms), day);
    const bool is_silent = !days || *days > days_silent_most;
    if (is_silent) ++silent;
    sheet.rows.push_back({{site,
                           ms == 0 ? Cell{} : Cell{day_of(ms)},
                           days ? Cell::number(*days) : Cell{},
                           is_silent ? Cell::word("silent", message("silent"))
                                     : Cell::word("ok", message("in touch"))},
                          {}});
  }
  return sheet;
}

struct RemoteHealth {
  std::string last;
  std::set<std::string> days;  ///< On which a sync was done, of those that count.
  std::uint64_t refused = 0;
};

/// Of each remote, from the receipts of the days before.
Result<std::map<std::string, RemoteHealth>> remote_health(Session& session,
                                                          const std::string& day) {
  std::map<std::string, RemoteHealth> remotes;
  const auto kept = TRY(receipts(session.store(), static_cast<std::size_t>(-1)));
  for (const auto& receipt : kept) {
    if (receipt.value("dry_run", false)) continue;
    auto& remote = remotes[receipt.value("remote", "")];
    const auto on = day_of(receipt.value("at_ms", std::uint64_t{0}));
    remote.last = std::max(remote.last, on);
    const auto age = days_between(on, day);
    if (!age || *age < 0 || *age >= days_counted) continue;
    remote.days.insert(on);
    remote.refused += receipt.at("set_aside").size();
  }
  return remotes;
}

Result<Sheet> remote_sheet(Session& session, const std::string& day) {
  Sheet sheet{"remotes",
              message("Syncs of the last {} days", days_counted),
              {{"remote", message("Remote")},
               {"last", message("Last sync")},
               {"synced", message("Days with a sync")},
               {"missed", message("Days without")},
               {"refused", message("Refused")}},
              {}};
  const auto remotes = TRY(remote_health(session, day));
  for (const auto& [name, remote] : remotes) {
    const auto synced = static_cast<std::int64_t>(remote.days.size());
    sheet.rows.push_back({{name,
                           remote.last,
                           Cell::number(synced),
                           Cell::number(days_counted - synced),
                           Cell::number(static_cast<std::int64_t>(remote.refused))},
                          {}});
  }
  return sheet;
}

Result<Sheet> waiting_sheet(Session& session) {
  Sheet sheet{
      "waiting",
      message("What waits here"),
      {{"branch", message("Branch")}, {"since", message("Since")}, {"reason", message("Reason")}},
      {}};
  const auto all = TRY(waiting(session.store()));
  for (const auto& one : all)
    sheet.rows.push_back({{one.branch, day_of(one.since_ms), Cell::said({one.reason})}, {}});
  return sheet;
}

Result<Answer> ask_health(Session& session, const Asked& asked) {
  std::size_t silent = 0;
  auto sites = TRY(site_sheet(session, asked.day, silent));
  auto remotes = TRY(remote_sheet(session, asked.day));
  auto waits = TRY(waiting_sheet(session));
  Answer answer;
  answer.summary = {
      message("{} of {} sites have been silent for more than {} days; {} streams wait.",
              silent,
              sites.rows.size(),
              days_silent_most,
              waits.rows.size())};
  if (remotes.rows.empty())
    answer.summary.push_back(
        message("There has been no sync here yet; \"guantong sync\" does one."));
  answer.sheets = {std::move(sites), std::move(remotes), std::move(waits)};
  return answer;
}

}  // namespace

Question health() {
  return {.name = "health",
          .number = "AN-16",
          .help = message("Nights without a sync, what waits, and sites that have been silent"),
          .group = QuestionGroup::report,
          .of_day = true,
          .ask = ask_health};
}

}  // namespace guantong
