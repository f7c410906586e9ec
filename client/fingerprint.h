// A consortium's id in words, for two people to compare over the telephone.
#pragma once

#include <string>

#include "sync/base/hash.h"

namespace guantong {

/// The first 64 bits of `id` in eight words with spaces between them, one for each byte.
///
/// Comparing them shows that nobody has put another consortium in the place of the one that was
/// meant: to found one with the same words takes 2^64 attempts, as it is a second preimage. It
/// does not bind a founder who means harm: two of his own that say the same take only 2^32.
std::string fingerprint_in_english(const Digest& id);

/// The same in Chinese.
std::string fingerprint_in_chinese(const Digest& id);

}  // namespace guantong
