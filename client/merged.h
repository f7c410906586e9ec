// What was merged without anybody's decision, and how to take that back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/editor.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/value.h"

namespace guantong {

/// How long a merge is shown and can be taken back.
inline constexpr std::uint64_t merged_shown_ms = 14ULL * 24 * 60 * 60 * 1000;

/// A slot whose value in force several people wrote apart.
struct MergedView {
  RecordNo record = 0;
  Slot slot = 0;
  std::string name;             ///< "course_standard:CS-B02015.body_zh"
  Value now, before;            ///< `before`: what stood here before the last of them arrived.
  std::vector<Dot> heads;       ///< By when they were written.
  std::uint64_t learnt_ms = 0;  ///< When the last of them arrived here.
};

/// Those that came about at or after `since_ms`, the latest first.
Result<std::vector<MergedView>> merged_since(Session& session, std::uint64_t since_ms);

/// Puts back what stood here before, as a change of its own. `name` is "type:key.field". Fails with
/// `not_found` when nothing was merged there.
Result<Saved> undo_merge(Session& session, Editor& editor, std::string_view name);

}  // namespace guantong
