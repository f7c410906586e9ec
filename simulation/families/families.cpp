#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulation/draws.h"
#include "simulation/families/family.h"
#include "simulation/plan.h"

#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong::simulation {

const std::vector<Verb>& all_verbs() {
  static const auto verbs = [] {
    std::vector<Verb> all;
    for (const auto family : {edit_verbs,
                              decision_verbs,
                              duty_verbs,
                              exchange_verbs,
                              network_verbs,
                              clock_verbs,
                              crash_verbs,
                              rot_verbs,
                              computer_verbs,
                              membership_verbs,
                              hostile_verbs,
                              signature_verbs,
                              lead_verbs,
                              version_verbs}) {
      const auto some = family();
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }();
  return verbs;
}

const Verb* verb_named(std::string_view name) {
  const auto found = std::ranges::find(all_verbs(), name, &Verb::name);
  return found == all_verbs().end() ? nullptr : &*found;
}

std::string draw_site(Draws& draws, const Setting& setting) {
  return site_name(draws.below(setting.sites));
}

Result<std::uint64_t> number_of(const std::string& word) {
  std::uint64_t number = 0;
  const auto [at, code] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (code != std::errc{} || at != word.data() + word.size())
    return fail(Errc::invalid, "\"{}\" in the script is no number", word);
  return number;
}

Result<std::optional<Record>> record_at(Session& session, const std::string& word) {
  Reading reading{session.store()};
  auto found = reading.find(word);
  if (!found && found.error().code != Errc::not_found && found.error().code != Errc::invalid)
    return std::move(found).error();
  return found ? std::optional{*std::move(found)} : std::nullopt;
}

}  // namespace guantong::simulation
