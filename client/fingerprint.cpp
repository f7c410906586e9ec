#include "client/fingerprint.h"

#include <cstddef>
#include <string>

#include "client/fingerprint_words.h"
#include "sync/base/hash.h"

namespace guantong {
namespace {

constexpr std::size_t word_count = 8;

/// The id is taken as it is. It is a digest already, so that hashing it once more would make every
/// attempt to imitate its beginning two hashes instead of one, and the words no longer those of the
/// hexadecimal digits that stand beside them.
std::string fingerprint(const Digest& id, const ByteWords& words) {
  std::string text;
  for (std::size_t place = 0; place < word_count; ++place) {
    if (place > 0) text += ' ';
    text += words[id.bytes[place]];
  }
  return text;
}

}  // namespace

std::string fingerprint_in_english(const Digest& id) {
  return fingerprint(id, english_words);
}

std::string fingerprint_in_chinese(const Digest& id) {
  return fingerprint(id, chinese_words);
}

}  // namespace guantong
