// Who belongs and who may what, through the command line: letting in, putting out, handing over,
// and what becomes of work that crossed it on the way.
#include "client/membership.h"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/config.h"
#include "client/git/repository.h"
#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/change.h"
#include "tests/support/forger.h"
#include "tests/support/result_matchers.h"
#include "tests/support/schools.h"

namespace guantong {
namespace {

using test::bstu_course;
using test::Forger;
using test::Schools;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class Membership : public testing::Test {
protected:
  Json credits(const std::string& school) const {
    return schools.ask(school, {"show", bstu_course}).at("credits");
  }
  /// The level in force of a computer, as another sees it; "" for one that it does not know.
  std::string level(const std::string& at, const std::string& of) const {
    const auto device = schools.device(of);
    for (const auto& one : schools.ask(at, {"members"})) {
      if (one.at("device") == device) return one.at("level");
    }
    return {};
  }
  Json quarantine(const std::string& school) const { return schools.ask(school, {"quarantine"}); }
  static std::string id_of(const Json& quarantined) {
    return quarantined.at("id").get<std::string>().substr(0, 12);
  }
  /// The request of a computer as text that can be given to anybody.
  std::string request_of(const std::string& school, const std::string& site = {}) const {
    auto workspace = Workspace::open(schools.workspace(school));
    EXPECT_THAT(workspace, test::is_ok());
    if (!site.empty()) workspace->config().site = site;
    const auto request = own_request(*workspace);
    const auto signer = workspace->signer();
    EXPECT_THAT(signer, test::is_ok());
    return request_text(*request, **signer);
  }
  void expel(const std::string& at, const std::string& whom) const {
    schools.act(at, {"expel", schools.device(whom), "--why", "调离"});
  }
  Schools schools;
};

TEST_F(Membership, D32LateWorkOfAnExpelledWaitsAndIsLetInByARuling) {
  schools.act("bstu", {"set", "course:C03010", "credits=2"});
  schools.sync({"bstu", "bitc"});
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  expel("bitc", "bstu");
  schools.sync({"bitc"});
  schools.sync({"bstu", "bitc", "thuhs"});

  EXPECT_EQ(schools.ask("bitc", {"show", "course:C03010"}).at("credits"), 2) << "it was seen";
  EXPECT_EQ(credits("bitc"), 3);
  const auto waiting = quarantine("bitc");
  ASSERT_THAT(waiting, SizeIs(1));
  EXPECT_EQ(waiting[0].at("code"), "expelled");
  EXPECT_EQ(waiting[0].at("person"), "翟示六");
  EXPECT_THAT(waiting[0].at("reason").get<std::string>(),
              AllOf(HasSubstr("单示一"), HasSubstr("调离")));
  EXPECT_EQ(quarantine("thuhs")[0].at("reason"), waiting[0].at("reason"));
  EXPECT_EQ(schools.at("bitc", {"status"}).code, 1);

  const auto id = id_of(waiting[0]);
  EXPECT_EQ(schools.at("thuhs", {"quarantine", "admit", id, "--why", "x"}).code, 2)
      << "a coordinator of another site";
  EXPECT_EQ(schools.at("bstu", {"quarantine", "admit", id, "--why", "x"}).code, 2);
  EXPECT_EQ(schools.at("bitc", {"quarantine", "admit", id}).code, 2) << "without a reason";
  schools.act("bitc", {"quarantine", "admit", id, "--why", "离校前的工作"});
  EXPECT_EQ(credits("bitc"), 4);
  schools.sync_all();
  EXPECT_EQ(credits("thuhs"), 4);
  EXPECT_THAT(quarantine("thuhs"), IsEmpty());
  schools.expect_agreement();
  EXPECT_EQ(schools.at("thuhs", {"verify"}).code, 0);
}

TEST_F(Membership, D32WorkThatIsRefusedStaysOutAndListed) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  expel("bitc", "bstu");
  schools.sync({"bitc", "bstu", "bitc"});
  schools.act("bitc",
              {"quarantine", "refuse", id_of(quarantine("bitc").at(0)), "--why", "不是本人所写"});
  EXPECT_EQ(credits("bitc"), 3);
  ASSERT_THAT(quarantine("bitc"), SizeIs(1));
  EXPECT_EQ(quarantine("bitc")[0].at("code"), "refused");
  EXPECT_EQ(schools.ask("bitc", {"status"}).at("quarantined"), 0) << "somebody has decided";
  schools.sync_all();
  EXPECT_EQ(credits("thuhs"), 3);
  schools.expect_agreement();
}

TEST_F(Membership, D32WhoHasBeenPutOutReadsWhatItHasAndIsToldSo) {
  expel("bitc", "bstu");
  schools.sync({"bitc", "bstu"});
  EXPECT_EQ(credits("bstu"), 3);
  const auto edit = schools.at("bstu", {"set", bstu_course, "credits=4"});
  EXPECT_EQ(edit.code, 2);
  EXPECT_THAT(edit.err, HasSubstr("may not write here"));
  EXPECT_EQ(schools.ask("bstu", {"status"}).at("admitted"), false);
}

TEST_F(Membership, D34WhatRestsOnAVoidAdmissionIsVoidAndSaysWhy) {
  const auto request = schools.ask_to_join("guest", "bstu", "新教师");
  schools.act("bstu", {"admit", request.at("code")});
  schools.sync({"bstu", "guest"});
  schools.act("guest", {"set", bstu_course, "credits=4"});
  expel("bitc", "bstu");  // Who has heard of nothing of this yet.
  schools.sync({"bitc", "guest", "bitc"});
  EXPECT_EQ(credits("bitc"), 3);
  EXPECT_EQ(level("bitc", "guest"), "none");
  const auto all = quarantine("bitc");
  const Json* work = nullptr;
  for (const auto& one : all) {
    if (one.at("device") == schools.device("guest")) work = &one;
  }
  ASSERT_NE(work, nullptr) << all;
  EXPECT_EQ(work->at("code"), "grant_fell");
  EXPECT_THAT(
      work->at("reason").get<std::string>(),
      AllOf(HasSubstr("新教师 was let in by 翟示六"), HasSubstr("单示一"), HasSubstr("调离")));
  // Whoever is granted anew by somebody who may writes on; what waited is let in as it is.
  schools.act("bitc", {"admit", request.at("code")});
  schools.act("bitc", {"quarantine", "admit", id_of(*work), "--why", "已核对"});
  schools.sync({"bitc", "guest"});
  EXPECT_EQ(credits("guest"), 4);
  schools.act("guest", {"set", bstu_course, "credits=5"});
  schools.sync({"guest", "bitc"});
  EXPECT_EQ(credits("bitc"), 5);
  EXPECT_EQ(schools.at("bitc", {"verify"}).code, 0);
}

TEST_F(Membership, D35OfTwoLeadsWhoExpelEachOtherTheSeniorStays) {
  schools.add_computer("second", "bitc", "lead");
  schools.sync_all();
  expel("second", "bitc");
  expel("bitc", "second");
  schools.sync({"second", "bitc", "second", "thuhs"});
  for (const auto* school : {"bitc", "second", "thuhs"}) {
    EXPECT_EQ(level(school, "bitc"), "lead") << school;
    EXPECT_EQ(level(school, "second"), "none") << school;
  }
  EXPECT_EQ(schools.digest("thuhs"), schools.digest("bitc"));
}

TEST_F(Membership, D36TheLastLeadNeitherLeavesNorStepsDown) {
  const auto me = schools.device("bitc");
  const auto leaving = schools.at("bitc", {"expel", "--me", "--why", "退休"});
  EXPECT_EQ(leaving.code, 2);
  EXPECT_THAT(leaving.err, AllOf(HasSubstr("nobody would have the lead"), HasSubstr("pass-lead")));
  EXPECT_EQ(schools.at("bitc", {"demote", me, "--role", "teacher", "--why", "x"}).code, 2);
  EXPECT_EQ(level("bitc", "bitc"), "lead");
  EXPECT_EQ(schools.ask("bitc", {"status"}).at("unsealed"), 0) << "nothing was written";
}

TEST_F(Membership, D36OfTwoLeadsWhoLeaveUnseenByEachOtherOneStays) {
  schools.add_computer("second", "bitc", "lead");
  schools.act("second", {"expel", "--me", "--why", "调离"});
  schools.act("bitc", {"expel", "--me", "--why", "退休"});
  schools.sync({"second", "bitc", "thuhs"});
  EXPECT_EQ(level("thuhs", "bitc"), "lead") << "the senior one";
  EXPECT_EQ(level("thuhs", "second"), "none");
  schools.act("bitc", {"set", "course:B02015", "credits=5"});
  schools.sync({"bitc", "thuhs"});
  EXPECT_EQ(schools.ask("thuhs", {"show", "course:B02015"}).at("credits"), 5);
}

TEST_F(Membership, WhoHasLeftIsToldSoAndDoesNotAskToBeAdmittedAgain) {
  schools.act("bstu", {"expel", "--me", "--why", "调离"});
  schools.sync({"bstu", "bstu", "bitc"});
  EXPECT_EQ(level("bitc", "bstu"), "none");
  EXPECT_THAT(schools.ask("bitc", {"admit"}), IsEmpty());
  EXPECT_EQ(schools.ask("bstu", {"status"}).at("left"), true);
  EXPECT_THAT(schools.at("bstu", {"status"}).out, HasSubstr("has left the consortium"));
}

TEST_F(Membership, TheLeadIsHandedOverAndWhoGaveItAwayGoesOnAsACoordinator) {
  EXPECT_EQ(schools.at("bstu", {"pass-lead", "thuhs", "--why", "x"}).code, 2);
  EXPECT_EQ(schools.at("bitc", {"pass-lead", "nowhere", "--why", "x"}).code, 2);
  EXPECT_THAT(schools.at("bitc", {"pass-lead", "bstu", "--why", "轮值"}).err,
              HasSubstr("one computer alone"));
  schools.sync_all();
  for (const auto* school : {"bitc", "thuhs", "bstu"}) {
    EXPECT_EQ(level(school, "bstu"), "lead") << school;
    EXPECT_EQ(level(school, "bitc"), "coordinator") << school;
    for (const auto& one : schools.ask(school, {"members"}))
      EXPECT_EQ(one.at("lead_site"), one.at("site") == "bstu") << school;
  }
  EXPECT_EQ(schools.at("bitc", {"expel", schools.device("thuhs"), "--why", "x"}).code, 2);
  schools.act("bitc", {"expel", "--me", "--why", "退休"});
  schools.sync_all();
  EXPECT_EQ(level("thuhs", "bitc"), "none");
  schools.expect_agreement();
}

TEST_F(Membership, D37WhoIsAdmittedAgainByWhoHadNotHeardStaysOut) {
  schools.add_computer("second", "bstu", "coordinator");
  expel("bitc", "bstu");
  schools.act("second", {"admit", request_of("bstu"), "--role", "teacher"});
  schools.sync({"second", "bitc", "second"});
  EXPECT_EQ(level("bitc", "bstu"), "none");
  EXPECT_EQ(level("second", "bstu"), "none");
  // Again by one who has seen both: in, for what is written from now on.
  schools.sync({"bstu"});
  schools.act("second", {"admit", request_of("bstu"), "--role", "teacher"});
  schools.sync({"second", "bstu"});
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu", "bitc"});
  EXPECT_EQ(level("bitc", "bstu"), "teacher");
  EXPECT_EQ(credits("bitc"), 4);
  EXPECT_EQ(schools.at("bitc", {"verify"}).code, 0);
}

TEST_F(Membership, D39NobodyGivesMoreThanTheirOwnLevelMay) {
  schools.add_computer("teacher", "bstu", "teacher");
  const auto guest = schools.ask_to_join("guest", "bstu", "新教师");
  const auto code = guest.at("code").get<std::string>();
  EXPECT_EQ(schools.at("bstu", {"admit", code, "--role", "lead"}).code, 2);
  EXPECT_EQ(schools.at("bitc", {"admit", code, "--role", "lead"}).code, 2)
      << "the lead is given at the lead site alone";
  EXPECT_EQ(schools.at("teacher", {"expel", schools.device("bstu"), "--why", "x"}).code, 2);
  EXPECT_EQ(schools.at("bstu", {"expel", schools.device("bitc"), "--why", "x"}).code, 2);
  EXPECT_EQ(schools.at("bstu", {"admit", code, "--role", "coordinator"}).code, 0);
}

TEST_F(Membership, D39ATeacherAdmitsAFurtherComputerOfTheirOwn) {
  schools.add_computer("teacher", "bstu", "teacher");
  schools.ask_to_join("laptop", "bstu", "翟示六");
  const auto person = Config::load(schools.workspace("teacher") / "config.toml");
  auto config = Config::load(schools.workspace("laptop") / "config.toml");
  ASSERT_THAT(person, test::is_ok());
  ASSERT_THAT(config, test::is_ok());
  EXPECT_EQ(schools.at("teacher", {"admit", request_of("laptop")}).code, 2) << "somebody else";
  config->people.front() = person->people.front();
  ASSERT_THAT(config->save(schools.workspace("laptop") / "config.toml"), test::is_ok());
  EXPECT_EQ(schools.at("teacher", {"admit", request_of("laptop"), "--role", "coordinator"}).code,
            2);
  EXPECT_EQ(schools.at("teacher", {"admit", request_of("laptop")}).code, 0);
  schools.sync({"teacher", "laptop"});
  schools.act("laptop", {"set", bstu_course, "credits=4"});
  schools.sync({"laptop", "bitc"});
  EXPECT_EQ(credits("bitc"), 4);
}

TEST_F(Membership, WhatANewcomerWritesTwiceIsInNoConflictOnceItIsAdmitted) {
  schools.ask_to_join("laptop", "bstu", "翟示六");
  schools.sync({"laptop"});
  schools.act("laptop", {"set", bstu_course, "credits=5"});
  schools.act("laptop", {"set", bstu_course, "credits=6"});
  schools.act("bstu", {"admit", request_of("laptop"), "--role", "teacher"});
  schools.sync({"bstu", "laptop", "bitc"});
  EXPECT_EQ(credits("bitc"), 6);
  EXPECT_THAT(schools.ask("bitc", {"conflicts"}), IsEmpty());
  EXPECT_THAT(schools.ask("bitc", {"history", bstu_course + ".credits"}), SizeIs(3));
}

TEST_F(Membership, D40WorkOfAComputerWhoseKeyIsLostIsRescued) {
  schools.act("bstu", {"set", "course:C03010", "credits=2"});
  schools.sync({"bstu", "bitc"});
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  const auto before = schools.device("bstu");
  std::filesystem::remove(schools.workspace("bstu") / "keys" / "device.key");
  EXPECT_NE(schools.at("bstu", {"sync"}).code, 0);
  EXPECT_EQ(schools.at("bstu", {"recover"}).code, 2) << "nothing says that it is a copy";
  const auto recovered = schools.ask("bstu", {"recover", "--anyway"});
  EXPECT_EQ(recovered.at("before"), before);
  EXPECT_NE(recovered.at("device"), before);
  EXPECT_EQ(recovered.at("carried"), 1);
  schools.sync({"bstu"});
  EXPECT_EQ(schools.ask("bstu", {"status"}).at("admitted"), false);
  schools.act("bitc", {"admit", recovered.at("code"), "--role", "coordinator"});
  schools.act("bitc", {"expel", before, "--why", "密钥丢失"});
  schools.sync({"bitc", "bstu", "bitc", "thuhs"});
  EXPECT_EQ(credits("thuhs"), 4);
  EXPECT_EQ(schools.ask("thuhs", {"show", "course:C03010"}).at("credits"), 2);
  EXPECT_THAT(schools.ask("thuhs", {"history", bstu_course + ".credits"}), SizeIs(2)) << "once";
  EXPECT_THAT(quarantine("thuhs"), IsEmpty());
  schools.sync_all();
  schools.expect_agreement();
  EXPECT_EQ(schools.at("bstu", {"verify"}).code, 0);
}

TEST_F(Membership, D40ARotatedKeyKeepsTheDeviceItsWorkAndItsOldSignatures) {
  const auto device = schools.device("bstu");
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.act("bstu", {"rotate"});
  schools.act("bstu", {"set", "course:C03010", "credits=2"});
  schools.act("bstu", {"rotate"});
  schools.act("bstu", {"set", bstu_course, "credits=5"});
  schools.sync_all();
  EXPECT_EQ(schools.device("bstu"), device);
  EXPECT_EQ(credits("bitc"), 5);
  schools.expect_agreement();
  for (const auto* school : {"bitc", "bstu"})
    EXPECT_EQ(schools.at(school, {"verify"}).code, 0) << school;
  schools.act("thuhs", {"rebuild"});
  schools.expect_agreement();
}

TEST_F(Membership, D41OfAStolenLaptopIsSaidWhatCountsAndWhatCannotBeTakenBack) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu", "bitc"});
  const auto run = schools.at("bitc", {"expel", schools.device("bstu"), "--why", "笔记本电脑被盗"});
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("changes of this device are here and go on counting"),
                    HasSubstr("last seen here"),
                    HasSubstr("quarantine"),
                    HasSubstr("had read until then, nobody can take back")));
  schools.sync({"bitc", "thuhs"});
  schools.act("bstu", {"sync"});
  EXPECT_EQ(schools.at("bstu", {"set", bstu_course, "credits=1"}).code, 2);
  EXPECT_EQ(schools.at("bitc", {"expel", schools.device("bstu"), "--why", "x"}).code, 2) << "twice";
}

TEST_F(Membership, D41AllComputersOfAPersonArePutOutAtOnce) {
  schools.add_computer("second", "bstu", "teacher");
  const auto twice = schools.at("bitc", {"expel", "--person", "翟示六", "--why", "离职"});
  EXPECT_EQ(twice.code, 2) << "two people of one name";
  EXPECT_THAT(twice.err, HasSubstr("2 people"));
  schools.act("bitc", {"expel", "--person", "second@example.invalid", "--why", "离职"});
  EXPECT_EQ(level("bitc", "second"), "none");
  EXPECT_EQ(level("bitc", "bstu"), "coordinator");
}

TEST_F(Membership, D42NamesThatAreEasilyTakenForOthersAreShownBeforeSomebodyIsAdmitted) {
  schools.ask_to_join("first", "bstu", "Zo\u00eb Sokolova");
  schools.act("bstu", {"admit", request_of("first")});
  int n = 0;
  for (const auto* name : {"Zo\u00eb S\u043ek\u043elova",  // Cyrillic.
                           "Zo\u00eb\u200b Sokolova",      // With a mark that nobody sees.
                           "Zoe\u0308 Sokolova",           // With an accent in two pieces.
                           "Zo\u00eb Sokolova",
                           "翟示六"}) {
    const auto school = "alike" + std::to_string(n++);
    schools.ask_to_join(school, "bstu", name);
    const auto run = schools.at("bstu", {"admit", request_of(school), "--yes"});
    EXPECT_THAT(run.err, HasSubstr("is easily taken for")) << name;
  }
  schools.ask_to_join("other", "bstu", "Boris Petrow");
  EXPECT_THAT(schools.at("bstu", {"admit", request_of("other"), "--yes"}).err, IsEmpty());
}

TEST_F(Membership, D42ANameThatTurnsTheWritingOrDrivesATerminalIsNeitherTakenNorShown) {
  for (const auto* name : {"王\u202e示五", "王\x1b[2J示五", "王\u2066示五"}) {
    const auto run = test::run_guantong(schools.workspace("guest"),
                                        {"join",
                                         schools.remote().string(),
                                         "--consortium",
                                         schools.consortium(),
                                         "--site",
                                         "bstu",
                                         "--person",
                                         name,
                                         "--email",
                                         "a@example.invalid"});
    EXPECT_EQ(run.code, 2) << name;
  }
  // A program that lets it pass asks all the same.
  schools.ask_to_join("guest", "bstu", "新教师");
  auto config = Config::load(schools.workspace("guest") / "config.toml");
  ASSERT_THAT(config, test::is_ok());
  config->people.front().name = "王\u202e示\x1b[2J五";
  ASSERT_THAT(config->save(schools.workspace("guest") / "config.toml"), test::is_ok());
  schools.sync({"guest"});
  const auto list = schools.at("bstu", {"admit"});
  EXPECT_THAT(list.out, Not(HasSubstr("\u202e")));
  EXPECT_THAT(list.out, Not(HasSubstr("\x1b")));
  const auto admitted = schools.at("bstu", {"admit", request_of("guest"), "--yes"});
  EXPECT_EQ(admitted.code, 0);
  for (const auto& run : {admitted,
                          schools.at("bstu", {"members"}),
                          schools.at("bstu", {"log"}),
                          schools.at("bstu", {"expel", schools.device("guest"), "--why", "x"})}) {
    EXPECT_THAT(run.out + run.err, Not(HasSubstr("\u202e")));
    EXPECT_THAT(run.out + run.err, Not(HasSubstr("\x1b")));
  }
}

TEST_F(Membership, D43AKeyBelongsToOneSite) {
  const auto run = schools.at("bitc", {"admit", request_of("bstu", "thuhs")});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, AllOf(HasSubstr("bstu"), HasSubstr("thuhs")));
  EXPECT_EQ(level("bitc", "bstu"), "coordinator");
}

TEST_F(Membership, D44TwoComputersOfOneSiteAreOneVoice) {
  schools.add_computer("second", "bitc", "coordinator");
  const std::string plan = "plan:PLAN-BD-2027";
  schools.act("bitc", {"sign", plan});
  schools.sync({"bitc", "second"});
  schools.at("second", {"sign", plan});
  schools.sync({"second", "bitc", "thuhs"});
  const auto signing = schools.ask("bitc", {"sign", plan, "--show"});
  EXPECT_EQ(signing.at("phase"), "draft");
  EXPECT_THAT(signing.at("moves")[0].at("waits_for"), SizeIs(2));
}

TEST_F(Membership, EditsOnASharedComputerCarryTheNameOfWhoMadeThem) {
  const auto fresh = schools.ask("bstu", {"as", "林示九", "--email", "b09@example.invalid"});
  EXPECT_EQ(fresh.at("new"), true);
  EXPECT_EQ(schools.at("bstu", {"set", bstu_course, "credits=4"}).code, 2)
      << "the computer is admitted, this person is not";
  schools.sync({"bstu"});
  schools.act("bitc", {"admit", fresh.at("code"), "--role", "teacher"});
  schools.sync({"bitc", "bstu"});
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.act("bstu", {"as", "翟示六"});
  schools.act("bstu", {"set", "course:C03010", "credits=2"});
  schools.act("bstu", {"as", "b09@example.invalid"});
  schools.act("bstu", {"set", bstu_course, "credits=5"});
  schools.sync_all();
  const auto first = schools.ask("thuhs", {"history", bstu_course + ".credits"});
  ASSERT_THAT(first, SizeIs(3));
  EXPECT_EQ(first[1].at("person"), "林示九");
  EXPECT_EQ(first[2].at("person"), "林示九");
  EXPECT_EQ(schools.ask("thuhs", {"history", "course:C03010.credits"}).back().at("person"),
            "翟示六");
  schools.expect_agreement();
  EXPECT_EQ(schools.at("thuhs", {"verify"}).code, 0);
  // Somebody who has only a teacher's level here admits nobody, whoever shares the computer.
  const auto guest = schools.ask_to_join("guest", "bstu", "新教师");
  EXPECT_EQ(schools.at("bstu", {"admit", guest.at("code")}).code, 2);
  schools.act("bstu", {"as", "翟示六"});
  EXPECT_EQ(schools.at("bstu", {"admit", guest.at("code")}).code, 0);
}

TEST_F(Membership, AStrangerOnASharedComputerIsNobodyUntilTheyAreNamed) {
  EXPECT_EQ(schools.at("bstu", {"as", "没有此人"}).code, 2);
  const auto people = schools.ask("bstu", {"as"});
  ASSERT_THAT(people, SizeIs(1));
  EXPECT_EQ(people[0].at("now"), true);
  EXPECT_EQ(schools.at("bstu", {"as", "林\x1b示九", "--email", "b09@example.invalid"}).code, 2);
  EXPECT_EQ(schools.at("bstu", {"as", "林示九", "--email", "no address"}).code, 2);
  EXPECT_THAT(schools.ask("bstu", {"as"}), SizeIs(1));
}

TEST_F(Membership, ADemotedCoordinatorGoesOnAsATeacher) {
  const auto guest = schools.ask_to_join("guest", "bstu", "新教师");
  schools.act("bitc",
              {"demote", schools.device("bstu"), "--role", "teacher", "--why", "不再担任协调员"});
  schools.sync({"bitc"});
  // Unseen by bitc: an edit, which a teacher may, and an admission, which a teacher may not.
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.act("bstu", {"admit", guest.at("code")});
  schools.sync({"bstu", "bitc", "bstu"});
  EXPECT_EQ(credits("bitc"), 4);
  EXPECT_NE(level("bitc", "guest"), "teacher");
  EXPECT_EQ(level("bstu", "bstu"), "teacher");
  EXPECT_EQ(schools.at("bstu", {"admit", request_of("guest")}).code, 2);
  schools.act("bstu", {"set", bstu_course, "credits=5"});
  schools.sync_all();
  EXPECT_EQ(credits("thuhs"), 5);
  schools.expect_agreement();
}

TEST_F(Membership, AnExpulsionThatWasNotSentIsUndoneWithoutATrace) {
  const auto before = schools.digest("bitc");
  schools.act("bitc", {"sync"});
  expel("bitc", "bstu");
  EXPECT_EQ(level("bitc", "bstu"), "none");
  schools.act("bitc", {"undo"});
  EXPECT_EQ(level("bitc", "bstu"), "coordinator");
  EXPECT_EQ(schools.digest("bitc"), before);
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu", "bitc", "thuhs"});
  EXPECT_EQ(credits("bitc"), 4);
  EXPECT_EQ(level("thuhs", "bstu"), "coordinator");
  expel("bitc", "bstu");
  schools.sync({"bitc"});
  EXPECT_EQ(schools.at("bitc", {"undo"}).code, 2) << "it was sent";
}

TEST_F(Membership, AnAuditorReadsAndWritesNothing) {
  schools.add_computer("auditor", "bstu", "auditor");
  EXPECT_EQ(credits("auditor"), 3);
  EXPECT_EQ(schools.at("auditor", {"verify"}).code, 0);
  const auto edit = schools.at("auditor", {"set", bstu_course, "credits=4"});
  EXPECT_EQ(edit.code, 2);
  EXPECT_THAT(edit.err, HasSubstr("but not edit"));
  EXPECT_EQ(schools.at("auditor", {"admit", request_of("thuhs")}).code, 2);
  schools.act("auditor", {"expel", "--me", "--why", "审计结束"});
  schools.sync({"auditor"});
  const auto received = schools.ask("bitc", {"sync"}).front().at("received");
  EXPECT_EQ(received.at("quarantined"), 0) << "an act is no change that does not count";
  EXPECT_EQ(level("bitc", "auditor"), "none") << "anybody may leave";
  EXPECT_THAT(quarantine("bitc"), IsEmpty()) << "nothing is left to be ruled on";
}

TEST_F(Membership, WhatAChangedProgramWritesAsAnAuditorWaitsAsReadOnly) {
  schools.add_computer("second", "bstu", "teacher");
  schools.act("bitc", {"demote", schools.device("second"), "--role", "auditor", "--why", "x"});
  schools.act("second", {"set", bstu_course, "credits=4"});
  schools.sync({"bitc", "second", "bitc"});
  EXPECT_EQ(credits("bitc"), 3);
  ASSERT_THAT(quarantine("bitc"), SizeIs(1));
  EXPECT_EQ(quarantine("bitc")[0].at("code"), "demoted");
}

TEST_F(Membership, TheCodeReadOutIsForOneRequestAlone) {
  const auto guest = schools.ask_to_join("guest", "bstu", "新教师");
  const auto other = schools.ask_to_join("other", "bstu", "另一位");
  EXPECT_NE(guest.at("code"), other.at("code"));
  EXPECT_EQ(guest.at("fingerprint"), other.at("fingerprint"));
  const auto waiting = schools.ask("bstu", {"admit"});
  EXPECT_THAT(waiting, SizeIs(2));
  const auto admitted = schools.ask("bstu", {"admit", guest.at("code")});
  EXPECT_EQ(admitted.at("admitted"), "新教师");
  EXPECT_EQ(admitted.at("device"), schools.device("guest"));
  schools.sync({"bstu"});
  EXPECT_EQ(schools.ask("bitc", {"admit"}).size(), 2) << "until it has heard";
  schools.sync({"bitc"});
  EXPECT_THAT(schools.ask("bitc", {"admit"}), SizeIs(1));
}

TEST(RecoveryKeyOnPaper, PutsOutWhoStoleTheFoundersKey) {
  const Schools schools;
  const auto sheet = (schools.workspace("safe")).string();
  const auto founder = [&](const std::string& workspace, std::vector<std::string> arguments) {
    const auto run = test::run_guantong(schools.workspace(workspace), arguments);
    EXPECT_TRUE(run.code == 0 || run.code == 1) << arguments.front() << run.out << run.err;
    return run;
  };
  const auto remote = schools.workspace("own.git").string();
  ASSERT_THAT(create_bare(remote), test::is_ok());
  const auto founded = founder("founder",
                               {"--json",
                                "init",
                                "--consortium",
                                "新联合体",
                                "--site",
                                "north",
                                "--site-name",
                                "北校",
                                "--kind",
                                "university",
                                "--person",
                                "创始人",
                                "--email",
                                "a@example.invalid",
                                "--recovery",
                                sheet});
  EXPECT_EQ(founded.json().at("recovery_key"), true);
  founder("founder", {"remote", "add", "origin", remote});
  founder("founder", {"sync"});
  const std::vector<std::string> join{"--json",
                                      "join",
                                      remote,
                                      "--consortium",
                                      founded.json().at("consortium"),
                                      "--site",
                                      "north",
                                      "--person",
                                      "保管人",
                                      "--email",
                                      "b@example.invalid",
                                      "--recovery-key",
                                      sheet};
  founder("rescue", join);
  const auto thief = schools.device("founder");
  const auto rescue = schools.device("rescue");
  founder("rescue", {"expel", thief, "--why", "密钥被盗"});
  founder("founder", {"expel", rescue, "--why", "x"});
  founder("founder", {"sync"});
  founder("rescue", {"sync"});
  const auto members = founder("rescue", {"--json", "members"}).json();
  for (const auto& one : members)
    EXPECT_EQ(one.at("level"), one.at("device") == rescue ? "lead" : "none") << one;
  // The paper is taken out again, years later, into a workspace of its own.
  founder("again", join);
  EXPECT_EQ(schools.device("again"), rescue);
  founder("again", {"sync"});
  founder("again", {"set", "org:NORTH", "name_zh=北校区"});
  founder("again", {"sync"});
  EXPECT_EQ(founder("again", {"--json", "verify"}).code, 0);
}

}  // namespace
}  // namespace guantong
