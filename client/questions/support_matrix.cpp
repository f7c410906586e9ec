#include "client/questions/support_matrix.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "client/questions/answer.h"
#include "client/questions/curriculum.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

std::string SupportCell::text() const {
  return record == 0 ? "" : strength + " " + Cell::number(weight, weight_scale).plain();
}

std::int64_t SupportColumn::sum(const Curriculum& curriculum) const {
  std::int64_t sum = 0;
  for (const auto& cell : cells)
    sum += curriculum.courses[cell.course].is_elective() ? 0 : cell.weight;
  return sum;
}

Result<std::vector<SupportColumn>> read_support_matrix(Session& session,
                                                       const Curriculum& curriculum) {
  std::vector<SupportColumn> columns;
  std::unordered_map<RecordId, std::size_t, IdHash> places;
  auto& database = session.store().database();
  TRY(each_row(database,
               "SELECT indicator.record, indicator.id, indicator.code, indicator.text_zh, "
               "requirement.record, requirement.code, indicator.threshold "
               "FROM plan JOIN requirement ON requirement.plan = plan.id "
               "JOIN indicator ON indicator.requirement = requirement.id WHERE plan.record = ?1 "
               "AND requirement.life IN ('active', 'held') "
               "AND indicator.life IN ('active', 'held') "
               "ORDER BY CAST(requirement.position AS REAL), requirement.code, "
               "CAST(indicator.position AS REAL), indicator.code, indicator.id",
               {curriculum.plan},
               [&](const Statement& row) {
                 places[id_in(row, 1)] = columns.size();
                 columns.push_back({record_in(row, 0),
                                    record_in(row, 4),
                                    string_in(row, 2),
                                    string_in(row, 3),
                                    string_in(row, 5),
                                    row.int64(6),
                                    {}});
               }));
  std::unordered_map<RecordId, At, IdHash> courses;
  for (At at = 0; at < curriculum.courses.size(); ++at)
    courses[curriculum.courses[at].id] = at;
  TRY(each_row(database,
               "SELECT cell.record, cell.course, cell.indicator, cell.strength, cell.weight "
               "FROM plan JOIN support AS cell ON cell.plan = plan.id WHERE plan.record = ?1 "
               "AND cell.life IN ('active', 'held') ORDER BY cell.id",
               {curriculum.plan},
               [&](const Statement& row) {
                 const auto course = courses.find(id_in(row, 1));
                 const auto column = places.find(id_in(row, 2));
                 if (course == courses.end() || column == places.end()) return;
                 columns[column->second].cells.push_back(
                     {record_in(row, 0), course->second, string_in(row, 3), row.int64(4)});
               }));
  return columns;
}

}  // namespace guantong
