// All partners close what they share by signing it, and open it again.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulation/draws.h"
#include "simulation/families/family.h"
#include "simulation/plan.h"
#include "simulation/world.h"
#include <fmt/format.h>

#include "client/editor.h"
#include "client/signing.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong::simulation {
namespace {

constexpr std::pair<std::string_view, SigningWish::Kind> signing_wishes[] = {
    {"sign", SigningWish::Kind::sign},
    {"reopen", SigningWish::Kind::reopen},
    {"decline", SigningWish::Kind::decline},
    {"withdraw", SigningWish::Kind::withdraw}};

/// What stands alone, so that it can be signed, and few of it, so that all sign one.
Step draw_sign(Draws& draws, const Setting& setting) {
  const auto* record = draws.one_in(2) ? "plan:PLAN-1" : "problem:PR-1";
  const auto wish = draws.one_in(2) ? 0 : draws.below(std::size(signing_wishes));
  return {"sign", draw_site(draws, setting), record, std::string{signing_wishes[wish].first}};
}

Result<void> run_sign(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  const auto* wish = std::ranges::find(
      signing_wishes, step[3], &std::pair<std::string_view, SigningWish::Kind>::first);
  if (wish == std::end(signing_wishes))
    return fail(Errc::invalid, "\"{}\" in the script is nothing that is done by signing", step[3]);
  const auto acts = [&](Workspace& workspace, std::string_view why) -> Result<void> {
    auto session = TRY(Session::begin(workspace.store()));
    const auto record = TRY(record_at(*session, step[2]));
    if (!record) return fail(Errc::not_found, "there is no {}", step[2]);
    const auto signing = TRY(signing_view(*session, *record));
    auto act = TRY(act_for(*session, workspace, signing, {wish->second}));
    Editor editor{workspace, *session};
    TRY(editor.hold(*record, std::move(act), why));
    return session->commit();
  };
  const auto tried = TRY(world.act(*site, ActKind::of_record, acts));
  if (tried == Tried::done) world.count("signatures");
  return {};
}

}  // namespace

std::vector<Verb> signature_verbs() {
  return {{"sign", 3, 6, draw_sign, run_sign}};
}

}  // namespace guantong::simulation
