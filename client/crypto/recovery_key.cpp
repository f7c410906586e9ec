#include "client/crypto/recovery_key.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include <sodium.h>

#include "client/crockford.h"
#include "client/crypto/device_key.h"
#include "client/crypto/guarded_bytes.h"
#include "client/crypto/key_file.h"
#include "client/text.h"
#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

constexpr std::size_t lines = 4;
constexpr std::size_t group_letters = 4;
constexpr std::size_t line_letters = 4 * group_letters;
constexpr std::size_t all_letters = lines * line_letters;
constexpr std::size_t line_width =
    line_letters + line_letters / group_letters;  // Hyphens, newline.
constexpr std::size_t line_seed = key_seed_size / lines;
constexpr std::size_t line_bytes = line_letters * 5 / 8;
constexpr std::size_t check_bytes = line_bytes - line_seed;
constexpr std::string_view check_key = "guantong recovery key 1";

using Check = std::array<unsigned char, check_bytes>;

/// The check of the line at which the first `size` bytes of the seed end.
Check check_of(const GuardedBytes& seed, std::size_t size) {
  std::array<unsigned char, crypto_generichash_BYTES_MIN> digest{};
  crypto_generichash(digest.data(),
                     digest.size(),
                     seed.data(),
                     size,
                     reinterpret_cast<const unsigned char*>(check_key.data()),
                     check_key.size());
  Check check{};
  std::ranges::copy_n(digest.begin(), check_bytes, check.begin());
  return check;
}

/// The line's five-bit pieces as letters, with what separates them.
void write_line(const unsigned char* bytes, unsigned char* out) {
  unsigned bits = 0;
  unsigned count = 0;
  for (std::size_t letter = 0, next = 0; letter < line_letters; ++letter) {
    if (count < 5) {
      bits = bits << 8U | bytes[next++];
      count += 8;
    }
    count -= 5;
    *out++ = static_cast<unsigned char>(crockford_letters[(bits >> count) & 31U]);
    if ((letter + 1) % group_letters == 0) *out++ = letter + 1 == line_letters ? '\n' : '-';
  }
}

void read_line(const unsigned char* values, unsigned char* bytes) {
  unsigned bits = 0;
  unsigned count = 0;
  for (std::size_t letter = 0; letter < line_letters; ++letter) {
    bits = bits << 5U | values[letter];
    count += 5;
    if (count < 8) continue;
    count -= 8;
    *bytes++ = static_cast<unsigned char>(bits >> count);
  }
}

bool separates(char c) {
  return c == ' ' || c == '-' || c == '\t' || c == '\r' || c == '\n';
}

struct Typed {
  GuardedBytes values;            ///< Of the first letters, as many as a sheet has.
  std::size_t letters = 0;        ///< As many as were typed.
  std::vector<std::size_t> rows;  ///< How many letters each typed line has, empty ones left out.
};

Result<Typed> read_letters(std::string_view text) {
  Typed typed;
  typed.values = TRY(GuardedBytes::allocate(all_letters));
  bool fresh_row = true;
  for (std::size_t position = 0; position < text.size();) {
    const auto begin = position;
    next_character(text, position);
    const char letter = text[begin];
    if (letter == '\n') fresh_row = true;
    if (separates(letter)) continue;
    const auto value = crockford_value(letter);
    if (!value) {
      return fail(Errc::invalid,
                  "\"{}\" after {} letters is in no recovery key; it has digits and letters alone, "
                  "and no U",
                  printable(text.substr(begin, position - begin)),
                  typed.letters);
    }
    if (fresh_row) typed.rows.push_back(0);
    fresh_row = false;
    ++typed.rows.back();
    if (typed.letters < all_letters)
      typed.values.data()[typed.letters] = static_cast<unsigned char>(*value);
    ++typed.letters;
  }
  return typed;
}

/// Names the line with too many or too few letters, if it was typed in the sheet's lines.
Result<void> check_length(const Typed& typed) {
  for (std::size_t line = 0; typed.rows.size() == lines && line < lines; ++line) {
    if (typed.rows[line] == line_letters) continue;
    return fail(
        Errc::invalid,
        "line {} of the recovery key has {} letters instead of {}; compare it with the sheet",
        line + 1,
        typed.rows[line],
        line_letters);
  }
  if (typed.letters == all_letters) return {};
  return fail(Errc::invalid,
              "a recovery key has {} letters, and this has {}; type all {} lines of the sheet",
              all_letters,
              typed.letters,
              lines);
}

}  // namespace

Result<GuardedBytes> recovery_text(const DeviceKey& key) {
  const auto seed = TRY(key.seed());
  auto text = TRY(GuardedBytes::allocate(lines * line_width));
  auto bytes = TRY(GuardedBytes::allocate(line_bytes));
  for (std::size_t line = 0; line < lines; ++line) {
    std::ranges::copy_n(seed.data() + line * line_seed, line_seed, bytes.data());
    std::ranges::copy(check_of(seed, (line + 1) * line_seed), bytes.data() + line_seed);
    write_line(bytes.data(), text.data() + line * line_width);
  }
  return text;
}

Result<DeviceKey> read_recovery_text(std::string_view text) {
  const auto typed = TRY(read_letters(text));
  TRY(check_length(typed));
  auto seed = TRY(GuardedBytes::allocate(key_seed_size));
  auto bytes = TRY(GuardedBytes::allocate(line_bytes));
  for (std::size_t line = 0; line < lines; ++line) {
    read_line(typed.values.data() + line * line_letters, bytes.data());
    std::ranges::copy_n(bytes.data(), line_seed, seed.data() + line * line_seed);
    const auto check = check_of(seed, (line + 1) * line_seed);
    if (!std::ranges::equal(check, std::span{bytes.data() + line_seed, check_bytes}))
      return fail(
          Errc::invalid,
          "line {} of the recovery key is not as it was printed; compare it with the sheet, "
          "letter by letter",
          line + 1);
  }
  return DeviceKey::from_seed(seed);
}

}  // namespace guantong
