// What may happen in a simulation: one family of steps a file, and a line in the list below.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "simulation/draws.h"
#include "simulation/script.h"
#include "simulation/world.h"

#include "sync/base/result.h"

namespace guantong::simulation {

/// What steps are drawn for.
struct Setting {
  std::size_t sites = 0;
};

/// A kind of step.
struct Verb {
  std::string_view name;
  std::size_t words = 0;   ///< How many follow the verb.
  std::size_t weight = 0;  ///< How often it is drawn, beside the others; 0: never by chance.
  Step (*draw)(Draws& draws, const Setting& setting) = nullptr;
  /// Carries it out. What it is about may not be there, in a script that was shortened: then it
  /// does nothing. The error is a violation, or `invalid`.
  Result<void> (*run)(World& world, const Step& step) = nullptr;
};

std::vector<Verb> edit_verbs();
std::vector<Verb> decision_verbs();
std::vector<Verb> duty_verbs();
std::vector<Verb> exchange_verbs();
std::vector<Verb> network_verbs();
std::vector<Verb> clock_verbs();
std::vector<Verb> crash_verbs();
std::vector<Verb> rot_verbs();
std::vector<Verb> computer_verbs();
std::vector<Verb> membership_verbs();
std::vector<Verb> hostile_verbs();
std::vector<Verb> signature_verbs();
std::vector<Verb> lead_verbs();
std::vector<Verb> version_verbs();

/// All of them, in this order.
const std::vector<Verb>& all_verbs();
/// Null when there is no such verb.
const Verb* verb_named(std::string_view name);

/// The name of a site, drawn.
std::string draw_site(Draws& draws, const Setting& setting);
/// The number that a word stands for; fails with `invalid`.
Result<std::uint64_t> number_of(const std::string& word);
/// The record that a word names at a site, or nothing where there is none.
Result<std::optional<Record>> record_at(Session& session, const std::string& word);

}  // namespace guantong::simulation
