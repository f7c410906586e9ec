// AN-09: who teaches too much, over all bodies, and who has room.
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/questions/answer.h"
#include "client/questions/orgs.h"
#include "client/questions/question.h"
#include "client/questions/school_term.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

/// What one teacher has in a term. Hours are in tenths.
struct Workload {
  RecordNo teacher = 0;
  std::string code, name;
  RecordId employer;
  std::optional<std::int64_t> most;
  std::int64_t sum = 0;
  std::map<std::string, std::int64_t> by_body;  ///< By the code of who has it taught.
  std::vector<RecordNo> tasks;

  std::int64_t beyond() const { return most ? sum - *most : 0; }
};

/// Those with tasks in the term, and those whose work has a limit.
Result<std::vector<Workload>> read_workloads(Session& session,
                                             const SchoolTerm& term,
                                             const OrgCodes& orgs) {
  std::vector<Workload> loads;
  TRY(each_row(session.store().database(),
               "SELECT card.record, card.code, card.name, card.org, card.max_weekly_hours, "
               "task.record, task.deliver_org, task.weekly_hours FROM term "
               "JOIN person_card AS card ON card.life IN ('active', 'held') "
               "LEFT JOIN teaching_task AS task ON task.teacher = card.id AND task.term = term.id "
               "AND task.life IN ('active', 'held') WHERE term.record = ?1 "
               "AND (task.record IS NOT NULL OR card.max_weekly_hours IS NOT NULL) "
               "ORDER BY card.code, card.id, task.id",
               {term.record},
               [&](const Statement& row) {
                 if (loads.empty() || loads.back().teacher != record_in(row, 0)) {
                   Workload load;
                   load.teacher = record_in(row, 0);
                   load.code = string_in(row, 1);
                   load.name = string_in(row, 2);
                   load.employer = id_in(row, 3);
                   if (!row.is_null(4)) load.most = 10 * row.int64(4);
                   loads.push_back(std::move(load));
                 }
                 if (row.is_null(5)) return;
                 auto& load = loads.back();
                 load.tasks.push_back(record_in(row, 5));
                 load.by_body[orgs.of(id_in(row, 6))] += row.int64(7);
                 load.sum += row.int64(7);
               }));
  // The most beyond their limit first.
  std::ranges::stable_sort(
      loads, [](const auto& one, const auto& other) { return one.beyond() > other.beyond(); });
  return loads;
}

/// "THUHS 14 + BITC 5"
std::string shares_of(const Workload& load) {
  std::string shares;
  for (const auto& [body, hours] : load.by_body)
    shares +=
        fmt::format("{}{} {}", shares.empty() ? "" : " + ", body, Cell::number(hours, 10).plain());
  return shares;
}

Cell state_of(const Workload& load) {
  if (load.tasks.empty()) return Cell::word("idle", message("no task"));
  if (!load.most) return Cell::word("no_limit", message("no limit given"));
  if (load.beyond() > 0) return Cell::word("overloaded", message("too much"));
  return Cell::word("ok", message("within"));
}

Result<Answer> ask_load(Session& session, const Asked& asked) {
  const auto term = TRY(school_term(session, asked));
  const auto orgs = TRY(OrgCodes::read(session));
  const auto loads = TRY(read_workloads(session, term, orgs));
  Sheet sheet{"teachers",
              message("Weekly hours"),
              {{"teacher", message("Teacher")},
               {"name", message("Name")},
               {"employer", message("Employer")},
               {"hours", message("Hours")},
               {"max", message("At most")},
               {"state", message("State")},
               {"by_body", message("Where")}},
              {}};
  std::size_t overloaded = 0;
  for (const auto& load : loads) {
    if (load.beyond() > 0) ++overloaded;
    Row row{{load.code,
             // Others' people go by their code.
             load.employer == asked.own_org ? load.name : std::string{},
             orgs.of(load.employer),
             Cell::number(load.sum, 10),
             load.most ? Cell::number(*load.most, 10) : Cell{},
             state_of(load),
             shares_of(load)},
            {load.teacher}};
    row.from.insert(row.from.end(), load.tasks.begin(), load.tasks.end());
    sheet.rows.push_back(std::move(row));
  }
  Answer answer;
  answer.summary = {
      message("Term {}: {} of {} teachers have more than they should, all bodies taken "
              "together.",
              term.code,
              overloaded,
              loads.size())};
  answer.sheets = {std::move(sheet)};
  return answer;
}

}  // namespace

Question load() {
  return {.name = "load",
          .number = "AN-09",
          .help = message("Weekly hours of teachers over all bodies: who has too many, who none"),
          .of_term = true,
          .of_day = true,
          .ask = ask_load};
}

}  // namespace guantong
