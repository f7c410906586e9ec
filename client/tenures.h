// Who answers for a duty or owns a record, as people see it: what was offered and asked, and what
// they can do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/editor.h"
#include "client/next_step.h"
#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"
#include "sync/merger.h"

namespace guantong {

/// An act on who answers for something, and what has become of it.
struct TenureAct {
  std::string id;  ///< Eight hex digits, the same at every site.
  JudgedAct act;
  std::optional<TransferStatus> status;  ///< Of a transfer.
  std::vector<RecordId> missing;         ///< Of an open transfer: who has not agreed yet.
  bool stands = false;                   ///< Of an offer to all: it can be taken up.
  std::string site, person, why;
  std::uint64_t written_ms = 0;
};

struct TenureView {
  HeldSubject subject = HeldSubject::holder;
  Record record;
  std::string title;
  Tenure tenure;
  std::vector<TenureAct> acts;  ///< In an order in which who saw another comes later.
  Charter charter;              ///< Who rules on contests.
  std::optional<std::uint64_t> ruling_due_ms{};  ///< When a ruling that was asked for is expected.

  /// Whether somebody has asked for a ruling on a contest that is open.
  bool wants_ruling() const;
  /// Whether the organisation is asked to agree or to rule, or is one of those in a contest.
  bool asks(const RecordId& org) const;
};

/// Who answers for a duty (`holder`) or owns a record of the plan (`owner`). Fails with `invalid`
/// for a record of which nobody does.
Result<TenureView> tenure_view(Session& session, const Record& record, HeldSubject subject);
/// Every duty that is in use, by key.
Result<std::vector<TenureView>> duties(Session& session);
/// Every duty in use that is contested or waits for an answer, and then every record whose owner
/// is; each by name.
Result<std::vector<TenureView>> open_tenures(Session& session);

/// The command that acts on it: "duty" or "owner".
std::string_view command_of(HeldSubject subject);

/// What somebody wants to do about who answers for something.
struct TenureWish {
  enum class Kind : std::uint8_t {
    claim,    ///< Take what nobody holds.
    request,  ///< Ask the holder for it.
    offer,    ///< Offer it to `to`, or to all.
    accept,
    decline,
    withdraw,
    escalate,  ///< Ask for a ruling on a contest.
    rule,      ///< Decide a contest for `to`.
  };
  Kind kind = Kind::claim;
  std::string to;  ///< A site's short name; for an offer also "all".
  std::string id;  ///< Of the act that is answered; needed where there are several.
};

/// The transfer that gives it to an organisation, whatever it takes for that to be agreed.
HoldingAct transfer_to(const TenureView& tenure, const RecordId& to);

/// The act that carries out a wish. Fails with `conflict`, `not_found`, `invalid` or `denied`,
/// saying what could be done instead.
Result<HoldingAct> act_for(Session& session,
                           const Workspace& workspace,
                           const TenureView& tenure,
                           const TenureWish& wish);

/// What a site can do about it now.
std::vector<NextStep> next_steps(Session& session, const TenureView& tenure, const RecordId& own);

/// An act in words: "offered to BSTU".
Message said(const JudgedAct& act, const std::string& receiver);
/// Why an act has no effect.
Message reason_of(Void verdict);

/// The slug of an organisation's site, in capitals as its code; its id where it has none.
std::string code_of(Session& session, const RecordId& org);

}  // namespace guantong
