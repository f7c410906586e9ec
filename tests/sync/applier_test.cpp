#include "sync/applier.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/members.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/ssh_signature.h"
#include "sync/value.h"
#include "tests/support/draw_world.h"
#include "tests/support/memory_store.h"
#include "tests/support/oracle.h"
#include "tests/support/replica.h"
#include "tests/support/result_matchers.h"
#include "tests/support/test_schema.h"

namespace guantong::test {
namespace {

using testing::Eq;

/// Devices in the tests' numbers. The lead founds, from its first device.
constexpr StreamNo lead = 0, lead_laptop = 1, v = 2, u = 3;
constexpr std::size_t devices = 4;

const RecordType& type() {
  return type_for(Decides::owner, true);
}
const Field& field(Slot slot) {
  return *type().field(slot);
}
const RecordKey& record() {
  static const RecordKey key{type().number, *RecordId::from("0123456789abcdef")};
  return key;
}

Member member(StreamNo device, std::string site) {
  Member member;
  member.key = *PublicKey::from(blake2b("key " + std::to_string(device)).raw());
  member.site_name = site;
  member.site = std::move(site);
  member.site_kind = "university";
  member.person = *PersonId::from(blake2b_128("person " + std::to_string(device)).raw());
  return member;
}

/// Batches written one by one, each of which names what it builds on. A change names dots by the
/// device's number; its own record is the only one there is.
class Mail {
public:
  using Letter = std::size_t;

  Letter found(std::vector<Change> more = {}) {
    Change founding;
    founding.founding = Founding{"Test", member(lead, "s0"), ""};
    more.insert(more.begin(), founding);
    return send(lead, std::nullopt, {}, std::move(more));
  }

  Letter grant(StreamNo by, Dot under, std::vector<Letter> parents, Grant grant) {
    Change change;
    change.grant = std::move(grant);
    return send(by, under, std::move(parents), {change});
  }

  /// The stream's batch before is a parent without being named.
  Letter send(StreamNo by,
              std::optional<Dot> under,
              std::vector<Letter> parents,
              std::vector<Change> changes) {
    Batch batch;
    auto& [last, written] = tips_[by];
    batch.number = static_cast<std::uint32_t>(++numbers_[by]);
    batch.first_n = written + 1;
    batch.devices.push_back(device(by));
    for (StreamNo other = 0; other < devices; ++other)
      batch.devices.push_back(device(other));
    batch.records = {record()};
    if (under) {
      batch.consortium = letters_.front().digest;
      batch.under = place(*under);
    }
    if (batch.number > 1) {
      batch.previous = letters_.at(last).digest;
      parents.insert(parents.begin(), last);
    }
    for (auto& change : changes) {
      for (auto* list : {&change.supersedes, &change.accepts}) {
        for (auto& version : *list)
          version.dot = place(version.dot);
      }
    }
    written += changes.size();
    last = letters_.size();
    batch.changes = std::move(changes);
    ArrivedBatch arrived;
    arrived.digest = blake2b(encode_batch(batch));
    arrived.commit = *CommitId::from(arrived.digest.raw().substr(0, CommitId::size));
    arrived.batch = std::move(batch);
    for (const auto parent : parents)
      arrived.parents.push_back(letters_.at(parent).commit);
    arrived.site = sites[by];
    letters_.push_back(std::move(arrived));
    return letters_.size() - 1;
  }

  const ArrivedBatch& operator[](Letter letter) const { return letters_.at(letter); }
  RecordId org(std::string_view slug) const {
    Members members;
    members.restore("", letters_.front().digest);
    return members.org_id(slug);
  }

  std::map<StreamNo, std::string> sites{{lead, "s0"}, {lead_laptop, "s0"}, {v, "s1"}, {u, "s2"}};

private:
  static DeviceId device(StreamNo number) { return device_id(member(number, "").key); }
  static Dot place(const Dot& dot) { return {dot.stream + 1, dot.n}; }

  std::vector<ArrivedBatch> letters_;
  std::map<StreamNo, std::pair<Letter, std::uint64_t>> tips_;
  std::map<StreamNo, std::uint64_t> numbers_;
};

Change write(Slot slot, std::string_view value, const std::vector<Dot>& over = {}) {
  Change change;
  change.fields = text_value(field(slot), value);
  for (const auto dot : over)
    change.supersedes.push_back({slot, dot});
  return change;
}

Change create(Slot slot, std::string_view value, std::optional<RecordId> owner = {}) {
  auto change = write(slot, value);
  change.action = Action::create;
  if (owner) change.fields += reference_value(field(owner_slot), {1, *owner});
  return change;
}

void apply(Replica& replica, const Mail& mail, const std::vector<Mail::Letter>& letters) {
  for (const auto letter : letters)
    ASSERT_THAT(replica.take(mail[letter]), is_ok()) << "letter " << letter;
  ASSERT_THAT(replica.publish(), is_ok());
}

const PublishedRow& row(Replica& replica) {
  return replica.store().row(replica.store().by_key().at(record()));
}

TEST(Applier, D16NobodyFoundsASecondTime) {
  Mail mail;
  const auto founding = mail.found();
  const auto grant = mail.grant(lead, {lead, 1}, {}, {member(v, "s1"), Level::teacher});
  Change usurpation;
  usurpation.founding = Founding{"Mine", member(v, "s1"), ""};
  const auto second = mail.send(v, Dot{lead, 2}, {grant}, {write(1, "a"), usurpation});
  Replica replica;
  apply(replica, mail, {founding, grant});
  EXPECT_THAT(replica.take(mail[second]), fails_with(Errc::corrupt));
  EXPECT_EQ(replica.members().consortium(), mail[founding].digest);
  EXPECT_EQ(replica.members().site("s1").has_value(), true);
  EXPECT_THAT(replica.store().batch_by_commit(mail[second].commit), is_ok());
  EXPECT_FALSE(replica.store().batch_by_commit(mail[second].commit)->has_value());
}

TEST(Applier, D15D16ABatchIsRefusedWholeUnlessItFitsItsStream) {
  Mail mail;
  const auto founding = mail.found();
  const auto grant = mail.grant(lead, {lead, 1}, {}, {member(v, "s1"), Level::teacher});
  const auto first = mail.send(v, Dot{lead, 2}, {grant}, {create(slots::register_any, "a")});
  const auto second = mail.send(v, Dot{lead, 2}, {}, {write(slots::register_any, "b")});

  Replica replica;
  EXPECT_THAT(replica.take(mail[grant]), fails_with(Errc::not_found));
  apply(replica, mail, {founding});
  EXPECT_THAT(replica.take(mail[first]), fails_with(Errc::not_found));
  apply(replica, mail, {grant});
  EXPECT_THAT(replica.take(mail[second]), fails_with(Errc::not_found));

  auto other = mail[first];
  other.batch.number = 2;
  EXPECT_THAT(replica.take(other), fails_with(Errc::corrupt));
  other = mail[first];
  other.batch.first_n = 2;
  EXPECT_THAT(replica.take(other), fails_with(Errc::corrupt));
  other = mail[first];
  other.batch.changes.front().fields = "\x0a\x01\xff";
  EXPECT_THAT(replica.take(other), fails_with(Errc::corrupt));

  apply(replica, mail, {first});
  other = mail[second];
  other.batch.previous = mail[founding].digest;
  EXPECT_THAT(replica.take(other), fails_with(Errc::corrupt));
  other = mail[second];
  other.parents = {mail[grant].commit};
  EXPECT_THAT(replica.take(other), fails_with(Errc::corrupt));
  apply(replica, mail, {second});
}

TEST(Applier, ABatchWithoutAGrantThatItMayBeUnderIsKeptAndDoesNotCount) {
  Mail mail;
  const auto founding = mail.found();
  const auto grant = mail.grant(lead, {lead, 1}, {}, {member(v, "s1"), Level::teacher});
  const auto first = mail.send(v, Dot{lead, 2}, {grant}, {create(slots::register_any, "a")});
  auto of_another_site = mail[first];
  of_another_site.site = "s2";
  auto under_no_grant = mail[first];
  under_no_grant.batch.under = Dot{1, 1};
  auto not_seen = mail[first];
  not_seen.parents = {mail[founding].commit};
  for (const auto& batch : {of_another_site, under_no_grant, not_seen}) {
    Replica replica;
    apply(replica, mail, {founding, grant});
    ASSERT_THAT(replica.take(batch), is_ok());
    ASSERT_THAT(replica.publish(), is_ok());
    EXPECT_EQ(replica.store().batch_by_commit(batch.commit)->value().verdict,
              BatchVerdict::outsider);
    EXPECT_EQ(row(replica), PublishedRow{}) << "nothing of it may be seen";
  }
}

TEST(Applier, D49OfAnOutsiderNoMoreIsKeptThanSomeBatches) {
  Mail mail;
  const auto founding = mail.found();
  Replica replica;
  apply(replica, mail, {founding});
  std::vector<Mail::Letter> builds_on{founding};
  for (std::uint32_t number = 1; number <= outsider_batches_max; ++number) {
    const auto letter = mail.send(
        v, Dot{lead, 2}, std::exchange(builds_on, {}), {create(slots::register_any, "a")});
    ASSERT_THAT(replica.take(mail[letter]), is_ok()) << number;
  }
  const auto one_more = mail.send(v, Dot{lead, 2}, {}, {create(slots::register_any, "a")});
  EXPECT_THAT(replica.take(mail[one_more]), fails_with(Errc::denied));
}

/// As when a folder was copied, and the copy has been used and synced.
TEST(Applier, WorkThatWaitsToBeSealedIsNotReplacedByABatchOfTheSameNumbers) {
  Mail mail;
  const auto founding = mail.found();
  const auto grant = mail.grant(lead, {lead, 1}, {}, {member(v, "s1"), Level::teacher});
  const auto slot = slots::register_any;
  const auto here = mail.send(v, Dot{lead, 2}, {grant}, {create(slot, "a")});
  auto there = mail[here];
  there.batch.changes.front() = create(slot, "b");

  Replica replica;
  apply(replica, mail, {founding, grant});
  ASSERT_THAT(replica.write(mail[here]), is_ok());
  EXPECT_THAT(replica.take(there), fails_with(Errc::corrupt));
  ASSERT_THAT(replica.publish(), is_ok());
  EXPECT_EQ(row(replica).values.at(slot), text_value(field(slot), "a"));
}

/// M1: else all that others will write could be superseded before it is written.
TEST(Applier, NamesOfWhatAnAuthorHadNotSeenCountForNothingAndAreListed) {
  Mail mail;
  const auto founding = mail.found();
  const auto slot = slots::register_any;
  const auto to_v = mail.grant(lead, {lead, 1}, {}, {member(v, "s1"), Level::teacher});
  const auto to_u = mail.grant(lead, {lead, 1}, {}, {member(u, "s2"), Level::teacher});
  const auto created = mail.send(v, Dot{lead, 2}, {to_v}, {create(slot, "a")});
  const auto greedy =
      mail.send(u, Dot{lead, 3}, {to_u, created}, {write(slot, "b", {{v, 1}, {v, 2}, {v, 3}})});
  const auto beside = mail.send(v, Dot{lead, 2}, {}, {write(slot, "c", {{v, 1}})});

  Replica replica;
  for (const auto letter : {founding, to_v, to_u, created, greedy, beside})
    ASSERT_THAT(replica.take(mail[letter]), is_ok());
  EXPECT_EQ(replica.merger().ignored_edges().size(), 2);
  ASSERT_THAT(replica.publish(), is_ok());
  const auto state = replica.merger().state(replica.store().by_key().at(record()));
  ASSERT_THAT(state, is_ok());
  EXPECT_TRUE((*state)->find(slot)->conflict);
}

TEST(Applier, WhatTheFoundingBatchHoldsBesideItsActIsTheFounders) {
  Mail mail;
  const auto founding = mail.found({create(slots::register_owner, "a")});
  Replica replica;
  apply(replica, mail, {founding});
  EXPECT_EQ(row(replica).life, LifeState::active);
  const auto before = digests(replica);
  ASSERT_THAT(replica.refold(), is_ok());
  EXPECT_THAT(digests(replica), Eq(before));
}

/// The lead answers for an owner that is no site yet. That it no longer does can make a conflict of
/// what was none: here of two values over a conflict that the lead decided.
TEST(Applier, AnOwnerThatIsAdmittedLaterDecidesFromThenOn) {
  Mail mail;
  const auto slot = slots::register_any;
  const Dot by_founder{lead, 1};
  const auto founding = mail.found();
  const auto grants = mail.grant(lead, by_founder, {}, {member(v, "s1"), Level::teacher});
  const auto created = mail.send(lead, by_founder, {}, {create(slot, "4", mail.org("s2"))});
  const Dot start{lead, 3};
  const auto mine = mail.send(lead, by_founder, {}, {write(slot, "6", {start})});
  const auto theirs = mail.send(v, Dot{lead, 2}, {grants, created}, {write(slot, "5", {start})});
  const std::vector<Dot> both{{lead, 4}, {v, 1}};
  const auto left = mail.send(lead, by_founder, {theirs}, {write(slot, "8", both)});
  const auto left_end = mail.send(lead, by_founder, {}, {write(slot, "6", {{lead, 5}})});
  const auto right =
      mail.send(v, Dot{lead, 2}, {mine}, {write(slot, "9", both), write(slot, "9", {{v, 2}})});
  const auto late = mail.grant(lead, by_founder, {}, {member(u, "s2"), Level::teacher});

  Replica replica;
  apply(replica, mail, {founding, grants, created, mine, theirs});
  EXPECT_EQ(row(replica).values.at(slot), text_value(field(slot), "6"));
  apply(replica, mail, {left, left_end, right});
  EXPECT_EQ(row(replica).values.at(slot), text_value(field(slot), "9"));
  apply(replica, mail, {late});
  EXPECT_EQ(row(replica).values.at(slot), text_value(field(slot), "4"));

  Replica other;
  apply(other, mail, {founding, grants, created, mine, theirs, left, left_end, late, right});
  EXPECT_THAT(digests(other), Eq(digests(replica)));
  ASSERT_THAT(other.refold(), is_ok());
  EXPECT_THAT(digests(other), Eq(digests(replica)));
}

/// Two leads admit one device to two sites, neither knowing of the other.
TEST(Applier, ADeviceActsForTheSiteOfTheGrantItNames) {
  Mail mail;
  const auto founding = mail.found();
  const auto twin = mail.grant(lead, {lead, 1}, {}, {member(lead_laptop, "s0"), Level::lead});
  const auto one = mail.grant(lead, {lead, 1}, {}, {member(v, "s1"), Level::teacher});
  const auto two = mail.grant(lead_laptop, {lead, 2}, {twin}, {member(v, "s2"), Level::teacher});
  const auto slot = slots::register_owner;
  const auto created = mail.send(v, Dot{lead, 3}, {one}, {create(slot, "a")});
  mail.sites[v] = "s2";
  const auto wish = mail.send(v, Dot{lead_laptop, 1}, {two}, {write(slot, "b", {{v, 1}})});

  Replica replica;
  apply(replica, mail, {founding, twin, one, two, created, wish});
  Replica other;
  apply(other, mail, {founding, twin, two, one, created, wish});
  EXPECT_EQ(row(replica).values.at(slot), text_value(field(slot), "a"));
  EXPECT_THAT(digests(other), Eq(digests(replica)));
}

/// What a device was before, it cannot know: its work waits as proposals until it is admitted.
TEST(Applier, WorkFromBeforeAdmissionIsJudgedAnewByIt) {
  Mail mail;
  const auto founding = mail.found();
  const auto teacher = mail.grant(lead, {lead, 1}, {}, {member(v, "s1"), Level::teacher});
  const auto auditor = mail.grant(lead, {lead, 1}, {}, {member(u, "s2"), Level::auditor});
  const auto slot = slots::register_lead;
  auto revised = write(slot, "b");
  revised.supersedes = {{slot, {v, 1}}};
  const auto by_teacher = mail.send(v, Dot{lead, 2}, {teacher}, {create(slot, "a"), revised});
  const auto by_auditor = mail.send(u, Dot{lead, 3}, {auditor}, {write(slot, "c")});
  for (const auto own : {by_teacher, by_auditor}) {
    Replica author;
    ASSERT_THAT(author.write(mail[own]), is_ok());
    apply(author, mail, {founding, teacher, auditor});
    ASSERT_THAT(author.seal(mail[own]), is_ok());
    apply(author, mail, {by_teacher, by_auditor});
    Replica reader;
    apply(reader, mail, {founding, teacher, auditor, by_teacher, by_auditor});
    EXPECT_THAT(digests(author), Eq(digests(reader)));
    EXPECT_EQ(row(reader).life, LifeState::active);
  }
}

}  // namespace
}  // namespace guantong::test
