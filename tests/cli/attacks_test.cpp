// What people who mean harm could put before a school's computer: nothing of it counts, it is
// named, and everybody else's work goes on.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/config.h"
#include "client/crypto/device_key.h"
#include "client/git/git_history.h"
#include "client/git/repository.h"
#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/hash.h"
#include "sync/batch_commit.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/commit.h"
#include "sync/schema.h"
#include "sync/ssh_signature.h"
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

class Attacks : public testing::Test {
protected:
  Json credits(const std::string& school) const {
    return schools.ask(school, {"show", bstu_course}).at("credits");
  }
  /// What is set aside at a school, by its reason.
  std::vector<std::string> refused_at(const std::string& school) const {
    std::vector<std::string> reasons;
    const auto status = schools.ask(school, {"status"});
    for (const auto& one : status.at("set_aside"))
      reasons.push_back(one.at("reason"));
    return reasons;
  }
  std::vector<std::string> codes_at(const std::string& school) const {
    std::vector<std::string> codes;
    for (const auto& one : schools.ask(school, {"quarantine"}))
      codes.push_back(one.at("code"));
    return codes;
  }
  Json member(const std::string& school, const std::string& device) const {
    const auto all = schools.ask(school, {"members"});
    for (const auto& one : all) {
      if (one.at("device") == device) return one;
    }
    return {};
  }
  /// Lets bstu begin its stream.
  void begin_stream() const {
    schools.act("bstu", {"set", "course:C03011", "credits=2"});
    schools.sync({"bstu", "bitc", "thuhs"});
  }
  /// Lets bstu write something, and a thief of its key something else under the same number, which
  /// is on the stick alone.
  void fork_bstu() const {
    schools.copy_computer("bstu", "thief");
    schools.add_stick("stick", {"thief", "bitc", "thuhs"});
    schools.act("bstu", {"set", bstu_course, "credits=4"});
    schools.act("bstu", {"sync", "origin"});
    schools.act("thief", {"set", bstu_course, "credits=9"});
    schools.act("thief", {"sync", "stick"});
  }
  Schools schools;
};

TEST_F(Attacks, D01ADeviceThatSignsTwoBatchesWithOneNumberIsHeldAndNamedAndOthersGoOn) {
  fork_bstu();
  schools.act("thuhs", {"set", "problem:PB-03", "severity=low"});
  schools.act("thuhs", {"sync", "origin"});
  schools.act("bitc", {"sync", "origin"});
  EXPECT_EQ(credits("bitc"), 4);

  EXPECT_EQ(schools.at("bitc", {"sync", "stick"}).code, 1);
  EXPECT_EQ(credits("bitc"), 3) << "what the device wrote before it parted";
  EXPECT_EQ(schools.ask("bitc", {"show", "problem:PB-03"}).at("severity"), "low");
  EXPECT_EQ(schools.ask("bitc", {"status"}).at("forked"), 1);
  EXPECT_EQ(member("bitc", schools.device("bstu")).at("forked"), true);
  const auto held = schools.ask("bitc", {"quarantine"});
  ASSERT_THAT(held, SizeIs(2)) << "both stay, as the proof";
  EXPECT_EQ(held[0].at("batch"), held[1].at("batch"));
  EXPECT_NE(held[0].at("commit"), held[1].at("commit"));
  EXPECT_THAT(codes_at("bitc"), Each(std::string{"forked"}));
  EXPECT_EQ(schools.ask("bitc", {"sync", "stick"}).front().at("sent").at("batches"), 0)
      << "the stick has the other way by now";

  // At thuhs the two come in the other order, and what bitc knows reaches everybody.
  schools.act("thuhs", {"sync", "stick"});
  schools.act("bitc", {"sync"});
  schools.act("thuhs", {"sync"});
  EXPECT_EQ(schools.digest("thuhs"), schools.digest("bitc"));
  EXPECT_EQ(schools.at("bitc", {"verify"}).code, 0);
  schools.act("bitc", {"rebuild"});
  EXPECT_EQ(schools.digest("thuhs"), schools.digest("bitc"));
}

TEST_F(Attacks, D01AHeldBatchCountsOnceItIsAdmittedByARuling) {
  fork_bstu();
  schools.act("bitc", {"sync"});
  const auto held = schools.ask("bitc", {"quarantine"});
  ASSERT_THAT(held, SizeIs(2));
  for (const auto& one : held) {
    const bool honest = one.at("changes")[0].at("text").get<std::string>().ends_with("4");
    schools.act("bitc",
                {"quarantine",
                 honest ? "admit" : "refuse",
                 one.at("id").get<std::string>().substr(0, 12),
                 "--why",
                 "核对过"});
  }
  EXPECT_EQ(credits("bitc"), 4);
  schools.sync({"bitc", "thuhs"});
  EXPECT_EQ(credits("thuhs"), 4);
}

TEST_F(Attacks, D09OfAForkWhatASeniorHasBuiltOnGoesOn) {
  fork_bstu();
  schools.act("bitc", {"sync", "origin"});
  schools.act("bitc",
              {"set", bstu_course, "credits=5"});  // A suggestion, which builds on bstu's 4.
  schools.act("thuhs", {"sync", "stick"});
  EXPECT_EQ(credits("thuhs"), 9) << "that there are two has not come yet";
  schools.act("bitc", {"sync", "origin"});
  EXPECT_EQ(schools.at("bitc", {"sync", "stick"}).code, 1);
  EXPECT_EQ(credits("bitc"), 4);
  EXPECT_THAT(codes_at("bitc"), SizeIs(1)) << "the thief's alone";
  schools.act("thuhs", {"sync", "origin"});
  EXPECT_EQ(credits("thuhs"), 4);
  EXPECT_EQ(schools.digest("thuhs"), schools.digest("bitc"));
}

TEST_F(Attacks, D02AnOldBatchInAFreshWrapperIsRefused) {
  Forger forger{schools, "bstu"};
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu"});
  const auto old = forger.latest();
  schools.act("bstu", {"set", bstu_course, "credits=5"});
  schools.sync({"bstu", "bitc"});
  auto again = old;
  again.commit.parents = {forger.latest().id};
  forger.post(again);
  EXPECT_EQ(schools.at("bitc", {"sync"}).code, 1);
  EXPECT_THAT(refused_at("bitc"), Each(HasSubstr("signature")));
  EXPECT_THAT(refused_at("bitc"), SizeIs(1));
  EXPECT_EQ(credits("bitc"), 5);
}

TEST_F(Attacks, D02AnOldNumberThatTheDeviceItselfSignsAgainIsRefused) {
  begin_stream();
  Forger forger{schools, "bstu"};
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu", "bitc"});
  auto again = forger.latest();
  again.commit.parents = {again.id};
  forger.sign(again);
  forger.post(again);
  EXPECT_EQ(schools.at("bitc", {"sync"}).code, 1);
  EXPECT_THAT(refused_at("bitc"), Each(HasSubstr("was due")));
  EXPECT_THAT(refused_at("bitc"), SizeIs(1));
}

TEST_F(Attacks, D03NobodyActsUnderAnOlderGrantThatGaveMore) {
  schools.act("bitc", {"demote", schools.device("bstu"), "--role", "teacher", "--why", "轮岗"});
  schools.sync({"bitc", "bstu"});
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu"});
  // The program would not write this; the grant that the batch names once gave the right to it.
  Forger forger{schools, "bstu"};
  const auto key = DeviceKey::generate();
  ASSERT_THAT(key, test::is_ok());
  const auto forged = forger.altered(forger.latest(), [&](Batch& batch) {
    Member accomplice;
    accomplice.key = key->public_key();
    accomplice.site = "bstu";
    accomplice.name = "某人";
    batch.changes.emplace_back().grant = Grant{accomplice, Level::teacher};
  });
  forger.post(forged);
  schools.act("bitc", {"sync"});
  const auto device = to_hex(device_id(key->public_key()).raw());
  const auto found = member("bitc", device);
  EXPECT_TRUE(found.is_null() || found.at("level") == "none") << found;
  EXPECT_EQ(credits("bitc"), 4) << "what a teacher may goes on counting";
}

TEST_F(Attacks, D04ABatchOfAnotherConsortiumIsRefusedUnderWhicheverName) {
  begin_stream();
  const auto founded = test::run_guantong(schools.workspace("other"),
                                          {"init",
                                           "--consortium",
                                           "别的",
                                           "--site",
                                           "bstu",
                                           "--site-name",
                                           "别校",
                                           "--kind",
                                           "university",
                                           "--person",
                                           "某人",
                                           "--email",
                                           "a@example.invalid"});
  ASSERT_EQ(founded.code, 0) << founded.err;
  Forger theirs{schools, "other", schools.workspace("other") / "history.git"};
  Forger ours{schools, "bstu"};
  const auto before = schools.digest("bitc");
  ours.post(theirs.latest());
  EXPECT_EQ(schools.at("bitc", {"sync"}).code, 1);
  EXPECT_THAT(refused_at("bitc"), Each(HasSubstr("another consortium")));
  EXPECT_THAT(refused_at("bitc"), Not(IsEmpty()));
  EXPECT_EQ(schools.digest("bitc"), before);
}

TEST_F(Attacks, D05ARemoteThatShowsTwoHistoriesIsGivenAwayByItsWitnesses) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu"});
  Forger forger{schools, "bstu"};
  const auto before = forger.latest();
  schools.act("bstu", {"set", bstu_course, "credits=5"});
  schools.sync({"bstu", "bitc"});  // bitc states at the remote what it has seen.
  const auto shown_to_bitc = forger.latest();
  forger.post(before);
  const auto withheld = schools.at("thuhs", {"sync"});
  EXPECT_EQ(withheld.code, 1);
  EXPECT_THAT(withheld.out, HasSubstr("does not show batch 2 of"));

  const auto other =
      forger.altered(shown_to_bitc, [](Batch& batch) { batch.changes.front().why = "另一份"; });
  forger.post(other);
  const auto split = schools.ask("thuhs", {"sync"}).front().at("split");
  EXPECT_THAT(split, Not(IsEmpty()));
  EXPECT_GT(schools.ask("thuhs", {"status"}).at("split"), 0);
}

TEST_F(Attacks, D08ANewKeyThatTheOldOneDidNotSignIsRefused) {
  begin_stream();
  Forger forger{schools, "bstu"};
  const auto drawn = DeviceKey::generate();
  ASSERT_THAT(drawn, test::is_ok());
  const auto data =
      ssh_signed_data(rotation_data(*ConsortiumId::from(*from_hex(schools.consortium())),
                                    *DeviceId::from(*from_hex(schools.device("bstu")))));
  auto forged = forger.next(forger.latest(), [&](Batch& batch) {
    batch.changes.emplace_back();
    batch.changes.back().rotation = Rotation{drawn->public_key(), drawn->sign(data)};
  });
  forged.commit.signature =
      ssh_signature(drawn->public_key(), drawn->sign(ssh_signed_data(signed_part(forged.commit))));
  forger.post(forged);
  EXPECT_EQ(schools.at("bitc", {"sync"}).code, 1);
  EXPECT_THAT(refused_at("bitc"), Each(HasSubstr("another device")));
  EXPECT_THAT(refused_at("bitc"), SizeIs(1));
}

TEST_F(Attacks, D08ANewKeyWithoutProofThatTheDeviceHasItIsRefused) {
  begin_stream();
  Forger forger{schools, "bstu"};
  const auto drawn = DeviceKey::generate();
  ASSERT_THAT(drawn, test::is_ok());
  const auto forged = forger.next(forger.latest(), [&](Batch& batch) {
    batch.changes.emplace_back();
    batch.changes.back().rotation = Rotation{drawn->public_key(), drawn->sign("something else")};
  });
  forger.post(forged);
  EXPECT_EQ(schools.at("bitc", {"sync"}).code, 1);
  EXPECT_THAT(refused_at("bitc"), Each(HasSubstr("without proof")));
  EXPECT_THAT(refused_at("bitc"), SizeIs(1));
}

TEST_F(Attacks, D10OneMeaningInOtherBytesIsAnotherBatchAndAFork) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu", "bitc"});
  // An empty field that nobody knows, behind the rest: the same meaning for every reader.
  Forger forger{schools, "bstu"};
  auto other = forger.latest();
  forger.put(other, other.payload + std::string{"\xA2\x06\x00", 3});
  EXPECT_EQ(other.batch(), forger.latest().batch());
  forger.post(other);
  EXPECT_EQ(schools.at("bitc", {"sync"}).code, 1);
  EXPECT_THAT(refused_at("bitc"), Each(HasSubstr("signature")));
  forger.sign(other);
  forger.post(other);
  EXPECT_EQ(schools.at("bitc", {"sync"}).code, 1);
  EXPECT_EQ(schools.ask("bitc", {"status"}).at("forked"), 1);
  EXPECT_EQ(credits("bitc"), 3);
}

TEST_F(Attacks, D11FieldsOfLaterProgramsAreKeptAndPassedOnByteForByte) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu"});
  Forger forger{schools, "bstu"};
  auto later = forger.latest();
  forger.put(later, later.payload + std::string{"\xA2\x06\x03?!\x00", 6});
  forger.sign(later);
  const auto commit = forger.post(later);
  schools.act("bitc", {"sync"});
  EXPECT_EQ(credits("bitc"), 4);
  schools.add_stick("stick", {"bitc", "thuhs"});
  schools.act("bitc", {"sync", "stick"});
  schools.act("thuhs", {"sync", "stick"});
  EXPECT_EQ(credits("thuhs"), 4);
  Forger copy{schools, "bstu", schools.workspace("thuhs") / "history.git"};
  EXPECT_EQ(copy.read(commit).payload, later.payload);
  EXPECT_EQ(schools.digest("thuhs"), schools.digest("bitc"));
  EXPECT_EQ(schools.at("thuhs", {"verify"}).code, 0);
}

TEST_F(Attacks, D14WhatComesTwiceIsTakenOnce) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu"});
  schools.add_stick("stick", {"bitc"});
  schools.act("bitc", {"sync", "origin"});
  const auto before = schools.digest("bitc");
  const auto report = schools.ask("bitc", {"sync", "stick"});
  EXPECT_EQ(report[0].at("received").at("batches"), 0);
  EXPECT_EQ(schools.digest("bitc"), before);
  EXPECT_THAT(schools.ask("bitc", {"history", bstu_course + ".credits"}), SizeIs(2));
}

TEST_F(Attacks, D15WhatBuildsOnWorkThatIsNotHereWaitsAndIsTakenOnceItComes) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu"});
  Forger forger{schools, "bstu"};
  const auto first = forger.latest();
  schools.act("bstu", {"set", bstu_course, "credits=5"});
  schools.sync({"bstu"});
  const auto second = forger.latest();
  // Without its signature the first is nothing, and the second, which is in order, hangs in the
  // air.
  auto stripped = first;
  stripped.commit.signature.clear();
  auto orphan = second;
  orphan.commit.parents.front() = forger.post(stripped);
  forger.sign(orphan);
  forger.post(orphan);
  EXPECT_EQ(schools.at("bitc", {"sync"}).code, 1);
  EXPECT_THAT(refused_at("bitc"),
              testing::UnorderedElementsAre(HasSubstr("not signed"), HasSubstr("not here")));
  EXPECT_EQ(credits("bitc"), 3);
  forger.post(second);
  schools.act("bitc", {"sync"});
  EXPECT_EQ(credits("bitc"), 5);
}

TEST_F(Attacks, D16ASecondRootAnotherNameAndAGapHaveNoEffect) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu"});
  Forger forger{schools, "bstu"};
  const auto tip = forger.latest();
  // Nothing but the founding begins without building on anything.
  auto root = tip;
  root.commit.parents.clear();
  auto batch = root.batch();
  batch.number = 1;
  batch.previous.reset();
  batch.first_n = 1;
  forger.put(root, batch);
  forger.sign(root);
  forger.post(root, "plan/bstu/" + std::string(64, 'a'));
  const auto gap = forger.next(tip, [&](Batch& next) {
    next.number += 3;
    next.changes.emplace_back(tip.batch().changes.back());
    next.records = tip.batch().records;
  });
  forger.post(gap, "plan/bstu/" + std::string(64, 'b'));
  // What is in order is taken for what it is, wherever it was put.
  forger.post(tip, "plan/thuhs/" + schools.device("thuhs"));
  EXPECT_EQ(schools.at("bitc", {"sync"}).code, 1);
  EXPECT_EQ(credits("bitc"), 4);
  EXPECT_THAT(refused_at("bitc"), SizeIs(2));
  EXPECT_EQ(schools.ask("bitc", {"blame", bstu_course}).dump().find("thuhs"), std::string::npos);
  EXPECT_EQ(schools.at("bitc", {"verify"}).code, 0);
}

TEST_F(Attacks, D16ABranchNamedByNobodyIsSetAside) {
  begin_stream();
  Forger forger{schools, "bstu"};
  const auto tip = forger.latest();
  for (const auto* name : {"plan/BSTU/ff", "plan/x", "plan/bstu/not-hex"})
    forger.post(tip, name);
  EXPECT_EQ(schools.at("bitc", {"sync"}).code, 1);
  EXPECT_THAT(refused_at("bitc"), Each(HasSubstr("no branch")));
}

TEST_F(Attacks, D16WhatSomebodyPutAtADevicesNameKeepsNobodyFromItsWork) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu", "bstu"});
  Forger forger{schools, "bstu"};
  auto stripped = forger.latest();
  stripped.commit.signature.clear();
  auto lost = stripped;
  lost.commit.parents.emplace_back();
  // None is the device's work, and its branch cannot be moved forward from there; the first cannot
  // even be fetched.
  int credits_next = 5;
  for (const auto& found : {lost, stripped, Forger{schools, "bitc"}.latest()}) {
    forger.post(found);
    schools.act("bstu", {"set", bstu_course, "credits=" + std::to_string(credits_next)});
    EXPECT_NE(schools.at("bstu", {"sync"}).code, 3);
    EXPECT_NE(schools.at("bitc", {"sync"}).code, 3);
    EXPECT_EQ(credits("bitc"), credits_next++);
    EXPECT_EQ(schools.ask("bstu", {"sync"}).front().at("sent").at("batches"), 0);
  }
  EXPECT_EQ(schools.digest("bitc"), schools.digest("bstu"));
}

TEST_F(Attacks, D72ABatchOfASchoolsOwnIsTakenFromNobody) {
  begin_stream();
  Forger forger{schools, "bstu"};
  const auto forged = forger.altered(forger.latest(), [](Batch& batch) {
    batch.space = Space::school;
    batch.number = 1;
    batch.first_n = 1;
    batch.previous.reset();
    Change made;
    made.action = Action::create;
    made.time = batch.changes.front().time;
    batch.records = {{Schema::built_in().type("student")->number, RecordId{}}};
    batch.changes = {made};
  });
  forger.post(forged);
  EXPECT_EQ(schools.at("bitc", {"sync"}).code, 1);
  EXPECT_THAT(refused_at("bitc"), Each(HasSubstr("keeps for itself")));
  EXPECT_THAT(refused_at("bitc"), SizeIs(1));
}

TEST_F(Attacks, D18ABatchWithoutASignatureIsRefusedThoughItsAuthorIsTheLead) {
  schools.act("bitc", {"set", "course:B02015", "credits=5"});
  schools.sync({"bitc"});
  Forger forger{schools, "bitc"};
  auto stripped = forger.latest();
  stripped.commit.signature.clear();
  forger.post(stripped);
  EXPECT_EQ(schools.at("bstu", {"sync"}).code, 1);
  EXPECT_THAT(refused_at("bstu"), Each(HasSubstr("not signed")));
  EXPECT_EQ(schools.ask("bstu", {"show", "course:B02015"}).at("credits"), 4);
}

TEST_F(Attacks, D19ABatchIsNotItsAuthorsWhenAnotherDeviceSignedIt) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu"});
  Forger bstu{schools, "bstu"};
  const Forger thuhs{schools, "thuhs"};
  auto forged = bstu.latest();
  thuhs.sign(forged);
  bstu.post(forged);
  EXPECT_EQ(schools.at("bitc", {"sync"}).code, 1);
  EXPECT_THAT(refused_at("bitc"), Each(HasSubstr("another device")));
  EXPECT_EQ(credits("bitc"), 3);
}

TEST_F(Attacks, D22WhatGitSaysOfAuthorAndTimeMeansNothingAndIsTold) {
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu"});
  Forger forger{schools, "bstu"};
  auto letter = forger.latest();
  letter.commit.author = {"单示一", "b01@example.invalid", 946'684'800, 60};
  letter.commit.committer.time_s = 4'102'444'800;
  letter.commit.message.insert(0, "bitc has approved this: ");
  forger.sign(letter);
  forger.post(letter);
  const auto remarks = schools.ask("bitc", {"sync"}).front().at("remarks").dump();
  EXPECT_THAT(remarks, AllOf(HasSubstr("git shows the date"), HasSubstr("git shows the author")));
  const auto verified = schools.ask("bitc", {"verify"});
  EXPECT_EQ(verified.at("ok"), true);
  EXPECT_THAT(verified.at("ignored").dump(), HasSubstr("git shows the author"));
  const auto history = schools.ask("bitc", {"history", bstu_course + ".credits"});
  EXPECT_EQ(history.back().at("person"), "翟示六");
  EXPECT_EQ(history.back().at("site"), "bstu");
  EXPECT_EQ(history.dump().find("approved"), std::string::npos);
  EXPECT_GT(history.back().at("at_ms").get<std::uint64_t>(), 1'700'000'000'000U);
}

TEST_F(Attacks, D33WorkBackDatedBeforeTheExpulsionIsLateAllTheSame) {
  schools.act("bitc", {"expel", schools.device("bstu"), "--why", "离职"});
  schools.sync({"bitc"});
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu"});
  Forger forger{schools, "bstu"};
  auto letter = forger.altered(forger.latest(), [](Batch& batch) {
    for (auto& change : batch.changes)
      change.time.ms = 1'577'836'800'000;
  });
  letter.commit.author.time_s = letter.commit.committer.time_s = 1'577'836'800;
  forger.sign(letter);
  forger.post(letter);
  schools.act("bitc", {"sync"});
  EXPECT_EQ(credits("bitc"), 3);
  EXPECT_THAT(codes_at("bitc"), Each(std::string{"expelled"}));
  EXPECT_THAT(codes_at("bitc"), SizeIs(1));
}

TEST_F(Attacks, D33AKeyThatWasReplacedSignsNothingAnyMore) {
  const Forger before{schools, "bstu"};
  schools.act("bstu", {"rotate"});
  schools.act("bstu", {"set", bstu_course, "credits=4"});
  schools.sync({"bstu", "bitc"});
  EXPECT_EQ(credits("bitc"), 4);
  Forger forger{schools, "bstu"};
  auto forged = forger.next(forger.latest(), [&](Batch& batch) {
    batch.changes.emplace_back(forger.latest().batch().changes.back());
    batch.records = forger.latest().batch().records;
  });
  before.sign(forged);
  forger.post(forged);
  EXPECT_EQ(schools.at("bitc", {"sync"}).code, 1);
  EXPECT_THAT(refused_at("bitc"), Each(HasSubstr("another device")));
  EXPECT_EQ(schools.at("bitc", {"verify"}).code, 0);
}

TEST_F(Attacks, D39AForgedGrantGivesNobodyMoreThanItsAuthorMayGive) {
  begin_stream();
  Forger forger{schools, "bstu"};
  const auto own = DeviceKey::generate();
  const auto foreign = DeviceKey::generate();
  ASSERT_THAT(own, test::is_ok());
  ASSERT_THAT(foreign, test::is_ok());
  const auto forged = forger.next(forger.latest(), [&](Batch& batch) {
    Member member;
    member.key = own->public_key();
    member.site = "bstu";
    member.name = "某人";
    batch.changes.emplace_back().grant = Grant{member, Level::lead};
    member.key = foreign->public_key();
    member.site = "thuhs";
    batch.changes.emplace_back().grant = Grant{member, Level::teacher};
  });
  forger.post(forged);
  schools.act("bitc", {"sync"});
  for (const auto& key : {own->public_key(), foreign->public_key()})
    EXPECT_TRUE(member("bitc", to_hex(device_id(key).raw())).is_null());
}

TEST_F(Attacks, D38ASiteWhoseNameBeginsAnothersHasNoRightThere) {
  const auto request = schools.ask_to_join(
      "bst", "bst", "卞示七", {"--site-name", "别的学校", "--kind", "university"});
  schools.act("bitc", {"admit", request.at("code"), "--role", "coordinator"});
  schools.sync({"bitc", "bst"});
  EXPECT_EQ(schools.at("bst", {"expel", schools.device("bstu"), "--why", "x"}).code, 2);
  const auto guest = schools.ask_to_join("guest", "bstu", "新教师");
  EXPECT_EQ(schools.at("bst", {"admit", guest.at("code")}).code, 2);
  EXPECT_EQ(schools.ask("bst", {"set", bstu_course, "credits=4"}).at("written"), Json::array());
  // Nothing that people type is a pattern.
  for (const auto* pattern : {"%", "____", "%%%%", "*", "翟%"}) {
    EXPECT_EQ(schools.at("bitc", {"expel", pattern, "--why", "x"}).code, 2) << pattern;
    EXPECT_EQ(schools.at("bitc", {"expel", "--person", pattern, "--why", "x"}).code, 2) << pattern;
  }
}

TEST_F(Attacks, AnOutsiderCannotStopAnybodyByTheNameOfItsSite) {
  begin_stream();
  schools.ask_to_join("guest", "bstu", "新教师");
  Forger bstu{schools, "bstu"};
  Forger guest{schools, "guest"};
  for (const auto* site : {"..", "a b", "bstu.lock", "~^:?*[", "BSTU"}) {
    const auto tip = bstu.latest();
    auto letter = tip;
    auto batch = tip.batch();
    batch.devices.insert(batch.devices.begin(),
                         *DeviceId::from(*from_hex(schools.device("guest"))));
    batch.under->stream += 1;
    for (auto& change : batch.changes) {
      for (auto* dot : dots_of(change))
        dot->stream += 1;
    }
    batch.number = 1;
    batch.first_n = 1;
    batch.previous.reset();
    guest.put(letter, batch);
    const auto begin = letter.commit.message.find("Guantong-Stream: ") + 17;
    letter.commit.message.replace(begin,
                                  letter.commit.message.find('\n', begin) - begin,
                                  site + ("/" + schools.device("guest")));
    letter.commit.parents = {tip.id};
    guest.sign(letter);
    guest.post(letter);
    const auto run = schools.at("thuhs", {"sync"});
    EXPECT_EQ(run.code, 1) << site << run.out << run.err;
    EXPECT_EQ(schools.at("thuhs", {"verify"}).code, 0) << site;
  }
}

TEST_F(Attacks, ARequestThatIsNoneKeepsNobodyFromBeingAdmitted) {
  begin_stream();
  const auto guest = schools.ask_to_join("guest", "bstu", "新教师");
  auto remote = Repository::open(schools.remote());
  ASSERT_THAT(remote, test::is_ok());
  Forger bstu{schools, "bstu"};
  auto unsigned_request = bstu.latest();
  unsigned_request.commit.signature.clear();
  const auto id = remote->write_commit(render(unsigned_request.commit));
  ASSERT_THAT(id, test::is_ok());
  ASSERT_THAT(remote->set_ref("refs/guantong/requests/aaaa", *id), test::is_ok());
  ASSERT_THAT(remote->set_ref("refs/guantong/requests/bbbb", bstu.latest().id), test::is_ok());
  EXPECT_THAT(schools.ask("bstu", {"admit"}), SizeIs(1));
  // A reference to something that is no commit at all.
  std::filesystem::create_directories(schools.remote() / "refs/guantong/requests");
  std::ofstream{schools.remote() / "refs/guantong/requests/cccc"} << bstu.latest().commit.tree
                                                                  << '\n';
  const auto run = schools.at("bstu", {"admit", guest.at("code")});
  EXPECT_EQ(run.code, 0) << run.err;
}

}  // namespace
}  // namespace guantong
