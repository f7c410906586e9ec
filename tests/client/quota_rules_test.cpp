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

RecordKey quota(std::string_view word) {
  return key_of("quota", word);
}

RecordKey split(std::string_view word) {
  return key_of("quota_split", word);
}

/// A quota of 45 places, of 50 that are approved, in two classes of 20 and 25 by one site each.
class QuotaRules : public test::TwoSites {
protected:
  QuotaRules() {
    test::introduce(plan_);
    v.create(quota("Q"),
             {{"code", "QU-1"},
              {"year", "2027"},
              {"enrol_org", v.org_id()},
              {"planned", "45"},
              {"approved_total", "50"}});
    plan_.meet();
    add_split(u, "class_a", "20");
    add_split(v, "class_b", "25");
    plan_.meet();
  }

  void add_split(Desk& desk, std::string_view channel, std::string_view places) {
    desk.create(split(channel),
                {{"quota", id_of("quota", "Q")},
                 {"channel", std::string{channel}},
                 {"owner_org", desk.org_id()},
                 {"places", std::string{places}}});
  }

  /// A total of 100 for two majors of the other school, which plan 50 and 45.
  void add_majors() {
    const auto one = [&](std::string_view word, std::string_view planned) {
      u.create(quota(word),
               {{"code", fmt::format("QU-{}", word)},
                {"year", "2027"},
                {"enrol_org", u.org_id()},
                {"major", id_of("major", word)},
                {"planned", std::string{planned}}});
    };
    one("BD", "50");
    one("SW", "45");
    u.create(quota("ALL"), {{"code", "QU-ALL"}, {"year", "2027"}, {"enrol_org", u.org_id()}});
    meet();
    v.set(quota("ALL"), {{"approved_total", "100"}});  // The lead's to write.
    meet();
  }
};

TEST_F(QuotaRules, PartsThatAreRaisedApartExceedWhatIsApproved) {
  meet();
  EXPECT_THAT(found_at(v, "IR-09"), IsEmpty());
  u.set(split("class_a"), {{"places", "25"}});
  v.set(split("class_b"), {{"places", "30"}});
  meet();
  EXPECT_THAT(
      found_at(v, "IR-09"),
      ElementsAre(AllOf(
          HasSubstr("IR-09 block the parts of QU-1 add up to 55 places, 50 are approved: QU-1/"),
          HasSubstr("QU-1/class_a 25"),
          HasSubstr("QU-1/class_b 30"))));

  v.set(quota("Q"), {{"approved_total", "60"}, {"planned", "55"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-09"), IsEmpty());
}

TEST_F(QuotaRules, PartsThatDoNotMakeUpWhatIsPlannedAreFoundUntilTheyDo) {
  u.archive(split("class_a"));
  meet();
  EXPECT_THAT(found_at(u, "IR-09"),
              ElementsAre(HasSubstr("QU-1 plans 45 places, its parts add up to 25: QU-1/class_b")));
  u.restore(split("class_a"));
  meet();
  EXPECT_THAT(found_at(u, "IR-09"), IsEmpty());

  add_split(u, "class_c", "5");
  EXPECT_THAT(found_at(u, "IR-09"), ElementsAre(HasSubstr("add up to 50")));
  u.undo();
  EXPECT_THAT(found_at(u, "IR-09"), IsEmpty());
  meet();
}

TEST_F(QuotaRules, AnArchivedQuotaIsNoMatter) {
  v.set(quota("Q"), {{"planned", "60"}});
  u.archive(split("class_a"));
  v.archive(split("class_b"));
  meet();
  EXPECT_THAT(found_at(v, "IR-09"),
              ElementsAre(HasSubstr("QU-1 plans 60 places, 50 are approved")));
  v.archive(quota("Q"));
  meet();
  EXPECT_THAT(found_at(v, "IR-09"), IsEmpty());
}

TEST_F(QuotaRules, MajorsThatPlanMoreThanTheirSchoolMayAreFoundTogether) {
  add_majors();
  EXPECT_THAT(found_at(v, "IR-09"), IsEmpty());
  v.set(quota("ALL"), {{"approved_total", "96"}});
  u.set(quota("BD"), {{"planned", "54"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-09"),
              ElementsAre(HasSubstr("the majors under QU-ALL plan 99 places together, 96 are "
                                    "approved: ")));
  u.set(quota("SW"), {{"major", ""}});  // It is no major's any more.
  meet();
  EXPECT_THAT(found_at(v, "IR-09"), IsEmpty());
}

TEST_F(QuotaRules, AMajorsQuotaThatIsTakenBackCountsNoMore) {
  add_majors();
  u.create(quota("IS"),
           {{"code", "QU-IS"},
            {"year", "2027"},
            {"enrol_org", u.org_id()},
            {"major", id_of("major", "IS")},
            {"planned", "40"}});
  EXPECT_THAT(found_at(u, "IR-09"), ElementsAre(HasSubstr("plan 135 places")));
  u.undo();
  EXPECT_THAT(found_at(u, "IR-09"), IsEmpty());
  meet();
}

/// A total, and two majors' quotas of which one has a part, all as they should be.
void prepare_quotas(PlanBuilder& plan) {
  test::introduce(plan);
  auto& desk = plan.desk(0);
  desk.create(key_of("major", "M"), {{"code", "MJ-M"}, {"name_zh", "专业"}});
  for (const std::string_view word : {"A", "B", "T"}) {
    Edits edits{{"code", fmt::format("QU-{}", word)},
                {"year", "2027"},
                {"enrol_org", desk.org_id()},
                {word == "T" ? "approved_total" : "planned", "20"}};
    if (word != "T") edits.emplace_back("major", id_of("major", "M"));
    desk.create(quota(word), edits);
  }
  plan.meet();
  plan.desk(1).create(split("A"),
                      {{"quota", id_of("quota", "A")}, {"channel", "a"}, {"places", "20"}});
}

/// One act on two quotas, a total, and the parts of the two.
void act_on_quotas(Desk& desk, Choices& choices) {
  constexpr std::array<std::string_view, 3> words{"A", "B", "T"};
  const auto word = [&] { return words.at(choices.pick(words.size())); };
  const auto number = [&] { return std::to_string(choices.pick(4) * 10); };
  if (choices.pick(2) == 0) {
    const auto part = word();
    return test::put(desk,
                     choices,
                     split(part),
                     {{"quota", id_of("quota", word())}, {"channel", part == "A" ? "a" : "b"}},
                     {{"places", number()}});
  }
  const auto name = word();
  Edits creation{{"code", fmt::format("QU-{}", name)},
                 {"year", choices.pick(4) == 0 ? "2028" : "2027"},
                 {"enrol_org", desk.org_id()}};
  if (choices.pick(2) == 0) creation.emplace_back("major", id_of("major", "M"));
  Edits edits{{choices.pick(2) == 0 ? "planned" : "approved_total", number()}};
  if (choices.pick(4) == 0) edits = {{"major", choices.pick(2) == 0 ? "" : id_of("major", "M")}};
  if (edits.front().first == "major" && !desk.has(quota(name))) edits.clear();
  test::put(desk, choices, quota(name), creation, edits);
}

TEST(QuotaRulesProperty, WhatWasTouchedGivesTheSameAsEveryRecordAtEverySite) {
  test::find_the_same_everywhere(act_on_quotas, prepare_quotas);
}

}  // namespace
}  // namespace guantong
