// AN-13: from places to graduates, cohort by cohort.
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/questions/answer.h"
#include "client/questions/question.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/hash.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

/// Fewer people than this could be told apart.
constexpr std::int64_t fewest_shown = 5;

using Count = std::optional<std::int64_t>;

struct Intake {
  RecordNo cohort = 0;
  RecordId id;
  std::string code;
  Count planned, admitted, seats;
  std::map<std::string, std::int64_t> in_stage;  ///< Students by the stage's code.
  struct Batch {
    Count applicants, passed, promoted, diverted;
  };
  std::map<std::string, Batch> batches;  ///< By the stage that is left.
  std::vector<RecordNo> from;
};

Cell people(const Count& count) {
  if (!count) return {};
  if (*count > 0 && *count < fewest_shown) return Cell::word("<5", message("fewer than 5"));
  return Cell::number(*count);
}

Count count_in(const Statement& row, int column) {
  return row.is_null(column) ? Count{} : Count{row.int64(column)};
}

Count sum_of(const Count& one, const Count& other) {
  if (!one) return other;
  return *one + other.value_or(0);
}

class IntakeReader {
public:
  explicit IntakeReader(Session& session) : database_{session.store().database()} {}

  Result<std::vector<Intake>> read() {
    TRY(read_cohorts());
    TRY(read_seats());
    TRY(read_stages());
    TRY(read_batches());
    return std::move(intakes_);
  }

private:
  Result<void> read_cohorts() {
    return each_row(
        database_,
        "SELECT cohort.record, cohort.id, cohort.code, quota.record, quota.planned, "
        "quota.actual FROM cohort LEFT JOIN quota ON quota.major = cohort.major "
        "AND quota.year = cohort.year AND quota.life IN ('active', 'held') "
        "WHERE cohort.life IN ('active', 'held') ORDER BY cohort.code, cohort.id, quota.id",
        {},
        [&](const Statement& row) {
          if (intakes_.empty() || intakes_.back().cohort != record_in(row, 0)) {
            Intake intake;
            intake.cohort = record_in(row, 0);
            intake.id = id_in(row, 1);
            intake.code = string_in(row, 2);
            intake.from = {intake.cohort};
            intakes_.push_back(std::move(intake));
          }
          if (row.is_null(3)) return;
          auto& intake = intakes_.back();
          intake.planned = sum_of(intake.planned, count_in(row, 4));
          intake.admitted = sum_of(intake.admitted, count_in(row, 5));
          intake.from.push_back(record_in(row, 3));
        });
  }

  Result<void> read_seats() {
    return each_row(database_,
                    "SELECT cohort, record, seats FROM seat WHERE life IN ('active', 'held') "
                    "ORDER BY id",
                    {},
                    [&](const Statement& row) {
                      auto* intake = of(id_in(row, 0));
                      if (intake == nullptr) return;
                      intake->seats = sum_of(intake->seats, count_in(row, 2));
                      intake->from.push_back(record_in(row, 1));
                    });
  }

  Result<void> read_stages() {
    return each_row(database_,
                    "SELECT part.cohort, part.record, stage.code, part.headcount "
                    "FROM cohort_stage AS part JOIN stage ON stage.id = part.stage "
                    "WHERE part.life IN ('active', 'held') AND part.headcount IS NOT NULL "
                    "ORDER BY part.id",
                    {},
                    [&](const Statement& row) {
                      auto* intake = of(id_in(row, 0));
                      if (intake == nullptr) return;
                      intake->in_stage[string_in(row, 2)] = row.int64(3);
                      intake->from.push_back(record_in(row, 1));
                    });
  }

  Result<void> read_batches() {
    return each_row(
        database_,
        "SELECT batch.cohort, batch.record, stage.code, batch.applicants, batch.passed, "
        "batch.promoted, batch.diverted FROM promotion_batch AS batch "
        "JOIN promotion_rule AS rule ON rule.id = batch.rule "
        "JOIN stage ON stage.id = rule.from_stage "
        "WHERE batch.life IN ('active', 'held') ORDER BY batch.id",
        {},
        [&](const Statement& row) {
          auto* intake = of(id_in(row, 0));
          if (intake == nullptr) return;
          auto& batch = intake->batches[string_in(row, 2)];
          batch.applicants = sum_of(batch.applicants, count_in(row, 3));
          batch.passed = sum_of(batch.passed, count_in(row, 4));
          batch.promoted = sum_of(batch.promoted, count_in(row, 5));
          batch.diverted = sum_of(batch.diverted, count_in(row, 6));
          intake->from.push_back(record_in(row, 1));
        });
  }

  Intake* of(const RecordId& cohort) {
    const auto found = std::ranges::find(intakes_, cohort, &Intake::id);
    return found == intakes_.end() ? nullptr : &*found;
  }

  Database& database_;
  std::vector<Intake> intakes_;
};

Sheet cohort_sheet(const std::vector<Intake>& intakes) {
  Sheet sheet{"cohorts",
              message("From places to the next stage"),
              {{"cohort", message("Cohort")},
               {"planned", message("Planned")},
               {"admitted", message("Admitted")},
               {"seats", message("Seats")}},
              {}};
  std::map<std::string, std::size_t> stages;
  for (const auto& intake : intakes) {
    for (const auto& [stage, count] : intake.in_stage)
      stages.emplace(stage, 0);
  }
  for (auto& [stage, column] : stages) {
    column = sheet.columns.size();
    sheet.columns.push_back({"in_" + stage, message("In {}", stage)});
  }
  for (const auto& intake : intakes) {
    Row row{{intake.code, people(intake.planned), people(intake.admitted), people(intake.seats)},
            intake.from};
    row.cells.resize(sheet.columns.size());
    for (const auto& [stage, count] : intake.in_stage)
      row.cells[stages.at(stage)] = people(count);
    sheet.rows.push_back(std::move(row));
  }
  return sheet;
}

Sheet batch_sheet(const std::vector<Intake>& intakes) {
  Sheet sheet{"batches",
              message("Moving on"),
              {{"cohort", message("Cohort")},
               {"from_stage", message("From stage")},
               {"applicants", message("Applied")},
               {"passed", message("Passed")},
               {"promoted", message("Moved on")},
               {"diverted", message("Went elsewhere")},
               {"rate", message("Rate")}},
              {}};
  for (const auto& intake : intakes) {
    for (const auto& [stage, batch] : intake.batches)
      sheet.rows.push_back({{intake.code,
                             stage,
                             people(batch.applicants),
                             people(batch.passed),
                             people(batch.promoted),
                             people(batch.diverted),
                             Cell::share(batch.promoted.value_or(0), batch.applicants.value_or(0))},
                            intake.from});
  }
  return sheet;
}

Result<Answer> ask_retention(Session& session, const Asked& /*asked*/) {
  const auto intakes = TRY(IntakeReader{session}.read());
  Answer answer;
  answer.sheets = {cohort_sheet(intakes), batch_sheet(intakes)};
  answer.summary = {message(
      "{} cohorts. Fewer than {} people are not shown as a number.", intakes.size(), fewest_shown)};
  return answer;
}

}  // namespace

Question retention() {
  return {.name = "retention",
          .number = "AN-13",
          .help = message("From planned places to admission and promotion, cohort by cohort"),
          .ask = ask_retention};
}

}  // namespace guantong
