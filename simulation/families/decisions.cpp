// People decide: conflicts, and what others have proposed.
#include "client/decisions.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "simulation/draws.h"
#include "simulation/families/family.h"
#include "simulation/world.h"

#include "client/editor.h"
#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong::simulation {
namespace {

std::string draw_which(Draws& draws) {
  return std::to_string(draws.below(1'000));
}

Step draw_decide(Draws& draws, const Setting& setting) {
  return {"decide", draw_site(draws, setting), draw_which(draws)};
}

/// Takes one side of one conflict that is open there.
Result<void> run_decide(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  const auto which = TRY(number_of(step[2]));
  bool found = false;
  const auto writes = [&](Editor& editor, Session& session, std::string_view why) -> Result<Saved> {
    const auto open = TRY(conflicts(session, {}));
    if (open.empty()) return Saved{};
    found = true;
    const auto& conflict = open[which % open.size()];
    const auto record = TRY(editor.reading().read(conflict.record));
    const auto& sides = conflict.outcome.sides;
    return editor.resolve(record, conflict.slot, sides[which % sides.size()].value, why);
  };
  const auto tried = TRY(world.edit(*site, writes));
  if (found && tried == Tried::done) world.count("conflicts decided");
  return {};
}

Step draw_answer(Draws& draws, const Setting& setting) {
  static const std::vector<std::string> answers{"accept", "accept", "decline", "withdraw"};
  return {"answer", draw_site(draws, setting), draws.one_of(answers), draw_which(draws)};
}

/// Gives no reason, by which the ledger would know it.
Result<void> withdraw_one(World& world, Site& site, std::uint64_t which) {
  const auto does = [&](Workspace& workspace) -> Result<void> {
    auto session = TRY(Session::begin(workspace.store()));
    const auto open = TRY(proposals(*session));
    if (open.empty()) return {};
    Editor editor{workspace, *session};
    TRY(editor.withdraw(open[which % open.size()]));
    return session->commit();
  };
  TRY(world.at(site, does));
  return {};
}

Result<void> run_answer(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  const auto which = TRY(number_of(step[3]));
  if (step[2] == "withdraw") return withdraw_one(world, *site, which);
  bool found = false;
  const auto writes = [&](Editor& editor, Session& session, std::string_view why) -> Result<Saved> {
    const auto open = TRY(proposals(session));
    if (open.empty()) return Saved{};
    found = true;
    const auto& proposal = open[which % open.size()];
    return step[2] == "accept" ? editor.accept(proposal, why) : editor.decline(proposal, why);
  };
  const auto tried = TRY(world.edit(*site, writes));
  if (found && tried == Tried::done) world.count("proposals answered");
  return {};
}

}  // namespace

std::vector<Verb> decision_verbs() {
  return {{"decide", 2, 8, draw_decide, run_decide}, {"answer", 3, 6, draw_answer, run_answer}};
}

}  // namespace guantong::simulation
