// What a merge added up to: changes that were each in order at the site that made it.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

/// A record, and which of its fields are counted: names with spaces between.
struct Counted {
  RecordNo record = 0;
  std::string_view fields;
};

/// Of these records those whose counted fields were changed, since they were made, by sites that
/// did not know of each other's change; by id.
Result<std::vector<RecordNo>> changed_apart(Session& session, std::span<const Counted> counted);

}  // namespace guantong
