// One duty becomes several, so that each can have its one accountable site.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/editor.h"
#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong {

/// A duty to be made of a part of another.
struct DutyPart {
  std::string code, title;
};

/// Reads "CODE=TITLE". Fails with `invalid`.
Result<DutyPart> parse_part(std::string_view text);

/// Makes the parts, claims them where this site answers for the whole, and archives the whole.
/// Returns the names of the parts. Fails with `denied` when another site answers for it, `conflict`
/// while it is contested, `invalid` for fewer than two parts.
Result<std::vector<std::string>> split_duty(const Workspace& workspace,
                                            Session& session,
                                            Editor& editor,
                                            const Record& whole,
                                            const std::vector<DutyPart>& parts,
                                            std::string_view why);

}  // namespace guantong
