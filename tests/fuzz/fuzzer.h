// What every fuzzer stands on: an input that nobody meant, and claims that hold of it all the same.
#pragma once

#include <span>
#include <string_view>

namespace guantong::test {

/// Ends the program, so that the input is kept as a finding, unless the claim holds.
void claim(bool holds, std::string_view what);

struct Fuzzer {
  std::string_view name;
  void (*run)(std::string_view input);  ///< Returns when all that it claims of the input holds.
};

/// The fuzzers of this program, as CMakeLists.txt lists them.
std::span<const Fuzzer> fuzzers();

/// The fuzzer that GUANTONG_FUZZER names; without one the program ends and says which there are.
/// From then on a failure of a Google Test assertion ends the program as `claim` does.
const Fuzzer& chosen_fuzzer();

}  // namespace guantong::test
