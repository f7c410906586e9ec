// Each thing that an operation does to its files is once the last one, and fails once in some way.
// Afterwards is there what was there before, or what was to be there; what was told to be saved is
// there; and the operation can be done again, which gives what it would have given at once.
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <ostream>
#include <string>
#include <system_error>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "client/git/repository.h"
#include "client/reading.h"
#include "tests/support/earlier_replicas.h"
#include "tests/support/result_matchers.h"
#include "tests/support/schools.h"
#include "tests/support/temp_dir.h"
#include "tests/sweep/faulty_program.h"

namespace guantong {
namespace {

using test::Ended;
using test::Fault;
using testing::AnyOf;

/// What happens to the program, and at which of an operation's acts: of every `parts` of them at
/// the one that `part` says, counted from 1.
struct Share {
  std::string name;
  std::string kind;
  std::size_t part = 1;
  std::size_t parts = 1;
};

void PrintTo(const Share& share, std::ostream* out) {
  *out << share.name;
}

/// The shares by which several tests let a program end at every act.
std::vector<Share> kills(std::size_t parts) {
  std::vector<Share> all;
  for (std::size_t part = 1; part <= parts; ++part)
    all.push_back(
        {"share" + std::to_string(part) + "of" + std::to_string(parts), "kill", part, parts});
  return all;
}

std::string name_of_share(const testing::TestParamInfo<Share>& share) {
  return share.param.name;
}

/// What an operation leaves, as people see it.
struct Sight {
  Json problems, students, unsealed;
  bool operator==(const Sight&) const = default;
};

void PrintTo(const Sight& sight, std::ostream* out) {
  *out << sight.problems << sight.students << sight.unsealed;
}

struct Operation {
  std::string school = "bitc";
  std::vector<std::string> command;
  /// Whether nothing may be seen that is neither before nor after; else how much is sealed may.
  bool is_one_step = true;
  /// Where the command, run again, may also be refused as there is nothing left to do.
  bool is_done_once = false;
  /// What else must hold once it was run again.
  std::function<void()> check;
};

/// As if some time had passed: a lock that a program has left is nobody's after two minutes.
void let_locks_age(const std::filesystem::path& folder) {
  if (!std::filesystem::exists(folder)) return;
  const auto then = std::filesystem::file_time_type::clock::now() - std::chrono::minutes{3};
  for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
    if (entry.path().extension() == ".lock") std::filesystem::last_write_time(entry, then);
  }
}

class Sweep : public testing::TestWithParam<Share> {
protected:
  std::filesystem::path here() const { return folder_.path() / "here"; }
  std::filesystem::path workspace(const std::string& school) const { return here() / school; }

  test::Run at(const std::string& school, const std::vector<std::string>& arguments) const {
    return test::run_guantong(workspace(school), arguments);
  }
  void act(const std::string& school, const std::vector<std::string>& arguments) const {
    const auto run = at(school, arguments);
    EXPECT_THAT(run.code, AnyOf(0, 1)) << arguments.front() << '\n' << run.out << run.err;
  }
  Json ask(const std::string& school, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "--json");
    const auto run = at(school, arguments);
    EXPECT_THAT(run.code, AnyOf(0, 1)) << arguments[1] << '\n' << run.out << run.err;
    return run.json();
  }

  /// bitc alone, with some problems, a student, and an edit that is not sealed.
  void found() const {
    act("bitc", test::founding_arguments());
    for (const auto* file : {"orgs", "problems"})
      act("bitc", {"import", "csv", std::string{GUANTONG_DATA_DIR} + "/demo/" + file + ".csv"});
    act("bitc", {"digest"});
    act("bitc", {"add", "student", "student_no=20270001", "name=虚构甲"});
    act("bitc", {"set", "problem:PB-02", "severity=low"});
  }
  /// bstu beside it, and a repository that both exchange with.
  void join() const {
    ASSERT_THAT(create_bare(here() / "plan.git"), test::is_ok());
    act("bitc", {"remote", "add", "origin", (here() / "plan.git").string()});
    act("bitc", {"sync"});
    test::add_computer_in(here(), "bstu", "bstu", "coordinator");
    act("bitc", {"sync"});
  }

  /// Tries the operation from how things stand now, each time with one fault.
  void sweep(const Operation& operation);

private:
  Sight sight(const std::string& school) const {
    return {ask(school, {"list", "problem"}),
            ask(school, {"list", "student"}),
            ask(school, {"status"}).at("unsealed")};
  }
  Json verified(const std::string& school) const {
    const auto found = ask(school, {"verify"});
    EXPECT_EQ(found.at("flaws"), Json::array());
    return found.at("changes");
  }
  void begin_again() const {
    std::filesystem::remove_all(here());
    std::filesystem::copy(kept(), here(), std::filesystem::copy_options::recursive);
  }
  std::filesystem::path kept() const { return folder_.path() / "kept"; }
  Ended run(const Operation& operation, const Fault& fault) const {
    return test::run_with_fault(here(), workspace(operation.school), operation.command, fault);
  }
  void learn(const Operation& operation);
  bool try_with(const Operation& operation, const Fault& fault) const;
  void judge(const Operation& operation, const Ended& ended) const;
  void do_again(const Operation& operation) const;

  test::TempDir folder_;
  std::size_t acts_ = 0;
  Sight before_, after_;
  Json changes_;  // That stand in the plan when all is done, each once.
};

/// What the operation leaves where nothing goes wrong.
void Sweep::learn(const Operation& operation) {
  std::filesystem::copy(here(), kept(), std::filesystem::copy_options::recursive);
  before_ = sight(operation.school);
  begin_again();
  const auto ended = run(operation, {"none"});
  ASSERT_THAT(ended.code, AnyOf(0, 1)) << ended.out << ended.err;
  acts_ = ended.acts.size();
  RecordProperty("acts", static_cast<int>(acts_));
  after_ = sight(operation.school);
  if (operation.check) operation.check();
  changes_ = verified(operation.school);
}

void Sweep::do_again(const Operation& operation) const {
  let_locks_age(here() / "plan.git");
  const auto run = at(operation.school, operation.command);
  EXPECT_TRUE(run.code == 0 || run.code == 1 || (run.code == 2 && operation.is_done_once))
      << run.code << '\n'
      << run.out << run.err;
  EXPECT_EQ(sight(operation.school), after_);
  if (operation.check) operation.check();
  EXPECT_EQ(verified(operation.school), changes_) << "each change is there, and is there once";
}

void Sweep::judge(const Operation& operation, const Ended& ended) const {
  const bool was_killed = ended.signal == SIGKILL;
  EXPECT_TRUE(was_killed || ended.code == 0 || ended.code == 1 || ended.code == 3)
      << ended.code << ' ' << ended.signal << '\n'
      << ended.out << ended.err;
  auto now = sight(operation.school);
  if (!operation.is_one_step && now != after_) now.unsealed = before_.unsealed;
  const bool told = !ended.out.empty() && ended.code != 3;
  EXPECT_TRUE(now == after_ || (now == before_ && !told))
      << (told ? "it was told to be done" : "") << testing::PrintToString(now);
  do_again(operation);
}

/// False where the operation ended before the fault could strike.
bool Sweep::try_with(const Operation& operation, const Fault& fault) const {
  begin_again();
  const auto ended = run(operation, fault);
  if (!ended.came_to(fault)) return false;
  SCOPED_TRACE(fault.kind + " at act " + std::to_string(fault.at) + ": " +
               ended.acts.at(fault.at - 1));
  judge(operation, ended);
  return true;
}

void Sweep::sweep(const Operation& operation) {
  learn(operation);
  const auto& share = GetParam();
  // Names are drawn and times pass, so that one run may have a few acts more than another.
  constexpr std::size_t more = 20;
  for (auto at = share.part; at <= acts_ + more && !HasFailure(); at += share.parts) {
    if (!try_with(operation, {share.kind, at})) return;
  }
}

class Edits : public Sweep {};

TEST_P(Edits, AreThereOnceTheyWereToldSaved) {
  found();
  sweep({.command = {"set", "problem:PB-01", "severity=low"}, .check = {}});
}

class Seals : public Sweep {};

TEST_P(Seals, LoseAndDoubleNothing) {
  found();
  sweep({.command = {"digest"}, .check = {}});
}

class Exchanges : public Sweep {};

TEST_P(Exchanges, GoOnWhereTheyWereCutOff) {
  found();
  join();
  act("bstu", {"set", "problem:PB-03", "severity=low"});
  act("bstu", {"sync"});
  act("bitc", {"set", "problem:PB-01", "severity=low"});
  sweep({.command = {"sync"}, .is_one_step = false, .check = [this] {
           act("bstu", {"sync"});
           EXPECT_EQ(ask("bstu", {"digest"}), ask("bitc", {"digest"}));
         }});
}

class Rebuilds : public Sweep {};

TEST_P(Rebuilds, KeepWhatTheHistoryDoesNotHave) {
  found();
  sweep({.command = {"rebuild"}, .check = {}});
}

class Migrations : public Sweep {};

TEST_P(Migrations, AreDoneInOneStep) {
  found();
  test::make_replica_earlier(workspace("bitc"), 4);
  sweep({.command = {"show", "problem:PB-02"}, .check = {}});
}

class Recoveries : public Sweep {};

TEST_P(Recoveries, CarryWhatWasNotSent) {
  found();
  join();
  std::filesystem::copy(
      workspace("bstu"), here() / "backup", std::filesystem::copy_options::recursive);
  act("bstu", {"set", "problem:PB-03", "severity=low"});
  act("bstu", {"sync"});
  std::filesystem::remove_all(workspace("bstu"));
  std::filesystem::rename(here() / "backup", workspace("bstu"));
  act("bstu", {"set", "problem:PB-01", "severity=low"});
  sweep({.school = "bstu", .command = {"recover"}, .is_done_once = true, .check = {}});
}

const auto one_share = testing::ValuesIn(kills(1));
const auto six_shares = testing::ValuesIn(kills(6));
INSTANTIATE_TEST_SUITE_P(Killed, Edits, one_share, name_of_share);
INSTANTIATE_TEST_SUITE_P(Killed, Seals, six_shares, name_of_share);
INSTANTIATE_TEST_SUITE_P(Killed, Exchanges, six_shares, name_of_share);

// These take long, and are none of the suite's (docs/testing.md).
const auto by_hand = testing::Values(Share{"kill", "kill"},
                                     Share{"torn", "torn"},
                                     Share{"full", "full"},
                                     Share{"short", "short"},
                                     Share{"io", "io"});
INSTANTIATE_TEST_SUITE_P(ByHand, Edits, by_hand, name_of_share);
INSTANTIATE_TEST_SUITE_P(ByHand, Seals, by_hand, name_of_share);
INSTANTIATE_TEST_SUITE_P(ByHand, Exchanges, by_hand, name_of_share);
INSTANTIATE_TEST_SUITE_P(ByHand, Rebuilds, by_hand, name_of_share);
INSTANTIATE_TEST_SUITE_P(ByHand, Migrations, by_hand, name_of_share);
INSTANTIATE_TEST_SUITE_P(ByHand, Recoveries, by_hand, name_of_share);

}  // namespace
}  // namespace guantong
