// Chance that can be repeated, for the simulator.
#pragma once

#include <cstdint>

namespace guantong {

/// While it lives, all that this program draws at random (keys, ids) follows from a seed. Whoever
/// knows that knows every key: nothing that is to be kept may be made meanwhile. One at a time, and
/// no other thread may draw when it comes or goes.
class SeededChance {
public:
  explicit SeededChance(std::uint64_t seed);
  SeededChance(const SeededChance&) = delete;
  SeededChance& operator=(const SeededChance&) = delete;
  SeededChance(SeededChance&&) = delete;
  SeededChance& operator=(SeededChance&&) = delete;
  ~SeededChance();

  /// Begins anew from another seed.
  static void begin_anew(std::uint64_t seed);
};

}  // namespace guantong
