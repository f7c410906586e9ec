// IR-20: more credits are recognised than a course has.
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/rules/rule.h"
#include "client/rules/rules.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

constexpr std::int64_t credit_scale = 10;

constexpr std::array<Input, 2> recognition_inputs{{
    {"equivalence", "source_course target_course credits state", ""},
    {"course", "credits", "equivalence", true},
}};

Result<void> judge_recognition(Session& session,
                               const Subject& centre,
                               std::vector<Match>& matches) {
  if (centre.type->name != "equivalence") return {};
  Match match;
  match.records = {centre.record};
  std::int64_t recognised = 0;
  std::string lesser;
  TRY(each_row(session.store().database(),
               R"(SELECT c.record, c.credits, e.credits
                  FROM equivalence e
                  CROSS JOIN record k ON k.uuid IN (e.source_course, e.target_course)
                  CROSS JOIN course c ON c.record = k.id
                  WHERE e.record = ?1 AND e.credits > c.credits AND e.state IS NOT 'ended'
                    AND c.life IN ('active', 'held')
                  ORDER BY c.id)",
               {centre.record},
               [&](const Statement& row) {
                 match.records.push_back(record_in(row, 0));
                 recognised = row.int64(2);
                 lesser += fmt::format("{}{} ({})",
                                       lesser.empty() ? "" : ", ",
                                       mention(record_in(row, 0)),
                                       decimal(row.int64(1), credit_scale));
               }));
  if (lesser.empty()) return {};
  match.message = message(
      "{0} recognises {1} credits, more than these courses have: {2}. Agree on fewer: guantong set "
      "equivalence:{0} credits=…",
      mention(centre.record),
      decimal(recognised, credit_scale),
      lesser);
  matches.push_back(std::move(match));
  return {};
}

}  // namespace

Rule recognised_credits(Session& session) {
  return centred(session, "IR-20", Severity::warn, recognition_inputs, judge_recognition);
}

}  // namespace guantong
