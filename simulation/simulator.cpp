#include "simulation/simulator.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "simulation/draws.h"
#include "simulation/families/family.h"
#include "simulation/plan.h"
#include "simulation/script.h"
#include "simulation/world.h"
#include <fmt/format.h>

#include "client/crypto/seeded_chance.h"
#include "client/disk_watch.h"
#include "client/git/repository.h"
#include "client/sqlite/watched_files.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"

namespace guantong::simulation {
namespace {

/// How many nights lie between two quiet exchanges, at most; a seed draws one of them.
constexpr std::array<std::size_t, 3> nights_apart{8, 16, 32};

/// The verbs of a seed's mix, each as often as it is to be drawn.
std::vector<const Verb*> draw_mix(Draws& draws) {
  std::vector<const Verb*> mix;
  for (const auto& verb : all_verbs()) {
    // Without these there is nothing to go wrong with.
    const bool is_bread = verb.name == "set" || verb.name == "decide";
    if (!is_bread && draws.one_in(3)) continue;
    mix.insert(mix.end(), verb.weight, &verb);
  }
  return mix;
}

/// Some sites exchange, in some order.
void draw_exchanges(Draws& draws, const Setting& setting, std::vector<Step>& steps) {
  for (std::size_t number = 0; number < setting.sites; ++number) {
    if (draws.one_in(2)) steps.push_back({"sync", draw_site(draws, setting)});
  }
}

Result<void> check_step(const Step& step) {
  const auto* verb = step.empty() ? nullptr : verb_named(step.front());
  if (verb == nullptr)
    return fail(Errc::invalid, "the script has a step that is not known: {}", to_line(step));
  if (step.size() != verb->words + 1)
    return fail(Errc::invalid,
                "the step \"{}\" of the script does not have {} words behind the first",
                to_line(step),
                verb->words);
  return {};
}

/// Whether one property does not hold, and shows so in the same way.
bool is_alike(const Violation& one, const Violation& other) {
  const auto& message = one.error.message;
  const auto& same = other.error.message;
  return message.arguments == same.arguments && !message.causes.empty() && !same.causes.empty() &&
         message.causes.front().id == same.causes.front().id;
}

/// All that is shared: every reference of every repository.
Result<std::string> digest_of(World& world) {
  std::string text;
  std::vector<std::filesystem::path> repositories{world.hub(), world.stick()};
  for (const auto& site : world.sites())
    repositories.push_back(site.root() / "history.git");
  for (const auto& path : repositories) {
    const auto repository = TRY(Repository::open(path));
    const auto refs = TRY(repository.refs(""));
    for (const auto& ref : refs)
      text += fmt::format("{} {}\n", ref.name, to_hex(ref.target.raw()));
  }
  return to_hex(blake2b(text).raw());
}

/// Memory where there is a folder of it: nothing of a simulation is to be kept.
std::filesystem::path folder_to_work_in() {
  std::error_code ignored;
  const std::filesystem::path memory = "/dev/shm";
  return std::filesystem::is_directory(memory, ignored)
             ? memory
             : std::filesystem::temp_directory_path(ignored);
}

}  // namespace

Script draw_script(const Draft& draft) {
  Draws draws{draft.seed};
  const Setting setting{draft.sites};
  const auto mix = draw_mix(draws);
  Script script{draft.seed, draft.sites, {}};
  const auto apart = draws.one_of(nights_apart);
  std::size_t until_quiet = 1 + draws.below(apart);
  for (std::size_t night = 0; night < draft.nights; ++night) {
    const auto acts = 1 + draws.below(setting.sites + 2);
    for (std::size_t act = 0; act < acts; ++act)
      script.steps.push_back(draws.one_of(mix)->draw(draws, setting));
    draw_exchanges(draws, setting, script.steps);
    script.steps.push_back({"night"});
    if (--until_quiet > 0 && night + 1 < draft.nights) continue;
    script.steps.push_back({"quiet"});
    until_quiet = 1 + draws.below(apart);
  }
  return script;
}

Result<std::unique_ptr<Simulator>> Simulator::begin() {
  auto name = (folder_to_work_in() / "guantong-simulation-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    return fail(Errc::io, "cannot make the folder {}: {}", name, std::strerror(errno));
  auto files = TRY(WatchedFiles::begin());
  std::unique_ptr<Simulator> simulator{new Simulator{name, std::move(files)}};
  watch_disk(&simulator->disk_);
  return simulator;
}

Simulator::~Simulator() {
  watch_disk(nullptr);
  std::error_code ignored;  // It lies in a temporary folder.
  std::filesystem::remove_all(folder_, ignored);
}

Result<std::filesystem::path> Simulator::foundation(std::size_t sites) {
  const auto path = folder_ / fmt::format("foundation-{}", sites);
  if (founded_.contains(sites)) return path;
  SeededChance::begin_anew(0);
  std::filesystem::create_directories(path);
  TRY(World::found(path, sites));
  founded_.insert(sites);
  return path;
}

Result<Outcome> Simulator::run(const Script& script, const StepProgress& progress) {
  for (const auto& step : script.steps)
    TRY(check_step(step));
  const auto from = TRY(foundation(script.sites));
  const auto folder = folder_ / "world";
  std::filesystem::remove_all(folder);
  std::filesystem::copy(from, folder, std::filesystem::copy_options::recursive);
  SeededChance::begin_anew(script.seed);
  auto world = TRY(World::open(folder, script.sites, disk_));
  Outcome outcome;
  for (std::size_t place = 0; place < script.steps.size() && !outcome.violation; ++place) {
    const auto& step = script.steps[place];
    const auto done = verb_named(step.front())->run(*world, step);
    if (!done && done.error().code == Errc::invalid) return done.error();
    if (!done) outcome.violation = Violation{place, done.error()};
    if (progress) progress(place + 1, script.steps.size());
  }
  outcome.digest = TRY(digest_of(*world));
  outcome.counts = world->counts();
  outcome.counts["nights"] = world->night();
  return outcome;
}

Result<bool> Simulator::still_fails(const Script& script, const Violation& violation) {
  const auto outcome = TRY(run(script));
  return outcome.violation && is_alike(*outcome.violation, violation);
}

Result<Script> Simulator::shortest(const Script& failing,
                                   const Violation& violation,
                                   std::size_t runs_most) {
  auto script = failing;
  script.steps.resize(violation.step + 1);
  std::size_t runs = 0;
  // Halves first, then ever smaller pieces, from the end, as what comes late rests on what is
  // before it.
  for (auto size = script.steps.size() / 2; size > 0 && runs < runs_most;) {
    bool shorter = false;
    for (auto end = script.steps.size(); end > 0 && runs < runs_most; end -= std::min(end, size)) {
      const auto begin = end - std::min(end, size);
      auto shortened = script;
      shortened.steps.erase(shortened.steps.begin() + static_cast<std::ptrdiff_t>(begin),
                            shortened.steps.begin() + static_cast<std::ptrdiff_t>(end));
      ++runs;
      if (!TRY(still_fails(shortened, violation))) continue;
      script = std::move(shortened);
      shorter = true;
    }
    if (!shorter || size > 1) size = size > 1 ? size / 2 : 0;
  }
  return script;
}

}  // namespace guantong::simulation
