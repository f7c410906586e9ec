// AN-14: what has changed since a day, by whom, at which body, record by record.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "client/audit.h"
#include "client/days.h"
#include "client/questions/answer.h"
#include "client/questions/question.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

struct RecordChanges {
  RecordNo record = 0;
  std::vector<HistoryEntry> entries;  ///< The oldest first.
};

/// The records with changes that were written or arrived since, the one changed last first.
Result<std::vector<RecordChanges>> changes_by_record(Session& session, const std::string& since) {
  const auto dots = TRY(session.store().latest(static_cast<std::size_t>(-1), ms_of_day(since)));
  std::vector<RecordChanges> records;
  std::map<RecordNo, std::size_t> places;
  for (const auto& dot : dots) {
    const auto change = TRY(session.store().change(dot));
    auto entry = TRY(history_entry(session, dot));
    const auto [place, fresh] = places.try_emplace(change.record, records.size());
    if (fresh) records.push_back({change.record, {}});
    records[place->second].entries.push_back(std::move(entry));
  }
  for (auto& record : records)
    std::ranges::reverse(record.entries);
  return records;
}

Result<Answer> ask_changes(Session& session, const Asked& asked) {
  const auto records = TRY(changes_by_record(session, asked.since));
  Sheet sheet{"changes",
              message("What changed"),
              {{"record", message("Record")},
               {"when", message("When")},
               {"site", message("Site")},
               {"person", message("Person")},
               {"what", message("What")},
               {"why", message("Why")}},
              {}};
  std::map<std::string, std::int64_t> by_site;
  for (const auto& record : records) {
    for (const auto& entry : record.entries) {
      ++by_site[entry.site];
      Row row{{entry.record,
               day_of(entry.ordered_ms()),
               entry.site,
               entry.person,
               Cell::said(entry.what.parts),
               entry.why},
              {}};
      if (!entry.record.empty()) row.from = {record.record};
      sheet.rows.push_back(std::move(row));
    }
  }
  Sheet sites{"sites",
              message("By site"),
              {{"site", message("Site")}, {"changes", message("Changes")}},
              {}};
  for (const auto& [site, count] : by_site)
    sites.rows.push_back({{site, Cell::number(count)}, {}});
  Answer answer;
  answer.summary = {message(
      "{} changes to {} records since {}.", sheet.rows.size(), records.size(), asked.since)};
  answer.sheets = {std::move(sheet), std::move(sites)};
  return answer;
}

}  // namespace

Question changes() {
  return {.name = "changes",
          .number = "AN-14",
          .help = message("What has changed since a day: what, by whom, at which site, why"),
          .group = QuestionGroup::report,
          .of_day = true,
          .of_span = true,
          .ask = ask_changes};
}

}  // namespace guantong
