// Faults and bad input: each ends in a clear error or heals, and nothing is lost.
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/git/repository.h"
#include "client/sqlite/database.h"
#include "client/workspace.h"
#include "sync/commit.h"
#include "tests/support/result_matchers.h"
#include "tests/support/schools.h"

namespace guantong {
namespace {

using test::Schools;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// Runs the real program; a limit on file sizes stands in for a full disk. Killed after `alive`.
int run_program(const Schools& schools,
                const std::string& school,
                std::vector<std::string> arguments,
                rlim_t file_bytes = RLIM_INFINITY,
                std::chrono::milliseconds alive = std::chrono::minutes{2}) {
  const auto workspace = schools.workspace(school).string();
  arguments.insert(arguments.begin(), {GUANTONG_BINARY, "--workspace", workspace, "--lang", "en"});
  const auto child = fork();
  if (child == 0) {
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{file_bytes, file_bytes};
    setrlimit(RLIMIT_FSIZE, &limit);
    std::vector<char*> raw;
    raw.reserve(arguments.size());
    for (auto& argument : arguments)
      raw.push_back(argument.data());
    raw.push_back(nullptr);
    execv(raw.front(), raw.data());
    _exit(127);
  }
  int status = 0;
  const auto end = std::chrono::steady_clock::now() + alive;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > end) kill(child, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int shell(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1").c_str());
}

TEST(Faults, WrongInputIsRefusedInWordsAndChangesNothing) {
  const Schools schools;
  const auto before = schools.digest("bitc");
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"add", "teapot", "code=X"}, "no record type"},
      {{"set", "course:B02015", "sugar=1"}, "no field"},
      {{"set", "course:B02015", "credits=many"}, "it is a number"},
      {{"set", "course:B02015", "credits=31"}, "from 0 to 30"},
      {{"set", "course:B02015", "credits=4.55"}, "decimals"},
      {{"set", "course:B02015", "code=ZZ"}, "of the form"},
      {{"set", "course:B02015", "exam_mode=dance"}, "one of"},
      {{"set", "course:B02015", "name_zh=" + std::string(2'000, 'x')}, "characters"},
      {{"set", "course:B02015", "name_zh=\xFF\xFE"}, "UTF-8"},
      {{"set", "course:B02015", "name_zh=a\x1b[2Jb"}, "control character"},
      {{"set", "course:B02015", "name_zh="}, "must have a value"},
      {{"set", "course:B02015", "owner_org=BSTU"}, "does not change"},
      {{"set", "course:B02015", "credits+=1"}, "holds one value"},
      {{"set", "course:B99999", "credits=1"}, "there is no course"},
      {{"set", "seminar:SM-01", "when_from=2026-02-30"}, "date"},
      {{"set", "problem:PB-01", "owner_org=no such org"}, "cannot be"},
      {{"duty", "request", "duty:DU-07"}, "nobody holds"},
      {{"duty", "accept", "duty:DU-07"}, "waits for that"},
      {{"duty", "claim", "course:B02015"}, "is no duty"},
      {{"duty", "offer", "duty:DU-07", "--to", "nowhere"}, "there is no site"},
      {{"add", "course", "name_zh=无代码"}, "needs code"},
      {{"add", "course", "code=B02015", "name_zh=重复"}, "is taken by"},
      {{"archive", "course:B02015"}, "--why"},
      {{"resolve", "course:B02015.credits", "--take", "1", "--why", "x"}, "not in conflict"},
      {{"accept", "ffffffff"}, "no proposal"},
      {{"admit", "0000-0000"}, "no request"},
      {{"status", "--nonsense"}, "nonsense"},
  };
  for (const auto& [arguments, words] : cases) {
    const auto run = schools.at("bitc", arguments);
    EXPECT_EQ(run.code, 2) << arguments.back() << "\n" << run.out << run.err;
    EXPECT_THAT(run.err + run.out, HasSubstr(words)) << arguments.back();
  }
  EXPECT_EQ(schools.digest("bitc"), before);
}

TEST(Faults, AnErrorSaysWhatIsSafeInBothLanguages) {
  const Schools schools;
  const auto missing = (schools.workspace("bitc") / "nothing").string();
  const auto en = schools.at("bitc", {"remote", "add", "gone", missing});
  EXPECT_EQ(en.code, 0);
  const auto english = schools.at("bitc", {"sync", "gone"});
  EXPECT_EQ(english.code, 3);
  EXPECT_THAT(english.err, HasSubstr("safe"));
  const auto chinese = schools.at("bitc", {"--lang=zh", "sync", "gone"});
  EXPECT_EQ(chinese.code, 3);
  EXPECT_THAT(chinese.err, HasSubstr("安全"));
}

TEST(Faults, TheLogSaysHowCommandsEndedAndHoldsNoValues) {
  const Schools schools;
  schools.act("bitc", {"set", "course:B02015", "credits=5"});
  EXPECT_EQ(schools.at("bitc", {"show", "course:SECRET"}).code, 2);
  std::ifstream log{schools.workspace("bitc") / "log" / "guantong.log"};
  const std::string text{std::istreambuf_iterator<char>{log}, {}};
  EXPECT_THAT(text, HasSubstr("set exit=0"));
  EXPECT_THAT(text, HasSubstr("show exit=2"));
  EXPECT_THAT(text, Not(HasSubstr("SECRET")));
  EXPECT_THAT(text, Not(HasSubstr("B02015")));
}

TEST(Faults, D75MissingDamagedAndNewerWorkspacesAreNamed) {
  const Schools schools;
  EXPECT_EQ(test::run_guantong(schools.workspace("nowhere"), {"status"}).code, 2);
  std::ofstream{schools.workspace("thuhs") / "config.toml"} << "this is = = not toml";
  EXPECT_EQ(schools.at("thuhs", {"status"}).code, 4);
  {
    auto database = Database::open(schools.workspace("bstu") / "replica.sqlite");
    ASSERT_THAT(database, test::is_ok());
    ASSERT_THAT(database->run("PRAGMA user_version = 99"), test::is_ok());
  }
  const auto newer = schools.at("bstu", {"status"});
  EXPECT_EQ(newer.code, 3);
  EXPECT_THAT(newer.err, HasSubstr("newer version"));
  std::filesystem::permissions(schools.workspace("bitc") / "keys" / "device.key",
                               std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  EXPECT_EQ(schools.at("bitc", {"status"}).code, 2);
}

TEST(Faults, D04ARemoteThatIsNoRepositoryOrAnotherConsortiumsIsRefused) {
  const Schools schools;
  const auto plain = schools.workspace("plain");
  std::filesystem::create_directories(plain);
  schools.act("bitc", {"remote", "add", "plain", plain.string()});
  EXPECT_EQ(schools.at("bitc", {"sync", "plain"}).code, 2);

  ASSERT_THAT(create_bare(schools.workspace("other.git")), test::is_ok());
  const auto founded = test::run_guantong(schools.workspace("other"),
                                          {"init",
                                           "--consortium",
                                           "别的",
                                           "--site",
                                           "other",
                                           "--site-name",
                                           "别校",
                                           "--kind",
                                           "university",
                                           "--person",
                                           "某人",
                                           "--email",
                                           "a@example.invalid"});
  ASSERT_EQ(founded.code, 0) << founded.err;
  test::run_guantong(schools.workspace("other"),
                     {"remote", "add", "o", schools.workspace("other.git").string()});
  test::run_guantong(schools.workspace("other"), {"sync"});
  schools.act("bitc", {"remote", "add", "foreign", schools.workspace("other.git").string()});
  const auto before = schools.digest("bitc");
  const auto run = schools.at("bitc", {"sync", "foreign"});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.out, HasSubstr("another consortium"));
  EXPECT_EQ(schools.digest("bitc"), before);
}

/// Replaces the tip of bstu's branch at the remote by what `change` makes of it.
void forge(const Schools& schools, const std::function<void(Commit&)>& change) {
  auto opened = Repository::open(schools.remote());
  ASSERT_THAT(opened, test::is_ok());
  const auto refs = opened->refs("refs/heads/plan/bstu/");
  ASSERT_THAT(refs, test::is_ok());
  ASSERT_THAT(*refs, SizeIs(1));
  const auto raw = opened->read_commit(refs->front().target);
  ASSERT_THAT(raw, test::is_ok());
  auto commit = parse_commit(*raw);
  ASSERT_THAT(commit, test::is_ok());
  change(*commit);
  const auto forged = opened->write_commit(render(*commit));
  ASSERT_THAT(forged, test::is_ok());
  ASSERT_THAT(opened->set_ref(refs->front().name, *forged), test::is_ok());
}

TEST(Faults, D18AnUnsignedCommitIsSetAsideAndTheRestGoesOn) {
  const Schools schools;
  schools.act("bstu", {"set", "course:C03009", "credits=4"});
  schools.act("thuhs", {"set", "problem:PB-03", "severity=low"});
  schools.sync({"bstu", "thuhs"});
  forge(schools, [](Commit& commit) { commit.signature.clear(); });
  const auto run = schools.at("bitc", {"sync"});
  EXPECT_EQ(run.code, 1) << run.err;
  EXPECT_THAT(run.out, HasSubstr("not signed"));
  EXPECT_EQ(schools.ask("bitc", {"show", "course:C03009"}).at("credits"), 3);
  EXPECT_EQ(schools.ask("bitc", {"show", "problem:PB-03"}).at("severity"), "low");
  const auto waiting = schools.ask("bitc", {"status"}).at("set_aside");
  ASSERT_THAT(waiting, SizeIs(1));
  EXPECT_EQ(waiting[0].at("code"), "denied");
}

TEST(Faults, D07ASignatureThatDoesNotCoverTheCommitIsSetAside) {
  const Schools schools;
  schools.act("bstu", {"set", "course:C03009", "credits=4"});
  schools.sync({"bstu"});
  forge(schools, [](Commit& commit) { commit.message.insert(0, "changed "); });
  EXPECT_EQ(schools.at("bitc", {"sync"}).code, 1);
  EXPECT_EQ(schools.ask("bitc", {"show", "course:C03009"}).at("credits"), 3);
}

TEST(Faults, D16AGapInTheNumbersIsSetAside) {
  const Schools schools;
  schools.act("bstu", {"set", "course:C03009", "credits=4"});
  schools.sync({"bstu"});
  forge(schools, [](Commit& commit) { commit.parents.clear(); });
  EXPECT_EQ(schools.at("bitc", {"sync"}).code, 1);
  EXPECT_EQ(schools.ask("bitc", {"show", "course:C03009"}).at("credits"), 3);
}

TEST(Faults, D02ABranchThatGoesBackwardsIsReportedAndHealed) {
  const Schools schools;
  schools.act("bstu", {"set", "course:C03009", "credits=4"});
  schools.sync({"bstu", "bitc"});
  {
    auto opened = Repository::open(schools.remote());
    ASSERT_THAT(opened, test::is_ok());
    const auto refs = opened->refs("refs/heads/plan/bstu/");
    const auto raw = opened->read_commit(refs->front().target);
    const auto commit = parse_commit(*raw);
    ASSERT_THAT(opened->set_ref(refs->front().name, commit->parents.front()), test::is_ok());
  }
  const auto report = schools.ask("bitc", {"sync"});
  EXPECT_THAT(report[0].at("rolled_back"), SizeIs(1));
  EXPECT_THAT(schools.ask("bitc", {"sync"})[0].at("rolled_back"), IsEmpty());
  schools.sync({"thuhs"});
  EXPECT_EQ(schools.ask("thuhs", {"show", "course:C03009"}).at("credits"), 4);
}

TEST(Faults, D69ASecondSyncOfOneWorkspaceIsToldToWait) {
  const Schools schools;
  const auto lock = WorkLock::take(schools.workspace("bitc"));
  ASSERT_THAT(lock, test::is_ok());
  const auto run = schools.at("bitc", {"sync"});
  EXPECT_EQ(run.code, 3);
  EXPECT_THAT(run.err, HasSubstr("Your edits are safe"));
  EXPECT_EQ(schools.at("bitc", {"set", "course:B02015", "credits=5"}).code, 0);
}

TEST(Faults, D69WhatASyncThatWasEndedHasLeftIsInNobodysWay) {
  const Schools schools;
  const auto history = schools.workspace("bitc") / "history.git";
  const auto lock = history / "refs/heads/plan/bitc" / (schools.device("bitc") + ".lock");
  const auto old = history / "objects" / "tmp_object_git2_0123456789abcdef";
  const auto recent = history / "objects" / "pack" / "pack_git2_0123456789abcdef";
  for (const auto& left : {lock, old, recent})
    std::ofstream{left} << "half";
  std::filesystem::last_write_time(
      old, std::filesystem::file_time_type::clock::now() - std::chrono::hours{25});
  schools.act("bitc", {"set", "course:B02015", "credits=5"});
  schools.act("bitc", {"sync"});
  EXPECT_EQ(schools.ask("bitc", {"status"}).at("unsealed"), 0);
  EXPECT_FALSE(std::filesystem::exists(lock));
  EXPECT_FALSE(std::filesystem::exists(old));
  EXPECT_TRUE(std::filesystem::exists(recent)) << "it may be written right now";
}

TEST(Faults, D61ACopiedWorkspaceIsRecognisedAndDoesNotForkItsStream) {
  const Schools schools;
  std::filesystem::copy(schools.workspace("bstu"),
                        schools.workspace("copy"),
                        std::filesystem::copy_options::recursive);
  schools.act("bstu", {"set", "course:C03009", "credits=4"});
  schools.sync({"bstu"});
  schools.act("copy", {"set", "course:C03010", "credits=2"});
  const auto run = schools.at("copy", {"sync"});
  EXPECT_EQ(run.code, 4);
  EXPECT_THAT(run.err, HasSubstr("copied or restored"));
  schools.sync({"bitc", "bstu"});
  EXPECT_EQ(schools.at("bitc", {"verify"}).code, 0);
}

TEST(Faults, D65KilledAtAnyMomentASyncLosesAndDoublesNothing) {
  const Schools schools;
  for (int i = 0; i < 12; ++i) {
    ASSERT_EQ(
        run_program(
            schools, "bstu", {"set", "course:C03009", "hours_theory=" + std::to_string(20 + i)}),
        0);
    run_program(schools, "bstu", {"sync"}, RLIM_INFINITY, std::chrono::milliseconds{5 * i});
  }
  schools.sync_all();
  EXPECT_EQ(schools.ask("bitc", {"show", "course:C03009"}).at("hours_theory"), 31);
  const auto history = schools.ask("bitc", {"history", "course:C03009.hours_theory"});
  EXPECT_THAT(history, SizeIs(13));
  schools.expect_agreement();
  EXPECT_EQ(schools.at("bstu", {"verify"}).code, 0);
}

TEST(Faults, D67AFullDiskKeepsWhatWasSavedAndSaysSo) {
  const Schools schools;
  const auto before = schools.digest("bitc");
  EXPECT_EQ(run_program(schools, "bitc", {"set", "course:B02015", "credits=5"}, 4096), 3);
  EXPECT_EQ(schools.digest("bitc"), before);
  schools.act("bitc", {"set", "course:B02015", "credits=5"});
  EXPECT_EQ(run_program(schools, "bitc", {"sync"}, 4096), 3);
  EXPECT_EQ(schools.ask("bitc", {"show", "course:B02015"}).at("credits"), 5);
  schools.sync_all();
  schools.expect_agreement();
  EXPECT_EQ(schools.at("bitc", {"verify"}).code, 0);
}

TEST(Faults, D21AnEditOfTheReplicaBesideUsIsNamedByVerifyAndHealedByRebuild) {
  const Schools schools;
  {
    auto database = Database::open(schools.workspace("thuhs") / "replica.sqlite");
    ASSERT_THAT(database, test::is_ok());
    ASSERT_THAT(database->run("UPDATE course SET credits = 990 WHERE code = 'B02015'"),
                test::is_ok());
  }
  const auto run = schools.at("thuhs", {"verify"});
  EXPECT_EQ(run.code, 4);
  EXPECT_THAT(run.out, HasSubstr("course:B02015.credits"));
  schools.act("thuhs", {"rebuild"});
  EXPECT_EQ(schools.at("thuhs", {"verify"}).code, 0);
}

TEST(Faults, D31ALostReplicaIsMadeAnewWithTheSameDigest) {
  const Schools schools;
  schools.act("bstu", {"set", "course:B02015", "credits=3"});
  schools.sync_all();
  const auto before = schools.digest("bstu");
  for (const auto* ending : {"", "-wal", "-shm"})
    std::filesystem::remove(schools.workspace("bstu").string() + "/replica.sqlite" + ending);
  schools.act("bstu", {"rebuild"});
  EXPECT_EQ(schools.digest("bstu"), before);
  EXPECT_EQ(schools.at("bstu", {"verify"}).code, 0);
  EXPECT_THAT(schools.ask("bstu", {"proposals"}), SizeIs(1));
}

TEST(Faults, EditsWaitForAdmissionAndAreSentAfterwards) {
  const Schools schools;
  const auto joined = schools.ask("guest",
                                  {"join",
                                   schools.remote().string(),
                                   "--consortium",
                                   schools.consortium(),
                                   "--site",
                                   "bstu",
                                   "--person",
                                   "新教师",
                                   "--email",
                                   "new@example.invalid"});
  EXPECT_EQ(schools.ask("guest", {"show", "course:C03009"}).at("credits"), 3);
  EXPECT_EQ(schools.ask("guest", {"set", "course:C03009", "credits=2"}).at("waits_for_admission"),
            true);
  schools.sync({"guest", "bitc"});
  EXPECT_EQ(schools.ask("bitc", {"show", "course:C03009"}).at("credits"), 3);
  schools.act("bstu", {"admit", joined.at("code"), "--role", "teacher"});
  schools.sync({"bstu", "guest", "bitc"});
  EXPECT_EQ(schools.ask("bitc", {"show", "course:C03009"}).at("credits"), 2);
  EXPECT_EQ(schools.at("guest", {"verify"}).code, 0);
}

TEST(Faults, D39WhoMayNotAdmitIsRefused) {
  const Schools schools;
  schools.add_computer("teacher", "bstu", "teacher");
  const auto joined = schools.ask("guest",
                                  {"join",
                                   schools.remote().string(),
                                   "--consortium",
                                   schools.consortium(),
                                   "--site",
                                   "thuhs",
                                   "--person",
                                   "新教师",
                                   "--email",
                                   "new@example.invalid"});
  EXPECT_EQ(schools.at("teacher", {"admit", joined.at("code")}).code, 2);
  EXPECT_EQ(schools.at("bstu", {"admit", joined.at("code")}).code, 2);
  EXPECT_EQ(schools.at("thuhs", {"admit", joined.at("code")}).code, 0);
}

TEST(Faults, D72NothingOfASchoolsOwnRecordsReachesTheRemote) {
  const Schools schools;
  schools.act("bitc", {"add", "student", "student_no=20249999", "name=周虚构九十九"});
  schools.sync_all();
  EXPECT_EQ(schools.ask("bitc", {"show", "student:20249999"}).at("name"), "周虚构九十九");
  EXPECT_EQ(schools.ask("bitc", {"status"}).at("kept_here"), 1);
  const std::string found =
      "git -C " + schools.remote().string() +
      " cat-file --batch --batch-all-objects | grep -a -q -e 周虚构九十九 -e 20249999";
  EXPECT_NE(shell(found), 0);
  const std::string own =
      "git -C " + (schools.workspace("bitc") / "history.git").string() +
      " cat-file --batch --batch-all-objects | grep -a -q -e 周虚构九十九 -e 20249999";
  EXPECT_NE(shell(own), 0);
  schools.act("bitc", {"rebuild"});
  EXPECT_EQ(schools.ask("bitc", {"show", "student:20249999"}).at("name"), "周虚构九十九");
}

TEST(Faults, StockGitFindsTheSharedRepositoryWholeAndEverySignatureGood) {
  const Schools schools;
  schools.act("bstu", {"set", "course:C03009", "credits=4"});
  schools.sync_all();
  const auto remote = schools.remote().string();
  EXPECT_EQ(shell("git -C " + remote + " fsck --strict"), 0);
  const auto signers = (schools.workspace("bitc") / "signers").string();
  std::ofstream{signers} << schools.at("bitc", {"allowed-signers"}).out;
  const std::string verify = "for commit in $(git -C " + remote + " rev-list --all); do git -C " +
                             remote +
                             " -c gpg.format=ssh -c gpg.ssh.allowedSignersFile=" + signers +
                             " verify-commit $commit || exit 1; done";
  EXPECT_EQ(shell(verify), 0);
  std::ofstream{signers} << "";
  EXPECT_NE(shell(verify), 0);
}

TEST(Faults, ARehearsalCountsWhatTheRealSyncThenDoes) {
  const Schools schools;
  schools.act("bstu", {"set", "course:C03009", "credits=4"});
  schools.sync({"bstu"});
  const auto before = schools.digest("bitc");
  const auto rehearsal = schools.ask("bitc", {"sync", "--dry-run"});
  EXPECT_EQ(schools.digest("bitc"), before);
  const auto real = schools.ask("bitc", {"sync"});
  EXPECT_EQ(rehearsal[0].at("received"), real[0].at("received"));
  EXPECT_EQ(real[0].at("received").at("changes"), 1);
}

TEST(Faults, UndoLeavesNoTraceBeforeSealingAndIsAChangeAfterwards) {
  const Schools schools;
  const auto before = schools.digest("bitc");
  schools.act("bitc", {"set", "course:B02015", "credits=5"});
  schools.act("bitc", {"undo"});
  EXPECT_EQ(schools.digest("bitc"), before);
  schools.act("bitc", {"set", "course:B02015", "credits=5"});
  schools.sync_all();
  schools.act("bitc", {"undo"});
  schools.sync_all();
  EXPECT_EQ(schools.ask("thuhs", {"show", "course:B02015"}).at("credits"), 4);
  EXPECT_THAT(schools.ask("thuhs", {"history", "course:B02015.credits"}), SizeIs(3));
  schools.expect_agreement();
}

TEST(Faults, ImportingAFileAgainChangesNothing) {
  const Schools schools;
  const auto file = std::string{GUANTONG_DATA_DIR "/demo/courses.csv"};
  const auto report = schools.ask("bitc", {"import", "csv", file});
  EXPECT_EQ(report.at("same"), 68);
  EXPECT_EQ(report.at("added"), 0);
  EXPECT_EQ(report.at("changed"), 0);
  const auto exported = schools.at("bitc", {"export", "csv", "-", "--type", "course"});
  EXPECT_THAT(exported.out, HasSubstr("数据库原理与应用"));
}

}  // namespace
}  // namespace guantong
