// How a replica packs what it keeps for itself: numbers in base 128, lowest digits first, as
// Protocol Buffers has them, and texts after their length. Never sent.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sync/change.h"

namespace guantong {

/// Appends numbers, dots and texts to `out`.
class PackWriter {
public:
  void number(std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U)
      out += static_cast<char>((value & 0x7fU) | 0x80U);
    out += static_cast<char>(value);
  }
  void dot(const Dot& dot) {
    number(dot.stream);
    number(dot.n);
  }
  void text(std::string_view text) {
    number(text.size());
    out += text;
  }
  std::string out;
};

/// Reads past the end as zeros and remembers that it did.
class PackReader {
public:
  explicit PackReader(std::string_view bytes) : rest_{bytes} {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(raw(1).front());
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if ((byte & 0x80U) == 0) break;
    }
    return value;
  }
  Dot dot() {
    const auto stream = static_cast<StreamNo>(number());
    return {stream, number()};
  }
  std::string text() {
    const auto size = static_cast<std::size_t>(number());
    return size == 0 ? std::string{} : std::string{raw(size)};
  }
  std::string_view raw(std::size_t size) {
    static constexpr std::string_view zeros{"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16};
    if (size > rest_.size()) {
      failed_ = true;
      return zeros.substr(0, std::min(size, zeros.size()));
    }
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  /// How many items follow; each takes at least a byte, so more than what is left is damage.
  std::size_t count() {
    const auto announced = number();
    if (announced > rest_.size()) failed_ = true;
    return failed_ ? 0 : static_cast<std::size_t>(announced);
  }
  bool failed() const { return failed_; }
  bool whole() const { return !failed_ && rest_.empty(); }

private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace guantong
