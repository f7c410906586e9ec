// AN-15: what was decided where sites differed: who decided, why, and how long it was open.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
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

/// What a change decided, by what it names: "conflict", "proposal", "duty" or nothing.
struct DecisionSort {
  std::optional<Cell> sort;
  std::vector<Dot> about;  ///< The versions or acts it decided between.
};

/// The versions that the change replaces in a slot of which it names several.
std::vector<Dot> joined_versions(const Change& change) {
  std::map<Slot, std::vector<Dot>> by_slot;
  for (const auto& version : change.supersedes)
    by_slot[version.slot].push_back(version.dot);
  std::vector<Dot> joined;
  for (const auto& [slot, dots] : by_slot) {
    if (dots.size() > 1) joined.insert(joined.end(), dots.begin(), dots.end());
  }
  return joined;
}

DecisionSort sort_of_decision(const Change& change) {
  DecisionSort decision;
  for (const auto& version : change.accepts)
    decision.about.push_back(version.dot);
  for (const auto& version : change.declines)
    decision.about.push_back(version.dot);
  if (!decision.about.empty()) {
    decision.sort = change.declines.empty()
                        ? Cell::word("accepted", message("suggestion accepted"))
                        : Cell::word("declined", message("suggestion declined"));
    return decision;
  }
  if (change.holding && change.holding->ruling) {
    decision.sort = Cell::word("ruling", message("contest ruled on"));
    decision.about = change.holding->after;
    return decision;
  }
  decision.about = joined_versions(change);
  if (!decision.about.empty()) decision.sort = Cell::word("conflict", message("conflict decided"));
  return decision;
}

/// Whole days from when the last of what was decided on had been written.
Result<Cell> days_open(Session& session, const std::vector<Dot>& about, std::uint64_t decided_ms) {
  std::uint64_t opened = 0;
  for (const auto& dot : about) {
    const auto entry = TRY(history_entry(session, dot));
    opened = std::max(opened, entry.ordered_ms());
  }
  if (opened == 0 || opened > decided_ms) return Cell{};
  const auto days = days_between(day_of(opened), day_of(decided_ms));
  return days ? Cell::number(*days) : Cell{};
}

Result<Answer> ask_decisions(Session& session, const Asked& asked) {
  Sheet sheet{"decisions",
              message("What was decided"),
              {{"record", message("Record")},
               {"when", message("When")},
               {"sort", message("What it was")},
               {"site", message("Decided by")},
               {"person", message("Person")},
               {"what", message("What")},
               {"why", message("Why")},
               {"days_open", message("Days open")}},
              {}};
  const auto dots =
      TRY(session.store().latest(static_cast<std::size_t>(-1), ms_of_day(asked.since)));
  for (const auto& dot : dots) {
    const auto change = TRY(session.store().change(dot));
    auto decision = sort_of_decision(change);
    if (!decision.sort) continue;
    const auto entry = TRY(history_entry(session, dot));
    auto open = TRY(days_open(session, decision.about, entry.ordered_ms()));
    sheet.rows.push_back({{entry.record,
                           day_of(entry.ordered_ms()),
                           std::move(*decision.sort),
                           entry.site,
                           entry.person,
                           Cell::said(entry.what.parts),
                           entry.why,
                           std::move(open)},
                          {change.record}});
  }
  Answer answer;
  answer.summary = {message("{} decisions since {}.", sheet.rows.size(), asked.since)};
  answer.sheets = {std::move(sheet)};
  return answer;
}

}  // namespace

Question decisions() {
  return {
      .name = "decisions",
      .number = "AN-15",
      .help = message("What was decided where sites differed: who decided, why, how long it took"),
      .group = QuestionGroup::report,
      .of_day = true,
      .of_span = true,
      .ask = ask_decisions};
}

}  // namespace guantong
