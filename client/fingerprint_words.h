// The words that stand for a byte in a fingerprint, a list a language.
#pragma once

#include <array>
#include <string_view>

namespace guantong {

/// By byte. No word may ever change its place: people keep fingerprints on paper.
using ByteWords = std::array<std::string_view, 256>;

/// The first four letters tell a word from all others.
extern const ByteWords english_words;

/// Nouns of two characters, no two of which sound alike, not even where tones, zh and z, ang and
/// an, n and l, or hu and fu are not kept apart.
extern const ByteWords chinese_words;

}  // namespace guantong
