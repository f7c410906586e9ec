// A key on paper: drawn once, printed, locked away, and typed in again when all computers are lost.
//
// The sheet has four lines of four groups of four letters of Crockford's base 32. A line holds 80
// bits: 8 bytes of the Ed25519 seed, and as a check the first 2 bytes of BLAKE2b-128, keyed with
// "guantong recovery key 1", of the seed from its beginning to the end of that line. So a line that
// was mistyped, left its place or comes from another sheet is named.
#pragma once

#include <string_view>

#include "client/crypto/device_key.h"
#include "client/crypto/guarded_bytes.h"
#include "sync/base/result.h"

namespace guantong {

/// What is printed for `key`: four lines, each with a newline behind it.
///
///     000G-40R4-0M30-EY63
Result<GuardedBytes> recovery_text(const DeviceKey& key);

/// The key that was printed. Letters may be of either case, O stands for 0, and I and L for 1;
/// spaces and hyphens may stand anywhere, and lines be run together. Fails with `invalid`, naming
/// the first line that is wrong where that can be told.
Result<DeviceKey> read_recovery_text(std::string_view text);

}  // namespace guantong
