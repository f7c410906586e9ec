#include "simulation/world.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulation/later_schema.h"
#include "simulation/ledger.h"
#include "simulation/plan.h"
#include "simulation/simulated_disk.h"
#include "simulation/violation.h"
#include <fmt/format.h>

#include "client/audit.h"
#include "client/clock.h"
#include "client/config.h"
#include "client/crypto/device_key.h"
#include "client/editor.h"
#include "client/field_edit.h"
#include "client/git/repository.h"
#include "client/known_types.h"
#include "client/membership.h"
#include "client/recovery.h"
#include "client/syncing.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong::simulation {
namespace {

/// The evening of the first night: 1 September 2026, 20:00 UTC.
constexpr std::uint64_t first_evening_ms = 1'788'292'800'000;
constexpr std::uint64_t day_ms = 86'400'000;
constexpr std::uint64_t minute_ms = 60'000;
constexpr const char* recovery_file = "recovery.key";

/// Lets a computer run while it lives.
class Running {
public:
  Running(SimulatedDisk& disk, Site& site, std::uint64_t now) : disk_{disk} {
    disk_.run_on(&site.computer);
    tell_time_by([now] { return now; });
    World::use_program_of(site);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  Running(Running&&) = delete;
  Running& operator=(Running&&) = delete;
  ~Running() {
    disk_.run_on(nullptr);
    know_types(nullptr);
  }

private:
  SimulatedDisk& disk_;
};

bool is_refusal(Errc code) {
  return code == Errc::invalid || code == Errc::not_found || code == Errc::conflict ||
         code == Errc::denied;
}

Founder founder_of(std::size_t number) {
  Founder founder;
  founder.consortium_name = "Simulated consortium";
  founder.site = site_name(number);
  founder.site_name = "School " + founder.site;
  founder.site_kind = site_kind(number);
  founder.person = "Teacher of " + founder.site;
  founder.email = founder.site + "@example.invalid";
  return founder;
}

Result<void> add_record(Workspace& workspace, const PlanRecord& record) {
  auto session = TRY(Session::begin(workspace.store()));
  Editor editor{workspace, *session};
  const auto edits = TRY(parse_field_edits(record.fields));
  TRY(editor.add(*workspace.schema().type(record.type), edits, ""));
  return session->commit();
}

}  // namespace

Result<void> World::found(const std::filesystem::path& folder, std::size_t sites) {
  tell_time_by([] { return first_evening_ms - day_ms; });
  const auto hub = (folder / "hub.git").string();
  TRY(create_bare(hub));
  TRY(create_bare(folder / "stick.git"));
  const auto recovery = TRY(DeviceKey::generate());
  TRY(recovery.save(folder / recovery_file));
  auto lead = TRY(guantong::found(folder / site_name(0), founder_of(0), recovery.public_key()));
  lead.config().remotes["origin"] = {hub};
  TRY(lead.save_config());
  std::vector<Workspace> others;
  for (std::size_t number = 1; number < sites; ++number) {
    const auto root = folder / site_name(number);
    auto joined = TRY(join(root, hub, lead.config().consortium, founder_of(number)));
    const auto request = TRY(own_request(joined));
    TRY(admit(lead, request, Level::coordinator));
    others.push_back(std::move(joined));
  }
  for (const auto& record : first_plan(sites))
    TRY(add_record(lead, record));
  TRY(sync_with(lead, "origin", {}));
  for (auto& other : others)
    TRY(sync_with(other, "origin", {}));
  return {};
}

Result<std::unique_ptr<World>> World::open(const std::filesystem::path& folder,
                                           std::size_t sites,
                                           SimulatedDisk& disk) {
  std::unique_ptr<World> world{new World{folder, disk}};
  for (std::size_t number = 0; number < sites; ++number) {
    auto& site = world->sites_.emplace_back();
    site.number = number;
    site.name = site_name(number);
    site.computer.root = folder / site.name;
    auto config = TRY(Config::load(site.root() / "config.toml"));
    config.remotes["origin"] = {world->hub().string()};
    config.remotes["stick"] = {world->stick().string()};
    TRY(config.save(site.root() / "config.toml"));
    TRY(world->open_again(site));
    TRY(site.look_through(world->ledger_));
  }
  return world;
}

World::~World() {
  tell_time_by({});
  know_types(nullptr);
}

void World::use_program_of(const Site& site) {
  know_types(site.is_later ? &later_schema() : nullptr);
}

Result<Site*> World::lead() {
  for (auto& site : sites_) {
    auto session = TRY(Session::begin(site.workspace->store()));
    const auto own = TRY(session->store().intern_stream(site.workspace->device(), Space::plan));
    const auto* grant = session->members().best_grant(own);
    if (grant != nullptr && session->members().level_of(*grant) == Level::lead) return &site;
  }
  return static_cast<Site*>(nullptr);
}

Result<bool> World::could_come_back(const Site& site) {
  const auto* leads = TRY(lead());
  return heir_ == nullptr || (heir_ != &site && leads != &site);
}

Result<Tried> World::admit_by_recovery_key(const Request& request) {
  Site safe;
  safe.number = Ledger::nobody;
  safe.name = site_name(0);
  safe.computer.root = folder_ / "safe";
  std::filesystem::remove_all(safe.root());
  use_program_of(safe);
  auto key = TRY(DeviceKey::load(folder_ / recovery_file));
  const auto consortium = sites_.front().workspace->config().consortium;
  auto workspace = TRY(join_with_recovery_key(
      safe.root(), hub().string(), consortium, founder_of(0), std::move(key)));
  safe.workspace.emplace(std::move(workspace));
  const auto does = [&](Workspace& own) -> Result<void> {
    TRY(sync_with(own, "origin", {}));
    const auto found = TRY(find_request(own, request_code(request)));
    TRY(admit(own, found, Level::lead));
    TRY(sync_with(own, "origin", {}));
    return {};
  };
  const auto tried = TRY(at(safe, does));
  if (tried == Tried::done) count("uses of the recovery key");
  return tried;
}

Result<Site*> World::site(std::string_view name) {
  const auto found = std::ranges::find(sites_, name, &Site::name);
  if (found == sites_.end()) return fail(Errc::invalid, "there is no site {}", name);
  return &*found;
}

std::uint64_t World::time_of(const Site& site) {
  const auto right = first_evening_ms + night_ * day_ms + (++ticks_ % 600) * minute_ms;
  const auto shown = static_cast<std::int64_t>(right) + site.clock_ahead_ms;
  return shown < 0 ? 0 : static_cast<std::uint64_t>(shown);
}

Result<void> World::open_again(Site& site) {
  site.workspace.reset();
  use_program_of(site);
  auto opened = Workspace::open(site.root());
  if (!opened)
    return broken(1,
                  "{} cannot open its workspace any more: {}",
                  site.name,
                  in_english(opened.error().message));
  site.workspace.emplace(*std::move(opened));
  if (site.workspace->store().needs_rebuild()) TRY(rebuild(*site.workspace, {}));
  return {};
}

bool World::is_somewhere(EditNo number) const {
  return std::ranges::any_of(sites_, [&](const Site& site) { return site.knows(number); });
}

Result<void> World::check_own_edits(const Site& site) {
  for (EditNo number = 0; number < ledger_.size(); ++number) {
    const auto& edit = ledger_[number];
    if (edit.site != site.number || !edit.acknowledged || edit.given_up) continue;
    // An old copy gets back what others have when it finds out.
    if (site.is_copy && is_somewhere(number)) continue;
    if (!site.knows(number))
      return broken(1, "{} has lost the edit {}", site.name, Ledger::why(number));
  }
  return {};
}

Result<void> World::start_again(Site& site) {
  count(site.computer.fault->kind == Fault::Kind::power ? "power cuts" : "kills");
  {
    const Running running{disk_, site, time_of(site)};
    site.workspace.reset();  // What a program would still write now is not written.
  }
  SimulatedDisk::start_again(site.computer);
  TRY(open_again(site));
  site.begin_anew();
  TRY(site.look_through(ledger_));
  return check_own_edits(site);
}

Result<void> World::with_closed(Site& site, const std::function<Result<void>()>& change) {
  site.workspace.reset();
  TRY(change());
  TRY(open_again(site));
  site.begin_anew();
  return site.look_through(ledger_);
}

Result<Tried> World::at(Site& site, const std::function<Result<void>(Workspace&)>& act) {
  Result<void> done;
  {
    const Running running{disk_, site, time_of(site)};
    done = act(*site.workspace);
  }
  if (site.computer.dead) {
    TRY(start_again(site));
    return Tried::failed;
  }
  TRY(site.look_through(ledger_));
  if (done) return Tried::done;
  if (site.computer.disturbed()) {
    count(site.computer.full ? "full disks" : "cut exchanges");
    site.computer.full = site.computer.cut_off = false;
    site.computer.fault.reset();
    return Tried::failed;
  }
  if (site.offline && done.error().code == Errc::offline) return Tried::failed;
  if (is_refusal(done.error().code)) {
    count("refusals");
    return Tried::refused;
  }
  return broken(1, "{} could not go on: {}", site.name, in_english(done.error().message));
}

Result<Tried> World::edit(
    Site& site, const std::function<Result<Saved>(Editor&, Session&, std::string_view why)>& act) {
  const auto number = ledger_.begin(site.number, site.known);
  const auto does = [&](Workspace& workspace) -> Result<void> {
    auto session = TRY(Session::begin(workspace.store()));
    Editor editor{workspace, *session};
    const auto saved = TRY(act(editor, *session, Ledger::why(number)));
    TRY(session->commit());
    auto& edit = ledger_[number];
    edit.acknowledged = !saved.nothing();
    if (saved.waits_for_admission) return {};
    for (const auto& field : saved.written)
      edit.in_force[field] = true;
    for (const auto& field : saved.proposed)
      edit.in_force[field] = false;
    return {};
  };
  const auto tried = TRY(at(site, does));
  if (ledger_[number].acknowledged) count("edits");
  return tried;
}

Result<Tried> World::act(Site& site,
                         ActKind kind,
                         const std::function<Result<void>(Workspace&, std::string_view why)>& act) {
  const auto number = ledger_.begin(site.number, site.known);
  return at(site, [&](Workspace& workspace) -> Result<void> {
    TRY(act(workspace, Ledger::why(number)));
    ledger_[number].acknowledged = true;
    ledger_[number].is_act = kind == ActKind::of_membership;
    return {};
  });
}

Result<Tried> World::sync(Site& site, const std::string& remote, SyncReport& report) {
  if (site.offline) return Tried::failed;
  bool found_copy = false;
  const auto does = [&](Workspace& workspace) -> Result<void> {
    auto synced = sync_with(workspace, remote, {});
    if (!synced) {
      found_copy = site.is_copy && synced.error().code == Errc::corrupt;
      return found_copy ? Result<void>{} : synced.error();
    }
    report = *std::move(synced);
    return {};
  };
  const auto tried = TRY(at(site, does));
  if (found_copy) return recover_as_new(site, false);
  if (tried == Tried::done) count("exchanges");
  return tried;
}

/// Acts of membership that nobody has seen do not come along to a new device.
void World::leave_acts_behind(const Site& site) {
  for (EditNo number = 0; number < ledger_.size(); ++number) {
    auto& edit = ledger_[number];
    if (edit.site == site.number && edit.is_act && !site.knows(number)) edit.given_up = true;
  }
}

Result<void> World::expect_doubles(Site& site) {
  const auto* leads = TRY(lead());
  for (auto& other : sites_)
    other.may_be_held = other.may_be_held || &other == &site || leads == &site;
  for (EditNo number = 0; number < ledger_.size(); ++number) {
    if (ledger_[number].site == site.number) ledger_[number].may_double = true;
  }
  return {};
}

void World::give_up_what_nobody_has() {
  for (EditNo number = 0; number < ledger_.size(); ++number) {
    if (ledger_[number].site == Ledger::nobody && !is_somewhere(number))
      ledger_[number].given_up = true;
  }
}

Result<Tried> World::recover_as_new(Site& site, bool anyway) {
  const auto before = site.workspace->device();
  Result<void> done;
  {
    const Running running{disk_, site, time_of(site)};
    const auto recovered = recover(*site.workspace, {.anyway = anyway, .progress = {}});
    if (!recovered) done = recovered.error();
  }
  const bool stopped = site.computer.dead;
  if (stopped) {
    TRY(start_again(site));
  } else {
    // Opening finishes what was begun, whatever came between.
    TRY(open_again(site));
    site.begin_anew();
    TRY(site.look_through(ledger_));
  }
  if (site.workspace->device() != before) {
    count("recovered copies");
    site.is_copy = site.has_new_key = false;
    leave_acts_behind(site);
    site.asks_in = true;
    site.answered.clear();  // What it had not sent waits until it is admitted.
    TRY(check_own_edits(site));
  }
  if (done || stopped) return stopped ? Tried::failed : Tried::done;
  if (!site.computer.disturbed())
    return broken(1, "{} could not recover: {}", site.name, in_english(done.error().message));
  site.computer.full = site.computer.cut_off = false;
  site.computer.fault.reset();
  return Tried::failed;
}

}  // namespace guantong::simulation
