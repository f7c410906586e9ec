#include "client/crypto/guarded_bytes.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <sodium.h>

#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong {

void GuardedBytes::Wipe::operator()(unsigned char* bytes) const noexcept {
  sodium_free(bytes);
}

Result<GuardedBytes> GuardedBytes::allocate(std::size_t size) {
  if (sodium_init() < 0) return fail(Errc::io, "libsodium does not start");
  GuardedBytes guarded;
  guarded.bytes_.reset(static_cast<unsigned char*>(sodium_malloc(size)));
  if (guarded.bytes_ == nullptr) return fail(Errc::io, "there is no guarded memory for a key");
  guarded.size_ = size;
  return guarded;
}

Result<GuardedBytes> GuardedBytes::copy_of(std::string_view bytes) {
  auto guarded = TRY(allocate(bytes.size()));
  std::ranges::copy(bytes, guarded.data());
  return guarded;
}

}  // namespace guantong
