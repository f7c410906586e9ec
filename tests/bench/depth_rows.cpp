// What a person waits for once there are a million changes, beside stock git and SQLite.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/editor.h"
#include "client/membership.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "tests/bench/apart.h"
#include "tests/bench/nights.h"
#include "tests/bench/row.h"

namespace guantong::bench {
namespace {

constexpr double disk_goal = 2;
constexpr double join_goal = 2;
constexpr double rebuild_goal = 0.6;
constexpr double open_goal = 3;
constexpr double sync_goal = 2;
constexpr std::size_t openings = 21;
constexpr std::size_t sync_writers = 3;  ///< Beside this one: 2,000 changes.

using std::filesystem::path;

/// An empty folder of that name.
path fresh(const Fixtures& fixtures, const std::string& name) {
  const auto folder = fixtures.folder() / name;
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  std::filesystem::create_directories(folder, ignored);
  return folder;
}

Result<Usage> guantong(const path& workspace, std::vector<std::string> command, int worst = 0) {
  std::vector<std::string> words{GUANTONG_BINARY, "--workspace", workspace.string()};
  words.insert(words.end(), command.begin(), command.end());
  return run_program(words, worst);
}

Result<Usage> git(const path& repository, std::vector<std::string> command) {
  std::vector<std::string> words{"git", "-C", repository.string()};
  words.insert(words.end(), command.begin(), command.end());
  return run_program(words);
}

Usage both(const Usage& one, const Usage& other) {
  return {one.wall + other.wall, one.cpu + other.cpu, std::max(one.peak, other.peak)};
}

void add(Runs& runs_of, const Usage& usage) {
  runs_of.add(usage.wall, usage.cpu, usage.peak);
}

/// A row of what is waited for.
Row waiting(std::string what, const Runs& ours, const Runs& limit, double goal) {
  return {std::move(what), "s", ours.in_seconds(), limit.in_seconds(), goal, false, ours.peak()};
}

Result<Figures> ask_to_join(const path& root, const path& remote, const path& founder) {
  const auto known = TRY(Workspace::open(founder));
  auto joined = TRY(join(root,
                         remote.string(),
                         known.config().consortium,
                         {"", "newcomer", "Newcomer", "university", "New", "n@site.invalid"}));
  return Figures{};
}

/// The day's own edits, durable and not sealed; and the remote that they are exchanged with.
Result<Figures> edit_before_sync(const path& root, const path& remote) {
  auto workspace = TRY(Workspace::open(root));
  workspace.config().remotes["school"] = {remote.string()};
  TRY(workspace.save_config());
  auto session = TRY(Session::begin(workspace.store()));
  Editor editor{workspace, *session};
  for (std::size_t i = 0; i < edits_a_night; ++i) {
    const auto record = TRY(editor.reading().find(fmt::format("material:MT-{:04}", i * 3)));
    TRY(editor.set(record, {{"author", FieldEdit::Kind::set, fmt::format("编写组{}", i)}}, ""));
  }
  TRY(session->commit());
  return Figures{};
}

}  // namespace

Result<Rows> disk_rows(Fixtures& fixtures) {
  const auto million = TRY(fixtures.million());
  const auto folder = fresh(fixtures, "disk");
  TRY(copy_folder(million.workspace, folder / "workspace"));
  TRY(git(folder / "workspace" / "history.git", {"repack", "-adq"}));
  const auto ours = static_cast<double>(size_of(folder / "workspace" / "replica.sqlite") +
                                        size_of(folder / "workspace" / "history.git" / "objects"));
  const auto plain = static_cast<double>(size_of(million.plain));
  return Rows{{"disk a change, replica and history",
               "bytes",
               {ours / million.changes},
               {plain / million.changes},
               disk_goal}};
}

Result<Rows> join_rows(Fixtures& fixtures) {
  const auto million = TRY(fixtures.million());
  Runs ours;
  Runs limit;
  for (std::size_t run = 0; run < fixtures.runs(); ++run) {
    const auto folder = fresh(fixtures, "join");
    TRY(copy_folder(million.remote, folder / "remote.git"));
    TRY(apart([&] {
      return ask_to_join(folder / "workspace", folder / "remote.git", million.workspace);
    }));
    add(ours, TRY(guantong(folder / "workspace", {"sync"}, 1)));
    const auto cloned = TRY(run_program({"git",
                                         "clone",
                                         "--quiet",
                                         "--bare",
                                         "--no-local",
                                         million.remote.string(),
                                         (folder / "clone.git").string()}));
    const auto plain = TRY(fixtures.plain_million());
    add(limit, both(cloned, plain));
  }
  return Rows{waiting("a new device joins, 1,000,000 deep", ours, limit, join_goal)};
}

Result<Rows> rebuild_rows(Fixtures& fixtures) {
  const auto million = TRY(fixtures.million());
  Runs ours;
  Runs limit;
  for (std::size_t run = 0; run < fixtures.runs(); ++run) {
    const auto folder = fresh(fixtures, "rebuild");
    TRY(copy_folder(million.workspace, folder / "workspace"));
    add(ours, TRY(guantong(folder / "workspace", {"rebuild"}, 1)));
    add(limit, TRY(fixtures.plain_million()));
  }
  return Rows{{"rebuild 1,000,000",
               "changes/s",
               ours.per_second(million.changes),
               limit.per_second(million.changes),
               rebuild_goal,
               true,
               ours.peak()}};
}

Result<Rows> open_rows(Fixtures& fixtures) {
  const auto million = TRY(fixtures.million());
  Runs ours;
  Runs limit;
  for (std::size_t run = 0; run < openings; ++run) {
    add(ours, TRY(guantong(million.workspace, {"status"}, 1)));
    add(limit,
        TRY(run_program({"sqlite3",
                         (million.workspace / "replica.sqlite").string(),
                         "SELECT * FROM material WHERE code = 'MT-0700'"})));
  }
  return Rows{waiting("open and status, 1,000,000 deep", ours, limit, open_goal)};
}

Result<Rows> sync_rows(Fixtures& fixtures) {
  const auto million = TRY(fixtures.million());
  Runs ours;
  Runs limit;
  for (std::size_t run = 0; run < fixtures.runs(); ++run) {
    const auto folder = fresh(fixtures, "sync");
    const auto workspace = folder / "workspace";
    const auto stock = folder / "stock.git";
    TRY(copy_folder(million.workspace, workspace));
    TRY(copy_folder(million.workspace / "history.git", stock));
    for (const auto* name : {"remote.git", "remote2.git"}) {
      TRY(copy_folder(million.remote, folder / name));
      // The branches of the first three.
      std::vector<std::string> fetch{"fetch", "--quiet", million.next.string()};
      for (std::size_t site = 1; site <= sync_writers; ++site)
        fetch.push_back(fmt::format("+refs/heads/plan/s{0:03}/*:refs/heads/plan/s{0:03}/*", site));
      TRY(git(folder / name, fetch));
    }
    TRY(apart([&] { return edit_before_sync(workspace, folder / "remote.git"); }));
    add(ours, TRY(guantong(workspace, {"sync"}, 1)));
    // What we sealed, for git to push.
    const std::string own = "refs/heads/plan/lead/*";
    TRY(git(stock, {"fetch", "--quiet", (workspace / "history.git").string(), own + ':' + own}));
    const auto other = (folder / "remote2.git").string();
    const auto fetched =
        TRY(git(stock, {"fetch", "--quiet", other, "+refs/heads/*:refs/remotes/school/*"}));
    const auto pushed = TRY(git(stock, {"push", "--quiet", other, own + ':' + own}));
    add(limit, both(fetched, pushed));
  }
  return Rows{waiting("nightly sync of 2,000 new, 1,000,000 deep", ours, limit, sync_goal)};
}

}  // namespace guantong::bench
