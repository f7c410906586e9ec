// Numbers that follow from a seed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace guantong::simulation {

/// The same on every machine: SplitMix64, after Steele, Lea and Flood, "Fast Splittable
/// Pseudorandom Number Generators" (2014).
class Draws {
public:
  explicit Draws(std::uint64_t seed) : state_{seed} {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
  }
  /// From 0 up to, not including, `count`.
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(next() % count); }
  bool one_in(std::size_t count) { return below(count) == 0; }
  /// One of what a list holds, which is not empty.
  template <class List>
  const auto& one_of(const List& list) {
    return list[below(list.size())];
  }

private:
  std::uint64_t state_;
};

}  // namespace guantong::simulation
