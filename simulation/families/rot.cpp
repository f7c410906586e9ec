// Bits rot: in the replica, or in what was signed. Whoever looks finds it, and mends it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <vector>

#include "simulation/draws.h"
#include "simulation/families/family.h"
#include "simulation/properties.h"
#include "simulation/violation.h"
#include "simulation/world.h"

#include "client/audit.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong::simulation {
namespace {

Step draw_rot(Draws& draws, const Setting& setting) {
  return {"rot", draw_site(draws, setting), "replica", std::to_string(draws.below(1'000'000))};
}

/// The files that hold Git's objects, in an order that is the same everywhere.
std::vector<std::filesystem::path> object_files(const std::filesystem::path& history) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{history / "objects"}) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

void flip_byte(const std::filesystem::path& file, std::uint64_t where) {
  const auto size = std::filesystem::file_size(file);
  if (size == 0) return;
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_write, std::filesystem::perm_options::add);
  std::fstream stream{file, std::ios::in | std::ios::out | std::ios::binary};
  const auto at = static_cast<std::streamoff>(where % size);
  stream.seekg(at);
  const auto byte = static_cast<char>(stream.get());
  stream.seekp(at);
  stream.put(static_cast<char>(byte ^ 0x20));
}

/// Whether the site can be used, and finds nothing wrong with itself. What stands in the replica's
/// own log is found by whoever reads it: `verify` compares what follows from the history.
bool is_sound(World& world, Site& site) {
  if (!site.workspace) return false;
  const auto verified = verify(*site.workspace, {});
  if (!verified || !verified->flaws.empty()) return false;
  site.begin_anew();
  return site.look_through(world.ledger()).has_value();
}

/// What a person does who is told: make the replica anew.
Result<void> mend(World& world, Site& site) {
  World::use_program_of(site);
  auto opened = Workspace::open(site.root());
  if (!opened) {
    // The replica cannot even be opened: it is removed, and comes again from the history.
    for (const auto* ending : {"", "-wal", "-shm"})
      std::filesystem::remove(site.root().string() + "/replica.sqlite" + ending);
    opened = Workspace::open(site.root());
  }
  if (!opened)
    return broken(6, "{} cannot be mended: {}", site.name, in_english(opened.error().message));
  site.workspace.emplace(*std::move(opened));
  const auto rebuilt = rebuild(*site.workspace, {});
  if (!rebuilt)
    return broken(6, "{} cannot be mended: {}", site.name, in_english(rebuilt.error().message));
  if (!is_sound(world, site)) return broken(6, "{} is not sound after it was mended", site.name);
  return {};
}

/// After a quiet exchange, as what nobody else has would be lost with the disk.
Result<void> run_rot(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  const auto where = TRY(number_of(step[3]));
  TRY(come_to_rest(world));
  site->workspace.reset();
  if (step[2] == "replica") {
    flip_byte(site->root() / "replica.sqlite", where);
  } else {
    const auto files = object_files(site->root() / "history.git");
    flip_byte(files[where % files.size()], where);
  }
  world.count("rotten bits");
  World::use_program_of(*site);
  auto opened = Workspace::open(site->root());
  if (opened) site->workspace.emplace(*std::move(opened));
  if (!is_sound(world, *site)) {
    site->workspace.reset();
    TRY(mend(world, *site));
    world.count("rotten bits found and mended");
  }
  return {};
}

}  // namespace

std::vector<Verb> rot_verbs() {
  return {{"rot", 3, 1, draw_rot, run_rot}};
}

}  // namespace guantong::simulation
