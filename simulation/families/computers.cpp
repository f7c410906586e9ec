// Computers are copied, and restored from backups.
#include <filesystem>
#include <string>
#include <vector>

#include "simulation/draws.h"
#include "simulation/families/family.h"
#include "simulation/plan.h"
#include "simulation/world.h"

#include "client/editor.h"
#include "client/field_edit.h"
#include "client/syncing.h"
#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong::simulation {
namespace {

std::filesystem::path backup_of(const Site& site) {
  return site.root().string() + ".backup";
}

void copy_folder(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::filesystem::remove_all(to);
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

Step draw_backup(Draws& draws, const Setting& setting) {
  return {draws.one_in(2) ? "backup" : "put_back", draw_site(draws, setting)};
}

Result<void> run_backup(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  TRY(world.with_closed(*site, [&] {
    copy_folder(site->root(), backup_of(*site));
    return Result<void>{};
  }));
  site->has_backup = true;
  return {};
}

/// An old backup takes the place of the disk. What nobody else has by then is gone with it, and the
/// person knows.
Result<void> run_put_back(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  if (!site->has_backup) return {};
  if (!TRY(world.could_come_back(*site))) return {};
  site->computer.fault.reset();
  TRY(world.with_closed(*site, [&] {
    copy_folder(backup_of(*site), site->root());
    return Result<void>{};
  }));
  auto& ledger = world.ledger();
  for (EditNo number = 0; number < ledger.size(); ++number) {
    if (ledger[number].site == site->number && !world.is_somewhere(number))
      ledger[number].given_up = true;
  }
  site->is_copy = true;
  site->answered.clear();
  world.count("backups put back");
  return {};
}

Step draw_clone(Draws& draws, const Setting& setting) {
  return {"clone",
          draw_site(draws, setting),
          "course:" + course_code(draws.below(setting.sites) + 1),
          "credits=" + std::to_string(2 + draws.below(4))};
}

/// Somebody copies the computer, writes and exchanges on the copy, and puts it away. The first one
/// does not know.
Result<void> run_clone(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  const auto edits = TRY(parse_field_edits({step[3]}));
  if (site->is_copy) return {};
  if (!TRY(world.could_come_back(*site))) return {};
  Site twin;
  twin.number = Ledger::nobody;
  twin.name = site->name;
  twin.is_later = site->is_later;
  twin.computer.root = site->root().string() + ".twin";
  site->computer.fault.reset();
  TRY(world.with_closed(*site, [&] {
    copy_folder(site->root(), twin.root());
    return Result<void>{};
  }));
  TRY(world.expect_doubles(*site));
  TRY(world.with_closed(twin, [] { return Result<void>{}; }));
  const auto writes = [&](Editor& editor, Session& session, std::string_view why) -> Result<Saved> {
    const auto record = TRY(record_at(session, step[2]));
    return record ? editor.set(*record, edits, why) : Saved{};
  };
  TRY(world.edit(twin, writes));
  SyncReport report;
  const auto tried = TRY(world.sync(twin, "origin", report));
  const auto made = world.ledger().size() - 1;
  // What the copy has not sent is put away with it.
  if (tried != Tried::done || report.sealed == 0) world.ledger()[made].given_up = true;
  // A copy that has sent nothing new is none that anybody could find.
  site->is_copy = site->is_copy || report.sealed > 0;
  world.count("copied computers");
  return {};
}

}  // namespace

std::vector<Verb> computer_verbs() {
  return {{"backup", 1, 2, draw_backup, run_backup},
          {"put_back", 1, 0, draw_backup, run_put_back},
          {"clone", 3, 1, draw_clone, run_clone}};
}

}  // namespace guantong::simulation
