// The school term that a question is about.
#pragma once

#include <string>

#include "client/questions/question.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

struct SchoolTerm {
  RecordNo record = 0;
  std::string code;  ///< "2026-2027-1"
};

/// The term that was named; else the one the day lies in, or the last before it. Fails with
/// `not_found` where there is none.
Result<SchoolTerm> school_term(Session& session, const Asked& asked);

}  // namespace guantong
