// How a replica keeps a change for itself: shorter than on the wire and several times faster to
// write and read. Never sent.
#pragma once

#include <string_view>

#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/packing.h"

namespace guantong {

/// Appends the change. Acts, of membership and of consent, are few and stand as on the wire.
void pack_change(PackWriter& out, const Change& change);

/// Fails with `corrupt` when the bytes are not what `pack_change` wrote.
Result<Change> unpack_change(std::string_view bytes);

}  // namespace guantong
