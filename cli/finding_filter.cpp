#include "cli/finding_filter.h"

#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/language.h"
#include "client/clock.h"
#include "client/days.h"
#include "client/questions/question.h"
#include "client/rules/rules.h"
#include "client/rules/waivers.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

void add_filter_options(Command& command, FindingFilter& filter) {
  command.text("--rule", filter.rule, tr("Only what breaks this rule"), Needed::no, "IR-NN");
  command.text("--plan", filter.plan, tr("Only what is about this plan"), Needed::no, "CODE");
  command.flag("--waived", filter.waived, tr("What was waived too"));
}

Result<std::vector<Finding>> findings_wanted(Session& session, const FindingFilter& filter) {
  RecordNo plan = 0;
  if (!filter.plan.empty()) plan = TRY(plan_asked_for(session, filter.plan));
  const auto today = day_of(now_ms());
  auto all = TRY(findings(session.store()));
  std::vector<Finding> wanted;
  for (auto& finding : all) {
    if (!filter.rule.empty() && finding.rule != filter.rule) continue;
    if (!filter.waived && finding.waived_until >= today) continue;
    if (plan != 0 && !TRY(is_about_plan(session.store(), finding, plan))) continue;
    wanted.push_back(std::move(finding));
  }
  return wanted;
}

}  // namespace guantong
