// Properties: what holds for every input, tried on many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "tests/support/choices.h"

namespace guantong::test {

/// Which inputs a property is tried on.
struct Runs {
  std::uint32_t count = 500;
  std::uint32_t first_seed = 0;
  std::size_t choices = 1024;  ///< Bytes of each input.
};

/// Runs `property` on inputs from seeds that are the same every time, and stops at the first that
/// fails; the trace then names its seed. GUANTONG_SEED=n in the environment runs that seed alone.
void for_all(const std::function<void(Choices&)>& property, Runs runs);
void for_all(const std::function<void(Choices&)>& property, std::uint32_t runs = 500);

}  // namespace guantong::test
