#include "sync/holding.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <functional>
#include <iostream>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/change.h"
#include "sync/members.h"
#include "tests/support/choices.h"
#include "tests/support/for_all.h"
#include "tests/support/holding_story.h"

namespace guantong::test {
namespace {

using testing::ElementsAre;
using testing::Eq;
using Kind = HoldingAct::Kind;
using Act = HoldingStory::Act;
using Mask = HoldingStory::Mask;

constexpr std::size_t a = 0, b = 1, c = 2, d = 3, judge = HoldingStory::judge;

Mask of(std::initializer_list<Act> acts) {
  Mask mask = 0;
  for (const auto act : acts)
    mask |= Mask{1} << act;
  return mask;
}

/// One verdict for every order of delivery; returns it.
Holding settled_everywhere(const HoldingStory& story) {
  const auto first = story.in_order();
  for (const auto& order : deliveries(story))
    EXPECT_THAT(picture(story.deliver(order)), Eq(picture(first)));
  return first;
}

Tenure now(const HoldingStory& story) {
  return settled_everywhere(story).tenure(WholePast{});
}

TransferStatus status(const HoldingStory& story, Act act) {
  const auto holding = story.in_order();
  return holding.status(*holding.find(HoldingStory::dot(act)));
}

Void verdict(const HoldingStory& story, Act act) {
  const auto holding = story.in_order();
  return holding.acts()[*holding.find(HoldingStory::dot(act))].verdict;
}

TEST(Holding, AFreeDutyIsHeldByWhoClaimsItAtOnce) {
  HoldingStory story;
  EXPECT_TRUE(now(story).free());
  const auto claim = story.claim(a, 0);
  EXPECT_THAT(now(story).acting, ElementsAre(org(a)));
  EXPECT_EQ(status(story, claim), TransferStatus::in_force);
}

TEST(Holding, AnOfferMovesItWhenTheReceiverAccepts) {
  HoldingStory story;
  const auto claim = story.claim(a, 0);
  const auto offer = story.give(a, b, of({claim}));
  EXPECT_THAT(now(story).acting, ElementsAre(org(a)));
  EXPECT_EQ(status(story, offer), TransferStatus::open);
  EXPECT_THAT(story.in_order().missing(1), ElementsAre(org(b)));
  story.answer(b, Kind::consent, offer, of({offer}));
  EXPECT_THAT(now(story).acting, ElementsAre(org(b)));
  EXPECT_EQ(status(story, claim), TransferStatus::followed);
}

TEST(Holding, ARequestMovesItWhenTheHolderAccepts) {
  HoldingStory story;
  const auto claim = story.claim(a, 0);
  const auto request = story.claim(b, of({claim}));
  EXPECT_THAT(now(story).acting, ElementsAre(org(a)));
  story.answer(a, Kind::consent, request, of({request}));
  EXPECT_THAT(now(story).acting, ElementsAre(org(b)));
}

TEST(Holding, AnotherSiteCannotConsentForTheOneThatIsAsked) {
  HoldingStory story;
  const auto claim = story.claim(a, 0);
  const auto offer = story.give(a, b, of({claim}));
  const auto meddling = story.answer(c, Kind::consent, offer, of({offer}));
  EXPECT_EQ(verdict(story, meddling), Void::not_concerned);
  EXPECT_THAT(now(story).acting, ElementsAre(org(a)));
}

TEST(Holding, AnOfferToAllKeepsTheHolderUntilSomebodyTakesItUp) {
  HoldingStory story;
  const auto claim = story.claim(a, 0);
  const auto invite = story.invite(a, of({claim}));
  EXPECT_THAT(now(story).acting, ElementsAre(org(a)));
  story.take_up(c, invite, of({invite}));
  EXPECT_THAT(now(story).acting, ElementsAre(org(c)));
}

TEST(Holding, AnOfferToAllThatWasWithdrawnInSightIsARequest) {
  HoldingStory story;
  const auto claim = story.claim(a, 0);
  const auto invite = story.invite(a, of({claim}));
  const auto withdrawn = story.answer(a, Kind::withdraw, invite, of({invite}));
  const auto late = story.take_up(c, invite, of({withdrawn}));
  EXPECT_THAT(now(story).acting, ElementsAre(org(a)));
  EXPECT_EQ(status(story, late), TransferStatus::open);
  story.take_up(d, invite, of({invite}));  // Beside the withdrawal: it counts.
  EXPECT_THAT(now(story).acting, ElementsAre(org(d)));
}

TEST(Holding, AnOfferToAllIsForOneTenure) {
  HoldingStory story;
  const auto claim = story.claim(a, 0);
  const auto invite = story.invite(a, of({claim}));
  const auto taken = story.take_up(b, invite, of({invite}));
  const auto again = story.take_up(c, invite, of({taken}));
  EXPECT_EQ(status(story, again), TransferStatus::open);
  EXPECT_THAT(now(story).acting, ElementsAre(org(b)));
}

TEST(Holding, TwoClaimsOfAFreeDutyLeaveBothAnsweringUntilOneStepsBack) {
  HoldingStory story;
  const auto first = story.claim(a, 0);
  const auto second = story.claim(b, 0);
  EXPECT_TRUE(now(story).contested());
  EXPECT_THAT(now(story).acting, ElementsAre(org(a), org(b)));
  story.give(b, a, of({first, second}));
  EXPECT_TRUE(now(story).contested()) << "its receiver has not agreed to hold it alone";
  story.answer(a, Kind::consent, 2, story.everything());
  EXPECT_THAT(now(story).receivers, ElementsAre(org(a)));
}

TEST(Holding, AConsentThatDidNotSeeItsTransferCountsForNothing) {
  HoldingStory story;
  const auto claim = story.claim(a, 0);
  const auto offer = story.give(a, b, of({claim}));
  const auto blind = story.answer(b, Kind::consent, offer, of({claim}));
  EXPECT_EQ(verdict(story, blind), Void::not_there);
  EXPECT_THAT(now(story).receivers, ElementsAre(org(a)));
}

TEST(Holding, TwoLaptopsOfOneHolderCanGiveItAwayTwiceAndTheIncumbentGoesOn) {
  HoldingStory story;
  const auto claim = story.claim(a, 0);
  const auto to_b = story.give(a, b, of({claim}));
  // The second laptop has not seen the first one's offer; the story's sites see their own acts, so
  // it is written by a third party here, which asks the same of everybody.
  const auto to_c = story.give(d, c, of({claim}));
  story.answer(b, Kind::consent, to_b, of({to_b}));
  story.answer(a, Kind::consent, to_c, of({to_c}));
  story.answer(c, Kind::consent, to_c, of({to_c}));
  const auto tenure = now(story);
  EXPECT_THAT(tenure.receivers, ElementsAre(org(b), org(c)));
  EXPECT_THAT(tenure.acting, ElementsAre(org(a)));
}

TEST(Holding, WhomOthersHaveBuiltOnGoesOnInAContest) {
  HoldingStory story;
  const auto claim = story.claim(a, 0);
  const auto to_b = story.give(a, b, of({claim}));
  const auto to_c = story.give(d, c, of({claim}));
  story.answer(b, Kind::consent, to_b, of({to_b}));
  story.answer(a, Kind::consent, to_c, of({to_c}));
  story.answer(c, Kind::consent, to_c, of({to_c}));
  const auto on = story.give(b, d, of({to_b, 3}));
  story.answer(d, Kind::consent, on, of({on}));
  EXPECT_THAT(story.tenure(story.everything()).receivers, ElementsAre(org(c), org(d)));
  EXPECT_THAT(story.tenure(story.everything()).acting, ElementsAre(org(d)));
}

TEST(Holding, AnAcceptanceBesideAWithdrawalCounts) {
  HoldingStory story;
  const auto claim = story.claim(a, 0);
  const auto offer = story.give(a, b, of({claim}));
  const auto withdrawn = story.answer(a, Kind::withdraw, offer, of({offer}));
  EXPECT_EQ(status(story, offer), TransferStatus::stopped);
  HoldingStory informed = story;
  const auto too_late = informed.answer(b, Kind::consent, offer, of({withdrawn}));
  EXPECT_EQ(verdict(informed, too_late), Void::stopped);
  EXPECT_THAT(now(informed).acting, ElementsAre(org(a)));
  story.answer(b, Kind::consent, offer, of({offer}));
  EXPECT_THAT(now(story).acting, ElementsAre(org(b)));
}

TEST(Holding, AForgottenOfferIsNothingOnceTheDutyHasMovedOn) {
  HoldingStory story;
  const auto claim = story.claim(a, 0);
  const auto forgotten = story.give(a, c, of({claim}));
  const auto offer = story.give(a, b, of({claim}));
  const auto moved = story.answer(b, Kind::consent, offer, of({offer}));
  const auto late = story.answer(c, Kind::consent, forgotten, of({forgotten, moved}));
  EXPECT_EQ(verdict(story, late), Void::too_late);
  EXPECT_THAT(now(story).acting, ElementsAre(org(b)));
  EXPECT_EQ(status(story, forgotten), TransferStatus::overtaken);
}

TEST(Holding, AClaimInAHoldersFaceIsVoid) {
  HoldingStory story;
  const auto claim = story.claim(a, 0);
  HoldingAct grab;
  grab.to = org(b);
  const auto grabbed = story.add(b, grab, of({claim}));
  EXPECT_EQ(verdict(story, grabbed), Void::not_in_force);
  const auto built = story.claim(c, of({grabbed}));
  HoldingAct on_it;
  on_it.to = org(c);
  on_it.after = {HoldingStory::dot(grabbed)};
  EXPECT_EQ(verdict(story, story.add(c, on_it, of({grabbed, built}))), Void::not_in_force);
  EXPECT_THAT(now(story).acting, ElementsAre(org(a)));
}

TEST(Holding, OffersThatCrossGoToWhomeverIsAcceptedAndTheOtherIsOvertaken) {
  HoldingStory story;
  const auto claim = story.claim(a, 0);
  const auto offer = story.give(a, b, of({claim}));
  const auto request = story.claim(b, of({claim}));
  EXPECT_THAT(now(story).acting, ElementsAre(org(a)));
  story.answer(a, Kind::consent, request, of({offer, request}));
  EXPECT_THAT(now(story).acting, ElementsAre(org(b)));
  EXPECT_EQ(status(story, offer), TransferStatus::overtaken);
}

class Contest : public testing::Test {
protected:
  HoldingStory story;
  Act first = story.claim(a, 0);
  Act second = story.claim(b, 0);
  Mask seen = of({first, second});
};

TEST_F(Contest, IsClosedByARulingThatWasAskedFor) {
  const auto hasty = story.rule(judge, a, seen);
  EXPECT_EQ(verdict(story, hasty), Void::not_escalated);
  const auto asked = story.escalate(b, seen);
  const auto ruling = story.rule(judge, a, of({asked}) | seen);
  EXPECT_EQ(verdict(story, ruling), Void::none);
  EXPECT_THAT(now(story).receivers, ElementsAre(org(a)));
}

TEST_F(Contest, IsNotRuledOnByOthersNorForOthers) {
  const auto asked = story.escalate(b, seen);
  EXPECT_EQ(verdict(story, story.rule(c, a, of({asked}) | seen)), Void::no_judge);
  EXPECT_EQ(verdict(story, story.rule(judge, d, of({asked}) | seen)), Void::no_candidate);
  EXPECT_TRUE(now(story).contested());
}

TEST_F(Contest, IsNotRuledOnByAClaimant) {
  const auto own = story.claim(judge, 0);
  const auto asked = story.escalate(b, seen | of({own}));
  EXPECT_EQ(verdict(story, story.rule(judge, a, story.everything())), Void::no_judge);
  EXPECT_EQ(verdict(story, asked), Void::none);
}

TEST_F(Contest, IsAContestAgainWhenTwoRulingsDiffer) {
  const auto asked = story.escalate(b, seen);
  const auto one = story.rule(judge, a, of({asked}) | seen);
  // The judge's second laptop, which has not seen the first ruling.
  HoldingAct other;
  other.to = org(b);
  other.ruling = true;
  other.after = {HoldingStory::dot(first), HoldingStory::dot(second)};
  HoldingStory twice = story;
  const auto again = twice.add(judge, other, of({asked}) | seen);
  EXPECT_EQ(verdict(twice, again), Void::not_in_force) << "it saw its own first ruling";
  EXPECT_EQ(status(story, one), TransferStatus::in_force);
}

TEST_F(Contest, ALateAgreementBesideARulingIsAContestOneLevelUp) {
  const auto asked = story.escalate(b, seen);
  const auto agreement = story.give(b, a, seen);
  story.rule(judge, b, of({asked}) | seen);
  story.answer(a, Kind::consent, agreement, of({agreement}));
  const auto tenure = now(story);
  EXPECT_THAT(tenure.receivers, ElementsAre(org(a), org(b)));
  EXPECT_THAT(tenure.acting, ElementsAre(org(a), org(b)));
}

TEST_F(Contest, ASiteThatIsNoPartOfItCannotAskForARuling) {
  EXPECT_EQ(verdict(story, story.escalate(c, seen)), Void::not_concerned);
  EXPECT_EQ(verdict(story, story.escalate(judge, seen)), Void::none);
}

/// Every act that has an effect, and a claim that overlooks the holder, made by one of three sites
/// or the judge on any past.
class Walk {
public:
  explicit Walk(std::size_t acts) : acts_{acts} {}

  void from(const HoldingStory& story) { extend(story, acts_); }

  std::size_t histories = 0;
  std::size_t delivered = 0;

private:
  static constexpr std::size_t sites = 3;

  void extend(const HoldingStory& story, std::size_t left) {
    if (testing::Test::HasFailure()) return;
    if (left == 0) return check(story);
    const auto known = story.entries().size();
    for (const std::size_t site : {a, b, c, judge}) {
      for (Mask seen = 0; seen < Mask{1} << known; ++seen) {
        if (story.sight(site, seen) == seen) extend_by(story, left, site, seen);
      }
    }
  }

  void extend_by(const HoldingStory& story, std::size_t left, std::size_t site, Mask seen) {
    const auto with = [&](const std::function<Act(HoldingStory&)>& make) {
      auto longer = story;
      const auto act = make(longer);
      const auto holding = longer.in_order();
      if (holding.acts()[act].counts()) extend(longer, left - 1);
    };
    const auto contested = story.tenure(seen).contested();
    if (site == judge) {
      if (!contested) return;
      with([&](HoldingStory& longer) { return longer.escalate(site, seen); });
      for (std::size_t to = 0; to < sites; ++to)
        with([&](HoldingStory& longer) { return longer.rule(site, to, seen); });
      return;
    }
    for (std::size_t to = 0; to < sites; ++to)
      with([&](HoldingStory& longer) { return longer.give(site, to, seen); });
    with([&](HoldingStory& longer) { return longer.invite(site, seen); });
    if (contested) with([&](HoldingStory& longer) { return longer.escalate(site, seen); });
    for (Act act = 0; act < story.entries().size(); ++act) {
      if ((seen >> act & 1U) == 0) continue;
      for (const auto kind : {Kind::consent, Kind::withdraw, Kind::decline})
        with([&](HoldingStory& longer) { return longer.answer(site, kind, act, seen); });
      if (story.entries()[act].act.kind == Kind::invite)
        with([&](HoldingStory& longer) { return longer.take_up(site, act, seen); });
    }
  }

  void check(const HoldingStory& story) {
    ++histories;
    const auto reference = story.in_order();
    const auto shown = picture(reference);
    for (const auto& order : deliveries(story)) {
      ++delivered;
      ASSERT_THAT(picture(story.deliver(order)), Eq(shown));
    }
    check_laws(story, reference);
  }

  static void check_laws(const HoldingStory& story, const Holding& holding) {
    std::set<RecordId> agreed_to_hold;
    for (const auto& entry : story.entries()) {
      if (entry.act.kind != Kind::transfer) agreed_to_hold.insert(org(entry.site));
      if (entry.act.to == org(entry.site)) agreed_to_hold.insert(org(entry.site));
    }
    bool held = false;
    std::set<Dot> in_force_once;
    for (std::size_t length = 1; length <= story.entries().size(); ++length) {
      const auto tenure = holding.tenure(MaskPast{(Mask{1} << length) - 1});
      held = held || !tenure.free();
      ASSERT_EQ(held, !tenure.acting.empty()) << "never nobody after somebody";
      ASSERT_TRUE(tenure.contested() || tenure.receivers == tenure.acting);
      for (const auto& site : tenure.acting)
        ASSERT_TRUE(agreed_to_hold.contains(site)) << "who answers has consented";
    }
    // Agreements are never undone by what arrives.
    for (JudgedAct::Place place = 0; place < holding.acts().size(); ++place) {
      const auto status = holding.status(place);
      for (const auto followed : holding.acts()[place].after) {
        if (holding.acts()[place].counts() && holding.acts()[place].kind == Kind::transfer) {
          const auto below = holding.status(followed);
          ASSERT_TRUE(below == TransferStatus::in_force || below == TransferStatus::followed)
              << "what was built on stays agreed: " << static_cast<int>(status);
        }
      }
    }
    check_closable(story, holding.tenure(WholePast{}));
  }

  /// Every contest has acts that close it: one steps back and the others agree, or a ruling.
  static void check_closable(const HoldingStory& story, const Tenure& tenure) {
    if (!tenure.contested()) return;
    auto agreed = story;
    const auto first = static_cast<std::size_t>(tenure.receivers.front().bytes[0]);
    const auto closing = agreed.claim(first, story.everything());
    for (const auto& site : tenure.receivers)
      agreed.answer(site.bytes[0], Kind::consent, closing, agreed.everything());
    ASSERT_THAT(agreed.tenure(agreed.everything()).receivers, ElementsAre(org(first)));
    auto ruled = story;
    ruled.escalate(first, story.everything());
    ruled.rule(judge, first, ruled.everything());
    ASSERT_THAT(ruled.tenure(ruled.everything()).receivers, ElementsAre(org(first)));
  }

  std::size_t acts_;
};

TEST(HoldingWalk, EveryHistoryOfFourActsOnAFreeDutyHasOneVerdictInEveryOrder) {
  Walk walk{4};
  walk.from({});
  RecordProperty("histories", static_cast<int>(walk.histories));
  RecordProperty("deliveries", static_cast<int>(walk.delivered));
  std::cout << walk.histories << " histories of four acts, delivered in " << walk.delivered
            << " orders\n";
  EXPECT_GT(walk.histories, 100'000U);
}

TEST(HoldingWalk, EveryHistoryOfThreeActsOnAHeldDutyHasOneVerdictInEveryOrder) {
  HoldingStory story;
  story.claim(a, 0);
  Walk walk{3};
  walk.from(story);
  EXPECT_GT(walk.histories, 5'000U);
}

TEST(HoldingWalk, EveryHistoryOfTwoActsOnAContestedDutyHasOneVerdictInEveryOrder) {
  HoldingStory story;
  story.claim(a, 0);
  story.claim(b, 0);
  story.escalate(b, of({0, 1}));
  Walk walk{2};
  walk.from(story);
  EXPECT_GT(walk.histories, 500U);
}

/// A history of six sites and the judge, each act on what its author happened to have seen.
HoldingStory draw_story(Choices& choices, std::size_t acts) {
  constexpr std::size_t sites = 6;
  HoldingStory story;
  for (std::size_t n = 0; n < acts; ++n) {
    const std::size_t site = choices.pick(8) == 0 ? judge : choices.pick(sites);
    Mask known = 0;
    for (Act act = 0; act < n; ++act) {
      if (choices.pick(8) != 0) known |= Mask{1} << act;
    }
    const auto seen = story.sight(site, known);
    const auto answered = n == 0 ? 0 : choices.pick(n);
    const bool there = n > 0 && (seen >> answered & 1U) != 0;
    switch (choices.pick(there ? 8 : 4)) {
      case 0:
      case 1:
        story.give(site, choices.pick(sites), seen);
        break;
      case 2:
        story.invite(site, seen);
        break;
      case 3:
        choices.pick(2) == 0 ? story.escalate(site, seen)
                             : story.rule(site, choices.pick(sites), seen);
        break;
      case 4:
        story.take_up(site, answered, seen);
        break;
      case 5:
        story.answer(site, Kind::withdraw, answered, seen);
        break;
      case 6:
        story.answer(site, Kind::decline, answered, seen);
        break;
      default:
        story.answer(site, Kind::consent, answered, seen);
    }
  }
  return story;
}

std::vector<Act> draw_order(const HoldingStory& story, Choices& choices) {
  std::vector<Act> order;
  Mask here = 0;
  while (order.size() < story.entries().size()) {
    std::vector<Act> ready;
    for (Act act = 0; act < story.entries().size(); ++act) {
      const bool missing = (here >> act & 1U) == 0;
      if (missing && (story.entries()[act].seen & ~here) == 0) ready.push_back(act);
    }
    order.push_back(ready[choices.pick(ready.size())]);
    here |= Mask{1} << order.back();
  }
  return order;
}

/// Acts by the hundred: each in one of a few sites' sight, which grows by what the site happens to
/// hear; then the same acts in other orders.
class Crowd {
public:
  static constexpr std::size_t acts = 1'000;
  using Seen = std::bitset<acts>;

  explicit Crowd(Choices& choices) {
    for (std::size_t n = 0; n < acts; ++n)
      draw(n, choices);
  }

  /// What a replica makes of the acts, some other causal order of which `choices` picks.
  Holding deliver(Choices& choices) const {
    Holding holding;
    Seen here;
    std::vector<std::size_t> waiting(acts);
    std::iota(waiting.begin(), waiting.end(), std::size_t{0});
    while (!waiting.empty()) {
      // Few can be far ahead of the rest: look at the first that wait, and take one that may come.
      const auto near = std::min<std::size_t>(waiting.size(), 64);
      auto at = choices.pick(near);
      while ((seen_[waiting[at]] & ~here).any())
        at = at == 0 ? near - 1 : at - 1;
      const auto act = waiting[at];
      waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(at));
      here.set(act);
      take(holding, act);
    }
    return holding;
  }

  const Holding& in_order() const { return holding_; }

private:
  class SeenPast : public Past {
  public:
    explicit SeenPast(const Seen& seen) : seen_{seen} {}
    bool contains(const Dot& dot) const override { return seen_[dot.stream]; }

  private:
    const Seen& seen_;
  };

  static Dot dot(std::size_t act) { return {static_cast<StreamNo>(act), 1}; }

  void take(Holding& holding, std::size_t act) const {
    HoldingContext context;
    context.author = org(sites_[act]);
    context.is_member = true;
    context.judge = org(HoldingStory::judge);
    holding.take(dot(act), acts_[act], context, SeenPast{seen_[act]});
  }

  void draw(std::size_t n, Choices& choices) {
    const std::size_t who = choices.pick(8) == 0 ? six : choices.pick(six);
    auto& sight = sight_[who];
    // Hears of everything that some other site has heard of, now and then.
    if (choices.pick(3) == 0) sight |= sight_[choices.pick(six + 1)];
    HoldingAct act;
    const auto tenure = holding_.contenders(SeenPast{sight});
    for (const auto place : tenure.in_force)
      act.after.push_back(holding_.acts()[place].dot);
    act.to = org(choices.pick(six));
    const auto answered = n == 0 ? n : n - 1 - choices.pick(std::min<std::size_t>(n, 24));
    const bool there = n > 0 && sight[answered];
    switch (choices.pick(there ? 8 : 4)) {
      case 0:
      case 1:
        break;
      case 2:
        act.kind = Kind::invite;
        break;
      case 3:
        if (choices.pick(2) == 0) {
          act.ruling = true;
        } else {
          act = {};
          act.kind = Kind::escalate;
        }
        break;
      case 4:
        act.under = dot(answered);
        break;
      default:
        act = {};
        act.kind = choices.pick(4) == 0   ? Kind::withdraw
                   : choices.pick(4) == 0 ? Kind::decline
                                          : Kind::consent;
        act.of = dot(answered);
    }
    sites_.push_back(who == six ? HoldingStory::judge : who);
    acts_.push_back(std::move(act));
    seen_.push_back(sight);
    take(holding_, n);
    sight.set(n);
  }

  static constexpr std::size_t six = 6;
  std::array<Seen, six + 1> sight_{};
  std::vector<std::size_t> sites_;
  std::vector<HoldingAct> acts_;
  std::vector<Seen> seen_;
  Holding holding_;
};

/// Each act's verdict, by act, and who answers.
std::vector<std::string> verdicts_of(const Holding& holding) {
  std::vector<std::string> lines;
  for (const auto& act : holding.acts())
    lines.push_back(std::to_string(act.dot.stream) + " " +
                    std::to_string(static_cast<int>(act.verdict)));
  std::ranges::sort(lines);
  for (const auto& site : holding.tenure(WholePast{}).acting)
    lines.push_back("answers " + std::to_string(site.bytes[0]));
  return lines;
}

std::size_t moves_in_force(const Holding& holding) {
  return static_cast<std::size_t>(std::ranges::count_if(holding.acts(), [](const JudgedAct& act) {
    return act.kind == Kind::transfer && act.counts();
  }));
}

void thousand_acts(Choices& choices) {
  const Crowd crowd{choices};
  const auto reference = verdicts_of(crowd.in_order());
  ASSERT_THAT(verdicts_of(crowd.deliver(choices)), Eq(reference));
  ASSERT_FALSE(crowd.in_order().contenders(WholePast{}).free()) << "never nobody after somebody";
  ASSERT_GT(moves_in_force(crowd.in_order()), 20U) << "or it would try little";
}

TEST(HoldingProperty, AThousandActsOfSixSitesHaveOneVerdictInEveryOrder1) {
  for_all(thousand_acts, Runs{.count = 500, .first_seed = 0, .choices = 16'384});
}

TEST(HoldingProperty, AThousandActsOfSixSitesHaveOneVerdictInEveryOrder2) {
  for_all(thousand_acts, Runs{.count = 500, .first_seed = 100'000, .choices = 16'384});
}

TEST(HoldingProperty, AThousandActsOfSixSitesHaveOneVerdictInEveryOrder3) {
  for_all(thousand_acts, Runs{.count = 500, .first_seed = 200'000, .choices = 16'384});
}

TEST(HoldingProperty, AThousandActsOfSixSitesHaveOneVerdictInEveryOrder4) {
  for_all(thousand_acts, Runs{.count = 500, .first_seed = 300'000, .choices = 16'384});
}

TEST(HoldingProperty, LongHistoriesOfSixSitesHaveOneVerdictInEveryOrder) {
  for_all(
      [](Choices& choices) {
        const auto story = draw_story(choices, 40);
        const auto reference = picture(story.in_order());
        for (int i = 0; i < 3; ++i)
          ASSERT_THAT(picture(story.deliver(draw_order(story, choices))), Eq(reference));
        bool held = false;
        for (std::size_t length = 1; length <= story.entries().size(); ++length) {
          const auto tenure = story.tenure((Mask{1} << length) - 1);
          held = held || !tenure.free();
          ASSERT_EQ(held, !tenure.acting.empty()) << "never nobody after somebody";
        }
      },
      Runs{.count = 2'000, .choices = 4'096});
}

}  // namespace
}  // namespace guantong::test
