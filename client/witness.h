// Sites witness one another: each puts, signed, beside the plan how far it has everybody's work.
// Who is shown another history than others, or less of it, learns of it at the next exchange.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/git/git_history.h"
#include "client/reading.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/hash.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/batch_commit.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/commit.h"
#include "sync/exchange.h"
#include "sync/history.h"

namespace guantong {

/// How many statements an exchange reads. Where there are more, each exchange takes others of them.
inline constexpr std::size_t max_statements = 300;
/// How much of what one witness says otherwise is reported; the rest of it is no news.
inline constexpr std::size_t max_reports_a_witness = 10;

/// What a replica has of a device's plan stream.
struct KnownStream {
  std::uint32_t last = 0;       ///< The greatest number of a batch; 0: there is none.
  std::vector<Digest> digests;  ///< Of the payloads with the number asked for; several of a fork.
};
using Known = std::function<Result<KnownStream>(const DeviceId& device, std::uint32_t number)>;

/// Where a statement and a replica part.
struct Compared {
  std::vector<WitnessHead> otherwise;  ///< The replica has other batches of those numbers.
  std::vector<WitnessHead> beyond;     ///< The replica has nothing that far.
};
Result<Compared> compare(const Witness& statement, const Known& known);

/// A batch that a witness has and this replica does not, which has another with its number: the
/// device signed two (D01), somebody shows each of the two another history (D05), or the witness is
/// wrong. Kept until the batch comes here, the witness says otherwise later, or has no right any
/// more.
struct SplitView {
  DeviceId witness;
  WitnessHead saw;
  std::string witness_name, device_name;  ///< "王示五 (thuhs)"
  std::string remote;                     ///< Where the statement stood.
  CommitId statement;
  std::uint64_t stated_ms = 0;  ///< By the witness's clock.
  std::uint64_t since_ms = 0;   ///< By this computer's, when it was found.
};

/// Work that was at a remote, and that the remote does not show.
struct Withheld {
  DeviceId witness;
  WitnessHead saw;
  std::string witness_name, device_name;
  std::uint32_t here = 0;  ///< The last number that is here.
};

struct WitnessReport {
  std::uint64_t statements = 0;  ///< That were compared.
  std::vector<SplitView> split;  ///< All that are open now.
  std::vector<Withheld> withheld;
};

Message sentence_of(const SplitView& split);
Message sentence_of(const Withheld& withheld, std::string_view remote);
Json to_json(const SplitView& split);
Json to_json(const Withheld& withheld);

/// Signs a statement and writes it, as a commit without parents: the form of a request to join. The
/// same statement gives the same commit.
Result<CommitId> write_statement(const Witness& statement,
                                 const Byline& byline,
                                 const Signer& signer,
                                 History& history);

/// Reads a statement and checks it: form, consortium, signature. `key` is the one its device signs
/// with now; none: the first, whose digest is the device's id. Fails with `corrupt`, `denied` or
/// `too_new`.
Result<Witness> read_statement(const Commit& commit,
                               std::string_view payload,
                               const ConsortiumId& consortium,
                               const std::function<std::optional<PublicKey>(const DeviceId&)>& key);

/// Brings the members' statements here from a remote; before the plan is fetched, or what came
/// there in between would look withheld. Fails with `offline`.
Result<std::vector<Branch>> fetch_witnesses(Workspace& workspace,
                                            GitRemote& remote,
                                            std::uint64_t now_ms);

/// Compares the statements that stood at `remote` with what is here after receiving what it
/// offered, and keeps what they say otherwise in the session's transaction. What was set aside is
/// not withheld.
Result<WitnessReport> compare_witnesses(Workspace& workspace,
                                        Session& session,
                                        const std::string& remote,
                                        const std::vector<Branch>& statements,
                                        const std::vector<SetAside>& set_aside,
                                        std::uint64_t now_ms);

/// Puts what this device has now at the remote, unless it stands there already; after all work was
/// sent, as what it names must be there. Coordinators do so for their site; of anybody else nothing
/// is put there. `statements` is what `fetch_witnesses` returned.
Result<void> publish_witness(Workspace& workspace,
                             GitRemote& remote,
                             const std::vector<Branch>& statements,
                             std::uint64_t now_ms);

/// What is open, as the last exchanges left it.
Result<std::vector<SplitView>> split_views(SqliteStore& store);

}  // namespace guantong
