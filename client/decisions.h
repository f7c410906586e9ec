// What waits for somebody's decision: proposals and conflicts, as lists show them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/record_state.h"
#include "sync/slot_merge.h"
#include "sync/value.h"

namespace guantong {

/// Names one version of one slot, or several, in eight hex digits: the same at every site.
Result<std::string> short_name(Session& session,
                               RecordNo record,
                               Slot slot,
                               const std::vector<Dot>& dots);

/// Whether a proposal has no answer yet, or two that differ.
bool waits_for_answer(const Proposal& proposal);

/// A proposal, or a case "answered twice", as lists show it.
struct ProposalView {
  std::string id;  ///< Eight hex digits.
  RecordNo record = 0;
  Slot slot = 0;
  Dot dot;
  std::uint8_t outcomes = 0;
  Value value, based_on, in_force;
  std::vector<SiteNo> deciders;
};

/// Every proposal that waits for an answer or has two.
Result<std::vector<ProposalView>> proposals(Session& session);
/// How many of them the site decides; without reading what they say.
Result<std::uint64_t> count_proposals(Session& session, SiteNo site);
/// Fails with `not_found` or, when several begin so, `invalid`.
Result<ProposalView> find_proposal(Session& session, std::string_view id);

/// An open conflict.
struct ConflictView {
  std::string id;
  RecordNo record = 0;
  Slot slot = 0;
  SlotOutcome outcome;
  std::vector<SiteNo> deciders;
};

/// The open conflicts, of one record or of all.
Result<std::vector<ConflictView>> conflicts(Session& session, std::optional<RecordNo> record);

/// The sites that decide a slot of a record now.
Result<std::vector<SiteNo>> deciders_of(Session& session, RecordNo record, Slot slot);

}  // namespace guantong
