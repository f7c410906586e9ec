// What happens to schools' computers: copied, restored, cut off, damaged, with a wrong clock.
// Nothing is lost, nothing is there twice, and what is wrong is said.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include "client/git/repository.h"
#include "client/reading.h"
#include "client/sqlite/database.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "tests/support/earlier_replicas.h"
#include "tests/support/forger.h"
#include "tests/support/result_matchers.h"
#include "tests/support/schools.h"

namespace guantong {
namespace {

using test::bstu_course;
using test::Forger;
using test::Letter;
using test::Schools;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class Accidents : public testing::Test {
protected:
  Json credits(const std::string& school, const std::string& of = bstu_course) const {
    return schools.ask(school, {"show", of}).at("credits");
  }
  Json history(const std::string& school, const std::string& of = bstu_course) const {
    return schools.ask(school, {"history", of + ".credits"});
  }
  /// Goes on as a new device, and lets bitc admit that and put the old one out.
  Json recover(const std::string& school) const {
    const auto recovered = schools.ask(school, {"recover"});
    schools.sync({school});
    schools.act("bitc", {"admit", recovered.at("code"), "--role", "coordinator"});
    schools.sync({"bitc", school, "bitc"});
    return recovered;
  }
  void remove_replica(const std::string& school) const {
    for (const auto* ending : {"", "-wal", "-shm"})
      std::filesystem::remove(schools.workspace(school).string() + "/replica.sqlite" + ending);
  }
  void expect_sound(const std::string& school) const {
    const auto run = schools.at(school, {"verify"});
    EXPECT_EQ(run.code, 0) << school << "\n" << run.out << run.err;
  }
  Schools schools;
};

TEST_F(Accidents, D61ACloneGoesOnAsANewDeviceWithItsOwnWorkOnceAndOnlyOnce) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});  // Not sent yet: the clone has it too.
  schools.copy_computer("bstu", "clone");
  schools.act("bstu", {"set", "course:C03010", "credits=2"});
  schools.sync({"bstu", "bitc"});
  schools.act("clone", {"set", "course:C03011", "credits=1"});
  const auto refused = schools.at("clone", {"sync"});
  EXPECT_EQ(refused.code, 4);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("copied or restored"), HasSubstr("guantong recover")));

  const auto recovered = recover("clone");
  EXPECT_EQ(recovered.at("carried"), 1);
  EXPECT_EQ(recovered.at("known"), 1);
  EXPECT_EQ(schools.at("clone", {"recover"}).code, 2) << "once is enough";
  schools.sync_all();
  EXPECT_EQ(credits("bitc"), 4);
  EXPECT_EQ(credits("bitc", "course:C03010"), 2);
  EXPECT_EQ(credits("bitc", "course:C03011"), 1);
  EXPECT_THAT(history("bitc"), SizeIs(2)) << "what both copies held is there once";
  EXPECT_THAT(history("bitc", "course:C03011"), SizeIs(2));
  EXPECT_EQ(schools.ask("bitc", {"status"}).at("forked"), 0);
  EXPECT_EQ(schools.digest("clone"), schools.digest("bitc"));
  schools.expect_agreement();
  for (const auto* school : {"bitc", "bstu", "clone"})
    expect_sound(school);
}

TEST_F(Accidents, D61ACloneThatRecoversHasTheOthersNewWorkInItsHistory) {
  schools.copy_computer("bstu", "clone");
  schools.act("bstu", {"set", "course:C03010", "credits=2"});
  schools.sync({"bstu"});
  schools.act("bitc", {"set", "course:B02015", "credits=5"});
  schools.sync({"bitc"});
  EXPECT_EQ(schools.at("clone", {"sync"}).code, 4);
  recover("clone");
  expect_sound("clone");
}

TEST_F(Accidents, D61TwoClonesThatBothSealedAreToldApartAtTheNextExchange) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.copy_computer("bstu", "clone");
  schools.act("bstu", {"set", "course:C03010", "credits=2"});
  schools.digest("bstu");  // Seals, and sends nothing.
  schools.act("clone", {"set", "course:C03011", "credits=1"});
  schools.digest("clone");
  schools.sync({"bstu"});
  EXPECT_EQ(schools.at("clone", {"sync"}).code, 4);
  recover("clone");
  schools.sync_all();
  EXPECT_EQ(credits("bitc"), 4);
  EXPECT_EQ(credits("bitc", "course:C03010"), 2);
  EXPECT_EQ(credits("bitc", "course:C03011"), 1);
  EXPECT_THAT(history("bitc"), SizeIs(2));
  EXPECT_EQ(schools.ask("bitc", {"status"}).at("forked"), 0);
  schools.expect_agreement();
  expect_sound("clone");
}

TEST_F(Accidents, D61ACloneOfBeforeTheKeyWasReplacedIsRecognisedToo) {
  schools.copy_computer("bstu", "clone");
  schools.act("bstu", {"rotate"});
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu", "bitc"});
  schools.act("clone", {"set", "course:C03010", "credits=2"});
  EXPECT_EQ(schools.at("clone", {"sync"}).code, 4);
  schools.sync({"bitc"});
  EXPECT_EQ(schools.ask("bitc", {"status"}).at("forked"), 0);
  recover("clone");
  schools.sync_all();
  EXPECT_EQ(credits("bitc", "course:C03010"), 2);
  EXPECT_EQ(credits("bitc"), 4);
  expect_sound("clone");
}

TEST_F(Accidents, D61OfASharedComputerEveryEditKeepsItsAuthor) {
  const auto fresh = schools.ask("bstu", {"as", "林示九", "--email", "b09@example.invalid"});
  schools.sync({"bstu"});
  schools.act("bitc", {"admit", fresh.at("code")});
  schools.sync({"bitc", "bstu"});
  schools.copy_computer("bstu", "clone");
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu"});
  schools.act("clone", {"set", "course:C03010", "credits=2"});  // By 林示九.
  schools.act("clone", {"as", "翟示六"});
  schools.act("clone", {"set", "course:C03011", "credits=1"});
  const auto first = recover("clone");
  EXPECT_EQ(first.at("carried"), 2);
  schools.act("clone", {"as", "林示九"});
  schools.sync({"clone"});
  const auto code = schools.ask("clone", {"status"}).at("request_code");
  schools.act("clone", {"as", "翟示六"});
  if (code != "") {
    schools.act("bitc", {"admit", code});
    schools.sync({"bitc", "clone"});
  }
  schools.sync({"clone", "bitc"});
  EXPECT_EQ(history("bitc", "course:C03010").back().at("person"), "林示九");
  EXPECT_EQ(history("bitc", "course:C03011").back().at("person"), "翟示六");
}

TEST_F(Accidents, D62MondaysBackupIsRecognisedAndReusesNoNumber) {
  schools.copy_computer("bstu", "backup");
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu", "bitc"});
  schools.act("bstu", {"set", bstu_course, "credits=5"});
  schools.sync({"bstu", "bitc"});
  schools.copy_computer("backup", "bstu");
  schools.act("bstu", {"set", "course:C03010", "credits=2"});
  const auto before = schools.digest("bitc");
  EXPECT_EQ(schools.at("bstu", {"sync"}).code, 4);
  schools.sync({"bitc"});
  EXPECT_EQ(schools.digest("bitc"), before) << "nothing was sent";
  const auto recovered = recover("bstu");
  EXPECT_EQ(recovered.at("carried"), 1);
  schools.sync_all();
  EXPECT_EQ(credits("bstu"), 5);
  EXPECT_EQ(credits("bitc", "course:C03010"), 2);
  EXPECT_THAT(history("bitc"), SizeIs(3));
  schools.expect_agreement();
  expect_sound("bstu");
}

TEST_F(Accidents, D62ABackupThatHasWrittenNothingYetIsRecognisedToo) {
  schools.copy_computer("bstu", "backup");
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu", "bitc"});
  schools.copy_computer("backup", "bstu");
  EXPECT_EQ(schools.at("bstu", {"sync"}).code, 4);
  EXPECT_EQ(recover("bstu").at("carried"), 0);
  EXPECT_EQ(credits("bstu"), 4);
}

TEST_F(Accidents, D31ALostHistoryAndReplicaReuseNoNumber) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu", "bitc"});
  // Key and configuration were on another disk.
  std::filesystem::remove_all(schools.workspace("bstu") / "history.git");
  remove_replica("bstu");
  ASSERT_THAT(Repository::create(schools.workspace("bstu") / "history.git"), test::is_ok());
  const auto run = schools.at("bstu", {"sync"});
  EXPECT_EQ(run.code, 4) << run.out << run.err;
  EXPECT_EQ(recover("bstu").at("carried"), 0);
  schools.act("bstu", {"set", bstu_course, "credits=5"});
  schools.sync_all();
  EXPECT_EQ(credits("bitc"), 5);
  EXPECT_EQ(schools.ask("bitc", {"status"}).at("forked"), 0);
  expect_sound("bstu");
}

TEST_F(Accidents, D63ARemoteThatForgotEverythingIsGivenItAgain) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync_all();
  const auto before = schools.digest("bitc");
  std::filesystem::remove_all(schools.remote());
  ASSERT_THAT(create_bare(schools.remote()), test::is_ok());
  const auto report = schools.ask("bitc", {"sync"});
  EXPECT_THAT(report[0].at("rolled_back"), Not(IsEmpty())) << "it is said";
  EXPECT_EQ(schools.digest("bitc"), before) << "nothing was taken for a deletion";
  schools.ask_to_join("guest", "bstu", "新教师");
  EXPECT_EQ(credits("guest"), 4);
  schools.sync_all();
  schools.expect_agreement();
}

TEST_F(Accidents, D64AReplicaBehindItsHistoryCatchesUp) {
  const auto replica = schools.workspace("bstu") / "replica.sqlite";
  const auto kept = replica.string() + ".kept";
  std::filesystem::copy(replica, kept);
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.act("thuhs", {"set", "problem:PB-03", "severity=low"});
  schools.sync({"thuhs", "bstu"});  // The branches moved; then the power went, and the replica.
  remove_replica("bstu");
  std::filesystem::rename(kept, replica);
  EXPECT_EQ(credits("bstu"), 3);
  schools.sync_all();
  EXPECT_EQ(credits("bstu"), 4);
  EXPECT_THAT(history("bitc"), SizeIs(2));
  schools.expect_agreement();
  expect_sound("bstu");
}

TEST_F(Accidents, D64AReplicaThatWasRestoredFromBeforeItSealedIsRecovered) {
  const auto replica = schools.workspace("bstu") / "replica.sqlite";
  const auto kept = replica.string() + ".kept";
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  std::filesystem::copy(replica, kept);
  schools.sync({"bstu", "bitc"});
  remove_replica("bstu");
  std::filesystem::rename(kept, replica);
  // It holds the edit as unsealed, the history holds it sealed: one of the two is a copy.
  EXPECT_EQ(schools.at("bstu", {"sync"}).code, 4);
  const auto recovered = recover("bstu");
  EXPECT_EQ(recovered.at("known"), 1);
  EXPECT_EQ(recovered.at("carried"), 0);
  schools.sync_all();
  EXPECT_THAT(history("bitc"), SizeIs(2));
  schools.expect_agreement();
}

TEST_F(Accidents, D64AHistoryBehindItsReplicaIsNamed) {
  const auto folder = schools.workspace("bstu");
  std::filesystem::copy(
      folder / "history.git", folder / "kept.git", std::filesystem::copy_options::recursive);
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu", "bitc"});
  std::filesystem::remove_all(folder / "history.git");
  std::filesystem::rename(folder / "kept.git", folder / "history.git");
  EXPECT_EQ(schools.at("bstu", {"verify"}).code, 4);
  // What a remote has of it comes back; a number is not used twice.
  schools.at("bstu", {"sync"});
  schools.act("bstu", {"set", bstu_course, "credits=5"});
  schools.at("bstu", {"sync"});
  schools.sync({"bitc"});
  EXPECT_EQ(schools.ask("bitc", {"status"}).at("forked"), 0);
}

/// Damages the latest commit of bitc's own branch, and returns its id.
std::string damage_history(const Schools& schools) {
  Forger forger{schools, "bitc"};
  const auto id = to_hex(forger.latest().id.raw());
  const auto object =
      schools.workspace("bitc") / "history.git" / "objects" / id.substr(0, 2) / id.substr(2);
  EXPECT_TRUE(std::filesystem::exists(object));
  std::filesystem::permissions(object, std::filesystem::perms::owner_all);
  std::fstream file{object, std::ios::in | std::ios::out | std::ios::binary};
  // Whatever the byte was, it is another one now.
  file.seekg(20);
  const int was = file.get();
  file.seekp(20);
  file.put(static_cast<char>(was ^ 0x55));
  return id;
}

TEST_F(Accidents, D66ADamagedObjectIsNamedAndFetchedAgain) {
  schools.act("bitc", {"set", "course:B02015", "credits=5"});
  schools.sync_all();
  const auto id = damage_history(schools);
  schools.act("bitc", {"set", "course:B02015", "credits=6"});
  const auto digest = schools.digest("bitc");  // Seals, and sends nothing.
  const auto run = schools.at("bitc", {"verify"});
  EXPECT_EQ(run.code, 4);
  EXPECT_THAT(run.out + run.err, HasSubstr(id.substr(0, 12)));
  EXPECT_EQ(schools.ask("bitc", {"rebuild"}).at("mended_from"), Json::array({"origin"}));
  EXPECT_EQ(credits("bitc", "course:B02015"), 6) << "also what nobody else has yet";
  EXPECT_EQ(schools.digest("bitc"), digest);
  expect_sound("bitc");
  schools.sync_all();
  schools.expect_agreement();
  EXPECT_TRUE(std::filesystem::exists(schools.workspace("bitc") / "history.git.damaged"));
}

/// Turns a byte of the changes that a school's replica keeps into another one.
void damage_kept_changes(const Schools& schools, const std::string& school) {
  auto database = Database::open(schools.workspace(school) / "replica.sqlite");
  ASSERT_THAT(database, test::is_ok());
  auto longest = database->prepare("SELECT id, bytes FROM run ORDER BY length(bytes) DESC LIMIT 1");
  ASSERT_THAT(longest, test::is_ok());
  ASSERT_THAT(longest->step(), test::is_ok());
  const auto id = longest->int64(0);
  std::string bytes{longest->bytes(1)};
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
  longest->reset();
  auto update = database->prepare("UPDATE run SET bytes = ? WHERE id = ?");
  ASSERT_THAT(update, test::is_ok());
  ASSERT_THAT(update->bind_blob(1, bytes), test::is_ok());
  ASSERT_THAT(update->bind(2, id), test::is_ok());
  ASSERT_THAT(update->run(), test::is_ok());
}

TEST_F(Accidents, ADamagedCopyOfAChangeIsNamedThoughNothingReadsItAndMadeAnew) {
  schools.act("bitc", {"set", "course:B02015", "credits=5"});
  schools.sync_all();
  damage_kept_changes(schools, "bstu");
  const auto run = schools.at("bstu", {"verify"});
  EXPECT_EQ(run.code, 4);
  EXPECT_THAT(run.out, HasSubstr("what the replica keeps of this commit is damaged"));
  schools.act("bstu", {"rebuild"});
  expect_sound("bstu");
}

/// Has a school's replica say something else in one place.
void rewrite_replica(const Schools& schools, const std::string& school, const char* sql) {
  auto database = Database::open(schools.workspace(school) / "replica.sqlite");
  ASSERT_THAT(database, test::is_ok());
  ASSERT_THAT(database->run(sql), test::is_ok());
}

TEST_F(Accidents, WhatMergingNeedsOnlyLaterIsComparedByVerify) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});  // Built on what bitc wrote.
  schools.sync_all();
  for (const auto* sql : {
           // The heads of one record, as if they were those of another one.
           "UPDATE record SET state = (SELECT state FROM record WHERE id = (SELECT max(record) "
           "FROM "
           "course)) WHERE id = (SELECT min(record) FROM course)",
           "UPDATE batch SET verdict = 3 WHERE number = 1",
           "UPDATE batch SET under_n = under_n + 1 WHERE under_n > 0",
           "UPDATE reach SET bytes = x'00' WHERE length(bytes) > 1",
           // An index that leaves out what it should have.
           "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '<> 0', '= "
           "0') "
           "WHERE name = 'batch_quarantined'",
       }) {
    rewrite_replica(schools, "bstu", sql);
    const auto run = schools.at("bstu", {"verify"});
    EXPECT_EQ(run.code, 4) << sql << run.out << run.err;
    schools.act("bstu", {"rebuild"});
    expect_sound("bstu");
  }
}

TEST_F(Accidents, D66ADamagedObjectThatNobodyElseHasIsNamedAndNothingIsThrownAway) {
  schools.act("bitc", {"set", "course:B02015", "credits=5"});
  schools.sync({"bitc"});
  damage_history(schools);
  std::filesystem::rename(schools.remote(), schools.remote().string() + ".away");
  const auto run = schools.at("bitc", {"rebuild"});
  EXPECT_EQ(run.code, 4);
  EXPECT_THAT(run.err, AllOf(HasSubstr("plan/bitc/"), HasSubstr("nothing was changed")));
  EXPECT_EQ(credits("bitc", "course:B02015"), 5) << "the replica is left as it is";
  std::filesystem::rename(schools.remote().string() + ".away", schools.remote());
  schools.act("bitc", {"rebuild"});
  expect_sound("bitc");
}

TEST_F(Accidents, D66ADamagedBranchAtARemoteKeepsNobodyFromTheOthers) {
  schools.act("thuhs", {"set", "problem:PB-03", "severity=low"});
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"thuhs", "bstu"});
  // A reference that leads to no commit.
  Forger forger{schools, "bstu"};
  const auto tree = forger.latest().commit.tree;
  std::ofstream{schools.remote() / "refs" / "heads" / forger.branch()} << tree << '\n';
  const auto run = schools.at("bitc", {"sync"});
  EXPECT_EQ(run.code, 1) << run.out << run.err;
  EXPECT_EQ(schools.ask("bitc", {"show", "problem:PB-03"}).at("severity"), "low");
  EXPECT_EQ(credits("bitc"), 3);
  EXPECT_THAT(schools.ask("bitc", {"status"}).at("set_aside"), SizeIs(1));
}

TEST_F(Accidents, D66ADamagedPageOfTheReplicaIsSaidAndHealedByARebuild) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu"});
  const auto before = schools.digest("bstu");
  const auto replica = schools.workspace("bstu") / "replica.sqlite";
  {
    std::fstream file{replica, std::ios::in | std::ios::out | std::ios::binary};
    const auto size = std::filesystem::file_size(replica);
    for (std::uintmax_t at = 4096 * 3; at < size; at += std::uintmax_t{4096} * 5) {
      file.seekp(static_cast<std::streamoff>(at));
      file << std::string(64, '\xAA');
    }
  }
  const auto run = schools.at("bstu", {"verify"});
  EXPECT_NE(run.code, 0);
  remove_replica("bstu");
  schools.act("bstu", {"rebuild"});
  EXPECT_EQ(schools.digest("bstu"), before);
  expect_sound("bstu");
}

TEST_F(Accidents, D67AStickThatIsPulledOutOrCannotBeWrittenIsSaidAndTriedAgain) {
  schools.add_stick("stick", {"bstu"});
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  const auto path = schools.remote().parent_path() / "stick.git";
  const auto away = schools.remote().parent_path() / "away.git";
  std::filesystem::rename(path, away);
  const auto gone = schools.at("bstu", {"sync", "stick"});
  EXPECT_EQ(gone.code, 3);
  EXPECT_THAT(gone.err, HasSubstr("Your edits are safe"));
  // Put in again, half of its objects lost.
  std::filesystem::rename(away, path);
  schools.act("bstu", {"sync", "stick"});
  schools.act("bitc", {"remote", "add", "stick", path.string()});
  schools.act("bitc", {"sync", "stick"});
  EXPECT_EQ(credits("bitc"), 4);
}

TEST_F(Accidents, D68ALockedReplicaIsWaitedForAWhileAndThenSaid) {
  auto other = Database::open(schools.workspace("bstu") / "replica.sqlite");
  ASSERT_THAT(other, test::is_ok());
  ASSERT_THAT(other->run("BEGIN IMMEDIATE"), test::is_ok());
  const auto run = schools.at("bstu", {"set", bstu_course, "credits=4"});
  EXPECT_EQ(run.code, 3);
  EXPECT_THAT(run.err, HasSubstr("Try again"));
  ASSERT_THAT(other->run("ROLLBACK"), test::is_ok());
  EXPECT_EQ(schools.at("bstu", {"set", bstu_course, "credits=4"}).code, 0);
}

TEST_F(Accidents, D70AFileSyncingServiceIsWarnedOfAndItsFilesDoNoHarm) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu"});
  const auto folder = schools.workspace("bstu");
  std::filesystem::copy(folder / "replica.sqlite",
                        folder / "replica (conflicted copy 2027-03-01).sqlite");
  const auto refs = folder / "history.git" / "refs" / "heads" / "plan" / "bstu";
  std::filesystem::create_directories(refs);
  std::ofstream{refs / (schools.device("bstu") + " (conflicted copy)")} << "garbage\n";
  std::filesystem::create_directory(folder / ".stfolder");
  const auto edit = schools.at("bstu", {"set", bstu_course, "credits=5"});
  EXPECT_EQ(edit.code, 0);
  EXPECT_THAT(
      edit.err,
      AllOf(HasSubstr("Syncthing"), HasSubstr("replica (conflicted copy 2027-03-01).sqlite")));
  schools.sync_all();
  EXPECT_EQ(credits("bitc"), 5);
  expect_sound("bstu");
}

/// Gives the changes of bstu's latest batch another time, as a computer with that clock would have.
void set_clock(const Schools& schools, std::uint64_t ms) {
  Forger forger{schools, "bstu"};
  auto letter = forger.altered(forger.latest(), [&](Batch& batch) {
    std::uint32_t count = 0;
    for (auto& change : batch.changes)
      change.time = {ms, count++};
  });
  letter.commit.author.time_s = letter.commit.committer.time_s =
      static_cast<std::int64_t>(ms / 1000);
  forger.sign(letter);
  forger.post(letter);
}

class Clocks : public Accidents, public testing::WithParamInterface<std::uint64_t> {};

TEST_P(Clocks, D24D25AWrongClockLosesNothingGainsNothingAndIsTold) {
  const auto ms = GetParam();
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.act("bstu", {"set", "duty:DU-07", "title_zh=错钟的名称"});
  schools.sync({"bstu"});
  set_clock(schools, ms);
  schools.act("thuhs", {"set", "duty:DU-07", "title_zh=准钟的名称"});
  schools.sync({"thuhs"});
  const auto remarks = schools.ask("bitc", {"sync"}).front().at("remarks").dump();
  EXPECT_THAT(remarks, AllOf(HasSubstr("it is dated "), HasSubstr("plan/bstu/")));
  EXPECT_EQ(credits("bitc"), 4);
  EXPECT_EQ(history("bitc").back().at("at_ms"), ms) << "shown as it was signed";
  EXPECT_EQ(history("bitc").back().at("time_uncertain"), true);
  EXPECT_THAT(schools.at("bitc", {"history", bstu_course}).out, HasSubstr("(time uncertain)"));
  // Neither the earlier nor the later of the two wins by its clock.
  const auto conflicts = schools.ask("bitc", {"conflicts"});
  ASSERT_THAT(conflicts, SizeIs(1));
  EXPECT_NE(schools.ask("bitc", {"show", "duty:DU-07"}).at("title_zh"), "错钟的名称");
  // Who answers has seen it, and so comes after it, whatever the clocks say.
  schools.act("bitc", {"resolve", "duty:DU-07.title_zh", "--take", "1", "--why", "定名"});
  schools.act("bitc", {"set", bstu_course, "credits=5"});
  schools.sync({"bitc"});
  EXPECT_THAT(schools.ask("thuhs", {"sync"}).front().at("remarks"), IsEmpty())
      << "whose clock is right is not blamed for building on it";
  EXPECT_THAT(schools.ask("thuhs", {"conflicts"}), IsEmpty());
  EXPECT_EQ(schools.ask("thuhs", {"show", "duty:DU-07"}).at("title_zh"),
            schools.ask("bitc", {"show", "duty:DU-07"}).at("title_zh"));
  const auto story = schools.ask("thuhs", {"history", "duty:DU-07.title_zh"});
  EXPECT_EQ(story.back().at("site"), "bitc") << "the order is the causal one";
  EXPECT_EQ(schools.digest("thuhs"), schools.digest("bitc"));
  expect_sound("thuhs");
  // Nobody else's clock follows it.
  EXPECT_LT(story.back().at("at_ms").get<std::uint64_t>(), 1'924'992'000'000U);
  EXPECT_GT(story.back().at("at_ms").get<std::uint64_t>(), 1'700'000'000'000U);
}

INSTANTIATE_TEST_SUITE_P(Of,
                         Clocks,
                         testing::Values(0U,                    // 1970, the battery dead.
                                         1'924'992'000'000U,    // 2031.
                                         99'999'999'999'999U),  // The last that there is: D23.
                         [](const auto& clock) {
                           return clock.param == 0                   ? "1970"
                                  : clock.param < 2'000'000'000'000U ? "2031"
                                                                     : "TheLastTimeThereIs";
                         });

TEST_F(Accidents, D23ATimeBeyondTheLastIsRefused) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu"});
  set_clock(schools, 100'000'000'000'000U);
  EXPECT_EQ(schools.at("bitc", {"sync"}).code, 1);
  EXPECT_EQ(credits("bitc"), 3);
  EXPECT_THAT(schools.ask("bitc", {"status"}).at("set_aside"), SizeIs(1));
}

TEST_F(Accidents, D26AClockThatIsSetBackGivesNoTimeTwiceAndLosesNoOrder) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  {
    // As if it had been 2031 until now.
    auto database = Database::open(schools.workspace("bstu") / "replica.sqlite");
    ASSERT_THAT(database, test::is_ok());
    ASSERT_THAT(database->run("UPDATE meta SET value = CAST('1924992000000 7' AS BLOB) "
                              "WHERE key = 'time'"),
                test::is_ok());
  }
  schools.act("bstu", {"set", bstu_course, "credits=5"});
  schools.act("bstu", {"set", bstu_course, "credits=6"});
  schools.sync_all();
  const auto story = history("bitc");
  ASSERT_THAT(story, SizeIs(4));
  EXPECT_EQ(story[2].at("at_ms"), 1'924'992'000'000U);
  EXPECT_EQ(story[3].at("at_ms"), 1'924'992'000'000U) << "with a counter beside it";
  EXPECT_EQ(credits("bitc"), 6);
  schools.expect_agreement();
  expect_sound("bstu");
}

TEST_F(Accidents, D29OneMomentAtTwoSitesIsAConflictAndTheSameEverywhere) {
  schools.act("bstu", {"set", "duty:DU-07", "title_zh=甲"});
  schools.act("thuhs", {"set", "duty:DU-07", "title_zh=乙"});
  schools.sync({"bstu", "thuhs"});
  set_clock(schools, 1'800'000'000'000U);
  Forger forger{schools, "thuhs"};
  forger.post(forger.altered(
      forger.latest(), [](Batch& batch) { batch.changes.back().time = {1'800'000'000'000U, 0}; }));
  // Taken from the remote alone: each computer's own copy of the two is another.
  schools.sync({"bitc"});
  schools.ask_to_join("guest", "bstu", "新教师");
  EXPECT_THAT(schools.ask("bitc", {"conflicts"}), SizeIs(1));
  EXPECT_EQ(schools.digest("guest"), schools.digest("bitc"));
}

TEST_F(Accidents, D30ADateIsTheSameInEveryTimeZone) {
  std::vector<std::string> shown;
  for (const auto* zone : {"Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Shanghai"}) {
    setenv("TZ", zone, 1);
    tzset();
    schools.act("bitc", {"set", "seminar:SM-01", "when_from=2026-03-29"});
    shown.push_back(schools.ask("bitc", {"show", "seminar:SM-01"}).at("when_from"));
  }
  unsetenv("TZ");
  tzset();
  EXPECT_THAT(shown, Each(std::string{"2026-03-29"}));
  EXPECT_LE(schools.ask("bitc", {"status"}).at("unsealed").get<int>(), 1)
      << "no time zone makes another value of it";
}

TEST_F(Accidents, D74AComputerThatWasAwayForLongRevivesNothing) {
  schools.copy_computer("thuhs", "away");
  schools.act("bstu", {"archive", "course:C03010", "--why", "停开"});
  schools.sync_all();
  std::filesystem::remove_all(schools.workspace("thuhs"));
  schools.copy_computer("away", "thuhs");
  schools.sync({"thuhs", "bitc"});
  schools.expect_agreement();
  const auto life = schools.ask("thuhs", {"show", "course:C03010"});
  EXPECT_EQ(life, schools.ask("bitc", {"show", "course:C03010"}));
  expect_sound("thuhs");
}

class EarlierVersions : public Accidents, public testing::WithParamInterface<std::int64_t> {};

INSTANTIATE_TEST_SUITE_P(Files, EarlierVersions, testing::Values(2, 3, 4));

TEST_P(EarlierVersions, D75AReplicaOfAnEarlierVersionIsMadeAnewWithWhatWasNotSealed) {
  const auto before = schools.digest("bstu");
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  test::make_replica_earlier(schools.workspace("bstu"), GetParam());
  EXPECT_EQ(credits("bstu"), 4);
  EXPECT_EQ(schools.ask("bstu", {"status"}).at("unsealed"), 1);
  EXPECT_THAT(history("bstu"), SizeIs(2));
  schools.act("bstu", {"undo"});
  EXPECT_EQ(schools.digest("bstu"), before);
  schools.act("bstu", {"set", bstu_course, "credits=5"});
  schools.sync({"bstu", "bitc"});
  EXPECT_EQ(credits("bitc"), 5);
  expect_sound("bstu");
}

void make_replica_of_another_level(const Schools& schools, const std::string& school) {
  rewrite_replica(schools,
                  school,
                  "UPDATE meta SET value = CAST('another' AS BLOB) WHERE key = 'schema level'");
}

TEST_F(Accidents, D75WhatWasSealedBeforeTheReplicaTookItDownIsThereOnceWhenItIsMadeAnew) {
  schools.act("bstu", {"set", "course:B02015", "credits=6"});  // Another school's: a suggestion.
  const auto replica = schools.workspace("bstu") / "replica.sqlite";
  const auto unsealed = schools.workspace("bstu") / "unsealed";
  std::filesystem::copy(replica, unsealed);
  const auto before = schools.digest("bstu");  // Seals.
  std::filesystem::rename(unsealed, replica);
  make_replica_of_another_level(schools, "bstu");
  EXPECT_EQ(schools.digest("bstu"), before);
  EXPECT_EQ(schools.ask("bstu", {"status"}).at("unsealed"), 0);
  expect_sound("bstu");
}

TEST_F(Accidents, D75AReplicaOfAnotherLevelIsMadeAnewInOneStep) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  const auto before = schools.digest("bstu");
  make_replica_of_another_level(schools, "bstu");
  // What was cut off half way lies beside it.
  std::ofstream{schools.workspace("bstu") / "replica.sqlite.rebuild"} << "half of it";
  const auto run = schools.at("bstu", {"show", bstu_course});
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.err, HasSubstr("made anew"));
  EXPECT_EQ(schools.digest("bstu"), before);
  expect_sound("bstu");
}

}  // namespace
}  // namespace guantong
