// Proof that a device signed two batches with one number, for somebody who has neither a workspace
// nor the plan: rule A14 of docs/security.md holds such a device, and this says why.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/workspace.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/store.h"

namespace guantong {

/// How often a device may have taken up another key in one file.
inline constexpr std::size_t max_evidence_keys = 1000;

/// A device whose stream goes two ways.
struct ForkedDevice {
  DeviceId device;
  std::string person, site;
  /// The first two batches of it with one number; where there are more, those of the least commits.
  std::array<StoredBatch, 2> batches;
};
Result<std::vector<ForkedDevice>> forked_devices(Session& session);

/// A commit and its payload, byte for byte as they came.
struct Exhibit {
  std::string commit;
  std::string payload;
};

struct Evidence {
  ConsortiumId consortium;
  DeviceId device;
  /// The batches with which the device took up other keys before, in order: each is signed with the
  /// key that the one before it brought, the first with the key whose digest is the device's id.
  std::vector<Exhibit> keys;
  std::array<Exhibit, 2> batches;
};

/// What evidence shows, after all of it has been checked.
struct Proof {
  std::uint32_t number = 0;     ///< Of both batches.
  std::vector<PublicKey> keys;  ///< The device's, in order; both batches are signed with the last.
  struct Side {
    std::string site;     ///< As the commit gives it.
    std::string subject;  ///< The first line of its message.
    Digest digest;        ///< Of its payload.
  };
  std::array<Side, 2> sides;
};

/// Gathers the evidence against the device whose id begins so. Fails with `not_found`, or `invalid`
/// for several.
Result<Evidence> evidence_of(Workspace& workspace, Session& session, std::string_view device);

/// Checks all links anew, from the device's id to both signatures; trusts nothing but the
/// evidence's own bytes. Fails with `corrupt`, naming the check; with `too_new` where a later
/// program must judge.
Result<Proof> check_evidence(const Evidence& evidence);

/// Evidence as a file, with what it shows and how to check it with stock git, in both languages.
std::string evidence_file(const Evidence& evidence, const Proof& proof);

/// Reads what `evidence_file` wrote. Only the evidence itself is taken, never what the file says of
/// it. Fails with `corrupt`, or `too_new`.
Result<Evidence> read_evidence(std::string_view file);

}  // namespace guantong
