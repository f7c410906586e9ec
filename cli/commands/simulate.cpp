// guantong simulate: a consortium in memory, in which everything goes wrong, checked every few
// nights.
#include <cstddef>
#include <map>
#include <memory>
#include <ostream>
#include <string>

#include "simulation/script.h"
#include "simulation/simulator.h"
#include "simulation/violation.h"

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "client/config.h"
#include "client/text.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct SimulateOptions {
  std::size_t seed = 1;
  std::size_t sites = 12;
  std::size_t nights = 365;
  std::string script;
};

/// How many runs a shortest script is looked for in.
constexpr std::size_t shortening_runs = 200;
constexpr std::size_t nights_most = 3650;

Result<simulation::Script> script_of(const SimulateOptions& options) {
  if (!options.script.empty()) {
    const auto text = TRY(read_file(options.script));
    return simulation::script_in(text);
  }
  if (options.sites < 2 || options.sites > simulation::sites_most)
    return fail(Errc::invalid, "2 to {} sites can be simulated", simulation::sites_most);
  if (options.nights < 1 || options.nights > nights_most)
    return fail(Errc::invalid, "1 to {} nights can be simulated", nights_most);
  return simulation::draw_script({options.seed, options.sites, options.nights});
}

/// What was counted, in words.
std::string shown_count(const std::string& name) {
  static const std::map<std::string, Message> words{
      {"acts on duties and owners", message("acts on duties and owners")},
      {"admissions", message("admissions")},
      {"attacks", message("attacks on what is shared")},
      {"backups put back", message("backups put back")},
      {"branches lost", message("branches that the shared repository lost")},
      {"conflicts decided", message("conflicts decided")},
      {"copied computers", message("copied computers")},
      {"cut exchanges", message("exchanges that were cut off")},
      {"edits", message("edits that were said to be saved")},
      {"exchanges", message("exchanges")},
      {"expulsions", message("expulsions")},
      {"full disks", message("full disks")},
      {"hand-overs of the lead", message("times that the lead was handed over")},
      {"kills", message("programs that were ended in the middle")},
      {"new keys", message("new keys")},
      {"nights", message("nights")},
      {"power cuts", message("power cuts")},
      {"proposals answered", message("proposals answered")},
      {"quiet exchanges", message("times that everything was checked")},
      {"recovered copies", message("copies that went on as new devices")},
      {"refusals", message("acts that were refused, with the reason")},
      {"repositories put back", message("times that the shared repository was put back")},
      {"rotten bits", message("rotten bits")},
      {"rotten bits found and mended", message("rotten bits that were found and mended")},
      {"signatures", message("signatures, and refusals to sign")},
      {"sites offline", message("times that a site went offline")},
      {"upgrades", message("sites that went over to a later program")},
      {"uses of the recovery key", message("uses of the recovery key")},
      {"wrong clocks", message("wrong clocks")}};
  const auto found = words.find(name);
  return found == words.end() ? name : say(found->second);
}

Json json_of(const simulation::Script& script, const simulation::Outcome& outcome) {
  Json counts = Json::object();
  for (const auto& [name, count] : outcome.counts)
    counts[name] = count;
  return {{"seed", script.seed},
          {"sites", script.sites},
          {"steps", script.steps.size()},
          {"holds", !outcome.violation.has_value()},
          {"digest", outcome.digest},
          {"counts", counts}};
}

void print_summary(Context& context,
                   const simulation::Script& script,
                   const simulation::Outcome& outcome) {
  print(context,
        message("Seed {}, {} sites, {} steps", script.seed, script.sites, script.steps.size()));
  for (const auto& [name, count] : outcome.counts)
    context.out << "  " << count << ' ' << shown_count(name) << '\n';
  print(context, message("Digest of all that is shared: {}", outcome.digest));
}

/// The property that does not hold, and the shortest script that shows it.
Result<Ending> report_violation(Context& context,
                                simulation::Simulator& simulator,
                                const simulation::Script& script,
                                const simulation::Outcome& outcome) {
  remark(context, message("A property does not hold; a short script that shows it is looked for."));
  const auto shortest = TRY(simulator.shortest(script, *outcome.violation, shortening_runs));
  const auto text = simulation::to_text(shortest);
  if (context.json) {
    auto json = json_of(script, outcome);
    json["violation"] = say(outcome.violation->error.message);
    json["step"] = simulation::to_line(script.steps[outcome.violation->step]);
    json["script"] = text;
    print(context, json);
    return Ending::broken;
  }
  print_summary(context, script, outcome);
  print(context, outcome.violation->error.message);
  print(context,
        message("Seed {}, at step {}: {}. This script shows it too; \"guantong simulate --script "
                "FILE\" runs it:",
                script.seed,
                outcome.violation->step + 1,
                simulation::to_line(script.steps[outcome.violation->step])));
  context.out << text;
  return Ending::broken;
}

Result<Ending> run_simulate(Context& context, const SimulateOptions& options) {
  const auto script = TRY(script_of(options));
  const auto simulator = TRY(simulation::Simulator::begin());
  const auto outcome = TRY(simulator->run(script));
  if (outcome.violation) return report_violation(context, *simulator, script, outcome);
  if (context.json) {
    print(context, json_of(script, outcome));
    return Ending::done;
  }
  print_summary(context, script, outcome);
  print(
      context,
      message("All {} properties held each time that they were checked.", simulation::properties));
  return Ending::done;
}

}  // namespace

void add_simulate(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<SimulateOptions>();
  Command command{
      app,
      "simulate",
      tr("Let a consortium work for years in memory, with every kind of fault, and check "
         "that nothing is lost; no workspace is needed or touched")};
  command.number("--seed", options->seed, tr("What happens follows from this number"));
  command.number("--sites", options->sites, tr("How many sites"));
  command.number("--nights", options->nights, tr("How many nights"));
  command.text("--script",
               options->script,
               tr("Run this script instead of drawing one"),
               Needed::no,
               tr("FILE"));
  command.examples(
      "  guantong simulate --seed 7 --sites 12 --nights 365\n  guantong simulate --script "
      "failure.txt");
  command.runs(chosen, [options](Context& context) { return run_simulate(context, *options); });
}

}  // namespace guantong
