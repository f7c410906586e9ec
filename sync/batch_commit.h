// A batch <-> the signed commit that carries it, checked against each other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sync/applier.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/commit.h"
#include "sync/history.h"

namespace guantong {

/// Where a stream lives: "plan/bitc/<64 hex digits>".
struct StreamName {
  Space space = Space::plan;
  std::string site;
  DeviceId device;
  bool operator==(const StreamName&) const = default;
};

std::string branch_name(const StreamName& stream);
/// Fails with `corrupt` for any other branch.
Result<StreamName> read_branch_name(std::string_view branch);

/// What a commit's message says before its trailers.
struct Story {
  std::string subject;             ///< One line that a principal can read.
  std::vector<std::string> lines;  ///< One a change, up to a bound.
};

/// Who signs, as the commit shows them.
struct Byline {
  std::string person, email;  ///< The author.
  std::string site;           ///< Slug.
  std::string device_name;    ///< The committer: "bitc 3f2a91c0".
};

/// A commit that is ready to be written; the same input gives the same bytes, so that writing it
/// can be done again after a crash.
struct SealedBatch {
  std::string payload;
  std::vector<CommitId> parents;
  std::string message;
  Ident author, committer;
  std::string site;
};

/// `consortium` is null for the founding batch, whose own digest becomes the consortium's id.
SealedBatch seal(const Batch& batch,
                 std::vector<CommitId> parents,
                 const Story& story,
                 const Byline& byline,
                 const ConsortiumId* consortium);

/// Signs and writes a sealed batch; returns it as one that has arrived.
Result<ArrivedBatch> write_sealed(const SealedBatch& sealed,
                                  const Signer& signer,
                                  History& history);

/// Reads a commit and its payload and checks one against the other: the form of both, the trailers,
/// the digest, and the signature by the device that the payload names (whose id is its key's
/// digest). Fails with `corrupt`, `denied` or `too_new`.
Result<ArrivedBatch> open_batch(const CommitId& id,
                                const Commit& commit,
                                std::string_view payload,
                                const ConsortiumId& consortium);

}  // namespace guantong
