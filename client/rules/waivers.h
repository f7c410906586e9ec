// Findings that may stand for a while, and those that are about one plan.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "client/editor.h"
#include "client/rules/rules.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

/// How many findings want somebody on a day: neither hints nor waived.
Result<std::uint64_t> count_findings(SqliteStore& store, const std::string& day);

/// Says that a finding may stand until a day, or for longer or shorter than was said before. Fails
/// with `not_found` or, where several numbers begin so, `invalid`; and as editing does.
Result<Saved> waive(Workspace& workspace,
                    Session& session,
                    std::string_view finding,
                    const std::string& until,
                    const std::string& reason);

/// Whether a finding is about a plan: about itself, or about a record that refers to it, or that
/// stands in one reference's distance of such a record.
Result<bool> is_about_plan(SqliteStore& store, const Finding& finding, RecordNo plan);

}  // namespace guantong
