// IR-06 and IR-07: each duty has one accountable site, or a finding says why not.
#include <optional>
#include <string>
#include <vector>

#include "client/rules/rule.h"
#include "client/rules/rules.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"
#include "sync/members.h"
#include "sync/record_state.h"
#include "sync/schema.h"

namespace guantong {
namespace {

/// Who answers for a duty that is in use; nothing for any other record.
std::optional<Tenure> tenure_of(const Subject& subject) {
  if (!subject.type->held || !is_in_use(subject.state->life)) return std::nullopt;
  return Holding{subject.state->acts_on(HeldSubject::holder)}.tenure(WholePast{});
}

Result<std::string> mentions(Session& session, const std::vector<RecordId>& orgs) {
  const auto& type = *session.store().schema().type("org");
  std::string names;
  for (const auto& org : orgs) {
    const auto number = TRY(session.store().intern_record({type.number, org}));
    names += (names.empty() ? "" : ", ") + mention(number);
  }
  return names;
}

bool reads_nothing(const RecordType& /*type*/, const Field& /*field*/) {
  return false;  // Acts of consent and the life cycle alone.
}

}  // namespace

Rule contested_duties(Session& session) {
  const auto check = [&session](const Subject& subject) -> Result<std::vector<Match>> {
    std::vector<Match> matches;
    const auto tenure = tenure_of(subject);
    if (!tenure || !tenure->contested()) return matches;
    const auto claimants = TRY(mentions(session, tenure->receivers));
    const auto acting = TRY(mentions(session, tenure->acting));
    matches.push_back(
        {{subject.record},
         {},
         message("duty:{0} is contested between {1}; until that is settled {2} "
                 "answers for it. One steps back and the others agree, or a ruling is "
                 "asked for: guantong duty show duty:{0}",
                 mention(subject.record),
                 claimants,
                 acting)});
    return matches;
  };
  return {.name = "IR-06", .severity = Severity::block, .reads = reads_nothing, .check = check};
}

Rule unheld_duties(Session& /*session*/) {
  const auto check = [](const Subject& subject) -> Result<std::vector<Match>> {
    std::vector<Match> matches;
    const auto tenure = tenure_of(subject);
    if (!tenure || !tenure->free()) return matches;
    matches.push_back({{subject.record},
                       {},
                       message("nobody answers for duty:{0} yet; any school may take it: guantong "
                               "duty claim duty:{0}",
                               mention(subject.record))});
    return matches;
  };
  return {.name = "IR-07", .severity = Severity::block, .reads = reads_nothing, .check = check};
}

}  // namespace guantong
