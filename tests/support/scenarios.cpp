#include "tests/support/scenarios.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/csv.h"
#include "client/sqlite/database.h"
#include "sync/base/result.h"
#include "tests/support/result_matchers.h"
#include "tests/support/schools.h"

namespace guantong::test {
namespace {

using Arguments = std::vector<std::string>;

/// What the tables call some record types.
const std::map<std::string, std::string> type_names{
    {"course_prereq", "prereq"}, {"promotion_seat", "seat"}, {"training_goal", "goal"}};

/// "site-bitc-pc2" is bitc2, "site-bitc-pc1" bitc.
std::string computer_of(const std::string& device) {
  const auto parts = parts_of(device, '-');
  const auto number = parts.at(2).substr(2);
  return parts.at(1) + (number == "1" ? "" : number);
}

/// The moment of "2031-01-01T00:00:00+08:00" if no clock can show it yet; else 0.
std::uint64_t clock_of(const std::string& at) {
  constexpr int years_right = 2030;
  int year = 0, month = 0, day = 0;
  char dash = 0;
  std::istringstream{at} >> year >> dash >> month >> dash >> day;
  if (year <= years_right) return 0;
  const auto date = std::chrono::sys_days{std::chrono::year{year} / -month / -day};
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(date.time_since_epoch()).count());
}

/// An edit as it is told.
Step told_step(const Line& line) {
  Step step;
  step.scenario = line.at("scenario");
  step.computer = computer_of(line.at("device"));
  step.op = line.at("op");
  const auto& type = line.at("record_type");
  const auto name = type_names.find(type);
  step.record = (name == type_names.end() ? type : name->second) + ":" + line.at("record_id");
  step.edits = {line.at("field") + "=" + line.at("new_value")};
  step.why = line.at("note");
  step.clock_ms = clock_of(line.at("at"));
  return step;
}

Step step_in(const Line& line) {
  return {line.at("scenario"),
          line.at("site"),
          line.at("op"),
          line.at("record"),
          parts_of(line.at("edits"), '|'),
          line.at("why")};
}

/// The acts that an edit stands for, by its computer where they name none.
std::vector<Step> steps_of(const Line& edit, const std::vector<Line>& told_otherwise) {
  std::vector<Step> steps;
  for (const auto& line : told_otherwise) {
    if (line.at("scenario") != edit.at("scenario") || line.at("seq") != edit.at("seq")) continue;
    steps.push_back(step_in(line));
    if (steps.back().computer.empty()) steps.back().computer = computer_of(edit.at("device"));
  }
  if (steps.empty()) steps.push_back(told_step(edit));
  return steps;
}

/// Whom each computer of a scenario does the part of.
std::map<std::string, std::string> roles_in(const std::vector<Line>& edits,
                                            const std::string& scenario) {
  std::vector<std::string> both;
  for (const auto& edit : edits) {
    if (edit.at("scenario") == scenario) both.push_back(computer_of(edit.at("device")));
  }
  if (both.size() != 2) throw std::runtime_error{scenario + " has no two roles"};
  return {{both[0], both[1]}, {both[1], both[0]}};
}

std::string json_text(const Run& run, const std::string& record, const std::string& field) {
  const auto list = run.json();
  for (const auto& one : list) {
    if (one.at("record") == record) return one.at(field);
  }
  throw std::runtime_error{record + " is not in " + run.out};
}

/// "P1: text" is a paragraph before the others, any further one behind them.
std::string with_paragraph(const std::string& body, const std::string& told) {
  const auto text = told.substr(told.find(": ") + 2);
  return told.starts_with("P1:") ? text + "\n" + body : body + "\n" + text;
}

Arguments add_arguments(const Step& step, const Arguments& edits) {
  Arguments arguments{"add", step.record.substr(0, step.record.find(':'))};
  arguments.insert(arguments.end(), edits.begin(), edits.end());
  return arguments;
}

std::string key_in(const Step& step) {
  return step.record.substr(step.record.find(':') + 1);
}

/// What an op is on the command line.
using Op = std::function<Arguments(const std::filesystem::path& workspace, const Step& step)>;

const std::map<std::string, Op> ops{
    {"set",
     [](const auto&, const Step& step) {
       Arguments arguments{"set", step.record};
       arguments.insert(arguments.end(), step.edits.begin(), step.edits.end());
       return arguments;
     }},
    {"create", [](const auto&, const Step& step) { return add_arguments(step, step.edits); }},
    {"add",
     [](const auto&, const Step& step) {
       return add_arguments(
           step, {"plan=PLAN-BD-2027", "course=" + key_in(step), step.edits.front(), "kind=pre"});
     }},
    {"archive", [](const auto&, const Step& step) { return Arguments{"archive", step.record}; }},
    {"text",
     [](const auto& workspace, const Step& step) {
       const auto& edit = step.edits.front();
       const auto field = edit.substr(0, edit.find('='));
       const std::string body =
           run_guantong(workspace, {"--json", "show", step.record}).json().at(field);
       return Arguments{
           "set", step.record, field + "=" + with_paragraph(body, edit.substr(field.size() + 1))};
     }},
    {"comment",
     [](const auto&, const Step& step) {
       return Arguments{"add", "comment", "target=" + step.record, "text" + step.edits.front()};
     }},
    {"accept",
     [](const auto& workspace, const Step& step) {
       const auto waiting = run_guantong(workspace, {"--json", "proposals"});
       return Arguments{"accept", json_text(waiting, step.record, "id")};
     }},
    {"request",
     [](const auto&, const Step& step) { return Arguments{"duty", "request", step.record}; }},
    {"offer",
     [](const auto&, const Step& step) {
       return Arguments{"duty", "offer", step.record, "--to", step.edits.front()};
     }},
    {"pass_on",
     [](const auto&, const Step& step) {
       return Arguments{"owner", "offer", step.record, "--to", step.edits.front()};
     }},
    {"take_on",
     [](const auto&, const Step& step) { return Arguments{"owner", "accept", step.record}; }}};

/// Lets a computer believe that it is later; it never goes back.
void set_clock(const std::filesystem::path& workspace, std::uint64_t ms) {
  auto database = Database::open(workspace / "replica.sqlite");
  ASSERT_THAT(database, is_ok());
  ASSERT_THAT(
      database->run(fmt::format(
          "INSERT OR REPLACE INTO meta (key, value) VALUES ('time', CAST('{} 0' AS BLOB))", ms)),
      is_ok());
}

}  // namespace

std::vector<std::string> parts_of(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream{text};
  for (std::string part; std::getline(stream, part, separator);)
    parts.push_back(part);
  return parts;
}

std::vector<Line> scenario_lines(std::string_view table) {
  std::ifstream file{fmt::format(GUANTONG_DATA_DIR "/demo/scenarios/{}.csv", table)};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  const auto csv = parse_csv(text);
  if (!csv) throw std::runtime_error{"no table " + std::string{table}};
  std::vector<Line> lines;
  for (const auto& row : csv->rows) {
    Line line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line[csv->header[i]] = row[i];
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<Step> steps_before() {
  std::vector<Step> steps;
  const auto lines = scenario_lines("steps");
  for (const auto& line : lines) {
    if (line.at("seq") == "0") steps.push_back(step_in(line));
  }
  return steps;
}

std::vector<Step> steps_apart(Roles roles) {
  std::set<std::string> wanted;
  for (const auto& state : states_after(roles))
    wanted.insert(state.at("scenario"));
  const auto edits = scenario_lines("offline_edits");
  const auto told_otherwise = scenario_lines("steps");
  std::vector<Step> steps;
  for (const auto& edit : edits) {
    const auto& scenario = edit.at("scenario");
    if (!wanted.contains(scenario)) continue;
    for (auto& step : steps_of(edit, told_otherwise)) {
      if (roles == Roles::swapped) step.computer = roles_in(edits, scenario).at(step.computer);
      steps.push_back(std::move(step));
    }
  }
  return steps;
}

std::vector<Line> states_after(Roles roles) {
  auto lines = scenario_lines("states");
  const std::string_view other = roles == Roles::told ? "swapped" : "told";
  std::erase_if(lines, [&](const Line& line) { return line.at("roles") == other; });
  return lines;
}

void perform(const std::filesystem::path& schools, const Step& step) {
  const auto workspace = schools / step.computer;
  const auto op = ops.find(step.op);
  ASSERT_NE(op, ops.end()) << step.scenario << " has an op that nobody can do: " << step.op;
  if (step.clock_ms != 0) set_clock(workspace, step.clock_ms);
  auto arguments = op->second(workspace, step);
  if (!step.why.empty()) arguments.insert(arguments.end(), {"--why", step.why});
  const auto run = run_guantong(workspace, arguments);
  ASSERT_LE(run.code, 1) << step.scenario << ": " << step.op << ' ' << step.record << '\n'
                         << run.out << run.err;
}

}  // namespace guantong::test
