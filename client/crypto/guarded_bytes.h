// Memory for secrets: locked out of swap and core files, and wiped when freed.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "sync/base/result.h"

namespace guantong {

class GuardedBytes {
public:
  /// No bytes at all.
  GuardedBytes() = default;

  /// `size` bytes of no particular value. Fails with `io` when libsodium will not start or the
  /// system has no such memory left.
  static Result<GuardedBytes> allocate(std::size_t size);

  /// The same bytes once more.
  static Result<GuardedBytes> copy_of(std::string_view bytes);

  unsigned char* data() { return bytes_.get(); }
  const unsigned char* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// Valid until these bytes are freed or moved.
  std::string_view view() const { return {reinterpret_cast<const char*>(data()), size_}; }

  /// Keeps the first `size` bytes, at most as many as there are.
  void shorten(std::size_t size) { size_ = size < size_ ? size : size_; }

private:
  struct Wipe {
    void operator()(unsigned char* bytes) const noexcept;
  };
  std::unique_ptr<unsigned char, Wipe> bytes_;
  std::size_t size_ = 0;
};

}  // namespace guantong
