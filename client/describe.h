// Changes in words: what history, log and commit messages say.
#pragma once

#include <string>
#include <vector>

#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

/// What a change did, in parts that can be said in any language.
struct Description {
  std::string record;          ///< "course B02015"; empty for an act of membership.
  std::vector<Message> parts;  ///< "credits 4 -> 5"
};

/// Describes a change that is in the store.
Result<Description> describe(Session& session, const Dot& dot, const Change& change);

/// "course B02015: credits 4 -> 5, tags + 1+X"
std::string in_english(const Description& description);

}  // namespace guantong
