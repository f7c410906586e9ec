#include "tests/support/programme.h"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "client/reading.h"
#include "tests/support/scenarios.h"
#include "tests/support/schools.h"
#include "tests/support/temp_dir.h"

namespace guantong::test {

void make_programme(const std::filesystem::path& workspace) {
  const auto founded = run_guantong(workspace, founding_arguments());
  ASSERT_EQ(founded.code, 0) << founded.err;
  const auto imported = run_guantong(
      workspace, {"import", "csv", GUANTONG_DATA_DIR "/demo", "--set", "plan=plan:PLAN-BD-2027"});
  ASSERT_LE(imported.code, 1) << imported.err;
}

Programme::Programme() {
  if (const auto* schools = std::getenv("GUANTONG_TEST_SCHOOLS")) {
    std::filesystem::copy(
        programme_beside(schools), workspace(), std::filesystem::copy_options::recursive);
  } else {
    make_programme(workspace());
  }
}

Run Programme::run(const std::vector<std::string>& arguments) const {
  return run_guantong(workspace(), arguments);
}

Json Programme::ask(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), "--json");
  const auto ran = run(arguments);
  EXPECT_LE(ran.code, 1) << arguments[1] << "\n" << ran.out << ran.err;
  return ran.json();
}

void Programme::act(const std::vector<std::string>& arguments) const {
  const auto ran = run(arguments);
  ASSERT_LE(ran.code, 1) << arguments.front() << "\n" << ran.out << ran.err;
}

void make_whole_schools(const std::filesystem::path& folder,
                        const std::filesystem::path& programme) {
  std::filesystem::copy(programme, folder / "bitc", std::filesystem::copy_options::recursive);
  join_schools(folder);
  add_computer_in(folder, "bitc2", "bitc", "coordinator");
  add_computer_in(folder, "bstu2", "bstu", "coordinator");
  for (const std::string school : {"thuhs", "bstu"})
    accept_duties_in(folder / school, school);
  for (const auto& step : steps_before()) {
    perform(folder, step);
    sync_in(folder, {step.computer, "thuhs"});
  }
  for (int round = 0; round < 2; ++round)
    sync_in(folder, {"bitc", "bitc2", "thuhs", "bstu", "bstu2"});
}

std::filesystem::path whole_schools() {
  if (const auto* schools = std::getenv("GUANTONG_TEST_SCHOOLS"))
    return whole_schools_beside(schools);
  static const TempDir base;
  static const bool made = [] {
    make_whole_schools(base.path(), Programme{}.workspace());
    return true;
  }();
  static_cast<void>(made);
  return base.path();
}

std::filesystem::path whole_schools_beside(const std::filesystem::path& schools) {
  return schools.parent_path() / "whole_schools";
}

std::filesystem::path programme_beside(const std::filesystem::path& schools) {
  return schools.parent_path() / "programme";
}

}  // namespace guantong::test
