// guantong plan duties: the grid of duties and bodies (AN-10).
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cli/agreement.h"
#include "cli/command.h"
#include "cli/commands/plan_questions.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/table.h"
#include "cli/tenure_commands.h"
#include "client/csv.h"
#include "client/raci.h"
#include "client/reading.h"
#include "client/tenures.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct PlanDutiesOptions {
  bool csv = false;
};

/// "A R", and the post that does it where there is one.
std::string shown(const RaciCell& cell, bool with_post) {
  std::string text;
  for (const char role : cell.roles)
    text += (text.empty() ? "" : " ") + std::string(1, role);
  if (with_post && !cell.post.empty()) text += " (" + cell.post + ")";
  return text;
}

std::vector<std::string> headings(const RaciGrid& grid) {
  std::vector<std::string> all{tr("Duty"), tr("Title")};
  for (const auto& load : grid.loads)
    all.push_back(load.code);
  all.push_back(tr("State"));
  return all;
}

std::vector<std::string> cells_of(const RaciGrid& grid, const RaciRow& row, bool with_post) {
  std::vector<std::string> all{row.duty.record.key, row.duty.title};
  for (const auto& load : grid.loads) {
    const auto cell = row.cells.find(load.org);
    all.push_back(cell == row.cells.end() ? "" : shown(cell->second, with_post));
  }
  all.emplace_back(state_of(row.duty.tenure));
  return all;
}

Json json_of(Session& session, const RaciGrid& grid) {
  Json rows = Json::array();
  for (const auto& row : grid.rows) {
    Json cells = Json::object();
    for (const auto& load : grid.loads) {
      const auto cell = row.cells.find(load.org);
      if (cell == row.cells.end()) continue;
      cells[load.code] = {{"roles", cell->second.roles},
                          {"post", cell->second.post},
                          {"contact", cell->second.contact}};
    }
    rows.push_back({{"duty", row.duty.record.name()},
                    {"title", row.duty.title},
                    {"state", state_of(row.duty.tenure)},
                    {"accountable", codes_of(session, row.duty.tenure.acting)},
                    {"cells", std::move(cells)}});
  }
  Json loads = Json::array();
  for (const auto& load : grid.loads)
    loads.push_back({{"org", load.code},
                     {"accountable", load.accountable},
                     {"responsible", load.responsible},
                     {"consulted", load.consulted},
                     {"informed", load.informed},
                     {"too_much", load.too_much},
                     {"only_c_or_i", load.only_asked_or_told}});
  return {{"duties", std::move(rows)},
          {"loads", std::move(loads)},
          {"held", grid.held},
          {"contested", grid.contested},
          {"free", grid.free}};
}

void show_grid(Context& context, const RaciGrid& grid) {
  Table table{headings(grid)};
  for (const auto& row : grid.rows) {
    auto cells = cells_of(grid, row, false);
    cells.back() = shown_state(row.duty.tenure);
    table.row(std::move(cells));
  }
  context.out << table.render(context.width) << '\n'
              << tr("A accountable, by consent; R responsible; C consulted; I informed.") << "\n\n";
  Table loads{{tr("Body"), "A", "R", "C", "I", tr("Remark")}};
  for (const auto& load : grid.loads)
    loads.row({load.code,
               std::to_string(load.accountable),
               std::to_string(load.responsible),
               std::to_string(load.consulted),
               std::to_string(load.informed),
               load.too_much             ? tr("too much: answers for more than half of the duties")
               : load.only_asked_or_told ? tr("nothing but C and I")
                                         : ""});
  context.out << loads.render(context.width) << '\n';
  print(context,
        message("{} duties: {} have one site that answers, {} are contested, {} have nobody.",
                grid.rows.size(),
                grid.held,
                grid.contested,
                grid.free));
}

Result<Ending> run_plan_duties(Context& context, const PlanDutiesOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  const auto grid = TRY(raci_grid(*session));
  if (context.json) {
    print(context, json_of(*session, grid));
  } else if (options.csv) {
    CsvTable table;
    table.header = headings(grid);
    for (const auto& row : grid.rows)
      table.rows.push_back(cells_of(grid, row, true));
    context.out << write_csv(table);
  } else {
    show_grid(context, grid);
  }
  return Ending::done;
}

}  // namespace

void add_plan_duties(Command& command, Task& chosen) {
  auto options = std::make_shared<PlanDutiesOptions>();
  auto below = command.below(
      "duties", tr("Who answers for what, who carries too much, who is only asked or told"));
  below.flag("--csv", options->csv, tr("Print a CSV table, with the posts"));
  below.runs(chosen, [options](Context& context) { return run_plan_duties(context, *options); });
}

}  // namespace guantong
