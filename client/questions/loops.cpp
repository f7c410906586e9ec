// AN-11: which problems are open, how long, and what became of their measures.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
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
#include "sync/schema.h"
#include "sync/value.h"

namespace guantong {
namespace {

constexpr std::array<std::string_view, 8> loop_states{
    "reopened", "found", "analysing", "cause_found", "planned", "acting", "verifying", "closed"};

struct Loop {
  RecordNo problem = 0;
  std::string code, title, state, severity, found;
  RecordId owner;
  std::size_t measures = 0, overdue = 0;
  std::vector<RecordNo> from;
  std::size_t reopened = 0;
  std::optional<std::int64_t> days;  ///< Since it was found, until today or until it was closed.

  bool is_closed() const { return state == "closed"; }
};

Result<std::vector<Loop>> read_loops(Session& session, const std::string& day) {
  std::vector<Loop> loops;
  auto& database = session.store().database();
  TRY(each_row(database,
               "SELECT problem.record, problem.code, problem.title_zh, problem.state, "
               "problem.severity, problem.found, problem.owner_org, measure.record, measure.due, "
               "measure.state FROM problem LEFT JOIN measure ON measure.problem = problem.id "
               "AND measure.life IN ('active', 'held') WHERE problem.life IN ('active', 'held') "
               "ORDER BY problem.code, problem.id, measure.id",
               {},
               [&](const Statement& row) {
                 if (loops.empty() || loops.back().problem != record_in(row, 0)) {
                   Loop loop;
                   loop.problem = record_in(row, 0);
                   loop.code = string_in(row, 1);
                   loop.title = string_in(row, 2);
                   loop.state = string_in(row, 3);
                   loop.severity = string_in(row, 4);
                   loop.found = string_in(row, 5);
                   loop.owner = id_in(row, 6);
                   loop.from = {loop.problem};
                   loops.push_back(std::move(loop));
                 }
                 if (row.is_null(7)) return;
                 auto& loop = loops.back();
                 ++loop.measures;
                 loop.from.push_back(record_in(row, 7));
                 const bool is_open = row.bytes(9) != "done" && row.bytes(9) != "dropped";
                 if (is_open && !row.is_null(8) && row.bytes(8) < day) ++loop.overdue;
               }));
  return loops;
}

/// Reads from the problem's changes how often it was opened again, and when it was closed.
Result<void> follow_states(Session& session, Loop& loop, const std::string& day) {
  const auto& type = *session.store().schema().type("problem");
  const Field& state = *type.field("state");
  std::string until = day;
  const auto changes = TRY(session.store().history(loop.problem));
  for (const auto& [dot, change] : changes) {
    const auto fields = split_value(type, change.fields);
    const auto value = fields.find(state.number);
    const auto number = value == fields.end() ? std::nullopt : integer_in(state, value->second);
    const auto* choice = number ? state.choice(*number) : nullptr;
    if (choice == nullptr) continue;
    if (choice->word == "reopened") ++loop.reopened;
    if (choice->word == "closed" && loop.is_closed()) until = day_of(change.time.ms);
  }
  loop.days = days_between(loop.found, until);
  return {};
}

Sheet funnel(const std::vector<Loop>& loops, const RecordType& type) {
  Sheet sheet{"states",
              message("How many in each state"),
              {{"state", message("State")}, {"count", message("Count")}},
              {}};
  for (const auto state : loop_states) {
    Row row{{Cell::choice(*type.field("state"), state)}, {}};
    for (const auto& loop : loops) {
      if (loop.state == state) row.from.push_back(loop.problem);
    }
    row.cells.push_back(Cell::number(static_cast<std::int64_t>(row.from.size())));
    if (!row.from.empty()) sheet.rows.push_back(std::move(row));
  }
  return sheet;
}

/// The open ones, the gravest and oldest first.
Sheet open_loops(std::vector<Loop> loops, const RecordType& type, const OrgCodes& orgs) {
  std::erase_if(loops, &Loop::is_closed);
  std::ranges::stable_sort(loops, {}, [](const Loop& loop) {
    const bool is_high = loop.severity == "high";
    const bool is_low = loop.severity == "low";
    return std::tuple{!is_high, is_low, -loop.days.value_or(0)};
  });
  Sheet sheet{"open",
              message("Open problems"),
              {{"problem", message("Problem")},
               {"title", message("Name")},
               {"state", message("State")},
               {"severity", message("Severity")},
               {"owner", message("Responsible")},
               {"days", message("Days")},
               {"measures", message("Measures")},
               {"overdue", message("Overdue")},
               {"reopened", message("Reopened")}},
              {}};
  for (auto& loop : loops)
    sheet.rows.push_back({{loop.code,
                           loop.title,
                           Cell::choice(*type.field("state"), loop.state),
                           Cell::choice(*type.field("severity"), loop.severity),
                           orgs.of(loop.owner),
                           loop.days ? Cell::number(*loop.days) : Cell{},
                           Cell::number(static_cast<std::int64_t>(loop.measures)),
                           Cell::number(static_cast<std::int64_t>(loop.overdue)),
                           Cell::number(static_cast<std::int64_t>(loop.reopened))},
                          std::move(loop.from)});
  return sheet;
}

/// "12.5 days": what closing took on average; empty where nothing was closed.
std::string mean_days(const std::vector<Loop>& loops) {
  std::int64_t days = 0;
  std::int64_t count = 0;
  for (const auto& loop : loops) {
    if (!loop.is_closed() || !loop.days) continue;
    days += *loop.days;
    ++count;
  }
  return count == 0 ? std::string{} : Cell::number(10 * days / count, 10).plain();
}

Result<Answer> ask_loops(Session& session, const Asked& asked) {
  const auto orgs = TRY(OrgCodes::read(session));
  auto loops = TRY(read_loops(session, asked.day));
  for (auto& loop : loops)
    TRY(follow_states(session, loop, asked.day));
  Answer answer;
  const auto& type = *session.store().schema().type("problem");
  answer.sheets = {open_loops(loops, type, orgs), funnel(loops, type)};
  const auto closed = std::ranges::count_if(loops, &Loop::is_closed);
  answer.summary = {message("{} problems, {} of them closed.", loops.size(), closed)};
  if (const auto days = mean_days(loops); !days.empty())
    answer.summary.push_back(message("Closing one took {} days on average.", days));
  return answer;
}

}  // namespace

Question loops() {
  return {.name = "loops",
          .number = "AN-11",
          .help = message("Problems from finding to verification: what is open, how long, overdue"),
          .of_day = true,
          .ask = ask_loops};
}

}  // namespace guantong
