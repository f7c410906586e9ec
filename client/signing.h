// Closing a draft: who has signed what, what is still missing and from whom.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/editor.h"
#include "client/next_step.h"
#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"

namespace guantong {

/// A site's word on a closing or a re-opening.
struct Signature {
  RecordId site;
  std::string person, why;
  std::uint64_t written_ms = 0;
  HoldingAct::Kind kind = HoldingAct::Kind::consent;  ///< `transfer`: it proposed it.
  Void verdict = Void::none;
};

/// A closing or a re-opening, and what has become of it.
struct PhaseMove {
  std::string id;  ///< Eight hex digits, the same at every site.
  Dot dot;
  bool closes = true;  ///< False: it opens the record again.
  TransferStatus status = TransferStatus::open;
  Void verdict = Void::none;
  bool stale = false;             ///< It waits, but what stands there now is not what it closes.
  std::vector<RecordId> missing;  ///< While it waits: who has not signed.
  std::vector<Signature> signatures;
};

struct SigningView {
  Record record;
  std::string title;
  bool closed = false;
  bool frozen = false;  ///< Two closings of different content were agreed apart.
  std::vector<Dot> in_force;
  std::vector<PhaseMove> moves;  ///< In an order in which who saw another comes later.
  std::vector<Record>
      conflicts{};   ///< Of the record and its parts: they keep it from being signed.
  RecordId content;  ///< What stands there now.

  /// Whether the organisation's signature is waited for, on what stands there now.
  bool asks(const RecordId& org) const;
};

/// The signatures on a record. Fails with `invalid` for one that is signed with another, which it
/// names, or that is no part of the plan.
Result<SigningView> signing_view(Session& session, const Record& record);
/// The records on which somebody's signature is waited for, by name.
Result<std::vector<SigningView>> open_signings(Session& session);

/// What a site can do about it now.
std::vector<NextStep> next_steps(const SigningView& signing, const RecordId& own);

struct SigningWish {
  enum class Kind : std::uint8_t { sign, reopen, decline, withdraw };
  Kind kind = Kind::sign;
};

/// The act that carries out a wish of this workspace's site: `sign` and `reopen` agree to what is
/// proposed already, or propose it. Fails with `conflict` or `not_found`, saying what can be done.
Result<HoldingAct> act_for(Session& session,
                           const Workspace& workspace,
                           const SigningView& signing,
                           const SigningWish& wish);

}  // namespace guantong
