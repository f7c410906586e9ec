#include "client/questions/question.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "client/reading.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/sqlite/sqlite_store.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

struct Candidate {
  RecordNo plan = 0;
  std::string major;
};

/// The plans with courses, the latest revision first.
Result<std::vector<Candidate>> plans_with_courses(Session& session) {
  std::vector<Candidate> candidates;
  TRY(each_row(session.store().database(),
               "SELECT record, major FROM plan WHERE life IN ('active', 'held') AND EXISTS "
               "(SELECT 1 FROM plan_course AS placed WHERE placed.plan = plan.id "
               "AND placed.life IN ('active', 'held')) ORDER BY revision DESC, code DESC, id",
               {},
               [&](const Statement& row) {
                 candidates.push_back(
                     {static_cast<RecordNo>(row.int64(0)), std::string{row.bytes(1)}});
               }));
  return candidates;
}

}  // namespace

Result<RecordNo> plan_asked_for(Session& session, const std::string& name) {
  Reading reading{session.store()};
  if (!name.empty()) {
    const auto has_type = name.find(':') != std::string::npos;
    const auto record = TRY(reading.find(has_type ? name : "plan:" + name));
    if (record.type->name == "plan") return record.number;
    return fail(Errc::invalid, "{} is no plan; \"guantong list plan\" lists them", record.name());
  }
  const auto candidates = TRY(plans_with_courses(session));
  if (candidates.empty())
    return fail(Errc::not_found,
                "no plan has courses yet; they are records of the type plan_course");
  const auto other = std::ranges::find_if(candidates, [&](const Candidate& candidate) {
    return candidate.major != candidates.front().major;
  });
  if (other == candidates.end()) return candidates.front().plan;
  const auto one = TRY(reading.key_of(candidates.front().plan));
  const auto another = TRY(reading.key_of(other->plan));
  return fail(Errc::invalid,
              "several majors have plans; say which with --plan, as in --plan {} or --plan {}",
              printable(one),
              printable(another));
}

std::vector<Question> all_questions() {
  return {continuity(),
          overlap(),
          river(),
          matrix(),
          ladder(),
          attainment(),
          hours(),
          graph(),
          load(),
          loops(),
          actions(),
          retention(),
          changes(),
          decisions(),
          health(),
          materials(),
          impact(),
          compare(),
          translations()};
}

}  // namespace guantong
