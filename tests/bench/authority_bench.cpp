// What it costs that everybody's rights are judged, in two figures.
//
// Applying: one replica takes in the night of apply_bench.cpp, nineteen streams of 500 edits each,
// `without` and `with`. `without` is a consortium of just the twenty devices that take part: each
// was granted its right, and nothing was ever taken from anybody. `with` is one of 140 sites and
// 2,800 devices, the same twenty among them, where 200 expulsions, 40 demotions and 10 rulings
// stand that concern none of the twenty; all these acts have been received by everybody before the
// night. What is timed in both is the night alone, record changes in ordinary batches, from the
// opening of the session to the commit: the acts were judged before, but they are loaded again, and
// every batch and every change is held against them. The other devices write nothing, but for the
// ten batches that are ruled on: what the history of 2,800 streams costs, it costs without any
// authority too.
//
// Opening: `guantong status` is run in the founder's workspace, as a person would; in a consortium
// of 3 devices of as many sites, `without`, and in the large one, `with`. Both hold the same 2,000
// courses. For whoever looks closer, what opening alone takes within the program is told, too.
//
// The two take turns in one process, so that whatever else the machine does comes to both.
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sys/wait.h>

#include "client/crypto/device_key.h"
#include "client/editor.h"
#include "client/membership.h"
#include "client/quarantine.h"
#include "client/sealing.h"
#include "client/workspace.h"
#include "sync/authority.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/ssh_signature.h"
#include "tests/bench/nightly.h"
#include "tests/support/temp_dir.h"

namespace guantong {
namespace {

/// What a consortium is made of; of the acts those that stand.
struct Census {
  std::size_t sites = 0, devices = 0, expulsions = 0, demotions = 0, rulings = 0;
  bool operator==(const Census&) const = default;
};

constexpr Census large{140, 2'800, 200, 40, 10};
constexpr std::size_t small_sites = 3;

constexpr std::size_t nights = 9;  // The median of so many runs is what counts.
constexpr std::size_t openings = 101;
constexpr double cost_limit = 0.10;
constexpr double opening_limit = 2.0;

Result<Census> census(Workspace& workspace) {
  const auto session = TRY(Session::begin(workspace.store()));
  const auto& members = session->members();
  Census found{members.sites().size(), members.all().size()};
  for (const auto& act : members.authority().acts()) {
    if (!act.stands) continue;
    if (act.kind == Act::Kind::ruling) ++found.rulings;
    if (act.kind != Act::Kind::dismissal) continue;
    ++(act.leaves == Level::none ? found.expulsions : found.demotions);
  }
  return found;
}

std::string described(const Census& census) {
  return fmt::format("{} sites, {} devices, {} expulsions, {} demotions, {} rulings",
                     census.sites,
                     census.devices,
                     census.expulsions,
                     census.demotions,
                     census.rulings);
}

/// Those whose work is ruled on: devices that write here, unlike all others that are admitted
/// beside the twenty. Each is the first of a site of its own.
Result<test::Sites> admit_disputed(Workspace& founder, const std::filesystem::path& folder) {
  test::Sites disputed;
  for (std::size_t i = 0; i < large.rulings; ++i) {
    const auto number = test::night_sites + i;
    auto joined = TRY(test::ask_to_join(folder / test::site_name(number), founder, number));
    const auto request = TRY(own_request(joined));
    TRY(admit(founder, request, Level::coordinator));
    disputed.push_back(std::make_unique<Workspace>(std::move(joined)));
  }
  return disputed;
}

/// Admits everybody else, site by site in turn, and returns them.
Result<std::vector<PublicKey>> admit_others(Workspace& founder) {
  std::vector<PublicKey> others;
  for (auto i = test::night_sites + large.rulings; i < large.devices; ++i) {
    const auto key = TRY(DeviceKey::generate());
    Request request = TRY(own_request(founder));
    auto& member = request.member;
    member.key = key.public_key();
    member.site = test::site_name(i % large.sites);
    member.site_name = "Site";
    member.site_kind = "university";
    fill_random(member.person.bytes);
    member.name = fmt::format("Teacher {}", i);
    member.email = fmt::format("t{}@site.invalid", i);
    TRY(admit(founder, request, i < large.sites ? Level::coordinator : Level::teacher));
    others.push_back(member.key);
  }
  return others;
}

Result<void> dismiss_all(Workspace& founder, const std::vector<PublicKey>& devices, Level leaves) {
  auto session = TRY(Session::begin(founder.store()));
  for (const auto& key : devices) {
    Change change;
    change.dismissal = Dismissal{device_id(key), leaves};
    TRY(act_with_right(founder, *session, change, "has left", message("lower a device")));
  }
  return session->commit();
}

/// Each writes a course that nobody else writes on.
Result<void> write_disputed(Workspace& founder, const test::Sites& disputed) {
  for (std::size_t i = 0; i < disputed.size(); ++i) {
    auto& workspace = *disputed[i];
    TRY(test::copy_branches(founder, workspace));
    TRY(test::receive(workspace));
    auto session = TRY(Session::begin(workspace.store()));
    Editor editor{workspace, *session};
    TRY(editor.add(*workspace.schema().type("course"),
                   {{"code", FieldEdit::Kind::set, fmt::format("C{:05}", i)},
                    {"name_zh", FieldEdit::Kind::set, "课程"}},
                   ""));
    TRY(session->commit());
    TRY(seal_all(workspace));
  }
  return {};
}

/// Admits every other one of the batches that were written by who had been put out.
Result<void> rule_on_disputed(Workspace& founder, const test::Sites& disputed) {
  for (const auto& workspace : disputed)
    TRY(test::copy_branches(*workspace, founder));
  TRY(test::receive(founder));
  std::vector<std::string> batches;
  {
    auto session = TRY(Session::begin(founder.store()));
    const auto views = TRY(quarantined(*session));
    for (const auto& view : views)
      batches.push_back(view.id);
  }
  bool admits = false;
  for (const auto& id : batches) {
    TRY(rule_on(founder, id, admits, "looked through"));
    admits = !admits;
  }
  return {};
}

/// Makes the founder's consortium of twenty devices the large one. What is taken away is taken from
/// devices of all sites, those of the twenty included.
Result<void> enlarge(Workspace& founder, const std::filesystem::path& folder) {
  const auto disputed = TRY(admit_disputed(founder, folder));
  auto others = TRY(admit_others(founder));
  TRY(seal_all(founder));
  TRY(write_disputed(founder, disputed));
  std::vector<PublicKey> expelled;
  for (const auto& workspace : disputed)
    expelled.push_back(workspace->public_key());
  // Behind the first of every site, who are its coordinators.
  auto next = others.begin() + large.sites;
  while (expelled.size() < large.expulsions)
    expelled.push_back(*next++);
  TRY(dismiss_all(founder, expelled, Level::none));
  TRY(dismiss_all(founder, {next, next + large.demotions}, Level::auditor));
  TRY(seal_all(founder));  // What is not sealed has seen all that is here.
  TRY(rule_on_disputed(founder, disputed));
  TRY(seal_all(founder));
  const auto made = TRY(census(founder));
  if (made == large) return {};
  return fail(Errc::conflict, "{} are there, not {}", described(made), described(large));
}

struct Pair {
  test::Took without, with;
};

/// What a task takes in the workspace at a path.
using Task = std::function<Result<test::Took>(const std::filesystem::path& root)>;

/// The medians of many turns.
Result<Pair> take_turns(std::size_t turns,
                        const std::filesystem::path& without,
                        const std::filesystem::path& with,
                        const Task& task) {
  struct Series {
    std::vector<double> wall, cpu;
  };
  std::array<Series, 2> series;
  for (std::size_t turn = 0; turn < 2 * turns; ++turn) {
    const auto took = TRY(task(turn % 2 == 0 ? without : with));
    series[turn % 2].wall.push_back(took.wall);
    series[turn % 2].cpu.push_back(took.cpu);
  }
  const auto medians = [](const Series& of) {
    return test::Took{test::median(of.wall), test::median(of.cpu)};
  };
  return Pair{medians(series[0]), medians(series[1])};
}

/// Prints a figure beside its limit, and says whether it is met.
bool is_under(double limit, std::string_view what, double figure) {
  const bool met = figure < limit;
  fmt::print(
      "{:<14} {:>9.3f}, under {:.2f} asked: {}\n", what, figure, limit, met ? "met" : "short");
  return met;
}

void print_seconds(const Pair& pair) {
  fmt::print(
      "{:<14} {:>9.4f} s wall, {:.4f} s CPU\n", "without", pair.without.wall, pair.without.cpu);
  fmt::print("{:<14} {:>9.4f} s wall, {:.4f} s CPU\n", "with", pair.with.wall, pair.with.cpu);
}

/// Applies the night that waits in a workspace, in a fresh copy of it.
Result<test::Took> apply_night(const std::filesystem::path& full) {
  auto copy = full;
  copy += ".copy";
  test::Took took;
  {
    auto workspace = TRY(test::fresh_copy(full, copy));
    const test::Stopwatch stopwatch;
    const auto received = TRY(test::receive(workspace));
    took = stopwatch.took();
    const auto written = (test::night_sites - 1) * test::night_edits;
    if (received.changes() != written || received.quarantined > 0)
      return fail(Errc::conflict,
                  "{} changes of {} came, {} of them in quarantine",
                  received.changes(),
                  written,
                  received.quarantined);
  }
  std::error_code ignored;
  std::filesystem::remove_all(copy, ignored);
  return took;
}

Result<test::Took> open_and_begin(const std::filesystem::path& root) {
  const test::Stopwatch stopwatch;
  auto workspace = TRY(Workspace::open(root));
  TRY(Session::begin(workspace.store()));
  return stopwatch.took();
}

Result<test::Took> run_status(const std::filesystem::path& root) {
  const auto command =
      fmt::format("{} --workspace {} --json status >/dev/null", GUANTONG_BINARY, root.string());
  const test::Stopwatch stopwatch;
  // 1: something wants a decision.
  const int ended = std::system(command.c_str());
  const auto took = stopwatch.took();
  if (WEXITSTATUS(ended) > 1) return fail(Errc::io, "guantong status failed in {}", root.string());
  return took;
}

Result<bool> bench_applying(const std::filesystem::path& folder, std::size_t edits_a_batch) {
  auto few = TRY(test::make_sites(folder / "without", test::night_sites));
  auto many = TRY(test::make_sites(folder / "with", test::night_sites));
  const auto without = few.front()->root();
  const auto with = many.front()->root();
  TRY(enlarge(*many.front(), folder / "with"));
  for (std::size_t i = 1; i < many.size(); ++i) {
    TRY(test::copy_branches(*many.front(), *many[i]));
    TRY(test::receive(*many[i]));
  }
  for (auto* sites : {&few, &many}) {
    TRY(test::write_night(*sites, edits_a_batch));
    sites->clear();
  }
  const auto seconds = TRY(take_turns(nights, without, with, apply_night));
  fmt::print("\rapplying {} streams of {} changes, {} a batch, the medians of {} runs; with: {}\n",
             test::night_sites - 1,
             test::night_edits,
             edits_a_batch,
             nights,
             described(large));
  print_seconds(seconds);
  const auto cost = [](double dear, double cheap) { return (dear - cheap) / cheap; };
  const bool wall =
      is_under(cost_limit, "cost, wall", cost(seconds.with.wall, seconds.without.wall));
  const bool cpu = is_under(cost_limit, "cost, CPU", cost(seconds.with.cpu, seconds.without.cpu));
  fmt::print("\n");
  return wall && cpu;
}

/// `large_one` is the founder's workspace in the large consortium.
Result<bool> bench_opening(const std::filesystem::path& folder,
                           const std::filesystem::path& large_one) {
  auto few = TRY(test::make_sites(folder / "small", small_sites));
  const auto small_one = few.front()->root();
  few.clear();
  const auto status = TRY(take_turns(openings, small_one, large_one, run_status));
  fmt::print("guantong status, the medians of {} runs; with: {}; without: {} devices\n",
             openings,
             described(large),
             small_sites);
  print_seconds(status);
  const bool met = is_under(opening_limit, "ratio, wall", status.with.wall / status.without.wall);
  const auto within = TRY(take_turns(openings, small_one, large_one, open_and_begin));
  fmt::print("opening within the program\n");
  print_seconds(within);
  return met;
}

Result<bool> bench_all() {
  const test::TempDir folder;
  const auto night = folder.path() / "night";
  const auto evenings = folder.path() / "evenings";
  bool met = TRY(bench_applying(night, test::night_edits));
  met = TRY(bench_applying(evenings, test::night_edits / 10)) && met;
  // The founder has not received the night.
  met = TRY(bench_opening(folder.path(), night / "with" / test::site_name(0))) && met;
  return met;
}

}  // namespace
}  // namespace guantong

int main() {
  const auto met = guantong::bench_all();
  if (met) return *met ? 0 : 1;
  fmt::print(stderr, "\n{}\n", guantong::in_english(met.error().message));
  return 1;
}
