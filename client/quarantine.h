// Work that is kept and does not count, with the reason, and rulings on it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/audit.h"
#include "client/workspace.h"
#include "sync/authority.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {

/// A batch that does not count.
struct Quarantined {
  std::string id;  ///< 64 hex digits: the digest of its payload.
  std::string site, person, device;
  std::uint32_t number = 0;
  std::uint64_t arrived_ms = 0;
  std::string commit;
  std::string code;  ///< "expelled", the same at every replica.
  Message reason;    ///< With what led to it as causes.
  std::vector<HistoryEntry> changes;
};

/// The word of a verdict, as `--json` has it.
std::string_view word_of(BatchVerdict verdict);

/// All that is quarantined, in order of arrival.
Result<std::vector<Quarantined>> quarantined(Session& session);

/// Rules that a batch's record changes are to count, or not, and returns it. Memberships that it
/// would give stay void. `id` is a prefix. Fails with `not_found`, `invalid` for several, `denied`.
Result<Quarantined> rule_on(Workspace& workspace,
                            std::string_view id,
                            bool admits,
                            std::string_view why);

}  // namespace guantong
