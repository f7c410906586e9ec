// Devices are put out and let in again, and take up new keys.
#include <string>
#include <string_view>
#include <vector>

#include "simulation/draws.h"
#include "simulation/families/family.h"
#include "simulation/world.h"

#include "client/expulsion.h"
#include "client/rotation.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong::simulation {
namespace {

Step draw_expel(Draws& draws, const Setting& setting) {
  return {"expel", draw_site(draws, setting)};
}

/// Whoever leads puts a site's device out, which may not hear of it for long. What it wrote and was
/// not seen by then does not count; it is let in again at the next quiet exchange.
Result<void> run_expel(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  auto* by = TRY(world.lead());
  if (by == nullptr || by == site || site->asks_in) return {};
  const auto device = to_hex(site->workspace->device().raw());
  const auto acts = [&](Workspace& lead, std::string_view why) -> Result<void> {
    TRY(dismiss(lead, device, Level::none, why));
    return {};
  };
  const auto tried = TRY(world.act(*by, ActKind::of_membership, acts));
  if (tried != Tried::done) return {};
  site->asks_in = true;
  site->may_be_held = true;
  world.count("expulsions");
  return {};
}

Step draw_rotate(Draws& draws, const Setting& setting) {
  return {"rotate", draw_site(draws, setting)};
}

Result<void> run_rotate(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  const auto does = [](Workspace& workspace) -> Result<void> {
    TRY(rotate(workspace));
    return {};
  };
  const auto tried = TRY(world.at(*site, does));
  if (tried != Tried::refused) site->has_new_key = true;
  if (tried == Tried::done) world.count("new keys");
  return {};
}

}  // namespace

std::vector<Verb> membership_verbs() {
  return {{"expel", 1, 1, draw_expel, run_expel}, {"rotate", 1, 1, draw_rotate, run_rotate}};
}

}  // namespace guantong::simulation
