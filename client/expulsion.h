// Taking rights away, and handing the lead over.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/membership.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

/// Who lost what.
struct Dismissed {
  MemberView member;               ///< As it was.
  std::uint64_t changes = 0;       ///< Of the device, that are here and go on counting.
  std::uint64_t last_seen_ms = 0;  ///< When its last batch came here; 0: never.
};

/// Takes a device's level down to `leaves`; `none` puts it out. What it wrote and was seen here
/// goes on counting; what was not waits for a ruling. Fails with `denied` where this person may
/// not, or where nobody would have the lead any more.
Result<Dismissed> dismiss(Workspace& workspace,
                          std::string_view device,
                          Level leaves,
                          std::string_view why);

/// The devices of a person, by name or e-mail address. Fails with `not_found`, or `invalid` where
/// several people go by that name.
Result<std::vector<std::string>> devices_of(Workspace& workspace, std::string_view person);

/// Gives the lead to the coordinators of another site, and returns them. Fails with `denied`, or
/// `not_found` when the site has none.
Result<std::vector<MemberView>> pass_lead(Workspace& workspace,
                                          std::string_view site,
                                          std::string_view why);

}  // namespace guantong
