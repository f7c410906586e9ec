// Ownership, closings and what they decide, through whole replicas: rules M2, M7, M12 and M15 with
// H1 to H9.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/change.h"
#include "sync/holding.h"
#include "sync/members.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/value.h"
#include "tests/support/choices.h"
#include "tests/support/draw_world.h"
#include "tests/support/memory_store.h"
#include "tests/support/oracle.h"
#include "tests/support/replica.h"
#include "tests/support/result_matchers.h"
#include "tests/support/sites.h"
#include "tests/support/test_schema.h"

namespace guantong::test {
namespace {

using testing::ElementsAre;
using testing::Eq;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using Kind = HoldingAct::Kind;
using Device = Sites::Device;

constexpr auto holder = HeldSubject::holder;
constexpr auto owner = HeldSubject::owner;
constexpr auto phase = HeldSubject::phase;

/// Three sites, all of them partners, and their records.
class Consent : public testing::Test {
protected:
  Page at(Device device, const RecordKey& key) { return {sites, device, key}; }

  /// Everybody learns everything, and whoever hears of it in whatever order sees the same.
  void meet() {
    sites.meet();
    const auto seen = view_of(sites.at(0));
    for (Device device = 1; device < sites.count(); ++device)
      ASSERT_THAT(view_of(sites.at(device)), Eq(seen)) << "device " << device;
    for (std::uint32_t seed = 0; seed < 60; ++seed) {
      auto choices = Choices::from_seed(seed);
      Replica replica;
      ASSERT_NO_FATAL_FAILURE(deliver(replica, sites.letters(), choices));
      ASSERT_THAT(view_of(replica), Eq(seen)) << "seed " << seed;
      ASSERT_THAT(replica.refold(), is_ok());
      ASSERT_THAT(view_of(replica), Eq(seen)) << "folded anew, seed " << seed;
      replica.reopen();
      ASSERT_THAT(view_of(replica), Eq(seen)) << "opened again, seed " << seed;
    }
  }

  void meet(const std::vector<Device>& devices) {
    for (const auto device : devices) {
      for (const auto other : devices)
        sites.learn(device, other);
    }
    for (const auto device : devices) {
      for (const auto other : devices)
        sites.learn(device, other);
    }
  }

  RecordKey create(Device device, const RecordType& type, const std::string& fields = {}) {
    const auto key = key_of(type, "record " + std::to_string(++records_));
    at(device, key).write(at(device, key).create(fields));
    return key;
  }

  RecordKey create_part(Device device, const RecordKey& of) {
    return create(device, part_type(), reference_value(*part_type().field(part_of_slot), of));
  }

  /// `by` asks for it, and the others agree in turn, each knowing what the one before knew.
  void agree(const Change& change, const RecordKey& key, const std::vector<Device>& by) {
    const auto subject = change.holding->subject;
    at(by.front(), key).write(change);
    for (std::size_t i = 1; i < by.size(); ++i) {
      sites.learn(by[i], by[i - 1]);
      at(by[i], key).agree(subject);
    }
  }
  void close(const RecordKey& key, const std::vector<Device>& by) {
    agree(at(by.front(), key).close(), key, by);
  }
  void reopen(const RecordKey& key, const std::vector<Device>& by) {
    agree(at(by.front(), key).reopen(), key, by);
  }

  Void verdict(Device device, const RecordKey& key, HeldSubject subject, const Dot& dot) {
    const auto holding = at(device, key).agreements(subject);
    return holding.acts()[*holding.find(dot)].verdict;
  }
  /// Of a change that `device` wrote itself.
  bool is_proposal(Device device, const RecordKey& key, Slot slot, const Dot& dot) {
    return is_proposal(device, key, slot, dot, device);
  }
  bool is_proposal(Device device, const RecordKey& key, Slot slot, const Dot& dot, Device writer) {
    const auto* state = at(device, key).state().find(slot);
    return state != nullptr && state->proposal(sites.translate(dot, writer, device)) != nullptr;
  }
  std::size_t proposals(Device device, const RecordKey& key, Slot slot) {
    const auto* state = at(device, key).state().find(slot);
    return state == nullptr ? 0 : state->proposals.size();
  }
  std::size_t members(Device device, const RecordKey& key, Slot slot) {
    const auto& all = at(device, key).row().members;
    const auto found = all.find(slot);
    return found == all.end() ? 0 : found->second.size();
  }

  Sites sites;
  const Device lead = 0;
  const Device a = sites.admit("s1");
  const Device b = sites.admit("s2");

private:
  int records_ = 0;
};

const RecordType& course() {
  return type_for(Decides::owner, false);
}

constexpr Slot joint = slots::register_joint;

// Ownership.

TEST_F(Consent, ARecordChangesItsOwnerWhenBothHaveAgreed) {
  const auto key = create(a, course());
  sites.learn(b, a);
  at(a, key).write(at(a, key).give(sites.org(b)));
  sites.learn(b, a);
  const auto early = at(b, key).write(at(b, key).set(slots::register_owner, "early"));
  EXPECT_TRUE(is_proposal(b, key, slots::register_owner, early));
  at(b, key).agree(owner);
  const auto own = at(b, key).write(at(b, key).set(slots::register_owner, "own"));
  EXPECT_FALSE(is_proposal(b, key, slots::register_owner, own));
  sites.learn(a, b);
  EXPECT_THAT(at(a, key).tenure(owner).acting, ElementsAre(sites.org(b)));
  const auto late = at(a, key).write(at(a, key).set(slots::register_owner, "late"));
  EXPECT_TRUE(is_proposal(a, key, slots::register_owner, late));
  EXPECT_EQ(at(a, key).text(slots::register_owner), "own");
  meet();
}

TEST_F(Consent, NobodyTakesARecordAwayOrGivesItToWhoDoesNotWantIt) {
  const auto key = create(a, course());
  sites.learn(b, a);
  at(b, key).write(at(b, key).give(sites.org(b)));
  at(b, key).write(at(b, key).give(sites.org(lead)));
  at(a, key).write(at(a, key).give(sites.org(lead)));
  meet();
  EXPECT_THAT(at(b, key).tenure(owner).acting, ElementsAre(sites.org(a)));
}

TEST_F(Consent, WhatTheFormerOwnerWritesBesideTheTransferCountsAndAfterSeeingItDoesNot) {
  const auto laptop = sites.admit("s1");
  const auto key = create(a, course());
  sites.learn(b, a);
  sites.learn(laptop, a);
  agree(at(a, key).give(sites.org(b)), key, {a, b});
  const auto beside = at(laptop, key).write(at(laptop, key).set(slots::register_owner, "beside"));
  sites.learn(laptop, b);
  EXPECT_FALSE(is_proposal(laptop, key, slots::register_owner, beside));
  const auto after = at(laptop, key).write(at(laptop, key).set(slots::register_owner, "after"));
  EXPECT_TRUE(is_proposal(laptop, key, slots::register_owner, after));
  meet();
  EXPECT_EQ(at(b, key).text(slots::register_owner), "beside");
}

TEST_F(Consent, TheValueOfTheNewOwnerHoldsInAnOpenConflict) {
  const auto key = create(a, course());
  sites.learn(b, a);
  at(a, key).write(at(a, key).set(slots::register_any, "of a"));
  at(b, key).write(at(b, key).set(slots::register_any, "of b"));
  sites.learn(b, a);
  sites.learn(a, b);
  EXPECT_EQ(at(b, key).text(slots::register_any), "of a");
  agree(at(a, key).give(sites.org(b)), key, {a, b});
  EXPECT_EQ(at(b, key).text(slots::register_any), "of b");
  meet();
  EXPECT_EQ(at(lead, key).text(slots::register_any), "of b");
}

TEST_F(Consent, WhatIsWrittenOverAConflictRestsOnTheValueOfTheNewOwner) {
  const auto relay = sites.admit("s3");
  const auto reader = sites.admit("s4");
  const auto key = create(a, course());
  meet({lead, a, b});
  at(a, key).write(at(a, key).set(slots::register_any, "of a"));
  at(b, key).write(at(b, key).set(slots::register_any, "of b"));
  meet({lead, a, b, relay, reader});
  EXPECT_EQ(at(reader, key).text(slots::register_any), "of a");
  // Two who do not decide write over both, while the record goes to b.
  at(lead, key).write(at(lead, key).set(slots::register_any, "of the lead"));
  at(relay, key).write(at(relay, key).set(slots::register_any, "of the relay"));
  agree(at(a, key).give(sites.org(b)), key, {a, b});
  sites.learn(relay, lead);
  sites.learn(relay, b);
  sites.learn(reader, relay);  // All in one transaction.
  EXPECT_EQ(at(reader, key).text(slots::register_any), "of b");
  meet();
}

TEST_F(Consent, ARecordGivenAwayTwiceStaysWithItsOwnerUntilTheClaimantsAgree) {
  const auto laptop = sites.admit("s1");
  const auto key = create(a, course());
  for (const auto device : {lead, b, laptop})
    sites.learn(device, a);
  agree(at(a, key).give(sites.org(b)), key, {a, b});
  agree(at(laptop, key).give(sites.org(lead)), key, {laptop, lead});
  meet();
  EXPECT_TRUE(at(b, key).tenure(owner).contested());
  EXPECT_THAT(at(b, key).tenure(owner).acting, ElementsAre(sites.org(a)));
  const auto of_a = at(a, key).write(at(a, key).set(slots::register_owner, "a"));
  const auto of_b = at(b, key).write(at(b, key).set(slots::register_owner, "b"));
  EXPECT_FALSE(is_proposal(a, key, slots::register_owner, of_a));
  EXPECT_TRUE(is_proposal(b, key, slots::register_owner, of_b));
  agree(at(lead, key).give(sites.org(b)), key, {lead, b});
  meet();
  EXPECT_THAT(at(a, key).tenure(owner).acting, ElementsAre(sites.org(b)));
}

TEST_F(Consent, WhenAskedTheLeadRulesWhoOwnsARecord) {
  const auto laptop = sites.admit("s1");
  const auto c = sites.admit("s3");
  const auto key = create(a, course());
  for (const auto device : {b, c, laptop})
    sites.learn(device, a);
  agree(at(a, key).give(sites.org(b)), key, {a, b});
  agree(at(laptop, key).give(sites.org(c)), key, {laptop, c});
  meet({lead, b, c});
  auto ruling = at(lead, key).give(sites.org(c));
  ruling.holding->ruling = true;
  const auto unasked = at(lead, key).write(ruling);
  EXPECT_EQ(verdict(lead, key, owner, unasked), Void::not_escalated);
  HoldingAct escalation;
  escalation.kind = Kind::escalate;
  escalation.subject = owner;
  at(b, key).write(at(b, key).act(escalation));
  sites.learn(lead, b);
  at(lead, key).write(ruling);
  meet();
  EXPECT_THAT(at(b, key).tenure(owner).acting, ElementsAre(sites.org(c)));
}

TEST_F(Consent, AnOwnerCanOfferARecordToAll) {
  const auto key = create(a, course());
  auto invitation = at(a, key).give({});
  invitation.holding->kind = Kind::invite;
  const auto invited = at(a, key).write(invitation);
  sites.learn(b, a);
  sites.learn(lead, a);
  EXPECT_THAT(at(b, key).tenure(owner).acting, ElementsAre(sites.org(a)));
  auto taking = at(b, key).give(sites.org(b));
  taking.holding->under = sites.translate(invited, a, b);
  at(b, key).write(taking);
  EXPECT_THAT(at(b, key).tenure(owner).acting, ElementsAre(sites.org(b)));
  meet();
  EXPECT_THAT(at(a, key).tenure(owner).acting, ElementsAre(sites.org(b)));
}

TEST_F(Consent, TwoWhoCreateARecordBothOwnItUntilTheyAgree) {
  const auto key = key_of(course(), "twice");
  at(a, key).write(at(a, key).create());
  at(b, key).write(at(b, key).create());
  meet();
  EXPECT_THAT(at(a, key).tenure(owner).acting, UnorderedElementsAre(sites.org(a), sites.org(b)));
  agree(at(a, key).give(sites.org(b)), key, {a, b});
  meet();
  EXPECT_THAT(at(a, key).tenure(owner).acting, ElementsAre(sites.org(b)));
}

TEST_F(Consent, ActsOnARecordThatIsNotThereYetAreVoidForEver) {
  const auto key = key_of(course(), "soon");
  HoldingAct wish;
  wish.subject = owner;
  wish.to = sites.org(b);
  at(b, key).write(at(b, key).act(wish));
  wish.after = {{0, 1}, {0, 1'000'000}, {1, 77}};
  at(b, key).write(at(b, key).act(wish));
  at(a, key).write(at(a, key).create());
  meet();
  EXPECT_THAT(at(b, key).tenure(owner).acting, ElementsAre(sites.org(a)));
}

// Closings.

TEST_F(Consent, WhatAllPartnersHaveSignedCannotBeEditedTogetherAnyMore) {
  const auto key = create(a, whole_type(), text_value(*whole_type().field(joint), "signed"));
  sites.learn(lead, a);
  sites.learn(b, a);
  close(key, {a, b});
  EXPECT_FALSE(is_closed(at(b, key).tenure(phase)));
  sites.learn(lead, b);
  at(lead, key).agree(phase);
  EXPECT_TRUE(is_closed(at(lead, key).tenure(phase)));
  const auto edit = at(lead, key).write(at(lead, key).set(joint, "edited"));
  EXPECT_TRUE(is_proposal(lead, key, joint, edit));
  const auto any = at(lead, key).write(at(lead, key).set(slots::register_any, "any"));
  EXPECT_FALSE(is_proposal(lead, key, slots::register_any, any));
  sites.learn(a, lead);
  const auto own = at(a, key).write(at(a, key).set(slots::register_owner, "own"));
  EXPECT_FALSE(is_proposal(a, key, slots::register_owner, own));
  meet();
  EXPECT_EQ(at(b, key).text(joint), "signed");
}

TEST_F(Consent, AnEditBesideAnAgreedClosingIsLate) {
  const auto laptop = sites.admit("s2");
  const auto key = create(a, whole_type(), text_value(*whole_type().field(joint), "signed"));
  for (const auto device : {lead, b, laptop})
    sites.learn(device, a);
  const auto first = at(laptop, key).write(at(laptop, key).set(joint, "late"));
  at(laptop, key).write(at(laptop, key).set(joint, "later"));
  at(laptop, key).write(at(laptop, key).set(slots::text_joint, "late."));
  at(laptop, key).write(at(laptop, key).set(slots::register_any, "in time"));
  EXPECT_FALSE(is_proposal(laptop, key, joint, first));
  close(key, {a, b, lead});
  meet();
  EXPECT_TRUE(is_proposal(laptop, key, joint, first));
  EXPECT_EQ(proposals(a, key, joint), 2);
  EXPECT_EQ(proposals(a, key, slots::text_joint), 1);
  EXPECT_EQ(at(a, key).text(joint), "signed");
  EXPECT_EQ(at(a, key).text(slots::register_any), "in time");
}

TEST_F(Consent, WhoSawALaterEditSignsInVain) {
  const auto key = create(a, whole_type());
  sites.learn(b, a);
  sites.learn(lead, a);
  close(key, {a, b});
  at(b, key).write(at(b, key).set(slots::register_any, "later"));
  sites.learn(lead, b);
  const auto closing = *at(lead, key).open(phase);
  const auto in_vain = at(lead, key).write(at(lead, key).answer(Kind::consent, phase, closing));
  EXPECT_EQ(verdict(lead, key, phase, in_vain), Void::other_content);
  meet();
  EXPECT_FALSE(is_closed(at(a, key).tenure(phase)));
  EXPECT_NE(at(a, key).content(), at(a, key).agreements(phase).acts().front().to);
}

TEST_F(Consent, AReopeningTakesAllPartnersAndEditsThenCountAgain) {
  const auto laptop = sites.admit("s2");
  const auto key = create(a, whole_type(), text_value(*whole_type().field(joint), "signed"));
  for (const auto device : {lead, b, laptop})
    sites.learn(device, a);
  const auto late = at(laptop, key).write(at(laptop, key).set(joint, "late"));
  close(key, {a, b, lead});
  reopen(key, {lead, a});
  EXPECT_TRUE(is_closed(at(a, key).tenure(phase)));
  const auto early = at(a, key).write(at(a, key).set(joint, "too early"));
  EXPECT_TRUE(is_proposal(a, key, joint, early));
  sites.learn(b, a);
  at(b, key).agree(phase);
  EXPECT_FALSE(is_closed(at(b, key).tenure(phase)));
  const auto edit = at(b, key).write(at(b, key).set(joint, "next"));
  EXPECT_FALSE(is_proposal(b, key, joint, edit));
  meet();
  EXPECT_TRUE(is_proposal(b, key, joint, late, laptop));
  EXPECT_TRUE(is_proposal(b, key, joint, early, a));
  EXPECT_EQ(at(b, key).text(joint), "next");
  close(key, {b, a, lead});
  meet();
  EXPECT_TRUE(is_closed(at(a, key).tenure(phase)));
}

TEST_F(Consent, TwoClosingsBesideEachOtherFreezeTheRecordAtWhatBothContain) {
  const std::vector<Device> laptops{sites.admit("s0"), sites.admit("s1"), sites.admit("s2")};
  const auto key = create(a, whole_type(), text_value(*whole_type().field(joint), "both"));
  meet({lead, a, b, laptops[0], laptops[1], laptops[2]});
  const auto one = at(a, key).write(at(a, key).set(joint, "one"));
  at(a, key).write(at(a, key).add(slots::set_joint, "one"));
  close(key, {a, b, lead});
  at(laptops[0], key).write(at(laptops[0], key).set(slots::register_any, "two"));
  const auto two = at(laptops[0], key).write(at(laptops[0], key).set(joint, "two"));
  close(key, laptops);
  meet();
  EXPECT_TRUE(at(a, key).tenure(phase).contested());
  EXPECT_TRUE(is_proposal(a, key, joint, one));
  EXPECT_TRUE(is_proposal(a, key, joint, two, laptops[0]));
  EXPECT_EQ(at(a, key).text(joint), "both");
  EXPECT_EQ(at(a, key).text(slots::register_any), "two");
  EXPECT_EQ(members(a, key, slots::set_joint), 0);
  const auto frozen = at(b, key).write(at(b, key).set(joint, "frozen"));
  EXPECT_TRUE(is_proposal(b, key, joint, frozen));
  close(key, {a, b, lead});
  EXPECT_FALSE(at(lead, key).tenure(phase).contested());
  reopen(key, {lead, a, b});
  const auto edit = at(b, key).write(at(b, key).set(joint, "next"));
  EXPECT_FALSE(is_proposal(b, key, joint, edit));
  meet();
}

TEST_F(Consent, ARemovalBesideAClosingIsLateToo) {
  const auto laptop = sites.admit("s2");
  const auto key = create(a, whole_type(), text_value(*whole_type().field(slots::set_joint), "x"));
  for (const auto device : {lead, b, laptop})
    sites.learn(device, a);
  at(laptop, key).write(at(laptop, key).remove(slots::set_joint, "x"));
  EXPECT_EQ(members(laptop, key, slots::set_joint), 0);
  close(key, {a, b, lead});
  meet();
  EXPECT_EQ(members(laptop, key, slots::set_joint), 1);
  EXPECT_EQ(proposals(a, key, slots::set_joint), 1);
}

TEST_F(Consent, WhatIsAddedAndRemovedAgainBesideAClosingWasProposed) {
  const auto laptop = sites.admit("s2");
  const auto key = create(a, whole_type());
  for (const auto device : {lead, b, laptop})
    sites.learn(device, a);
  at(laptop, key).write(at(laptop, key).add(slots::set_joint, "x"));
  at(laptop, key).write(at(laptop, key).remove(slots::set_joint, "x"));
  close(key, {a, b, lead});
  meet();
  EXPECT_EQ(proposals(a, key, slots::set_joint), 2);
}

/// A removal leaves nothing in the record by which a reader could find it.
TEST_F(Consent, ASignatureBuildsOnTheRemovalsThatItsSignerHadSeen) {
  const auto key = create(a, whole_type(), text_value(*whole_type().field(slots::set_any), "x"));
  sites.learn(b, a);
  sites.learn(lead, a);
  at(b, key).write(at(b, key).remove(slots::set_any, "x"));
  sites.learn(a, b);
  const auto before = at(a, key).content();
  close(key, {a, b, lead});
  EXPECT_EQ(at(lead, key).content(), before);
  meet();
  EXPECT_TRUE(is_closed(at(b, key).tenure(phase)));
}

/// Whose signatures it takes depends on who is a partner in its author's past.
TEST_F(Consent, AClosingBuildsOnTheAdmissionsThatItsAuthorHadSeen) {
  const auto key = create(a, whole_type());
  sites.learn(b, a);
  sites.learn(lead, a);
  const auto c = sites.admit("s3");
  sites.learn(a, lead);
  close(key, {a, b, lead});
  meet();
  EXPECT_FALSE(is_closed(at(lead, key).tenure(phase)));
  at(c, key).agree(phase);
  meet();
  EXPECT_TRUE(is_closed(at(lead, key).tenure(phase)));
}

/// Else nobody could tell later whose consent was needed.
TEST_F(Consent, ATransferBuildsOnTheAdmissionOfWhoHasToAgree) {
  const auto& type = type_for(Decides::owner, true);
  const auto key = key_of(type, "named");
  Sites later;
  const auto v = later.admit("s1");
  const RecordKey org{1, later.at(0).members().org_id("s9")};
  Page founder{later, 0, key};
  founder.write(founder.create(reference_value(*type.field(owner_slot), org)));
  later.learn(v, 0);
  later.admit("s9");
  later.learn(v, 0);
  Page page{later, v, key};
  page.write(page.give(later.org(v)));
  later.meet();
  EXPECT_THAT(founder.agreements(owner).missing(1), ElementsAre(org.id));
  EXPECT_THAT(view_of(later.at(v)), Eq(view_of(later.at(0))));
}

TEST_F(Consent, NobodySignsForSomebodyElseByNamingAnOfferThatIsNone) {
  const auto key = create(a, whole_type());
  meet({lead, a, b});
  const auto by_b = at(b, key).write(at(b, key).close());
  const auto by_lead = at(lead, key).write(at(lead, key).close());
  meet({lead, a, b});
  at(a, key).write(at(a, key).set(slots::register_any, "b never saw this"));
  for (const auto& pretext : {sites.translate(by_b, b, a), sites.translate(by_lead, lead, a)}) {
    auto closing = at(a, key).close();
    closing.holding->under = pretext;
    at(a, key).write(closing);
  }
  const auto acts = at(a, key).agreements(phase);
  for (JudgedAct::Place place = 2; place < acts.acts().size(); ++place)
    EXPECT_THAT(acts.missing(place), SizeIs(2));
  meet();
}

// Parts.

TEST_F(Consent, PartsAreClosedAndOpenedWithTheirWhole) {
  const auto key = create(a, whole_type());
  const auto part = create_part(b, key);
  at(b, part).write(at(b, part).set(joint, "signed"));
  meet({lead, a, b});
  close(key, {a, b, lead});
  const auto edit = at(lead, part).write(at(lead, part).set(joint, "edited"));
  EXPECT_TRUE(is_proposal(lead, part, joint, edit));
  const auto any = at(lead, part).write(at(lead, part).set(slots::register_any, "any"));
  EXPECT_FALSE(is_proposal(lead, part, slots::register_any, any));
  const auto alone = at(lead, part).write(at(lead, part).reopen());
  EXPECT_THAT(at(lead, part).agreements(phase).acts(), IsEmpty());
  EXPECT_NE(alone, Dot{});
  reopen(key, {lead, a, b});
  const auto next = at(b, part).write(at(b, part).set(joint, "next"));
  EXPECT_FALSE(is_proposal(b, part, joint, next));
  meet();
}

TEST_F(Consent, APartThatIsAddedToAClosedWholeIsProposed) {
  const auto key = create(a, whole_type());
  meet({lead, a, b});
  close(key, {a, b, lead});
  const auto part = create_part(lead, key);
  EXPECT_EQ(at(lead, part).row().life, LifeState::proposed);
  meet();
}

TEST_F(Consent, APartThatIsCreatedBesideTheClosingOfItsWholeIsLate) {
  const auto laptop = sites.admit("s2");
  const auto key = create(a, whole_type());
  for (const auto device : {lead, b, laptop})
    sites.learn(device, a);
  const auto part = create_part(laptop, key);
  at(laptop, part).write(at(laptop, part).set(joint, "late"));
  at(laptop, part).write(at(laptop, part).set(slots::register_any, "in time"));
  EXPECT_EQ(at(laptop, part).row().life, LifeState::active);
  close(key, {a, b, lead});
  meet();
  EXPECT_EQ(at(laptop, part).row().life, LifeState::proposed);
  EXPECT_EQ(proposals(a, part, joint), 1);
  EXPECT_EQ(at(a, part).text(slots::register_any), "in time");
}

TEST_F(Consent, AnEditOfAPartBesideTheClosingOfItsWholeIsLate) {
  const auto laptop = sites.admit("s2");
  const auto key = create(a, whole_type());
  const auto part = create_part(a, key);
  for (const auto device : {lead, b, laptop})
    sites.learn(device, a);
  const auto late = at(laptop, part).write(at(laptop, part).archive());
  EXPECT_EQ(at(laptop, part).row().life, LifeState::archived);
  close(key, {a, b, lead});
  meet();
  EXPECT_TRUE(is_proposal(a, part, life_cycle, late, laptop));
  EXPECT_EQ(at(a, part).row().life, LifeState::active);
}

/// As when two make a part of one name, and neither plan knows of the other.
TEST_F(Consent, APartOfTwoWholesIsSignedWithBoth) {
  const auto laptop = sites.admit("s1");
  const auto one = create(a, whole_type());
  const auto two = create(a, whole_type());
  meet({lead, a, b, laptop});
  const auto part = key_of(part_type(), "twice");
  const auto in = [&](const RecordKey& whole) {
    return reference_value(*part_type().field(part_of_slot), whole);
  };
  at(a, part).write(at(a, part).create(in(one)));
  at(a, part).write(at(a, part).set(joint, "a"));
  at(b, part).write(at(b, part).create(in(two)));
  at(b, part).write(at(b, part).set(joint, "b"));
  sites.learn(lead, a);
  close(one, {a, lead});
  const auto closing = *at(lead, one).open(phase);
  meet({lead, a, b});
  const auto here = sites.translate(closing, lead, b);
  const auto in_vain = at(b, one).write(at(b, one).answer(Kind::consent, phase, here));
  EXPECT_EQ(verdict(b, one, phase, in_vain), Void::other_content);
  close(one, {a, b, lead});
  const auto edit = at(lead, part).write(at(lead, part).set(joint, "c"));
  EXPECT_TRUE(is_proposal(lead, part, joint, edit));
  at(laptop, part).write(at(laptop, part).set(joint, "never saw it created"));
  meet();
}

/// Which part belongs to what was signed is told by what the signer had seen, not by what has come
/// since.
TEST_F(Consent, APartThatNamesAWholeLaterIsNoPartOfWhatWasSigned) {
  const auto laptop = sites.admit("s2");
  const auto one = create(a, whole_type());
  const auto two = create(a, whole_type());
  meet({lead, a, b, laptop});
  const auto part = key_of(part_type(), "elsewhere");
  const auto in = [&](const RecordKey& whole) {
    return reference_value(*part_type().field(part_of_slot), whole);
  };
  at(a, part).write(at(a, part).create(in(two)));
  sites.learn(b, a);
  sites.learn(lead, a);
  at(laptop, part).write(at(laptop, part).create(in(one)));
  at(laptop, part).write(at(laptop, part).set(joint, "late"));
  close(one, {a, b, lead});
  meet();
  EXPECT_TRUE(is_closed(at(b, one).tenure(phase)));
  EXPECT_EQ(proposals(a, part, joint), 1);
}

TEST_F(Consent, ASecondCreationOfAPartDoesNotTakeItOutOfItsWhole) {
  const auto laptop = sites.admit("s2");
  const auto one = create(a, whole_type());
  const auto two = create(a, whole_type());
  const auto part = create_part(a, one);
  meet({lead, a, b, laptop});
  auto again = at(a, part).set(part_of_slot, "");
  again.fields = reference_value(*part_type().field(part_of_slot), two);
  again.action = Action::create;
  close(one, {a, b, lead});
  at(laptop, part).write(again);
  const auto late = at(laptop, part).write(at(laptop, part).set(joint, "late"));
  meet();
  EXPECT_TRUE(is_proposal(laptop, part, joint, late));
}

/// A part's versions can come before the creation that says what it belongs to.
TEST_F(Consent, WhatIsWrittenToAPartBeforeItsCreationArrivesIsLateLikeTheRest) {
  const auto key = create(a, whole_type());
  meet({lead, a, b});
  const auto laptop = sites.admit("s1");
  const auto part = key_of(part_type(), "blind");
  const auto late = at(laptop, part).write(at(laptop, part).set(joint, "late"));
  close(key, {a, b, lead});
  sites.learn(laptop, lead);
  EXPECT_FALSE(is_proposal(laptop, part, joint, late));
  at(b, part).write(at(b, part).create(reference_value(*part_type().field(part_of_slot), key)));
  meet();
  EXPECT_TRUE(is_proposal(laptop, part, joint, late));
}

// What has not been sealed.

TEST_F(Consent, ASignatureThatIsTakenBackLeavesEverythingAsItWas) {
  const auto laptop = sites.admit("s2");
  const auto key = create(a, whole_type());
  const auto part = create_part(a, key);
  for (const auto device : {lead, b, laptop})
    sites.learn(device, a);
  at(laptop, part).write(at(laptop, part).set(joint, "late"));
  at(laptop, key).write(at(laptop, key).set(joint, "late"));
  close(key, {a, b});
  sites.learn(lead, laptop);
  sites.learn(lead, b);
  const auto before = view_of(sites.at(lead));
  const auto closing = sites.translate(*at(b, key).open(phase), b, lead);
  const auto last = at(lead, key).write(at(lead, key).answer(Kind::consent, phase, closing));
  ASSERT_THAT(sites.at(lead).take_back(last, at(lead, key).number()), is_ok());
  EXPECT_THAT(view_of(sites.at(lead)), Eq(before));
  meet();
}

TEST_F(Consent, AClosingThatIsTakenBackMakesNothingLate) {
  Sites alone;
  const Page whole{alone, 0, key_of(whole_type(), "alone")};
  whole.write(whole.create());
  const Page part{alone, 0, key_of(part_type(), "alone")};
  part.write(part.create(
      reference_value(*part_type().field(part_of_slot), key_of(whole_type(), "alone"))));
  const auto closing = whole.write(whole.close());
  EXPECT_TRUE(is_closed(whole.tenure(phase)));
  const auto edit = part.write(part.set(joint, "a"));
  EXPECT_NE(part.state().find(joint)->proposal(edit), nullptr);
  ASSERT_THAT(alone.at(0).take_back(closing, whole.number()), is_ok());
  EXPECT_EQ(part.state().find(joint)->proposal(edit), nullptr);
  EXPECT_EQ(part.text(joint), "a");
}

TEST_F(Consent, AnEditThatIsTakenBackLeavesNothingBehind) {
  const auto key = create(a, whole_type());
  meet();
  const auto before = view_of(sites.at(a));
  const auto edit = at(a, key).write(at(a, key).set(joint, "oops"));
  ASSERT_THAT(sites.at(a).take_back(edit, at(a, key).number()), is_ok());
  EXPECT_THAT(view_of(sites.at(a)), Eq(before));
  const auto gone = key_of(whole_type(), "gone");
  const auto creation = at(a, gone).write(at(a, gone).create());
  ASSERT_THAT(sites.at(a).take_back(creation, at(a, gone).number()), is_ok());
  EXPECT_THAT(at(a, gone).state().slots, IsEmpty());
}

TEST_F(Consent, AnActBeforeTheFoundingHasArrivedIsNobodys) {
  const auto key = create(a, whole_type());
  Replica early;
  const auto own = early.store().intern_stream(DeviceId{}, Space::plan);
  const auto record = early.store().intern_record(key);
  for (const auto subject : {holder, owner, phase}) {
    Change change;
    change.record = *record;
    change.holding = HoldingAct{Kind::transfer, subject, RecordId{}, {}, {}, {}, true};
    const auto n = early.store().pending(*own)->size() + 1;
    EXPECT_THAT(early.write({*own, n}, change), is_ok());
  }
  EXPECT_THAT(early.publish(), is_ok());
}

// Who rules.

/// The part's stage names who rules on contests over it.
class Rulings : public Consent {
protected:
  Change rules(Device device, const RecordId& org) {
    auto change = at(device, stage).set(slots::register_any, "x");
    change.supersedes.clear();
    if (const auto* shown = at(device, stage).state().find(rules_slot)) {
      for (const auto& head : shown->heads)
        change.supersedes.push_back({rules_slot, head});
    }
    change.fields = reference_value(*stage_type().field(rules_slot), {1, org});
    return change;
  }

  /// Two claim the part, and one asks for a ruling.
  void contest(Device first, Device second) {
    at(first, part).write(at(first, part).give(sites.org(first), holder));
    at(second, part).write(at(second, part).give(sites.org(second), holder));
    sites.learn(first, second);
    HoldingAct escalation;
    escalation.kind = Kind::escalate;
    at(first, part).write(at(first, part).act(escalation));
  }

  Dot rule(Device device, Device to) {
    auto ruling = at(device, part).give(sites.org(to), holder);
    ruling.holding->ruling = true;
    return at(device, part).write(ruling);
  }

  const Device c = sites.admit("s3");
  const Device d = sites.admit("s4");
  RecordKey stage, part;

  void SetUp() override {
    stage = create(a, stage_type());
    part = create(a, part_type(), reference_value(*part_type().field(ruled_by_slot), stage));
    meet({lead, a, b, c, d});
  }
};

TEST_F(Rulings, AreByWhomTheStageNamesOnceAllHaveSignedIt) {
  at(a, stage).write(rules(a, sites.org(c)));
  meet({lead, a, b, c, d});
  close(stage, {a, b, c, d, lead});
  meet({lead, a, b, c, d});
  contest(b, a);
  meet({lead, c, b});
  EXPECT_EQ(verdict(lead, part, holder, rule(lead, a)), Void::no_judge);
  EXPECT_EQ(verdict(c, part, holder, rule(c, a)), Void::none);
  meet();
  EXPECT_THAT(at(b, part).tenure(holder).acting, ElementsAre(sites.org(a)));
}

TEST_F(Rulings, AreTheLeadsWhileASignatureIsMissing) {
  at(a, stage).write(rules(a, sites.org(c)));
  meet({lead, a, b, c, d});
  close(stage, {a, b, c, lead});
  meet({lead, a, b, c, d});
  contest(b, a);
  meet({lead, c, b});
  EXPECT_EQ(verdict(c, part, holder, rule(c, a)), Void::no_judge);
  EXPECT_EQ(verdict(lead, part, holder, rule(lead, a)), Void::none);
  meet();
}

TEST_F(Rulings, StayWithWhomWasSignedWhileTheStageIsOpenAgain) {
  at(a, stage).write(rules(a, sites.org(c)));
  meet({lead, a, b, c, d});
  close(stage, {a, b, c, d, lead});
  meet({lead, a, b, c, d});
  reopen(stage, {a, b, c, d, lead});
  meet({lead, a, b, c, d});
  at(a, stage).write(rules(a, sites.org(d)));
  contest(b, a);
  meet({lead, a, b, c, d});
  EXPECT_EQ(verdict(d, part, holder, rule(d, a)), Void::no_judge);
  EXPECT_EQ(verdict(c, part, holder, rule(c, a)), Void::none);
  meet();
}

}  // namespace
}  // namespace guantong::test
