// The scenarios of data/demo/scenarios: what schools do apart from each other, and what then holds
// at all of them. `offline_edits.csv` and `expected_outcomes.csv` tell them as people do;
// `steps.csv` has the acts that an edit stands for where it cannot be done as it is told, and
// `states.csv` what an outcome is in fields, rules and sites.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/schools.h"

namespace guantong::test {

/// A line of a table of scenarios, by heading.
using Line = std::map<std::string, std::string>;

/// The lines of one of the tables; its name without ".csv".
std::vector<Line> scenario_lines(std::string_view table);

/// `swapped`: each of the two sites of a scenario does what the other does as it is told.
enum class Roles : std::uint8_t { told, swapped };

/// One act of one computer.
struct Step {
  std::string scenario;
  std::string computer;  ///< "bitc", or "bitc2" for its second one.
  std::string op;        ///< As in the tables.
  std::string record;
  std::vector<std::string> edits;
  std::string why;
  std::uint64_t clock_ms = 0;  ///< What its clock was set to; 0: it is right.
};

/// What everybody has before the schools part.
std::vector<Step> steps_before();
/// What they do apart from each other, in the scenarios that have states for these roles.
std::vector<Step> steps_apart(Roles roles);
/// What then holds everywhere: lines of `states.csv`.
std::vector<Line> states_after(Roles roles);

/// Does a step through the command line; `schools` is the folder of the computers.
void perform(const std::filesystem::path& schools, const Step& step);

/// "a;b" in its parts; none of nothing.
std::vector<std::string> parts_of(const std::string& text, char separator = ';');

}  // namespace guantong::test
