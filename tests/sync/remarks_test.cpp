#include "sync/remarks.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/base/message.h"
#include "sync/change.h"
#include "sync/commit.h"

namespace guantong {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t march_2027 = 1'804'000'000'000;
constexpr std::uint64_t minute = 60'000;

struct Letter {
  Commit commit;
  Dates dates{march_2027, march_2027 - minute, march_2027 + minute};
  Member author;

  Letter() {
    author.name = "翟示六";
    author.email = "b06@example.invalid";
    commit.author = {author.name, author.email, march_2027 / 1000, 0};
    commit.committer = {"bstu 3f2a91c0", "bstu@guantong.invalid", march_2027 / 1000, 0};
  }
  void date(std::uint64_t ms) {
    dates.written = ms;
    commit.author.time_s = commit.committer.time_s = static_cast<std::int64_t>(ms / 1000);
  }
  std::vector<std::string> remarks() const {
    std::vector<std::string> texts;
    for (const auto& remark : remarks_on(commit, dates, &author))
      texts.push_back(in_english(remark));
    return texts;
  }
};

TEST(Remarks, ThereAreNoneOnABatchInOrder) {
  EXPECT_THAT(Letter{}.remarks(), IsEmpty());
}

TEST(Remarks, D24ADateStillToComeIsTold) {
  Letter letter;
  letter.date(1'924'992'000'000);
  EXPECT_THAT(letter.remarks(), ElementsAre(HasSubstr("2031-01-01 00:00 UTC, which is still to")));
}

TEST(Remarks, D25ADateBeforeTheWorkItBuildsOnIsTold) {
  Letter letter;
  letter.date(0);
  EXPECT_THAT(letter.remarks(), ElementsAre(HasSubstr("1970-01-01 00:00 UTC, before the work")));
}

TEST(Remarks, ClocksThatAreMinutesApartAreNotWorthAWord) {
  Letter letter;
  letter.dates.now = march_2027 - clock_tolerance_ms;
  EXPECT_THAT(letter.remarks(), IsEmpty());
  letter.dates.now = march_2027;
  letter.dates.before = march_2027 + clock_tolerance_ms;
  EXPECT_THAT(letter.remarks(), IsEmpty());
  ++letter.dates.before;
  EXPECT_THAT(letter.remarks(), ElementsAre(HasSubstr("before the work")));
}

TEST(Remarks, D22WhatGitShowsOtherwiseThanWasSignedIsTold) {
  Letter letter;
  letter.commit.committer.time_s = 946'684'800;
  EXPECT_THAT(letter.remarks(), ElementsAre(HasSubstr("git shows the date")));
  letter = Letter{};
  letter.commit.author.name = "单示一";
  EXPECT_THAT(letter.remarks(),
              ElementsAre("git shows the author 单示一 <b06@example.invalid>, and it is 翟示六 "
                          "<b06@example.invalid>'s"));
}

TEST(Remarks, OfAnOutsiderNobodyKnowsWhoItIs) {
  Letter letter;
  letter.commit.author.name = "谁";
  EXPECT_THAT(remarks_on(letter.commit, letter.dates, nullptr), IsEmpty());
}

TEST(UncertainTimes, AreThoseBeforeTheProgramAndAfterTheArrival) {
  EXPECT_TRUE(is_uncertain(0, march_2027));
  EXPECT_TRUE(is_uncertain(march_2027 + 2 * clock_tolerance_ms, march_2027));
  EXPECT_FALSE(is_uncertain(march_2027 + minute, march_2027));
  EXPECT_FALSE(is_uncertain(march_2027, 0)) << "not sealed yet: there is nothing to compare with";
}

}  // namespace
}  // namespace guantong
