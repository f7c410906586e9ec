// The lead goes from site to site.
#include <string>
#include <string_view>
#include <vector>

#include "simulation/draws.h"
#include "simulation/families/family.h"
#include "simulation/world.h"

#include "client/expulsion.h"
#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong::simulation {
namespace {

Step draw_pass(Draws& draws, const Setting& setting) {
  return {"pass", draw_site(draws, setting)};
}

/// Whoever leads as it knows hands over to the coordinators of a site as it knows them: they may
/// have been put out, or hear of it late. Not to a copy that does not know it, nor to who
/// waits with a new computer: nobody would lead any more.
Result<void> run_pass(World& world, const Step& step) {
  auto* to = TRY(world.site(step[1]));
  auto* lead = TRY(world.lead());
  if (lead == nullptr || lead == to || to->is_copy || to->asks_in) return {};
  const auto acts = [&](Workspace& workspace, std::string_view why) -> Result<void> {
    TRY(pass_lead(workspace, to->name, why));
    return {};
  };
  const auto tried = TRY(world.act(*lead, ActKind::of_membership, acts));
  if (tried != Tried::done) return {};
  world.hand_lead_to(*to);
  world.count("hand-overs of the lead");
  return {};
}

}  // namespace

std::vector<Verb> lead_verbs() {
  return {{"pass", 1, 2, draw_pass, run_pass}};
}

}  // namespace guantong::simulation
