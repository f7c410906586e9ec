// Who did what, when and why; and whether everything here follows from the signed history.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/describe.h"
#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/exchange.h"
#include "sync/remarks.h"

namespace guantong {

/// One change, as history and log tell it.
struct HistoryEntry {
  std::string record;  ///< Empty for an act of membership.
  Description what;    ///< "course B02015: credits 4 -> 5"
  std::string why;
  std::string site, person;
  HybridTime written;
  std::uint64_t learnt_ms = 0;  ///< When it arrived here; 0 while it is not sealed.
  std::string commit;           ///< 40 hex digits; empty while it is not sealed.
  bool proposal = false;        ///< Some of it was, or is, a proposal.

  /// Whether the clock it was written by was wrong, as far as can be told.
  bool is_uncertain() const { return guantong::is_uncertain(written.ms, learnt_ms); }
  /// For ordering lists: when it was written, or when it arrived if that cannot be right.
  std::uint64_t ordered_ms() const {
    return learnt_ms > 0 && is_uncertain() ? learnt_ms : written.ms;
  }
};

/// Who set a field's value in force.
struct BlameEntry {
  std::string field;
  std::string value;
  std::vector<HistoryEntry> by;  ///< One a head; several while they are joined or in conflict.
};

/// One change that is here.
Result<HistoryEntry> history_entry(Session& session, const Dot& dot);
/// Every change of a record, or of one field of it, the oldest first.
Result<std::vector<HistoryEntry>> history_of(Session& session,
                                             const Record& record,
                                             std::optional<Slot> slot);
Result<std::vector<BlameEntry>> blame_of(Session& session, const Record& record);
/// The latest changes that are here, the newest first.
Result<std::vector<HistoryEntry>> latest(Session& session, std::size_t most);

/// One entry of an allowed-signers file for stock git: "email namespaces="git" ssh-ed25519 AAAA…
/// comment".
Result<std::string> allowed_signers(Session& session);

struct Flaw {
  std::string where;  ///< A commit, a branch, or "course:B02015.credits".
  Message what;
};
struct Verification {
  std::uint64_t commits = 0;
  std::uint64_t changes = 0;
  std::uint64_t records = 0;
  std::string digest;
  std::vector<Flaw> flaws;
  /// What is odd and counts for nothing: names of versions that a change could not have known,
  /// dates that cannot be right. The history is sound all the same.
  std::vector<Flaw> ignored;
};

/// Reads all of the history anew, from the founding batch: form, chain, digests, signatures and
/// rights; makes a replica of it beside the one in use and compares every cell and every change.
Result<Verification> verify(Workspace& workspace, const Progress& progress);

/// Seals, makes the replica anew from the history and puts it in place; edits not yet sealed, the
/// school's own records, receipts and what waits are carried over. A damaged history is mended
/// first
/// (`mend_history`); the remotes that helped are returned.
Result<std::vector<std::string>> rebuild(Workspace& workspace, const Progress& progress);

/// Seals, and digests the merged plan: one value at every replica with the same batches.
Result<std::string> plan_digest(Workspace& workspace, Space space);

}  // namespace guantong
