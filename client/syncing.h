// One exchange with one remote, from this workspace: fetch, seal, check, merge, push. It may be cut
// anywhere and run again.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "client/reading.h"
#include "client/witness.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/exchange.h"

namespace guantong {

/// What is open at a workspace.
struct Standing {
  std::uint64_t conflicts = 0;
  std::uint64_t proposals = 0;    ///< For this site to answer.
  std::uint64_t agreements = 0;   ///< Duties, owners and signatures that this site is asked about.
  std::uint64_t findings = 0;     ///< Without hints.
  std::uint64_t unsealed = 0;     ///< Changes of the plan not sealed yet.
  std::uint64_t kept = 0;         ///< Changes of the school's own records, kept on this computer.
  std::uint64_t joined = 0;       ///< Fields merged without a decision.
  std::uint64_t set_aside = 0;    ///< Batches that wait, with a reason.
  std::uint64_t quarantined = 0;  ///< Batches that this person may rule on.
  std::uint64_t forked = 0;       ///< Devices that signed two batches with one number.
  std::uint64_t split = 0;        ///< Batches that a witness has otherwise than this replica.
  std::uint64_t unknown = 0;      ///< Records of types this program does not know.
  bool admitted = false;
  bool left = false;  ///< This computer put itself out.

  bool wants_somebody() const {
    return conflicts + proposals + agreements + findings + set_aside + quarantined + forked +
               split >
           0;
  }
};

struct SyncReport {
  std::string remote;
  bool dry_run = false;
  Received received;
  std::uint64_t sealed = 0;  ///< Changes.
  std::uint64_t sent_batches = 0;
  std::uint64_t sent_changes = 0;
  std::vector<std::string> rolled_back;  ///< Branches the remote shows shorter than it once did.
  WitnessReport witnessed;  ///< What others state that they have, against what is here.
  std::map<std::string, std::uint64_t> by_type;
  Standing before, after;
  std::uint64_t at_ms = 0;

  /// Whether the remote shows less than it once did, to this computer or to others.
  bool falls_short() const { return !rolled_back.empty() || !witnessed.withheld.empty(); }
};

struct SyncOptions {
  bool dry_run = false;
  Progress progress;
};

/// Exchanges with the remote `name`. Fails with `offline` when it cannot be reached (all edits are
/// safe), `busy`, and `corrupt` when this workspace turns out to be a copy of one that went on.
Result<SyncReport> sync_with(Workspace& workspace,
                             const std::string& name,
                             const SyncOptions& options);

Result<Standing> standing(Workspace& workspace);

/// A receipt as JSON, and those that were kept, the latest first.
Json to_json(const SyncReport& report);
Result<std::vector<Json>> receipts(SqliteStore& store, std::size_t most);

/// What waits here with a reason: a batch that was refused and everything that builds on it.
struct Waiting {
  std::string branch;
  std::string commit;
  std::string code;
  Message reason;
  std::uint64_t since_ms = 0;
};
Result<std::vector<Waiting>> waiting(SqliteStore& store);

/// A message that the replica keeps, and back.
std::string stored_message(const Message& message);
Message read_message(std::string_view text);

}  // namespace guantong
