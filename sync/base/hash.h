// BLAKE2b, the one hash of everything we name or check ourselves (RFC 7693, by libsodium).
#pragma once

#include <string_view>

#include "sync/base/bytes.h"

namespace guantong {

using Digest = FixedId<struct DigestTag, 32>;
using ShortDigest = FixedId<struct ShortDigestTag, 16>;

/// BLAKE2b-256 of `data`.
Digest blake2b(std::string_view data);

/// BLAKE2b-128 of `data`, keyed with `key` (at most 64 bytes; empty: no key).
ShortDigest blake2b_128(std::string_view data, std::string_view key = {});

}  // namespace guantong
