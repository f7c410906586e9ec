// What waits for a decision, grouped by what it is about: for this site, and for others.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "client/decisions.h"
#include "client/merged.h"
#include "client/signing.h"
#include "client/syncing.h"
#include "client/tenures.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

struct InboxItem {
  std::variant<ConflictView, ProposalView, TenureView, SigningView> what;
  std::uint64_t since_ms = 0;  ///< When the last act that made it wait was written.
};

/// Everything that waits about one record.
struct InboxGroup {
  Record record;
  std::string title;
  std::vector<InboxItem> items;
  std::uint64_t since_ms = 0;  ///< Of the one that waits longest.
};

struct Inbox {
  std::vector<InboxGroup> for_us;      ///< What this site is asked; the longest wait first.
  std::vector<InboxGroup> for_others;  ///< What this site began, and others are to answer.
  std::vector<MergedView> merged;      ///< In the last `merged_shown_ms`.
  std::vector<Waiting> set_aside;      ///< Work that came and does not count.
  std::uint64_t findings = 0;          ///< Without hints.

  bool wants_somebody() const { return !for_us.empty() || !set_aside.empty(); }
};

Result<Inbox> inbox(Workspace& workspace, Session& session);

/// A site's organisation, as this workspace's; nothing before the plan has arrived.
RecordId own_org(const Workspace& workspace, Session& session);

}  // namespace guantong
