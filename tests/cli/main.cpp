// Runs the tests; or, as `cli_tests --make-schools FOLDER`, makes the schools, and the programme,
// that nearly all of them begin with, once for a run of many processes.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/programme.h"
#include "tests/support/schools.h"

namespace {

/// A command that ends at once leaks nothing that matters, and to look for it takes a third of its
/// time. What it is made of is looked at in the tests of the layers below.
void let_commands_leak() {
  const auto* set = std::getenv("ASAN_OPTIONS");
  const auto options = std::string{set == nullptr ? "" : set} + ":detect_leaks=0";
  setenv("ASAN_OPTIONS", options.c_str(), 1);
}

}  // namespace

int main(int argc, char** argv) {
  let_commands_leak();
  testing::InitGoogleMock(&argc, argv);
  if (argc != 3 || std::string_view{argv[1]} != "--make-schools") return RUN_ALL_TESTS();
  const std::filesystem::path schools{argv[2]};
  const auto programme = guantong::test::programme_beside(schools);
  const auto whole_schools = guantong::test::whole_schools_beside(schools);
  for (const auto& folder : {schools, programme, whole_schools}) {
    std::error_code error;
    std::filesystem::remove_all(folder, error);
    std::filesystem::create_directories(folder, error);
    if (error) {
      std::cerr << "cannot make " << folder << ": " << error.message() << '\n';
      return 1;
    }
  }
  guantong::test::make_schools(schools);
  guantong::test::make_programme(programme);
  guantong::test::make_whole_schools(whole_schools, programme);
  return testing::Test::HasFailure() ? 1 : 0;
}
