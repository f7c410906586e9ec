// Every scenario of the subject matter that does not need school records, each with its one right
// outcome: done by the schools apart from each other through the command line, synced in either
// order and with either role. All are done in one plan, so that none may disturb another.
#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/reading.h"
#include "tests/support/programme.h"
#include "tests/support/scenarios.h"
#include "tests/support/schools.h"

namespace guantong::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAreArray;

enum class Order : std::uint8_t { forwards, backwards };

std::string type_in(const std::string& record) {
  return record.substr(0, record.find(':'));
}

/// What `show` says of a field: true, 0.35, "a;b".
std::string text_of(const Json& value) {
  if (value.is_string()) return value;
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const auto& part : value)
    text += (text.empty() ? "" : ";") + part.get<std::string>();
  return text;
}

bool names(const Json& finding, const std::string& record) {
  return std::ranges::count(finding.at("records"), Json(record)) > 0;
}

Json named(const Json& list, const std::string& record, const std::string& field) {
  for (const auto& one : list) {
    if (one.at("record") == record && one.at("field") == field) return one;
  }
  return {};
}

/// One school, after everybody has synced.
class School {
public:
  School(const Schools& schools, std::string name) : schools_{schools}, name_{std::move(name)} {
    findings_ = ask({"findings"});
    conflicts_ = ask({"conflicts"});
    proposals_ = ask({"proposals"});
  }

  void expect(const Line& state) {
    SCOPED_TRACE(name_ + " " + state.at("record") + "." + state.at("field"));
    const auto& standing = state.at("standing");
    if (standing == "conflict") return expect_conflict(state);
    EXPECT_TRUE(conflict(state).is_null()) << conflict(state);
    if (standing == "proposal") return expect_proposal(state);
    EXPECT_TRUE(proposal(state).is_null()) << proposal(state);
    if (standing == "request") return expect_request(state);
    EXPECT_EQ(standing, "agreed") << "nothing else is known";
    EXPECT_THAT(deciders(state), UnorderedElementsAreArray(parts_of(state.at("deciders"))));
  }

  void expect_value(const Line& state) {
    SCOPED_TRACE(name_ + " " + state.at("record"));
    EXPECT_EQ(text_of(shown(state.at("record")).at(state.at("field"))), state.at("in_force"));
  }

  /// The findings of a rule about a record; of IR-35, which is no finding, the changes to it that
  /// were written by a clock that cannot be right.
  Json found(const std::string& rule, const std::string& record) const {
    Json about = Json::array();
    const auto list = rule == "IR-35" ? ask({"history", record}) : findings_;
    for (const auto& one : list) {
      const bool is_meant = rule == "IR-35" ? one.at("time_uncertain") == true
                                            : one.at("rule") == rule && names(one, record);
      if (is_meant) about.push_back(one);
    }
    return about;
  }

private:
  Json ask(const std::vector<std::string>& arguments) const {
    return schools_.ask(name_, arguments);
  }

  Json conflict(const Line& state) const {
    return named(conflicts_, state.at("record"), state.at("field"));
  }
  Json proposal(const Line& state) const {
    return named(proposals_, state.at("record"), state.at("field"));
  }

  void expect_conflict(const Line& state) const {
    const auto found = conflict(state);
    ASSERT_FALSE(found.is_null());
    EXPECT_EQ(found.at("in_force"), state.at("in_force"));
    EXPECT_EQ(found.at("sides").size(), 2U);
    EXPECT_THAT(found.at("deciders"), UnorderedElementsAreArray(parts_of(state.at("deciders"))));
  }

  void expect_proposal(const Line& state) const {
    const auto found = proposal(state);
    ASSERT_FALSE(found.is_null());
    EXPECT_EQ(found.at("suggested"), state.at("suggested"));
    EXPECT_THAT(found.at("deciders"), UnorderedElementsAreArray(parts_of(state.at("deciders"))));
  }

  void expect_request(const Line& state) const {
    const auto duty = ask({"duty", "show", state.at("record")});
    const auto act = duty.at("acts").back();
    EXPECT_EQ(act.at("status"), "open");
    EXPECT_EQ(act.at("to"), state.at("suggested"));
    EXPECT_EQ(act.at("waits_for"), Json(parts_of(state.at("deciders"))));
  }

  /// Who decides a field, by what the program says of its type and its record.
  std::vector<std::string> deciders(const Line& state) {
    const auto type = type_in(state.at("record"));
    const auto decides = decider(type, state.at("field"));
    if (decides == "lead") return {"bitc"};
    if (decides != "owner") return {"bitc", "bstu", "thuhs"};
    return shown(state.at("record")).at("owners").get<std::vector<std::string>>();
  }

  /// Of what is no field, as whether a record is archived: who decides that.
  std::string decider(const std::string& type, const std::string& field) {
    if (!deciders_.contains(type)) {
      const auto known = ask({"types", type});
      for (const auto& one : known.at("fields"))
        deciders_[type][one.at("field")] = one.at("decides");
    }
    const auto by_field = deciders_.at(type).find(field);
    if (by_field != deciders_.at(type).end()) return by_field->second;
    const auto types = ask({"types"});
    const auto found =
        std::ranges::find_if(types, [&](const Json& one) { return one.at("type") == type; });
    return found->at("decides");
  }

  const Json& shown(const std::string& record) {
    if (!shown_.contains(record)) shown_[record] = ask({"show", record});
    return shown_.at(record);
  }

  const Schools& schools_;
  std::string name_;
  Json findings_, conflicts_, proposals_;
  std::map<std::string, Json> shown_;
  std::map<std::string, std::map<std::string, std::string>> deciders_;
};

using Scenario = std::vector<Line>;  ///< Its states.

std::map<std::string, Scenario> by_scenario(const std::vector<Line>& states) {
  std::map<std::string, Scenario> scenarios;
  for (const auto& state : states)
    scenarios[state.at("scenario")].push_back(state);
  return scenarios;
}

bool stands(const Scenario& scenario, const std::string& standing) {
  return std::ranges::any_of(scenario,
                             [&](const Line& state) { return state.at("standing") == standing; });
}

/// Whether the states tell why a rule that an outcome names is not found.
bool says_why_not(const Scenario& scenario, const std::string& rule) {
  return std::ranges::any_of(
      scenario, [&](const Line& state) { return state.at("why").find(rule) != std::string::npos; });
}

/// The class of an outcome, as its states have it.
void expect_class(const Line& outcome, const Scenario& scenario) {
  const auto& kind = outcome.at("class");
  EXPECT_EQ(stands(scenario, "conflict"), kind == "conflict");
  if (kind == "proposal") {
    EXPECT_TRUE(stands(scenario, "proposal"));
  }
}

/// The rule of an outcome is found about what the states say, or about none of their records.
void expect_rule(const Line& outcome, const Scenario& scenario, const School& school) {
  const auto& rule = outcome.at("rule");
  if (rule.empty()) return;
  bool somewhere = false;
  for (const auto& state : scenario) {
    SCOPED_TRACE(state.at("record"));
    const auto found = school.found(rule, state.at("record"));
    EXPECT_EQ(found.empty() ? "" : rule, state.at("rule")) << found;
    somewhere = somewhere || !found.empty();
    const auto is_hint = [](const Json& one) { return one.value("severity", "hint") == "hint"; };
    if (outcome.at("class") == "hint") {
      EXPECT_TRUE(std::ranges::all_of(found, is_hint));
    }
  }
  EXPECT_TRUE(somewhere || says_why_not(scenario, rule) || outcome.at("roles") == "swapped")
      << rule << " is expected; where it is not found, states.csv says why";
}

class MergeScenarios : public ::testing::TestWithParam<std::tuple<Roles, Order>> {
protected:
  static Roles roles() { return std::get<Roles>(GetParam()); }

  /// Everybody syncs, one after another, twice: what each has reaches all.
  static std::vector<std::string> computers() {
    std::vector<std::string> order{"bitc", "bitc2", "thuhs", "bstu2", "bstu"};
    if (std::get<Order>(GetParam()) == Order::backwards) std::ranges::reverse(order);
    return order;
  }

  static void live_apart_and_meet(const Schools& schools) {
    const auto folder = schools.workspace("bitc").parent_path();
    for (const auto& step : steps_apart(roles()))
      perform(folder, step);
    for (int round = 0; round < 2; ++round) {
      for (const auto& computer : computers())
        schools.act(computer, {"sync"});
    }
    schools.expect_agreement();
  }

  static std::map<std::string, Line> outcomes() {
    std::map<std::string, Line> outcomes;
    for (auto& line : scenario_lines("expected_outcomes")) {
      line["roles"] = roles() == Roles::told ? "told" : "swapped";
      outcomes[line.at("scenario")] = line;
    }
    return outcomes;
  }
};

TEST_P(MergeScenarios, EndEverywhereAsTheyShould) {
  const Schools schools{whole_schools()};
  live_apart_and_meet(schools);
  const auto expected = outcomes();
  const auto scenarios = by_scenario(states_after(roles()));
  for (const auto* name : {"bitc", "thuhs", "bstu"}) {
    School school{schools, name};
    for (const auto& [scenario, states] : scenarios) {
      SCOPED_TRACE(scenario);
      for (const auto& state : states)
        school.expect(state);
      expect_rule(expected.at(scenario), states, school);
    }
    if (name != computers().front()) continue;
    // The digest is the same everywhere, and with it the values.
    for (const auto& [scenario, states] : scenarios) {
      SCOPED_TRACE(scenario);
      for (const auto& state : states)
        school.expect_value(state);
    }
  }
  EXPECT_EQ(schools.at("thuhs", {"verify"}).code, 0);
}

INSTANTIATE_TEST_SUITE_P(Of,
                         MergeScenarios,
                         ::testing::Combine(::testing::Values(Roles::told, Roles::swapped),
                                            ::testing::Values(Order::forwards, Order::backwards)),
                         [](const auto& how) {
                           const auto roles = std::get<Roles>(how.param);
                           const auto order = std::get<Order>(how.param);
                           return std::string{roles == Roles::told ? "AsTold" : "Swapped"} +
                                  (order == Order::forwards ? "Forwards" : "Backwards");
                         });

TEST(ScenarioTables, AllButThoseOfSchoolRecordsAreDoneAndOfTheClassThatIsExpected) {
  const auto scenarios = by_scenario(states_after(Roles::told));
  std::vector<std::string> left_out;
  for (const auto& outcome : scenario_lines("expected_outcomes")) {
    const auto& scenario = outcome.at("scenario");
    SCOPED_TRACE(scenario);
    if (scenarios.contains(scenario)) {
      expect_class(outcome, scenarios.at(scenario));
    } else {
      left_out.push_back(scenario);
    }
  }
  EXPECT_THAT(left_out, ElementsAre("SC-23", "SC-24", "SC-25", "SC-27"));
}

TEST(ScenarioTables, EveryActThatIsToldOtherwiseStandsForAnEdit) {
  std::set<std::string> edits;
  for (const auto& edit : scenario_lines("offline_edits"))
    edits.insert(edit.at("scenario") + " " + edit.at("seq"));
  for (const auto& step : scenario_lines("steps")) {
    if (step.at("seq") == "0") continue;
    EXPECT_THAT(edits, Contains(step.at("scenario") + " " + step.at("seq")));
  }
}

}  // namespace
}  // namespace guantong::test
