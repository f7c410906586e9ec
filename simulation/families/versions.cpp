// Sites go over to a later program, each in its own time.
#include <string>
#include <string_view>
#include <vector>

#include "simulation/draws.h"
#include "simulation/families/family.h"
#include "simulation/later_schema.h"
#include "simulation/plan.h"
#include "simulation/world.h"
#include <fmt/format.h>

#include "client/editor.h"
#include "client/field_edit.h"
#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong::simulation {
namespace {

Step draw_upgrade(Draws& draws, const Setting& setting) {
  return {"upgrade", draw_site(draws, setting)};
}

Result<void> run_upgrade(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  if (site->is_later) return {};
  site->computer.fault.reset();
  site->is_later = true;
  TRY(world.with_closed(*site, [] { return Result<void>{}; }));
  world.count("upgrades");
  return {};
}

Step draw_novel(Draws& draws, const Setting& setting) {
  if (draws.one_in(3))
    return {"novel", draw_site(draws, setting), "new", std::to_string(draws.below(20))};
  return {"novel",
          draw_site(draws, setting),
          "course:" + course_code(draws.below(setting.sites) + 1),
          std::to_string(draws.below(4))};
}

/// What only the later program knows: a field, or a record of a type.
Result<void> run_novel(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  if (!site->is_later) return {};
  const bool adds = step[2] == "new";
  const auto edits = TRY(
      parse_field_edits({fmt::format("{}={}", adds ? later_key : later_field, "N-" + step[3])}));
  const auto writes = [&](Editor& editor, Session& session, std::string_view why) -> Result<Saved> {
    if (adds) return editor.add(*session.store().schema().type(later_type), edits, why);
    const auto record = TRY(record_at(session, step[2]));
    return record ? editor.set(*record, edits, why) : Saved{};
  };
  TRY(world.edit(*site, writes));
  return {};
}

}  // namespace

std::vector<Verb> version_verbs() {
  return {{"upgrade", 1, 3, draw_upgrade, run_upgrade}, {"novel", 3, 8, draw_novel, run_novel}};
}

}  // namespace guantong::simulation
