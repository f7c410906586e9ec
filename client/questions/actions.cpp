// AN-12: how far the action items are, those that are late first.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/days.h"
#include "client/questions/answer.h"
#include "client/questions/orgs.h"
#include "client/questions/question.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

struct Item {
  RecordNo record = 0;
  std::string code, title, due, state;
  RecordId owner;
  std::int64_t progress = 0;            ///< In percent.
  std::optional<std::int64_t> elapsed;  ///< Of its time, in percent.
  std::int64_t days_late = 0;           ///< 0 where it is not due, or done.

  bool is_open() const { return state != "done" && state != "dropped"; }
  bool is_behind() const { return is_open() && elapsed && progress < *elapsed; }
};

std::optional<std::int64_t> elapsed(std::string_view start,
                                    std::string_view due,
                                    std::string_view day) {
  const auto whole = days_between(start, due);
  const auto gone = days_between(start, day);
  if (!whole || !gone || *whole <= 0) return std::nullopt;
  return std::clamp<std::int64_t>(100 * *gone / *whole, 0, 100);
}

Result<std::vector<Item>> read_items(Session& session, const std::string& day) {
  std::vector<Item> items;
  TRY(each_row(session.store().database(),
               "SELECT record, code, title_zh, due, state, owner_org, progress, start "
               "FROM action_item WHERE life IN ('active', 'held') ORDER BY code, id",
               {},
               [&](const Statement& row) {
                 Item item{record_in(row, 0),
                           string_in(row, 1),
                           string_in(row, 2),
                           string_in(row, 3),
                           string_in(row, 4),
                           id_in(row, 5),
                           row.int64(6),
                           elapsed(row.bytes(7), row.bytes(3), day),
                           0};
                 if (item.is_open())
                   item.days_late =
                       std::max<std::int64_t>(0, days_between(item.due, day).value_or(0));
                 items.push_back(std::move(item));
               }));
  std::ranges::stable_sort(items, [](const Item& one, const Item& other) {
    if (one.days_late != other.days_late) return one.days_late > other.days_late;
    return std::pair{!one.is_open(), std::string_view{one.due}} <
           std::pair{!other.is_open(), std::string_view{other.due}};
  });
  return items;
}

Cell verdict_on_item(const Item& item) {
  if (item.state == "done") return Cell::word("done", message("done"));
  if (item.state == "dropped") return Cell::word("dropped", message("dropped"));
  if (item.days_late > 0) return Cell::word("overdue", message("overdue"));
  if (item.is_behind()) return Cell::word("behind", message("behind"));
  return Cell::word("on_time", message("on time"));
}

Result<Answer> ask_actions(Session& session, const Asked& asked) {
  const auto orgs = TRY(OrgCodes::read(session));
  const auto items = TRY(read_items(session, asked.day));
  Sheet sheet{"items",
              message("Action items"),
              {{"item", message("Item")},
               {"title", message("Name")},
               {"owner", message("Led by")},
               {"due", message("Due")},
               {"days_late", message("Days late")},
               {"progress", message("Done, %")},
               {"elapsed", message("Time gone, %")},
               {"verdict", message("Verdict")}},
              {}};
  for (const auto& item : items)
    sheet.rows.push_back({{item.code,
                           item.title,
                           orgs.of(item.owner),
                           item.due,
                           Cell::number(item.days_late),
                           Cell::number(item.progress),
                           item.elapsed ? Cell::number(*item.elapsed) : Cell{},
                           verdict_on_item(item)},
                          {item.record}});
  const auto late =
      std::ranges::count_if(items, [](const Item& item) { return item.days_late > 0; });
  const auto behind = std::ranges::count_if(items, &Item::is_behind);
  Answer answer;
  answer.summary = {message("{} action items: {} overdue, {} with less done than time gone.",
                            items.size(),
                            late,
                            behind)};
  answer.sheets = {std::move(sheet)};
  return answer;
}

}  // namespace

Question actions() {
  return {.name = "actions",
          .number = "AN-12",
          .help = message("Action items: progress against time, the overdue first"),
          .of_day = true,
          .ask = ask_actions};
}

}  // namespace guantong
