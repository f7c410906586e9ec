#include "simulation/script.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong::simulation {
namespace {

constexpr std::string_view first_word = "simulation";

Step words_of(const std::string& line) {
  std::istringstream in{line};
  Step words;
  for (std::string word; in >> word;)
    words.push_back(word);
  return words;
}

std::optional<std::uint64_t> number_in(std::string_view word) {
  std::uint64_t number = 0;
  const auto* end = word.data() + word.size();
  const auto [at, code] = std::from_chars(word.data(), end, number);
  return code == std::errc{} && at == end ? std::optional{number} : std::nullopt;
}

}  // namespace

std::string to_line(const Step& step) {
  return fmt::format("{}", fmt::join(step, " "));
}

std::string to_text(const Script& script) {
  auto text = fmt::format("{} seed {} sites {}\n", first_word, script.seed, script.sites);
  for (const auto& step : script.steps)
    text += to_line(step) + '\n';
  return text;
}

Result<Script> script_in(std::string_view text) {
  std::istringstream in{std::string{text}};
  Script script;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    auto words = words_of(line);
    if (words.empty() || words.front().starts_with('#')) continue;
    if (script.sites > 0) {
      script.steps.push_back(std::move(words));
      continue;
    }
    const bool has_form =
        words.size() == 5 && words[0] == first_word && words[1] == "seed" && words[3] == "sites";
    const auto seed = has_form ? number_in(words[2]) : std::nullopt;
    const auto sites = has_form ? number_in(words[4]) : std::nullopt;
    if (!seed || !sites || *sites < 2 || *sites > sites_most)
      return fail(Errc::invalid,
                  "line {} of the script does not say \"simulation seed N sites N\", with 2 to {} "
                  "sites",
                  number,
                  sites_most);
    script.seed = *seed;
    script.sites = static_cast<std::size_t>(*sites);
  }
  if (script.sites == 0) return fail(Errc::invalid, "the script is empty");
  if (script.steps.size() > steps_most)
    return fail(Errc::invalid, "the script has more than {} steps", steps_most);
  return script;
}

}  // namespace guantong::simulation
