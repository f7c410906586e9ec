// guantong evidence: which devices signed two histories, and files that prove it to anybody.
#include "client/evidence.h"

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/table.h"
#include "client/config.h"
#include "client/reading.h"
#include "client/text.h"
#include "client/witness.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

constexpr std::size_t evidence_digits = 8;

struct EvidenceOptions {
  std::string device;
  std::string out;
  std::string check;
};

std::array<std::string, 2> commits_of(const ForkedDevice& one) {
  return {to_hex(one.batches[0].commit.raw()), to_hex(one.batches[1].commit.raw())};
}

void show_forked(Context& context, const std::vector<ForkedDevice>& forked) {
  Table table{
      {tr("Device"), tr("Person"), tr("Site"), tr("Batch"), tr("Signed twice, in commits")}};
  for (const auto& one : forked) {
    const auto commits = commits_of(one);
    table.row({to_hex(one.device.raw()).substr(0, evidence_digits),
               one.person,
               one.site,
               std::to_string(one.batches[0].number),
               fmt::format("{} {}",
                           commits[0].substr(0, evidence_digits),
                           commits[1].substr(0, evidence_digits))});
  }
  context.out << table.render(context.width);
  remark(context, message("\"guantong evidence DEVICE --out FILE\" writes the proof for others."));
}

Result<Ending> list_evidence(Context& context) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  const auto forked = TRY(forked_devices(*session));
  const auto split = TRY(split_views(session->store()));
  if (context.json) {
    Json json{{"forked", Json::array()}, {"witnessed", Json::array()}};
    for (const auto& one : forked)
      json["forked"].push_back({{"device", to_hex(one.device.raw())},
                                {"person", one.person},
                                {"site", one.site},
                                {"batch", one.batches[0].number},
                                {"commits", commits_of(one)}});
    for (const auto& one : split)
      json["witnessed"].push_back(to_json(one));
    print(context, json);
    return Ending::done;
  }
  if (!forked.empty()) show_forked(context, forked);
  for (const auto& one : split)
    context.out << shown_time(one.since_ms) << "  " << say(sentence_of(one)) << '\n';
  if (forked.empty() && split.empty())
    print(context, message("Nobody is known to have signed two histories."));
  return Ending::done;
}

Result<Ending> write_evidence(Context& context, const EvidenceOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  const auto evidence = TRY(evidence_of(workspace, *session, options.device));
  const auto proof = TRY(check_evidence(evidence));
  const auto file = evidence_file(evidence, proof);
  if (options.out.empty()) {
    context.out << file;
    return Ending::done;
  }
  TRY(replace_file(std::filesystem::absolute(options.out), file));
  if (context.json) {
    print(context, Json{{"device", to_hex(evidence.device.raw())}, {"path", options.out}});
    return Ending::done;
  }
  print(
      context,
      message("Written to {}. Whoever gets it runs \"guantong evidence --check FILE\", or follows "
              "what it says to check it with git.",
              options.out));
  return Ending::done;
}

Json json_of_proof(const Evidence& evidence, const Proof& proof) {
  Json sides = Json::array();
  for (const auto& side : proof.sides)
    sides.push_back(
        {{"site", side.site}, {"subject", side.subject}, {"digest", to_hex(side.digest.raw())}});
  return {{"proves", true},
          {"consortium", to_hex(evidence.consortium.raw())},
          {"device", to_hex(evidence.device.raw())},
          {"batch", proof.number},
          {"keys", proof.keys.size()},
          {"batches", sides}};
}

void show_proof(Context& context, const Evidence& evidence, const Proof& proof) {
  print(
      context,
      message("Proven: in the consortium {}, the device {} of {} signed two different batches with "
              "one number, {}.",
              to_hex(evidence.consortium.raw()),
              to_hex(evidence.device.raw()),
              printable(proof.sides[0].site),
              proof.number));
  for (const auto& side : proof.sides)
    context.out << "  " << to_hex(side.digest.raw()).substr(0, 2 * evidence_digits) << "  "
                << printable(side.subject) << '\n';
  if (proof.keys.size() > 1)
    print(
        context,
        message("It had taken up another key {} times before; each follows from the one before it.",
                proof.keys.size() - 1));
  print(context, message("Nobody without its key can have done so."));
}

Result<Ending> run_evidence_check(Context& context, const std::string& path) {
  const auto text = TRY(read_file(path));
  const auto evidence = read_evidence(text);
  const auto proof = evidence ? check_evidence(*evidence) : Result<Proof>{evidence.error()};
  if (proof && context.json) print(context, json_of_proof(*evidence, *proof));
  if (proof && !context.json) show_proof(context, *evidence, *proof);
  if (proof) return Ending::done;
  if (context.json) {
    print(context, Json{{"proves", false}, {"why", say(proof.error().message)}});
  } else {
    auto sentence = message("Nothing is proven by {}", printable(path));
    sentence.causes.push_back(proof.error().message);
    print(context, sentence);
  }
  return Ending::broken;
}

Result<Ending> run_evidence(Context& context, const EvidenceOptions& options) {
  const bool checks = !options.check.empty();
  if (checks && (!options.device.empty() || !options.out.empty()))
    return fail(Errc::invalid,
                "--check reads a file that is there; it takes no device and no --out");
  if (checks) return run_evidence_check(context, options.check);
  if (!options.device.empty()) return write_evidence(context, options);
  if (!options.out.empty())
    return fail(Errc::invalid, "--out needs a device; \"guantong evidence\" lists them");
  return list_evidence(context);
}

}  // namespace

void add_evidence(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<EvidenceOptions>();
  Command command{
      app, "evidence", tr("List devices that signed two histories, and prove it to others")};
  command.text("device",
               options->device,
               tr("The first digits of a device's id: writes the proof against it"),
               Needed::no,
               tr("DEVICE"));
  command.text("--out",
               options->out,
               tr("The file for the proof; standard output if none is given"),
               Needed::no,
               tr("FILE"));
  command.text("--check",
               options->check,
               tr("Check a proof that somebody gave you; needs no workspace"),
               Needed::no,
               tr("FILE"));
  command.examples(
      "  guantong evidence\n  guantong evidence 3f2a --out proof.json\n  guantong evidence --check "
      "proof.json");
  command.runs(chosen, [options](Context& context) { return run_evidence(context, *options); });
}

}  // namespace guantong
