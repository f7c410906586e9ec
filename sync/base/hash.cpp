#include "sync/base/hash.h"

#include <string_view>

#include <sodium.h>

namespace guantong {
namespace {

template <class Out>
Out hash(std::string_view data, std::string_view key) {
  Out out;
  // Fails only for sizes out of range, which the types rule out.
  crypto_generichash(out.bytes.data(),
                     out.bytes.size(),
                     reinterpret_cast<const unsigned char*>(data.data()),
                     data.size(),
                     key.empty() ? nullptr : reinterpret_cast<const unsigned char*>(key.data()),
                     key.size());
  return out;
}

}  // namespace

Digest blake2b(std::string_view data) {
  return hash<Digest>(data, {});
}

ShortDigest blake2b_128(std::string_view data, std::string_view key) {
  return hash<ShortDigest>(data, key);
}

}  // namespace guantong
