#include "simulation/hostile/rogues.h"

#include <filesystem>
#include <string>
#include <string_view>

#include "simulation/families/family.h"
#include "simulation/hostile/harm.h"
#include "simulation/ledger.h"
#include "simulation/plan.h"
#include "simulation/world.h"
#include <fmt/format.h>

#include "client/editor.h"
#include "client/expulsion.h"
#include "client/field_edit.h"
#include "client/membership.h"
#include "client/syncing.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong::simulation {
namespace {

/// Makes a computer that asks to be let in, and lets it in unless it is a stranger's.
Result<void> enlist(World& world, std::string_view who, Rogue& rogue) {
  auto& site = rogue.site;
  site.number = Ledger::nobody;
  site.name = site_name(rogue_site);
  site.computer.root = world.folder() / fmt::format("rogue-{}", who);
  std::filesystem::remove_all(site.root());
  Founder newcomer;
  newcomer.site = site.name;
  newcomer.person = fmt::format("Rogue, {}", who);
  newcomer.email = fmt::format("{}@example.invalid", who);
  const auto does = [&](Workspace& lead) -> Result<void> {
    const auto joined =
        TRY(join(site.root(), world.hub().string(), lead.config().consortium, newcomer));
    if (who == "stranger") return {};
    const auto request = TRY(own_request(joined));
    return admit(lead, request, Level::teacher);
  };
  auto* by = TRY(world.lead());
  if (by == nullptr) return {};
  if (TRY(world.at(*by, does)) != Tried::done) return {};
  TRY(world.with_closed(site, [] { return Result<void>{}; }));
  rogue.is_in = who != "stranger";
  rogue.stream = fmt::format("{}/{}", site.name, to_hex(site.workspace->device().raw()));
  return {};
}

/// Lets the program write a batch there, from which what is forged goes on.
Result<void> begin_stream(World& world, Rogue& rogue) {
  SyncReport report;
  auto* by = TRY(world.lead());
  if (by != nullptr) TRY(world.sync(*by, "origin", report));
  TRY(world.sync(rogue.site, "origin", report));
  const auto edits = TRY(parse_field_edits({"credits=6"}));
  const auto writes = [&](Editor& editor, Session& session, std::string_view why) -> Result<Saved> {
    const auto record = TRY(record_at(session, "course:" + course_code(rogue_site + 1)));
    return record ? editor.set(*record, edits, why) : Saved{};
  };
  TRY(world.edit(rogue.site, writes));
  world.ledger()[world.ledger().size() - 1].given_up = true;
  TRY(world.sync(rogue.site, "origin", report));
  return {};
}

Result<void> put_out(World& world, Rogue& rogue) {
  const auto device = to_hex(rogue.site.workspace->device().raw());
  SyncReport report;
  auto* by = TRY(world.lead());
  if (by == nullptr) return {};
  TRY(world.sync(*by, "origin", report));
  const auto does = [&](Workspace& lead) -> Result<void> {
    TRY(dismiss(lead, device, Level::none, forged_why));
    return {};
  };
  const auto tried = TRY(world.at(*by, does));
  rogue.is_out = tried == Tried::done;
  return {};
}

}  // namespace

Result<Rogue*> rogue_named(World& world, std::string_view who) {
  auto& rogue = world.harm().rogues[std::string{who}];
  if (!rogue.site.workspace) TRY(enlist(world, who, rogue));
  if (!rogue.site.workspace) return static_cast<Rogue*>(nullptr);
  if (rogue.is_in && !rogue.is_out && !rogue.forges) TRY(begin_stream(world, rogue));
  if (rogue.is_in && who == "outcast" && !rogue.is_out) TRY(put_out(world, rogue));
  return &rogue;
}

}  // namespace guantong::simulation
