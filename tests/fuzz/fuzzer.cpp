#include "tests/fuzz/fuzzer.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string_view>

#include <gtest/gtest.h>

namespace guantong::test {
namespace {

class EndsTheProgram : public testing::EmptyTestEventListener {
public:
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (result.failed()) std::abort();
  }
};

}  // namespace

void claim(bool holds, std::string_view what) {
  if (holds) return;
  std::cerr << "does not hold: " << what << '\n';
  std::abort();
}

const Fuzzer& chosen_fuzzer() {
  const char* name = std::getenv("GUANTONG_FUZZER");
  const auto all = fuzzers();
  const auto found =
      std::ranges::find(all, std::string_view{name == nullptr ? "" : name}, &Fuzzer::name);
  if (found == all.end()) {
    std::cerr << "GUANTONG_FUZZER names none of these:";
    for (const auto& fuzzer : all)
      std::cerr << ' ' << fuzzer.name;
    std::cerr << '\n';
    std::exit(2);
  }
  testing::UnitTest::GetInstance()->listeners().Append(
      std::make_unique<EndsTheProgram>().release());  // Which then owns it.
  return *found;
}

}  // namespace guantong::test
