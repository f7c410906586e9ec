// What people ask of the plan, through the real binary, on the whole of the demonstration data.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/questions/question.h"
#include "tests/support/programme.h"
#include "tests/support/schools.h"

namespace guantong::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

const std::string demo = GUANTONG_DATA_DIR "/demo";

class Questions : public ::testing::Test {
protected:
  test::Run run(const std::vector<std::string>& arguments) const {
    return programme.run(arguments);
  }
  void act(const std::vector<std::string>& arguments) const { programme.act(arguments); }
  Json ask(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "plan");
    return programme.ask(arguments);
  }

  Programme programme;
};

Json expected_facts() {
  std::ifstream file{demo + "/expected_facts.json"};
  return Json::parse(file);
}

/// The rows' values of one column, for each value of another.
std::map<std::string, Json> by(const Json& rows, const std::string& key, const std::string& value) {
  std::map<std::string, Json> found;
  for (const auto& row : rows)
    found[row.at(key).get<std::string>()] = row.at(value);
  return found;
}

std::vector<std::string> column(const Json& rows, const std::string& name) {
  std::vector<std::string> values;
  for (const auto& row : rows)
    values.push_back(row.at(name).get<std::string>());
  return values;
}

/// The given keys alone, so that rows compare with what is expected of them.
Json only(const Json& rows, const std::vector<std::string>& keys) {
  Json kept = Json::array();
  for (const auto& row : rows) {
    Json some = Json::object();
    for (const auto& key : keys)
      some[key] = row.at(key);
    kept.push_back(std::move(some));
  }
  return kept;
}

void expect_near(const Json& expected, const Json& actual, const std::string& what) {
  EXPECT_NEAR(expected.get<double>(), actual.get<double>(), 1e-9) << what;
}

TEST_F(Questions, HoursAndSharesOfEachStageAreAsTheDataSays) {
  const auto facts = expected_facts();
  const auto answer = ask({"hours"});
  for (const auto& row : answer.at("stages")) {
    const auto stage = row.at("stage").get<std::string>();
    if (stage == "*") {
      for (const auto* what : {"courses", "credits", "hours"})
        expect_near(facts.at("totals").at(what), row.at(what), what);
      continue;
    }
    for (const auto& [what, value] : facts.at(stage).items())
      expect_near(value, row.at(what), stage + "." + what);
  }
  EXPECT_THAT(answer.at("stages"), SizeIs(4));
  EXPECT_EQ(column(answer.at("thresholds"), "verdict"), (std::vector<std::string>(4, "met")));
  EXPECT_THAT(column(answer.at("groups"), "verdict"), Not(Contains("short")));
}

TEST_F(Questions, AnElectiveLessBreaksTheShareOfElectives) {
  act({"archive", "plan_course:PC-B04029", "--why", "选课人数少"});
  const auto verdicts = by(ask({"hours"}).at("thresholds"), "item", "verdict");
  EXPECT_EQ(verdicts.at("S2.elective"), "short");
  EXPECT_EQ(verdicts.at("S2.hours"), "met");
}

TEST_F(Questions, GapsAndOverlapsAreAsTheDataSays) {
  const auto facts = expected_facts();
  EXPECT_EQ(only(ask({"continuity"}).at("gaps"),
                 {"course", "kp", "needs", "best_before", "kind", "later"}),
            facts.at("gaps"));
  auto expected = facts.at("overlaps");
  auto found = only(ask({"overlap"}).at("overlaps"),
                    {"kp", "course", "depth", "earlier", "hours", "cross_stage"});
  const auto in_order = [](Json& rows) {
    std::sort(rows.begin(), rows.end(), [](const Json& one, const Json& other) {
      return one.at("kp").get<std::string>() < other.at("kp").get<std::string>();
    });
  };
  in_order(expected);
  in_order(found);
  EXPECT_EQ(found, expected);
}

TEST_F(Questions, WhatIsTaughtBeforeOrBesideClosesAGap) {
  act({"set", "course_topic:TP-035", "depth=4"});
  const auto before = column(ask({"continuity"}).at("gaps"), "kp");
  // C02008 teaches the point in the same term as C03010, which requires it.
  EXPECT_THAT(before, Contains("KP-OSPROC"));
  act({"add", "prereq", "plan=PLAN-BD-2027", "course=C03010", "requires=C02008", "kind=co"});
  EXPECT_THAT(column(ask({"continuity"}).at("gaps"), "kp"), Not(Contains("KP-OSPROC")));
}

TEST_F(Questions, TheSupportMatrixShowsWhatNobodyCarries) {
  const auto facts = expected_facts();
  const auto answer = ask({"matrix"});
  const auto weights = by(answer.at("indicators"), "indicator", "weight");
  EXPECT_THAT(weights, SizeIs(facts.at("indicator_weight_sums").size()));
  for (const auto& [indicator, sum] : facts.at("indicator_weight_sums").items())
    expect_near(sum, weights.at(indicator), indicator);
  std::vector<std::string> uncovered;
  std::vector<std::string> elective_only;
  for (const auto& row : answer.at("indicators")) {
    if (row.at("remark") == "uncovered") uncovered.push_back(row.at("indicator"));
    if (row.at("remark") == "elective_only") elective_only.push_back(row.at("indicator"));
  }
  EXPECT_EQ(Json(uncovered), facts.at("uncovered"));
  EXPECT_EQ(Json(elective_only), facts.at("elective_only"));
  EXPECT_EQ(Json(column(answer.at("unmapped"), "course")), facts.at("courses_supporting_nothing"));
  EXPECT_THAT(answer.at("matrix"), SizeIs(68));
}

TEST_F(Questions, WeeklyHoursCountOverAllBodies) {
  const auto facts = expected_facts();
  const auto answer = ask({"load", "--term", "2026-2027-1"});
  std::map<std::string, Json> hours;
  std::map<std::string, Json> overload;
  for (const auto& row : answer.at("teachers")) {
    if (row.at("state") == "idle") continue;
    const auto teacher = row.at("teacher").get<std::string>();
    hours[teacher] = row.at("hours");
    if (row.at("state") == "overloaded")
      overload[teacher] = Json::array({row.at("hours"), row.at("max")});
  }
  EXPECT_THAT(hours, SizeIs(facts.at("loads").size()));
  for (const auto& [teacher, sum] : facts.at("loads").items())
    expect_near(sum, hours.at(teacher), teacher);
  EXPECT_THAT(overload, SizeIs(facts.at("overload").size()));
  for (const auto& [teacher, both] : facts.at("overload").items()) {
    expect_near(both.at(0), overload.at(teacher).at(0), teacher);
    expect_near(both.at(1), overload.at(teacher).at(1), teacher);
  }
  const auto where = by(answer.at("teachers"), "teacher", "by_body");
  for (const auto& [teacher, bodies] : facts.at("overload_by_site").items()) {
    for (const auto& [body, sum] : bodies.items())
      EXPECT_THAT(where.at(teacher).get<std::string>(),
                  HasSubstr(fmt::format("{} {:g}", body, sum.get<double>())));
  }
  // Others' people go by their code.
  const auto names = by(answer.at("teachers"), "teacher", "name");
  EXPECT_EQ(names.at("TC-B01"), "单示一");
  EXPECT_TRUE(names.at("TC-H02").is_null());
}

TEST_F(Questions, CountsOfRecordsAreAsTheDataSays) {
  const auto facts = expected_facts();
  const std::map<std::string, std::string> types{{"prereqs", "prereq"},
                                                 {"kps", "knowledge_point"},
                                                 {"topics", "course_topic"},
                                                 {"support", "support"}};
  for (const auto& [fact, type] : types)
    EXPECT_EQ(run({"--json", "list", type}).json().size(), facts.at("totals").at(fact)) << type;
  EXPECT_EQ(run({"--json", "list", "duty"}).json().size(), facts.at("duties"));
  EXPECT_EQ(run({"--json", "list", "duty_assignment", "--where", "role=A"}).json().size(),
            facts.at("duties_with_one_A"));
}

TEST_F(Questions, CreditsAndHoursFitButForWhatTheDataSays) {
  const auto exceptions = expected_facts().at("credit_hour_exceptions");
  const auto found = programme.ask({"findings", "--rule", "IR-08"});
  ASSERT_THAT(found, SizeIs(exceptions.size()));
  for (std::size_t i = 0; i < exceptions.size(); ++i) {
    const auto text = found.at(i).at("message").get<std::string>();
    for (const auto& part : exceptions.at(i))
      EXPECT_THAT(text, HasSubstr(part.is_string() ? part.get<std::string>() : part.dump()));
  }
}

TEST_F(Questions, NoFactOfTheDataIsLeftOut) {
  const auto expected = expected_facts();
  std::vector<std::string> facts;
  for (const auto& [fact, value] : expected.items())
    facts.push_back(fact);
  EXPECT_THAT(facts,
              UnorderedElementsAre("S1",
                                   "S2",
                                   "S3",
                                   "credit_hour_exceptions",
                                   "indicator_weight_sums",
                                   "uncovered",
                                   "elective_only",
                                   "courses_supporting_nothing",
                                   "gaps",
                                   "overlaps",
                                   "overload",
                                   "loads",
                                   "overload_by_site",
                                   "duties",
                                   "duties_with_one_A",
                                   "totals"));
}

TEST_F(Questions, TheLongestChainSpansAllSevenYears) {
  const auto answer = ask({"graph"});
  EXPECT_THAT(answer.at("summary").at(0).get<std::string>(),
              AllOf(HasSubstr("57 prerequisites"), HasSubstr("A01010 → A02017 → B02013")));
  const auto blocks = by(answer.at("courses"), "course", "holds_up");
  EXPECT_GT(blocks.at("A01010"), blocks.at("B03021"));
  const auto svg = run({"plan", "graph", "--svg"}).out;
  EXPECT_THAT(svg, AllOf(StartsWith("<svg "), HasSubstr("B03021 "), HasSubstr("</svg>")));
  const auto dot = run({"plan", "graph", "--dot"}).out;
  EXPECT_THAT(dot, AllOf(StartsWith("digraph"), HasSubstr("\"B03019\" -> \"B03021\"")));
}

TEST_F(Questions, OnePointCanBeFollowedThroughTheTerms) {
  const auto answer = ask({"river", "KP-SQL"});
  EXPECT_THAT(column(answer.at("river"), "course"), ElementsAre("B02015", "B03020", "C03009"));
  EXPECT_EQ(run({"plan", "river", "B02015"}).code, 2);
}

TEST_F(Questions, RequirementsClimbThroughTheStages) {
  EXPECT_THAT(column(ask({"ladder"}).at("ladder"), "verdict"), SizeIs(12));
  act({"set", "stage_target:TG-GR1-S2", "level=none"});
  const auto verdicts = by(ask({"ladder"}).at("ladder"), "requirement", "verdict");
  EXPECT_EQ(verdicts.at("GR1"), "falls");
  EXPECT_EQ(verdicts.at("GR2"), "ok");
}

TEST_F(Questions, ARequirementIsAttainedAsItsWeakestIndicator) {
  EXPECT_THAT(ask({"attainment"}).at("requirements"), IsEmpty());
  const auto result =
      [&](const std::string& code, const std::string& course, const std::string& value) {
        act({"add",
             "eval_result",
             "code=" + code,
             "cohort=CO-2023",
             "course=" + course,
             "value=" + value,
             "n=40"});
      };
  // GR2-1 rests on five courses; results of two are known.
  const auto cells = run({"--json", "list", "support", "--where", "indicator=GR2-1"}).json();
  ASSERT_GE(cells.size(), 2U);
  const auto first = cells.at(0);
  const auto second = cells.at(1);
  result("ER-91", first.at("course"), "0.9");
  result("ER-92", second.at("course"), "0.5");
  const auto w1 = first.at("weight").get<double>();
  const auto w2 = second.at("weight").get<double>();
  const auto answer = ask({"attainment"});
  const auto attained = by(answer.at("indicators"), "indicator", "attainment");
  EXPECT_NEAR(attained.at("GR2-1").get<double>(), (w1 * 0.9 + w2 * 0.5) / (w1 + w2), 5e-5);
  const auto requirement = by(answer.at("requirements"), "requirement", "attainment").at("GR2");
  for (const auto& row : answer.at("indicators")) {
    if (row.at("indicator").get<std::string>().starts_with("GR2-")) {
      EXPECT_LE(requirement, row.at("attainment"));
    }
  }
}

TEST_F(Questions, FewStudentsAreNoNumber) {
  act({"add", "eval_result", "code=ER-93", "cohort=CO-2023", "course=B02015", "value=0.9", "n=4"});
  const auto answer = ask({"attainment"});
  for (const auto& row : answer.at("indicators"))
    EXPECT_EQ(row.at("attainment"), "<5");
  const auto diverted = by(ask({"retention"}).at("batches"), "cohort", "diverted");
  EXPECT_EQ(diverted.at("CO-2021"), "<5");
}

TEST_F(Questions, ProblemsAndActionItemsAreLateOnADayOrNot) {
  const auto early = ask({"loops", "--on", "2026-11-20"});
  const auto counts = by(early.at("states"), "state", "count");
  EXPECT_EQ(counts,
            (std::map<std::string, Json>{{"found", 2},
                                         {"cause_found", 1},
                                         {"planned", 1},
                                         {"acting", 2},
                                         {"verifying", 1},
                                         {"closed", 1}}));
  EXPECT_THAT(early.at("open"), SizeIs(7));
  const auto overdue = by(ask({"loops", "--on", "2027-06-01"}).at("open"), "problem", "overdue");
  EXPECT_EQ(overdue.at("PB-01"), 2);
  const auto items = ask({"actions", "--on", "2026-12-05"}).at("items");
  EXPECT_EQ(items.at(0).at("item"), "AI-05");
  EXPECT_EQ(items.at(0).at("days_late"), 5);
  EXPECT_EQ(by(items, "item", "verdict").at("AI-06"), "done");
  EXPECT_EQ(run({"plan", "loops", "--on", "yesterday"}).code, 2);
}

TEST_F(Questions, AProblemThatIsOpenedAgainIsCounted) {
  act({"set", "problem:PB-01", "state=reopened", "--why", "无效"});
  EXPECT_EQ(by(ask({"loops"}).at("open"), "problem", "reopened").at("PB-01"), 1);
}

TEST_F(Questions, MaterialsWithoutAReviewAreNamed) {
  const auto amiss =
      by(ask({"materials", "--on", "2026-11-20"}).at("adoptions"), "adoption", "amiss");
  EXPECT_EQ(amiss.at("AD-01"), "unreviewed");
  EXPECT_FALSE(amiss.contains("AD-02"));
  const auto later =
      by(ask({"materials", "--on", "2029-11-20"}).at("adoptions"), "adoption", "amiss");
  EXPECT_EQ(later.at("AD-02"), "old_edition");
}

TEST_F(Questions, EverythingThatRefersToARecordIsNamed) {
  const auto records = column(ask({"impact", "course:B02015"}).at("records"), "record");
  EXPECT_THAT(records, Contains("plan_course:PC-B02015"));
  EXPECT_THAT(records, Contains(StartsWith("prereq:PLAN-BD-2027/")));
  EXPECT_THAT(ask({"impact", "problem:PB-08"}).at("records"), IsEmpty());
}

TEST_F(Questions, TwoPlansDifferInWhatWasChanged) {
  act({"plan", "copy", "PLAN-BD-2027", "PLAN-BD-2024"});
  EXPECT_THAT(ask({"compare", "PLAN-BD-2024", "PLAN-BD-2027"}).at("courses"), IsEmpty());
  act({"set", "plan_course:PC-A02017", "terms=3"});
  const auto moved = ask({"compare", "PLAN-BD-2024", "PLAN-BD-2027"}).at("courses");
  ASSERT_THAT(moved, SizeIs(1));
  EXPECT_EQ(moved.at(0).at("before"), "S1 4");
  EXPECT_EQ(moved.at(0).at("after"), "S1 3");
}

TEST_F(Questions, TwoPlansDifferInWhatCarriesTheirIndicators) {
  act({"plan", "copy", "PLAN-BD-2027", "PLAN-BD-2024"});
  EXPECT_THAT(ask({"compare", "PLAN-BD-2024", "PLAN-BD-2027"}).at("support"), IsEmpty());
  act({"set", "support:SU-B01007-GR2-1", "strength=M"});
  const auto support = ask({"compare", "PLAN-BD-2024", "PLAN-BD-2027"}).at("support");
  ASSERT_THAT(support, SizeIs(1));
  EXPECT_EQ(support.at(0).at("indicator"), "GR2-1");
  EXPECT_EQ(support.at(0).at("course"), "B01007");
  EXPECT_EQ(support.at(0).at("before"), "H 0.23");
  EXPECT_EQ(support.at(0).at("after"), "M 0.23");
}

TEST_F(Questions, EnglishThatIsMissingOrStaleIsListed) {
  const auto before = ask({"translations"}).at("translations").size();
  act({"set", "course:B02015", "name_zh=数据库原理及应用"});
  act({"set", "course:B02016", "name_en="});
  const auto after = ask({"translations"}).at("translations");
  EXPECT_EQ(after.size(), before + 2);
  EXPECT_EQ(by(after, "record", "what").at("course:B02015"), "stale");
  EXPECT_EQ(by(after, "record", "what").at("course:B02016"), "missing");
}

TEST_F(Questions, EveryAnswerIsATableAFileAndADocumentThatNamesItsRecords) {
  for (const auto& question : all_questions()) {
    std::vector<std::string> arguments{question.group == QuestionGroup::plan ? "plan" : "report",
                                       std::string{question.name}};
    for (const auto& subject : question.subjects)
      arguments.push_back(subject.example);
    if (question.of_term) arguments.insert(arguments.end(), {"--term", "2026-2027-1"});
    const auto plain = run(arguments);
    EXPECT_EQ(plain.code, 0) << plain.err;
    EXPECT_THAT(plain.out, Not(IsEmpty())) << question.name;
    auto as_json = arguments;
    as_json.insert(as_json.begin(), "--json");
    const auto document = run(as_json).json();
    EXPECT_EQ(document.at("question"), question.number);
    for (const auto& [name, rows] : document.items()) {
      if (name == "question" || name == "summary") continue;
      for (const auto& row : rows)
        EXPECT_TRUE(row.at("from").is_array()) << question.name << " " << row;
    }
    auto as_csv = arguments;
    as_csv.emplace_back("--csv");
    EXPECT_THAT(run(as_csv).out, HasSubstr("\r\n")) << question.name;
    auto with_reasons = arguments;
    with_reasons.emplace_back("--why");
    EXPECT_EQ(run(with_reasons).code, 0) << question.name;
  }
}

TEST_F(Questions, AnUnknownTableOrPlanIsAnErrorThatNamesWhatThereIs) {
  const auto table = run({"plan", "hours", "--table", "weeks"});
  EXPECT_EQ(table.code, 2);
  EXPECT_THAT(table.err, HasSubstr("stages, thresholds, groups, terms"));
  EXPECT_EQ(run({"plan", "hours", "--plan", "PLAN-XX"}).code, 2);
  const auto course = run({"plan", "hours", "--plan", "course:B02015"});
  EXPECT_THAT(course.err, HasSubstr("course:B02015 is no plan"));
}

}  // namespace
}  // namespace guantong::test
