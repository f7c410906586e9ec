#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "sync/change.h"
#include "tests/support/choices.h"
#include "tests/support/findings.h"
#include "tests/support/plan_builder.h"

namespace guantong {
namespace {

using test::Choices;
using test::Desk;
using test::Edits;
using test::found_at;
using test::id_of;
using test::key_of;
using test::PlanBuilder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A problem of the first site with a cause, and a measure that is done and was found to help.
class ProblemRules : public test::TwoSites {
protected:
  ProblemRules() {
    v.create(problem, {{"code", "PB-1"}, {"title_zh", "英语"}, {"state", "verifying"}});
    v.create(cause, {{"code", "CA-1"}, {"problem", id_of("problem", "P")}});
    v.create(measure,
             {{"code", "ME-1"},
              {"problem", id_of("problem", "P")},
              {"causes", id_of("cause", "C")},
              {"due", "2026-07-01"},
              {"state", "done"}});
    meet();
    verify(v, "1", "2026-10-20", "effective");
    meet();
  }

  static void verify(Desk& desk,
                     std::string_view number,
                     std::string_view on,
                     std::string_view result) {
    desk.create(key_of("verification", number),
                {{"code", fmt::format("VE-{}", number)},
                 {"measure", id_of("measure", "M")},
                 {"on", std::string{on}},
                 {"result", std::string{result}}});
  }

  void add_measure(Desk& desk, std::string_view state) {
    desk.create(key_of("measure", "N"),
                {{"code", "ME-2"},
                 {"problem", id_of("problem", "P")},
                 {"causes", id_of("cause", "C")},
                 {"state", std::string{state}}});
  }

  const RecordKey problem = key_of("problem", "P");
  const RecordKey cause = key_of("cause", "C");
  const RecordKey measure = key_of("measure", "M");
};

TEST_F(ProblemRules, AProblemClosedBesideACheckThatItWasInVainIsFound) {
  v.set(problem, {{"state", "closed"}});
  verify(u, "2", "2026-11-15", "ineffective");
  EXPECT_THAT(found_at(v, "IR-26"), IsEmpty());
  meet();
  EXPECT_THAT(found_at(v, "IR-26"),
              ElementsAre(HasSubstr("IR-26 block PB-1 is closed, but the latest check does not "
                                    "find that it helped: VE-2. It goes back to be verified")));

  verify(u, "3", "2026-11-20", "effective");
  EXPECT_THAT(found_at(u, "IR-26"), IsEmpty());
  u.undo();
  EXPECT_THAT(found_at(u, "IR-26"), SizeIs(1));
  verify(u, "4", "2026-11-15", "effective");  // On one day with the bad one: it does not outweigh.
  meet();
  EXPECT_THAT(found_at(v, "IR-26"), SizeIs(1));
  v.set(problem, {{"state", "verifying"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-26"), IsEmpty());
}

TEST_F(ProblemRules, AProblemClosedBesideANewMeasureIsFoundUntilThatIsDoneOrDropped) {
  v.set(problem, {{"state", "closed"}});
  add_measure(u, "doing");
  meet();
  EXPECT_THAT(found_at(v, "IR-26"), ElementsAre(HasSubstr("PB-1 is closed, but ME-2 is not done")));
  u.set(key_of("measure", "N"), {{"state", "done"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-26"), IsEmpty());
  u.set(key_of("measure", "N"), {{"state", "doing"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-26"), SizeIs(1));
  u.archive(key_of("measure", "N"));
  meet();
  EXPECT_THAT(found_at(v, "IR-26"), IsEmpty());
}

TEST_F(ProblemRules, AProblemClosedWithoutAnyCheckIsFound) {
  v.archive(key_of("verification", "1"));
  v.set(problem, {{"state", "closed"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-26"), ElementsAre(HasSubstr("nobody has checked")));
  v.set(problem, {{"duplicates", id_of("problem", "another")}});  // Which is followed instead.
  meet();
  EXPECT_THAT(found_at(v, "IR-26"), IsEmpty());
  v.set(problem, {{"duplicates", ""}});
  v.set(measure, {{"state", "dropped"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-26"), IsEmpty());
}

TEST_F(ProblemRules, AMeasureWhoseCauseIsArchivedBesideItHasNone) {
  EXPECT_THAT(found_at(v, "IR-25"), IsEmpty());
  v.archive(cause);
  meet();
  EXPECT_THAT(found_at(v, "IR-25"),
              ElementsAre(HasSubstr("IR-25 warn ME-1 names no cause that still stands")));
  u.create(key_of("cause", "D"), {{"code", "CA-2"}, {"problem", id_of("problem", "P")}});
  u.set(measure, {{"causes", id_of("cause", "D")}});
  meet();
  EXPECT_THAT(found_at(v, "IR-25"), IsEmpty());
}

TEST_F(ProblemRules, AProblemThatIsActedOnNeedsAMeasureWithADate) {
  v.set(measure, {{"due", ""}});
  u.set(measure, {{"text_zh", "补课"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-25"), IsEmpty());
  v.set(problem, {{"state", "acting"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-25"),
              ElementsAre(HasSubstr("PB-1 is being acted on, but no measure")));
  v.set(measure, {{"due", "2027-01-31"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-25"), IsEmpty());
  v.archive(measure);
  meet();
  EXPECT_THAT(found_at(v, "IR-25"), SizeIs(1));
  v.restore(measure);
  meet();
  EXPECT_THAT(found_at(v, "IR-25"), IsEmpty());
}

/// Two problems of two schools, each with a cause and a measure that is done.
void prepare_problems(PlanBuilder& plan) {
  for (const std::string_view word : {"A", "B"}) {
    auto& desk = plan.desk(word == "A" ? 0 : 1);
    const std::string own{word};
    desk.create(key_of("problem", own),
                {{"code", "X-" + own}, {"title_zh", "问"}, {"state", "acting"}});
    desk.create(key_of("cause", own), {{"code", "X-" + own}, {"problem", id_of("problem", own)}});
    desk.create(key_of("measure", own),
                {{"code", "X-" + own},
                 {"problem", id_of("problem", own)},
                 {"causes", id_of("cause", own)},
                 {"due", "2027-01-01"},
                 {"state", "done"}});
  }
}

/// One act on two problems, their causes, measures and verifications.
void act_on_problems(Desk& desk, Choices& choices) {
  constexpr std::array<std::string_view, 2> words{"A", "B"};
  const auto word = [&] { return std::string{words.at(choices.pick(words.size()))}; };
  const auto own = word();
  const auto put = [&](std::string_view type, Edits creation, const Edits& edits) {
    creation.emplace_back("code", "X-" + own);
    test::put(desk, choices, key_of(type, own), creation, edits);
  };
  constexpr std::array<std::string_view, 3> states{"acting", "closed", "closed"};
  constexpr std::array<std::string_view, 4> progress{"todo", "done", "done", "dropped"};
  constexpr std::array<std::string_view, 3> results{"effective", "partly", "ineffective"};
  switch (choices.pick(7)) {
    case 0:
      return put("cause", {{"problem", id_of("problem", "A")}}, {{"method", "survey"}});
    case 1:
    case 2: {
      const Edits creation{{"problem", id_of("problem", word())}};
      return choices.pick(2) == 0
                 ? put("measure", creation, {{"causes", id_of("cause", word())}})
                 : put("measure", creation, {{"due", choices.pick(2) == 0 ? "" : "2027-01-01"}});
    }
    case 3:
      return put("measure",
                 {{"problem", id_of("problem", word())}},
                 {{"state", std::string{progress.at(choices.pick(progress.size()))}}});
    case 4: {
      const auto proof = std::to_string(choices.pick(4));
      return test::put(desk,
                       choices,
                       key_of("verification", proof),
                       {{"measure", id_of("measure", word())},
                        {"on", fmt::format("2026-11-0{}", 1 + choices.pick(2))},
                        {"result", std::string{results.at(choices.pick(results.size()))}}},
                       {{"code", "VE-" + proof}});
    }
    case 5:
      return put("problem",
                 {{"title_zh", "问"}},
                 {{"duplicates", choices.pick(2) == 0 ? "" : id_of("problem", word())}});
    default:
      return put("problem",
                 {{"title_zh", "问"}},
                 {{"state", std::string{states.at(choices.pick(states.size()))}}});
  }
}

TEST(ProblemRulesProperty, WhatWasTouchedGivesTheSameAsEveryRecordAtEverySite) {
  test::find_the_same_everywhere(act_on_problems, prepare_problems);
}

}  // namespace
}  // namespace guantong
