#include "tests/support/for_all.h"

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/choices.h"

namespace guantong::test {

void for_all(const std::function<void(Choices&)>& property, Runs runs) {
  const char* only = std::getenv("GUANTONG_SEED");
  const auto first =
      only != nullptr ? static_cast<std::uint32_t>(std::stoul(only)) : runs.first_seed;
  const auto last = only != nullptr ? first : runs.first_seed + runs.count - 1;
  for (auto seed = first; seed <= last && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("GUANTONG_SEED=" + std::to_string(seed));
    auto choices = Choices::from_seed(seed, runs.choices);
    property(choices);
  }
}

void for_all(const std::function<void(Choices&)>& property, std::uint32_t runs) {
  for_all(property, Runs{.count = runs});
}

}  // namespace guantong::test
