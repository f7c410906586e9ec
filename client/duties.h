// Duties as people see them: who answers, what was offered and asked, and what they can do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/editor.h"
#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"

namespace guantong {

/// An act on a duty, and what has become of it.
struct DutyAct {
  std::string id;  ///< Eight hex digits, the same at every site.
  JudgedAct act;
  std::optional<TransferStatus> status;  ///< Of a transfer.
  std::vector<RecordId> missing;         ///< Of an open transfer: who has not agreed yet.
  bool stands = false;                   ///< Of an offer to all: it can be taken up.
  std::string site, person, why;
  std::uint64_t written_ms = 0;
};

struct DutyView {
  Record record;
  std::string title;
  Tenure tenure;
  std::vector<DutyAct> acts;  ///< In an order in which who saw another comes later.
  RecordId judge;             ///< Who rules on contests.

  /// Whether somebody has asked for a ruling on a contest that is open.
  bool wants_ruling() const;
  /// Whether the organisation is asked to agree or to rule, or is one of those in a contest.
  bool asks(const RecordId& org) const;
};

/// Fails with `invalid` for a record of a type that nobody holds.
Result<DutyView> duty_view(Session& session, const Record& record);
/// Every duty that is in use, by key.
Result<std::vector<DutyView>> duty_views(Session& session);

/// What somebody wants to do with a duty.
struct DutyWish {
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

/// The act that carries out a wish. Fails with `conflict`, `not_found`, `invalid` or `denied`,
/// saying what could be done instead.
Result<HoldingAct> act_for(Session& session,
                           const Workspace& workspace,
                           const DutyView& duty,
                           const DutyWish& wish);

/// An act in words: "offered to BSTU".
Message said(const JudgedAct& act, const std::string& receiver);
/// Why an act has no effect.
Message reason_of(Void verdict);

/// The slug of an organisation's site, in capitals as its code; its id where it has none.
std::string code_of(Session& session, const RecordId& org);

}  // namespace guantong
