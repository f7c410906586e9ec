// A consortium in one process: sites, a shared repository, a USB stick, and nights that pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "simulation/hostile/harm.h"
#include "simulation/ledger.h"
#include "simulation/simulated_disk.h"
#include "simulation/site.h"

#include "client/editor.h"
#include "client/membership.h"
#include "client/syncing.h"
#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong::simulation {

/// What became of something that was tried.
enum class Tried : std::uint8_t {
  done,
  refused,  ///< The program said why not.
  failed,   ///< A fault came between.
};

/// An act on a record is an edit; one of membership is left behind by who goes on as a new device.
enum class ActKind : std::uint8_t { of_record, of_membership };

/// What happened, by name: for the summary.
using Counts = std::map<std::string, std::uint64_t, std::less<>>;

class World {
public:
  /// Founds a consortium in an empty folder: its sites, each with one computer, and a small plan.
  static Result<void> found(const std::filesystem::path& folder, std::size_t sites);
  /// Opens a copy of what `found` made.
  static Result<std::unique_ptr<World>> open(const std::filesystem::path& folder,
                                             std::size_t sites,
                                             SimulatedDisk& disk);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  World(World&&) = delete;
  World& operator=(World&&) = delete;
  ~World();

  /// Fails with `invalid` when there is no such site.
  Result<Site*> site(std::string_view name);
  std::deque<Site>& sites() { return sites_; }
  /// The site that leads, as it knows itself; null where none does.
  Result<Site*> lead();
  /// Notes that the lead was handed over to a site, which may not have heard of it.
  void hand_lead_to(const Site& heir) { heir_ = &heir; }
  /// Whether a site could be let in again if it had to go on as a new device: by another one that
  /// leads, or by the recovery key, which leads until the lead is first handed over.
  Result<bool> could_come_back(const Site& site);
  Ledger& ledger() { return ledger_; }
  Harm& harm() { return harm_; }
  SimulatedDisk& disk() { return disk_; }
  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path hub() const { return folder_ / "hub.git"; }
  std::filesystem::path stick() const { return folder_ / "stick.git"; }
  Counts& counts() { return counts_; }
  void count(std::string_view what) { ++counts_.try_emplace(std::string{what}).first->second; }

  void next_night() { ++night_; }
  std::uint64_t night() const { return night_; }

  /// Lets somebody do something at a site, with the site's clock and disk. A refusal and a fault
  /// that was to come are ordinary days; whatever else fails is a violation. A computer that
  /// stopped is started again.
  Result<Tried> at(Site& site, const std::function<Result<void>(Workspace&)>& act);

  /// An edit: what the editor saves is entered in the ledger.
  Result<Tried> edit(
      Site& site, const std::function<Result<Saved>(Editor&, Session&, std::string_view why)>& act);
  /// Any other act that has a reason.
  Result<Tried> act(Site& site,
                    ActKind kind,
                    const std::function<Result<void>(Workspace&, std::string_view why)>& act);

  /// One exchange of a site with a remote: "origin" or "stick". What it reported is in `report`.
  Result<Tried> sync(Site& site, const std::string& remote, SyncReport& report);

  /// Lets a site go on as a new device, which is to be admitted: `anyway` also where nothing says
  /// that it is a copy.
  Result<Tried> recover_as_new(Site& site, bool anyway);

  /// Somebody else has the site's key as well: its edits may go two ways, and what rests on its
  /// acts may be held.
  Result<void> expect_doubles(Site& site);
  /// Whether any site has it.
  bool is_somewhere(EditNo number) const;
  /// What somebody sent who is not there any more, and was lost before anybody had it.
  void give_up_what_nobody_has();

  /// Takes the recovery key out of its safe, and lets a site in that nobody else could, as the
  /// lead.
  Result<Tried> admit_by_recovery_key(const Request& request);

  /// Lets workspaces be opened by the program that a site has.
  static void use_program_of(const Site& site);

  /// Starts a computer again whose program or power was cut off.
  Result<void> start_again(Site& site);
  /// Closes a site's workspace, lets `change` do something to its folder, and opens it again.
  Result<void> with_closed(Site& site, const std::function<Result<void>()>& change);

private:
  explicit World(std::filesystem::path folder, SimulatedDisk& disk)
      : folder_{std::move(folder)}, disk_{disk} {}
  std::uint64_t time_of(const Site& site);
  Result<void> open_again(Site& site);
  Result<void> check_own_edits(const Site& site);
  void leave_acts_behind(const Site& site);

  std::filesystem::path folder_;
  SimulatedDisk& disk_;
  std::deque<Site> sites_;
  Ledger ledger_;
  Harm harm_;
  const Site* heir_ = nullptr;  ///< To whom the lead was handed last.
  Counts counts_;
  std::uint64_t night_ = 0;
  std::uint64_t ticks_ = 0;
};

}  // namespace guantong::simulation
