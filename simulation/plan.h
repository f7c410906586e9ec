// The consortium that every simulation begins with: its sites, and the plan that they share.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace guantong::simulation {

/// A record of the plan, as a person would type it.
struct PlanRecord {
  std::string type;
  std::vector<std::string> fields;
};

/// The short name of a site, and its kind; site 0 leads.
std::string site_name(std::size_t number);
std::string site_kind(std::size_t number);

/// "B00007"
std::string course_code(std::size_t number);

/// How many of each there are at the beginning. A course for each site, which owns it.
inline constexpr std::size_t duties_at_first = 3;
inline constexpr std::size_t sections_at_first = 2;
inline constexpr std::size_t problems_at_first = 2;

/// What the lead site writes at the beginning.
std::vector<PlanRecord> first_plan(std::size_t sites);

}  // namespace guantong::simulation
