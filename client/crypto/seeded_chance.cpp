#include "client/crypto/seeded_chance.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <sodium.h>

namespace guantong {
namespace {

struct ChanceStream {
  std::array<unsigned char, randombytes_SEEDBYTES> seed{};
  std::uint64_t drawn = 0;
};

ChanceStream& chance_stream() {
  static ChanceStream drawn;
  return drawn;
}

/// Each draw_seeded has a stream of its own, so that how much was drawn before plays no part in it.
void draw_seeded(void* const out, const std::size_t size) {
  auto& from = chance_stream();
  ++from.drawn;
  auto seed = from.seed;
  std::memcpy(seed.data() + sizeof from.drawn, &from.drawn, sizeof from.drawn);
  randombytes_buf_deterministic(out, size, seed.data());
}

std::uint32_t draw_seeded_number() {
  std::uint32_t number = 0;
  draw_seeded(&number, sizeof number);
  return number;
}

const char* chance_name() {
  return "seeded";
}

randombytes_implementation seeded_implementation{
    chance_name, draw_seeded_number, nullptr, nullptr, draw_seeded, nullptr};

}  // namespace

SeededChance::SeededChance(std::uint64_t seed) {
  // Before: it draws what guards memory, which is no part of what is repeated.
  if (sodium_init() < 0) return;  // No key can be made then, which says so.
  begin_anew(seed);
  randombytes_set_implementation(&seeded_implementation);
}

SeededChance::~SeededChance() {
  randombytes_set_implementation(&randombytes_sysrandom_implementation);
}

void SeededChance::begin_anew(std::uint64_t seed) {
  chance_stream() = {};
  std::memcpy(chance_stream().seed.data(), &seed, sizeof seed);
}

}  // namespace guantong
