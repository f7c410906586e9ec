// A batch <-> the signed commit that carries it, checked against each other.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/applier.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/commit.h"
#include "sync/history.h"

namespace guantong {

/// Where a stream lives: "plan/bitc/<64 hex digits>"; a further branch of a fork has a point and 16
/// digits behind it.
struct StreamName {
  Space space = Space::plan;
  std::string site;
  DeviceId device;
  /// Of a further branch of a fork: the first 16 hex digits of the commit that begins it.
  std::string fork{};
  bool operator==(const StreamName&) const = default;
};

std::string branch_name(const StreamName& stream);
/// How a further branch of a fork is called, by the commit that begins it.
std::string fork_name(const CommitId& first);
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

/// What a device signs with a new key to take it up.
std::string rotation_data(const ConsortiumId& consortium, const DeviceId& device);

/// The key that a batch is to be signed with, where its device's first one was replaced.
using KeyOf = std::function<Result<std::optional<PublicKey>>(const Batch&)>;

/// A batch as its commit and payload show it, and the key it is signed with.
struct OpenedBatch {
  ArrivedBatch batch;
  PublicKey key;
};

/// Reads a commit and its payload and checks one against the other: the form of both, the trailers,
/// the digest, the signature by whatever key it holds, and that the keys it lets in are sound.
/// Fails with `corrupt`, `denied` or `too_new`.
Result<OpenedBatch> open_commit(const CommitId& id,
                                const Commit& commit,
                                std::string_view payload,
                                const ConsortiumId& consortium);

/// Checks that a batch is signed by the device it names: by the key whose digest is the device's
/// id, or the one that `replaced` it. Fails with `denied`.
Result<void> check_signer(const OpenedBatch& opened, const std::optional<PublicKey>& replaced);

/// Both in one.
Result<ArrivedBatch> open_batch(const CommitId& id,
                                const Commit& commit,
                                std::string_view payload,
                                const ConsortiumId& consortium,
                                const KeyOf& key_of = {});

}  // namespace guantong
