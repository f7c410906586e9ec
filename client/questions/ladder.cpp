// AN-05: is each requirement introduced, reinforced and mastered in order?
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/questions/answer.h"
#include "client/questions/curriculum.h"
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

struct Rung {
  RecordNo record = 0;
  std::string level;
};

struct Ladder {
  RecordNo requirement = 0;
  std::string code, title;
  std::map<At, Rung> rungs;  ///< By stage.
};

Result<std::vector<Ladder>> read_ladders(Session& session, const Curriculum& curriculum) {
  std::vector<Ladder> ladders;
  TRY(each_row(session.store().database(),
               "SELECT requirement.record, requirement.code, requirement.title_zh, target.record, "
               "target.stage, target.level FROM plan "
               "JOIN requirement ON requirement.plan = plan.id "
               "LEFT JOIN stage_target AS target ON target.requirement = requirement.id "
               "AND target.life IN ('active', 'held') "
               "WHERE plan.record = ?1 AND requirement.life IN ('active', 'held') "
               "ORDER BY CAST(requirement.position AS REAL), requirement.code, "
               "requirement.id",
               {curriculum.plan},
               [&](const Statement& row) {
                 if (ladders.empty() || ladders.back().requirement != record_in(row, 0))
                   ladders.push_back({record_in(row, 0), string_in(row, 1), string_in(row, 2), {}});
                 const auto stage =
                     std::ranges::find(curriculum.stages, id_in(row, 4), &CurriculumStage::id);
                 if (stage == curriculum.stages.end()) return;
                 const auto at = static_cast<At>(stage - curriculum.stages.begin());
                 ladders.back().rungs[at] = {record_in(row, 3), string_in(row, 5)};
               }));
  return ladders;
}

/// How high a level is; -1 for what is not said.
int height_of(std::string_view level) {
  constexpr std::array<std::string_view, 4> levels{"none", "introduce", "reinforce", "master"};
  const auto found = std::ranges::find(levels, level);
  return found == levels.end() ? -1 : static_cast<int>(found - levels.begin());
}

Cell level_cell(std::string_view level) {
  switch (height_of(level)) {
    case 0:
      return Cell::word("none", message("—"));
    case 1:
      return Cell::word("introduce", message("introduced"));
    case 2:
      return Cell::word("reinforce", message("reinforced"));
    case 3:
      return Cell::word("master", message("mastered"));
    default:
      return {};
  }
}

Cell verdict_on(const Ladder& ladder, std::size_t stages) {
  int height = 0;
  bool skips = false;
  for (const auto& [stage, rung] : ladder.rungs) {
    const int next = height_of(rung.level);
    if (next < 0) continue;
    if (next < height) return Cell::word("falls", message("falls back"));
    skips |= next - height > 1 && height > 0;
    height = next;
  }
  if (ladder.rungs.size() < stages) return Cell::word("unfinished", message("a stage is missing"));
  if (height < 3) return Cell::word("not_mastered", message("never mastered"));
  return skips ? Cell::word("skips", message("not reinforced"))
               : Cell::word("ok", message("in order"));
}

Result<Answer> ask_ladder(Session& session, const Asked& asked) {
  const auto plan = TRY(plan_asked_for(session, asked.plan));
  const auto curriculum = TRY(read_curriculum(session, plan));
  const auto ladders = TRY(read_ladders(session, curriculum));
  Sheet sheet{"ladder",
              message("Requirements, stage by stage"),
              {{"requirement", message("Requirement")}, {"title", message("Name")}},
              {}};
  for (const auto& stage : curriculum.stages)
    sheet.columns.push_back({stage.code, message("{}", stage.code)});
  sheet.columns.push_back({"verdict", message("Verdict")});
  std::size_t amiss = 0;
  for (const auto& ladder : ladders) {
    Row row{{ladder.code, ladder.title}, {ladder.requirement}};
    for (At stage = 0; stage < curriculum.stages.size(); ++stage) {
      const auto rung = ladder.rungs.find(stage);
      row.cells.push_back(rung == ladder.rungs.end() ? Cell{} : level_cell(rung->second.level));
      if (rung != ladder.rungs.end()) row.from.push_back(rung->second.record);
    }
    row.cells.push_back(verdict_on(ladder, curriculum.stages.size()));
    if (row.cells.back().plain() != "ok") ++amiss;
    sheet.rows.push_back(std::move(row));
  }
  Answer answer;
  answer.summary = {message("Plan {}: {} requirements, {} of them not in order.",
                            curriculum.plan_code,
                            ladders.size(),
                            amiss)};
  answer.sheets = {std::move(sheet)};
  return answer;
}

}  // namespace

Question ladder() {
  return {
      .name = "ladder",
      .number = "AN-05",
      .help = message("Whether each requirement is introduced, reinforced and mastered in order"),
      .of_plan = true,
      .ask = ask_ladder};
}

}  // namespace guantong
