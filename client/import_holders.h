// Who answers for a duty, as a file of duty assignments has it: a row A is brought about by
// consent.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "client/editor.h"
#include "client/field_edit.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/schema.h"

namespace guantong {

enum class HolderStep : std::uint8_t {
  none,     ///< No row A, or it says what is so, or what has been offered already.
  claimed,  ///< Nobody answered, and the row names this site.
  offered,  ///< The row names another site, which is to accept.
  held,     ///< Somebody else answers: the file does not change that.
};

/// Does what the row asks for about who answers for its duty. The row itself has been taken.
Result<HolderStep> hold_as_imported(Workspace& workspace,
                                    Session& session,
                                    Editor& editor,
                                    const RecordType& type,
                                    const std::vector<FieldEdit>& row,
                                    std::string_view why);

}  // namespace guantong
