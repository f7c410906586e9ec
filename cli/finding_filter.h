// Which findings somebody wants to see.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "client/rules/rules.h"
#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong {

struct FindingFilter {
  std::string rule;  ///< "IR-08"; empty: all.
  std::string plan;  ///< A plan's code; empty: all.
  bool waived = false;
};

void add_filter_options(Command& command, FindingFilter& filter);

/// Those that are wanted now.
Result<std::vector<Finding>> findings_wanted(Session& session, const FindingFilter& filter);

}  // namespace guantong
