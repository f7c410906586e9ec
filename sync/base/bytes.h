// Bytes we own, and bytes we only look at.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace guantong {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

inline ByteView bytes_of(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}
inline std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// An identifier of exactly `size` bytes. `Tag` keeps ids of different things apart.
template <class Tag, std::size_t Size>
struct FixedId {
  static constexpr std::size_t size = Size;
  std::array<std::uint8_t, Size> bytes{};

  auto operator<=>(const FixedId&) const = default;

  /// Nothing unless `raw` is exactly `size` bytes long.
  static std::optional<FixedId> from(std::string_view raw) {
    if (raw.size() != Size) return std::nullopt;
    FixedId id;
    std::memcpy(id.bytes.data(), raw.data(), Size);
    return id;
  }
  std::string_view raw() const { return {reinterpret_cast<const char*>(bytes.data()), Size}; }
};

/// Hashes an id whose bytes are already a digest or random.
struct IdHash {
  template <class Tag, std::size_t Size>
  std::size_t operator()(const FixedId<Tag, Size>& id) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, id.bytes.data() + Size - sizeof hash, sizeof hash);
    return hash;
  }
};

/// Lower-case hexadecimal.
std::string to_hex(std::string_view raw);
/// Nothing unless `hex` is an even number of lower-case hexadecimal digits.
std::optional<std::string> from_hex(std::string_view hex);

}  // namespace guantong
