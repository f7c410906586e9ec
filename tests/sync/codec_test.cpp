#include "sync/codec.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "guantong/v1/change.pb.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "tests/support/choices.h"
#include "tests/support/for_all.h"
#include "tests/support/result_matchers.h"

namespace guantong::test {
namespace {

template <class Id>
Id id(std::string_view name) {
  return *Id::from(blake2b(name).raw().substr(0, Id::size));
}

Member member() {
  return {id<PublicKey>("key"),
          "bitc-2",
          "北京信息职业技术学院",
          "vocational",
          id<PersonId>("person"),
          "王老师",
          "wang@example.org"};
}

/// A change with something of everything.
Change full_change() {
  Change change;
  change.record = 1;
  change.action = Action::archive;
  change.fields = std::string{"\x0a\x00\xff", 3};
  change.cleared = {3, 4};
  change.removed = {{5, "member", {{1, 7}, {0, 2}}}, {5, "", {}}};
  change.supersedes = {{0, {1, 3}}, {7, {0, 1}}};
  change.accepts = {{2, {1, 4}}};
  change.declines = {{2, {1, 5}}};
  change.withdraws = {{2, {1, 6}}};
  change.time = {1'700'000'000'000, 3};
  change.why = "因为";
  return change;
}

Batch full_batch() {
  Batch batch;
  batch.consortium = id<ConsortiumId>("consortium");
  batch.space = Space::school;
  batch.number = 2;
  batch.under = Dot{1, 2};
  batch.first_n = 9;
  batch.previous = id<Digest>("previous");
  batch.devices = {id<DeviceId>("own"), id<DeviceId>("other")};
  batch.records = {{4, id<RecordId>("a")}, {70'000, id<RecordId>("b")}};
  Change grant;
  grant.grant = Grant{member(), Level::coordinator};
  batch.changes = {full_change(), Change{}, grant};
  return batch;
}

Batch founding_batch() {
  Batch batch;
  batch.number = 1;
  batch.first_n = 1;
  batch.devices = {id<DeviceId>("own")};
  Change founding;
  founding.founding = Founding{"Consortium", member(), std::string(PublicKey::size, 'k')};
  batch.changes = {founding};
  return batch;
}

/// The batch after `spoil` has had its way with the message.
Result<Batch> spoilt(const Batch& batch, const std::function<void(v1::Batch&)>& spoil) {
  v1::Batch wire;
  EXPECT_TRUE(wire.ParseFromString(encode_batch(batch)));
  spoil(wire);
  return decode_batch(wire.SerializeAsString());
}

Result<Change> spoilt(const Change& change, const std::function<void(v1::Change&)>& spoil) {
  v1::Change wire;
  EXPECT_TRUE(wire.ParseFromString(encode_change(change)));
  spoil(wire);
  return decode_change(wire.SerializeAsString());
}

Result<Batch> with_change(const std::function<void(Change&)>& alter) {
  auto batch = full_batch();
  alter(batch.changes.front());
  return decode_batch(encode_batch(batch));
}

void expect_corrupt(const Batch& batch, const std::function<void(v1::Batch&)>& spoil) {
  EXPECT_THAT(spoilt(batch, spoil), fails_with(Errc::corrupt));
}
void expect_corrupt(const Change& change, const std::function<void(v1::Change&)>& spoil) {
  EXPECT_THAT(spoilt(change, spoil), fails_with(Errc::corrupt));
}

TEST(Codec, ChangesAndBatchesComeBack) {
  EXPECT_EQ(*decode_change(encode_change(full_change())), full_change());
  EXPECT_EQ(*decode_change(encode_change(Change{})), Change{});
  EXPECT_EQ(*decode_batch(encode_batch(full_batch())), full_batch());
  EXPECT_EQ(*decode_batch(encode_batch(founding_batch())), founding_batch());
}

Change holding_change(HoldingAct::Kind kind) {
  Change change;
  HoldingAct act;
  act.kind = kind;
  change.why = "因为";
  switch (kind) {
    case HoldingAct::Kind::transfer:
      act.to = id<RecordId>("to");
      act.under = Dot{1, 4};
      act.ruling = true;
      [[fallthrough]];
    case HoldingAct::Kind::invite:
      act.after = {{0, 3}, {1, 2}};
      break;
    case HoldingAct::Kind::escalate:
      break;
    default:
      act.of = Dot{1, 7};
  }
  change.holding = act;
  return change;
}

TEST(Codec, ActsOnWhoAnswersComeBack) {
  using Kind = HoldingAct::Kind;
  for (const auto kind : {Kind::transfer,
                          Kind::consent,
                          Kind::withdraw,
                          Kind::decline,
                          Kind::invite,
                          Kind::escalate}) {
    const auto change = holding_change(kind);
    EXPECT_EQ(*decode_change(encode_change(change)), change);
  }
}

TEST(Codec, RefusesActsOnWhoAnswersThatSayTooMuchOrTooLittle) {
  using Kind = HoldingAct::Kind;
  const auto transfer = holding_change(Kind::transfer);
  expect_corrupt(transfer, [](v1::Change& wire) { wire.set_fields("x"); });
  expect_corrupt(transfer, [](v1::Change& wire) { wire.set_action(v1::ARCHIVE); });
  expect_corrupt(transfer, [](v1::Change& wire) { wire.mutable_grant(); });
  expect_corrupt(transfer, [](v1::Change& wire) { wire.mutable_holding()->clear_to(); });
  expect_corrupt(transfer, [](v1::Change& wire) { wire.mutable_holding()->mutable_of(); });
  expect_corrupt(transfer, [](v1::Change& wire) { wire.mutable_holding()->set_subject(4); });
  expect_corrupt(transfer, [](v1::Change& wire) { wire.mutable_holding()->clear_subject(); });
  expect_corrupt(transfer, [](v1::Change& wire) { wire.mutable_holding()->clear_kind(); });
  const auto consent = holding_change(Kind::consent);
  expect_corrupt(consent, [](v1::Change& wire) { wire.mutable_holding()->clear_of(); });
  expect_corrupt(consent, [](v1::Change& wire) { wire.mutable_holding()->add_after(); });
  expect_corrupt(consent, [](v1::Change& wire) { wire.mutable_holding()->set_ruling(true); });
  const auto invite = holding_change(Kind::invite);
  expect_corrupt(invite,
                 [](v1::Change& wire) { wire.mutable_holding()->set_to("0123456789abcdef"); });
}

TEST(Codec, RequestsComeBack) {
  const Request request{id<ConsortiumId>("consortium"), member(), 12};
  const auto bytes = encode_request(request);
  const auto read = decode_request(bytes);
  ASSERT_THAT(read, is_ok());
  EXPECT_EQ(read->consortium, request.consortium);
  EXPECT_EQ(read->member, request.member);
  EXPECT_EQ(read->time_ms, request.time_ms);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    (void)decode_request(std::string_view{bytes}.substr(0, size));
  EXPECT_THAT(decode_request(""), fails_with(Errc::corrupt));
  v1::Request wire;
  ASSERT_TRUE(wire.ParseFromString(bytes));
  wire.set_format(format_level + 1);
  EXPECT_THAT(decode_request(wire.SerializeAsString()), fails_with(Errc::too_new));
}

TEST(Codec, ALaterFormatIsNotJudged) {
  EXPECT_THAT(spoilt(full_batch(), [](v1::Batch& wire) { wire.set_format(format_level + 1); }),
              fails_with(Errc::too_new));
  expect_corrupt(full_batch(), [](v1::Batch& wire) { wire.set_format(0); });
}

TEST(Codec, RefusesIdsOfTheWrongLength) {
  const std::string short_one(31, 'x');
  expect_corrupt(full_batch(), [&](v1::Batch& wire) { wire.set_consortium(short_one); });
  expect_corrupt(full_batch(), [&](v1::Batch& wire) { wire.set_previous(short_one + "xx"); });
  expect_corrupt(full_batch(), [&](v1::Batch& wire) { wire.set_devices(1, short_one); });
  expect_corrupt(full_batch(), [&](v1::Batch& wire) { wire.set_devices(0, ""); });
  expect_corrupt(full_batch(),
                 [&](v1::Batch& wire) { wire.mutable_records(0)->set_id(short_one); });
  const auto grant = full_batch().changes.back();
  expect_corrupt(
      grant, [&](v1::Change& wire) { wire.mutable_grant()->mutable_member()->set_key(short_one); });
  expect_corrupt(grant, [&](v1::Change& wire) {
    wire.mutable_grant()->mutable_member()->set_person(short_one);
  });
  const auto founding = founding_batch().changes.front();
  expect_corrupt(founding,
                 [&](v1::Change& wire) { wire.mutable_founding()->set_recovery_key(short_one); });
}

TEST(Codec, RefusesAHeaderThatContradictsItself) {
  expect_corrupt(full_batch(), [](v1::Batch& wire) { wire.set_space(0); });
  expect_corrupt(full_batch(), [](v1::Batch& wire) { wire.set_space(3); });
  expect_corrupt(full_batch(), [](v1::Batch& wire) { wire.set_number(0); });
  expect_corrupt(full_batch(), [](v1::Batch& wire) { wire.set_first_n(0); });
  expect_corrupt(full_batch(), [](v1::Batch& wire) { wire.set_first_n(std::uint64_t{1} << 60U); });
  expect_corrupt(full_batch(), [](v1::Batch& wire) { wire.clear_consortium(); });
  expect_corrupt(full_batch(), [](v1::Batch& wire) { wire.clear_under(); });
  expect_corrupt(full_batch(), [](v1::Batch& wire) { wire.clear_previous(); });
  expect_corrupt(full_batch(), [](v1::Batch& wire) { wire.set_number(1); });
  expect_corrupt(founding_batch(),
                 [](v1::Batch& wire) { wire.set_consortium(std::string(32, 'x')); });
  EXPECT_THAT(spoilt(full_batch(),
                     [](v1::Batch& wire) {
                       wire.set_number(1);
                       wire.clear_previous();
                     }),
              is_ok());
}

TEST(Codec, RefusesWhatIsNotInTheDictionary) {
  expect_corrupt(full_batch(), [](v1::Batch& wire) { wire.clear_devices(); });
  expect_corrupt(full_batch(), [](v1::Batch& wire) { wire.clear_records(); });
  expect_corrupt(full_batch(), [](v1::Batch& wire) { wire.mutable_under()->set_device(2); });
  const Dot far{2, 1};
  const Dot nothing{1, 0};
  for (const auto dot : {far, nothing, Dot{0, std::uint64_t{1} << 50U}}) {
    for (const auto list :
         {&Change::supersedes, &Change::accepts, &Change::declines, &Change::withdraws}) {
      EXPECT_THAT(with_change([&](Change& change) { (change.*list).front().dot = dot; }),
                  fails_with(Errc::corrupt));
    }
    EXPECT_THAT(with_change([&](Change& change) { change.removed.front().adds.back() = dot; }),
                fails_with(Errc::corrupt));
  }
  EXPECT_THAT(with_change([&](Change& change) { change.record = 2; }), fails_with(Errc::corrupt));
}

TEST(Codec, AnActOfMembershipNeedsNoRecord) {
  EXPECT_THAT(decode_batch(encode_batch(founding_batch())), is_ok());
  EXPECT_THAT(
      spoilt(founding_batch(), [](v1::Batch& wire) { wire.add_changes(encode_change(Change{})); }),
      fails_with(Errc::corrupt));
}

TEST(Codec, RefusesTooMuch) {
  const auto payload = encode_batch(full_batch());
  EXPECT_THAT(decode_batch(payload, {.payload_bytes = payload.size()}), is_ok());
  EXPECT_THAT(decode_batch(payload, {.payload_bytes = payload.size() - 1}),
              fails_with(Errc::corrupt));
  EXPECT_THAT(decode_batch(payload, {.changes = 3}), is_ok());
  EXPECT_THAT(decode_batch(payload, {.changes = 2}), fails_with(Errc::corrupt));
  expect_corrupt(full_batch(), [](v1::Batch& wire) { wire.clear_changes(); });

  // 2 cleared, 2 removed with 2 adds, 5 versions.
  const auto change = encode_change(full_change());
  EXPECT_THAT(decode_change(change, {.versions = 11}), is_ok());
  EXPECT_THAT(decode_change(change, {.versions = 10}), fails_with(Errc::corrupt));
  EXPECT_THAT(decode_change(change, {.text_bytes = full_change().why.size() - 1}),
              fails_with(Errc::corrupt));
  const std::string long_name(4'001, 'x');
  const auto grant = full_batch().changes.back();
  for (const auto set :
       {+[](v1::Member& wire, const std::string& name) { wire.set_name(name); },
        +[](v1::Member& wire, const std::string& name) { wire.set_email(name); },
        +[](v1::Member& wire, const std::string& name) { wire.set_site_name(name); },
        +[](v1::Member& wire, const std::string& name) { wire.set_site_kind(name); }}) {
    expect_corrupt(
        grant, [&](v1::Change& wire) { set(*wire.mutable_grant()->mutable_member(), long_name); });
  }
  expect_corrupt(founding_batch().changes.front(), [&](v1::Change& wire) {
    wire.mutable_founding()->set_consortium_name(long_name);
  });
}

TEST(Codec, RefusesWhatAChangeCannotDo) {
  expect_corrupt(full_change(),
                 [](v1::Change& wire) { wire.set_action(static_cast<v1::Action>(4)); });  // NOLINT
  expect_corrupt(full_change(),
                 [](v1::Change& wire) { wire.set_action(static_cast<v1::Action>(-1)); });  // NOLINT
  expect_corrupt(full_change(),
                 [](v1::Change& wire) { wire.set_time_ms(std::uint64_t{1} << 48U); });
  const auto grant = full_batch().changes.back();
  for (const int level : {0, 5, -1}) {
    expect_corrupt(grant, [&](v1::Change& wire) {
      wire.mutable_grant()->set_level(static_cast<v1::Level>(level));
    });
  }
  for (const auto& slug : {std::string{},
                           std::string{"Bitc"},
                           std::string{"a/b"},
                           std::string{".."},
                           std::string(33, 'a')}) {
    expect_corrupt(
        grant, [&](v1::Change& wire) { wire.mutable_grant()->mutable_member()->set_site(slug); });
  }
}

TEST(Codec, NumbersTakeThePlacesOfTheDictionary) {
  auto change = full_change();
  renumber(change, {20, 10}, {7, 8});
  EXPECT_EQ(change.record, 8U);
  EXPECT_EQ(change.removed.front().adds, (std::vector<Dot>{{10, 7}, {20, 2}}));
  EXPECT_EQ(change.supersedes, (std::vector<Version>{{0, {10, 3}}, {7, {20, 1}}}));
  EXPECT_EQ(change.accepts.front().dot, (Dot{10, 4}));
  EXPECT_EQ(change.declines.front().dot, (Dot{10, 5}));
  EXPECT_EQ(change.withdraws.front().dot, (Dot{10, 6}));
}

/// A shorter input may still be a message; what it never is, is the same one.
TEST(Codec, ACutMessageIsRefusedOrLess) {
  for (const auto& batch : {full_batch(), founding_batch()}) {
    const auto payload = encode_batch(batch);
    for (std::size_t size = 0; size < payload.size(); ++size) {
      const auto read = decode_batch(std::string_view{payload}.substr(0, size));
      if (read) {
        EXPECT_NE(*read, batch);
      }
    }
    for (const auto& change : batch.changes) {
      const auto bytes = encode_change(change);
      for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto read = decode_change(std::string_view{bytes}.substr(0, size));
        if (read) {
          EXPECT_NE(*read, change);
        }
      }
    }
  }
}

TEST(Codec, DamagedBatchesNeverBreakTheReader) {
  for_all(
      [](Choices& choices) {
        auto payload = encode_batch(choices.pick(4) == 0 ? founding_batch() : full_batch());
        for (auto left = 1 + choices.pick(4); left > 0; --left) {
          const auto at = choices.pick(256) * choices.pick(256) % payload.size();
          payload.at(at) = static_cast<char>(choices.pick(256));
        }
        const auto read = decode_batch(payload);
        if (read) {
          EXPECT_THAT(decode_batch(encode_batch(*read)), is_ok());
        }
      },
      5'000);
}

}  // namespace
}  // namespace guantong::test
