// What the rules of authority do not give, each shown by a story: G1 to G8 of docs/security.md. Who
// changes a rule and finds one of these gone should say so there.
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/authority_letters.h"
#include "tests/support/authority_oracle.h"
#include "tests/support/authority_story.h"
#include "tests/support/authority_worlds.h"
#include "tests/support/replica.h"
#include "tests/support/result_matchers.h"

namespace guantong::test {
namespace {

using testing::ElementsAre;

constexpr int anna = 1;
constexpr int boris = 2;
constexpr int clara = 3;
constexpr int recovery = 9;

/// What a replica makes of the story, which is also what the oracle says of it.
class Judged {
public:
  explicit Judged(const AuthorityStory& story)
      : letters_{story.world}, verdict_{judge(letters_.world())} {
    Replica replica;
    std::vector<std::size_t> order;
    for (std::size_t batch = 0; batch < letters_.count(); ++batch) {
      EXPECT_THAT(replica.take(letters_.letter(batch)), is_ok());
      order.push_back(batch);
    }
    EXPECT_THAT(replica.publish(), is_ok());
    picture_ = letters_.picture_of(replica, order);
    EXPECT_EQ(picture_, letters_.oracle_picture(order));
  }

  bool counts(std::size_t batch, std::size_t act = 0) const {
    const auto& said = picture_.at(AuthorityLetters::name(batch, act));
    return said == "counts" || said == "with right counts";
  }
  OracleLevel level(int device) const { return verdict_.levels.at(device); }
  const std::set<int>& leads() const { return verdict_.leads; }
  /// Whether the first of two batches wins where digests decide.
  bool is_smaller(std::size_t a, std::size_t b) const {
    return letters_.letter(a).digest < letters_.letter(b).digest;
  }

private:
  AuthorityLetters letters_;
  AuthorityVerdict verdict_;
  std::map<std::string, std::string> picture_;
};

TEST(GivenUp, G1AThiefOfAMoreSeniorKeyHitsBackAndTheRecoveryKeyStopsHim) {
  AuthorityStory story{{found(recovery), found(founder)}};
  const auto start =
      story.tell(founder, {}, {grant(anna, OracleLevel::lead), grant(boris, OracleLevel::lead)});
  // Anna's key is stolen. Boris, her junior, puts it out, and the thief dates an expulsion of Boris
  // back to before that: nobody can tell it from one that was on its way.
  story.tell(boris, {start}, {expel(anna)});
  story.tell(anna, {start}, {expel(boris)});
  EXPECT_EQ(Judged{story}.level(anna), OracleLevel::lead);
  EXPECT_EQ(Judged{story}.level(boris), OracleLevel::none);

  // Against somebody more senior it does not help.
  story.tell(recovery, {start}, {expel(anna)});
  story.tell(anna, {start}, {expel(recovery), expel(founder)});
  const Judged rescued{story};
  EXPECT_EQ(rescued.level(anna), OracleLevel::none);
  EXPECT_THAT(rescued.leads(), ElementsAre(founder, boris, recovery));
}

TEST(GivenUp, G2AnExpulsionByWhomWasPutOutStillClosesARing) {
  const auto tell = [](bool with_the_third) {
    AuthorityStory story;
    const auto start =
        story.tell(founder, {}, {grant(anna, OracleLevel::lead), grant(boris, OracleLevel::lead)});
    const auto of_boris = story.tell(founder, {start}, {expel(boris)});
    const auto of_anna = story.tell(boris, {start}, {with_the_third ? expel(anna) : edit});
    const auto of_founder = story.tell(anna, {start}, {expel(founder)});
    const Judged judged{story};
    EXPECT_EQ(judged.counts(of_boris), with_the_third);
    EXPECT_EQ(judged.counts(of_anna), !with_the_third);
    return judged.counts(of_founder);
  };
  EXPECT_FALSE(tell(true)) << "it is in the ring, and its senior stays";
  EXPECT_TRUE(tell(false)) << "without the void act there is no ring";
}

TEST(GivenUp, G3AnExpulsionTakesBackNothingThatItsAuthorHadSeen) {
  AuthorityStory story;
  story.tell(founder, {}, {grant(anna, OracleLevel::coordinator)});
  const auto theft = story.tell(anna, {}, {edit, grant(clara, OracleLevel::teacher)});
  story.tell(founder, {theft}, {expel(anna)});
  const Judged judged{story};
  EXPECT_TRUE(judged.counts(theft, 0)) << "an edit undoes it";
  EXPECT_TRUE(judged.counts(theft, 1));
  EXPECT_EQ(judged.level(clara), OracleLevel::teacher) << "an expulsion of its own puts her out";
  story.tell(founder, {}, {expel(clara)});
  EXPECT_EQ(Judged{story}.level(clara), OracleLevel::none);
}

TEST(GivenUp, G4AnExpellerHidesWhatHeSawBackToWhatHisOwnStreamReached) {
  AuthorityStory story;
  story.tell(founder, {}, {grant(anna, OracleLevel::teacher)});
  const auto reached = story.tell(anna, {}, {edit});
  story.tell(founder, {reached}, {edit});
  const auto seen = story.tell(anna, {}, {edit});
  // He has it before him, and names as his grounds only what he cannot leave out.
  story.tell(founder, {}, {expel(anna)});
  EXPECT_TRUE(Judged{story}.counts(reached));
  EXPECT_FALSE(Judged{story}.counts(seen)) << "it waits, and is listed";
  story.tell(founder, {seen}, {admit({seen})});
  EXPECT_TRUE(Judged{story}.counts(seen));
}

TEST(GivenUp, G5WorkRestsOnTheGrantItNamesThoughThereIsAnother) {
  AuthorityStory story;
  const auto start = story.tell(
      founder, {}, {grant(boris, OracleLevel::coordinator), grant(anna, OracleLevel::teacher)});
  const auto by_boris = story.tell(boris, {start}, {grant(anna, OracleLevel::teacher)});
  story.under[anna] = {by_boris, 0, anna};
  const auto work = story.tell(anna, {start}, {edit});
  EXPECT_TRUE(Judged{story}.counts(work));
  story.tell(founder, {start}, {expel(boris)});
  EXPECT_FALSE(Judged{story}.counts(work));
  EXPECT_EQ(Judged{story}.level(anna), OracleLevel::teacher);
  // Under the other one she goes on, and a ruling lets in what waits.
  story.under[anna] = {start, 1, anna};
  const auto later = story.tell(anna, {}, {edit});
  story.tell(founder, {work}, {admit({work})});
  const Judged ruled{story};
  EXPECT_TRUE(ruled.counts(later));
  EXPECT_TRUE(ruled.counts(work));
}

/// The founder's stream, which parts in two at number 3, and a thief who may write as much as he
/// likes into his way of it.
struct Parted : AuthorityStory {
  Parted(std::vector<OracleAct> founding, std::size_t edits) : AuthorityStory{std::move(founding)} {
    const auto shared = tell(founder, {}, {grant(anna, OracleLevel::coordinator)});
    honest = tell(founder, {}, {grant(boris, OracleLevel::coordinator)});
    last[founder] = shared;
    thief = tell(founder, {}, std::vector<OracleAct>(edits, edit));
  }
  std::size_t honest = 0;
  std::size_t thief = 0;
};

TEST(GivenUp, G6AForkOfTheOnlyLeadGoesOnWithTheSmallerDigestWhichAThiefMayGrind) {
  bool ground = false;
  bool lost = false;
  for (std::size_t edits = 1; edits <= 32 && !(ground && lost); ++edits) {
    const Parted story{{found(founder)}, edits};
    const Judged judged{story};
    const bool thief_wins = judged.is_smaller(story.thief, story.honest);
    EXPECT_EQ(judged.counts(story.thief), thief_wins);
    EXPECT_EQ(judged.counts(story.honest), !thief_wins);
    EXPECT_THAT(judged.leads(), ElementsAre(founder)) << "the lead is never empty";
    EXPECT_EQ(judged.level(boris), thief_wins ? OracleLevel::none : OracleLevel::coordinator)
        << "with the way that is held falls whom it let in";
    ground = ground || thief_wins;
    lost = lost || !thief_wins;
  }
  EXPECT_TRUE(ground);
  EXPECT_TRUE(lost);
}

TEST(GivenUp, G6TheRecoveryKeySettlesIt) {
  for (std::size_t edits = 1; edits <= 8; ++edits) {
    Parted story{{found(recovery), found(founder)}, edits};
    const Judged before{story};
    EXPECT_FALSE(before.counts(story.thief)) << "with another lead there, both ways stop";
    EXPECT_FALSE(before.counts(story.honest));
    story.tell(recovery, {story.honest}, {edit});
    const Judged after{story};
    EXPECT_FALSE(after.counts(story.thief));
    EXPECT_TRUE(after.counts(story.honest));
  }
}

TEST(GivenUp, G7WhatASeniorBuiltOnGoesOnThoughHeIsPutOut) {
  AuthorityStory story;
  const auto start = story.tell(
      founder, {}, {grant(boris, OracleLevel::coordinator), grant(anna, OracleLevel::coordinator)});
  const auto shared = story.tell(anna, {}, {edit});
  const auto one = story.tell(anna, {}, {edit});
  story.last[anna] = shared;
  const auto other = story.tell(anna, {}, {edit});
  EXPECT_FALSE(Judged{story}.counts(one));
  story.tell(founder, {start}, {expel(boris)});
  const auto pin = story.tell(boris, {one}, {edit});
  const Judged judged{story};
  EXPECT_FALSE(judged.counts(pin)) << "he was out when he wrote it";
  EXPECT_TRUE(judged.counts(one));
  EXPECT_FALSE(judged.counts(other));
}

TEST(GivenUp, G8ARulingLetsInEditsAndRevivesNoMembership) {
  AuthorityStory story;
  const auto start = story.tell(founder, {}, {grant(anna, OracleLevel::coordinator)});
  story.tell(founder, {}, {expel(anna)});
  const auto late = story.tell(anna, {start}, {edit, grant(clara, OracleLevel::teacher)});
  story.tell(founder, {late}, {admit({late})});
  const Judged ruled{story};
  EXPECT_TRUE(ruled.counts(late, 0));
  EXPECT_FALSE(ruled.counts(late, 1));
  EXPECT_EQ(ruled.level(clara), OracleLevel::none);
  const auto anew = story.tell(founder, {}, {grant(clara, OracleLevel::teacher)});
  story.under[clara] = {anew, 0, clara};
  const auto hers = story.tell(clara, {}, {edit});
  EXPECT_TRUE(Judged{story}.counts(hers));
}

}  // namespace
}  // namespace guantong::test
