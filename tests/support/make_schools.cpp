// Makes the schools that the tests of the command line begin with, once for a run of all of them.
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <gtest/gtest.h>

#include "tests/support/schools.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: make_schools FOLDER\n", stderr);
    return 2;
  }
  testing::InitGoogleTest();
  const std::filesystem::path folder{argv[1]};
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  std::filesystem::create_directories(folder, error);
  if (error) {
    std::fprintf(stderr, "cannot make %s: %s\n", argv[1], error.message().c_str());
    return 1;
  }
  guantong::test::make_schools(folder);
  return testing::Test::HasFailure() ? 1 : 0;
}
