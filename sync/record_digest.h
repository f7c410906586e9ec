// What one merged record looks like, as a digest that is the same at every replica.
#pragma once

#include <functional>
#include <map>

#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/record_state.h"

namespace guantong {

/// Which device writes a stream: this replica's numbers mean nothing elsewhere.
using DeviceOf = std::function<Result<DeviceId>(StreamNo)>;

/// The BLAKE2b-256 of a record's life, and of each slot's value in force, heads, members and
/// proposals, in an order that depends on none of this replica's numbers.
Result<Digest> digest_of(const RecordKey& key, const RecordState& state, const DeviceOf& device);

/// What a sign-off is bound to: the first half of the BLAKE2b-256 of what stands in the records,
/// named by the signed changes that put it there.
Result<RecordId> content_digest(const std::map<RecordKey, RecordState>& records,
                                const DeviceOf& device);

}  // namespace guantong
