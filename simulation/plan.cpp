#include "simulation/plan.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace guantong::simulation {
namespace {

constexpr std::array<std::string_view, 5> kinds{
    "vocational", "highschool", "university", "enterprise", "foreign"};
constexpr std::array<std::string_view, 3> first_names{"college", "highschool", "university"};

std::string code_of_site(std::size_t number) {
  auto code = site_name(number);
  std::ranges::transform(code, code.begin(), [](unsigned char letter) {
    return static_cast<char>(std::toupper(letter));
  });
  return code;
}

}  // namespace

std::string site_name(std::size_t number) {
  if (number < first_names.size()) return std::string{first_names.at(number)};
  return fmt::format("site{}", number + 1);
}

std::string site_kind(std::size_t number) {
  return std::string{kinds.at(number % kinds.size())};
}

std::string course_code(std::size_t number) {
  return fmt::format("B{:05}", number);
}

std::vector<PlanRecord> first_plan(std::size_t sites) {
  std::vector<PlanRecord> plan;
  plan.push_back({"plan", {"code=PLAN-1", "title_zh=贯通培养方案"}});
  for (std::size_t number = 1; number <= sections_at_first; ++number)
    plan.push_back({"plan_section",
                    {fmt::format("code=SEC-{}", number),
                     "plan=PLAN-1",
                     "heading_zh=培养目标",
                     "body_zh=第一句讲目标。第二句讲能力。第三句讲去向。"}});
  for (std::size_t number = 0; number < sites; ++number)
    plan.push_back({"course",
                    {"code=" + course_code(number + 1),
                     "name_zh=数据库原理",
                     "credits=4",
                     "hours_theory=48",
                     "status=active",
                     "owner_org=" + code_of_site(number)}});
  for (std::size_t number = 1; number <= duties_at_first; ++number)
    plan.push_back({"duty", {fmt::format("code=DU-{}", number), "title_zh=转段考核"}});
  for (std::size_t number = 1; number <= problems_at_first; ++number)
    plan.push_back(
        {"problem", {fmt::format("code=PR-{}", number), "title_zh=课程重复", "severity=low"}});
  return plan;
}

}  // namespace guantong::simulation
