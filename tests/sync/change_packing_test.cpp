#include "sync/change_packing.h"

#include <cstddef>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/change.h"
#include "sync/packing.h"
#include "tests/support/result_matchers.h"

namespace guantong {
namespace {

Change an_edit() {
  Change change;
  change.record = 70'000;
  change.action = Action::archive;
  change.fields = std::string{"\x08\x06\0\xff", 4};
  change.cleared = {3, 400};
  change.removed = {{7, "member", {{1, 2}, {3, 4}}}, {8, "", {}}};
  change.supersedes = {{0, {5, 6}}, {9, {70'000, std::uint64_t{1} << 40U}}};
  change.accepts = {{1, {1, 1}}};
  change.declines = {{2, {2, 2}}};
  change.withdraws = {{3, {3, 3}}};
  change.time = {1'804'000'000'123, 7};
  change.why = "因为";
  return change;
}

std::string packed(const Change& change) {
  PackWriter out;
  pack_change(out, change);
  return std::move(out.out);
}

void expect_back(const Change& change) {
  const auto back = unpack_change(packed(change));
  ASSERT_THAT(back, test::is_ok());
  EXPECT_EQ(*back, change);
}

TEST(ChangePacking, WhatIsPackedComesBack) {
  expect_back(an_edit());
  expect_back(Change{});
}

TEST(ChangePacking, ActsComeBackToo) {
  Change consent;
  consent.record = 3;
  consent.holding =
      HoldingAct{HoldingAct::Kind::consent, HeldSubject::owner, {}, {}, {}, Dot{2, 9}};
  expect_back(consent);
  Change dismissal;
  dismissal.dismissal = Dismissal{*DeviceId::from(std::string(DeviceId::size, 'd')), Level::none};
  expect_back(dismissal);
}

TEST(ChangePacking, DamageIsFoundOrReadsAsAnotherChange) {
  const auto whole = packed(an_edit());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THAT(unpack_change(std::string_view{whole}.substr(0, size)),
                test::fails_with(Errc::corrupt))
        << size;
  EXPECT_THAT(unpack_change(whole + "x"), test::fails_with(Errc::corrupt));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(~damaged[at]);
    const auto read = unpack_change(damaged);
    EXPECT_TRUE(!read || *read != an_edit()) << at;
  }
}

}  // namespace
}  // namespace guantong
