#include "tests/bench/scale.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "client/editor.h"
#include "client/field_edit.h"
#include "client/membership.h"
#include "client/sealing.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/schema.h"

namespace guantong::bench {
namespace {

constexpr std::size_t points = 1'400;
constexpr std::size_t bodies_a_plan = 3;
/// So many that the weights of a plan's courses, a tenth each, make a whole of each.
constexpr std::size_t indicators_a_plan = bodies_a_plan * courses_a_body * topics_a_course / 10;
constexpr std::size_t goals_a_plan = 5;

struct Named {
  std::string type;
  std::vector<FieldEdit> fields;
};

FieldEdit set(std::string field, std::string text) {
  return {std::move(field), FieldEdit::Kind::set, std::move(text)};
}

std::string course_of(std::size_t body, std::size_t course) {
  const auto number = body * courses_a_body + course;
  return fmt::format("{}{:05}", number % 3 == 0 ? 'A' : number % 3 == 1 ? 'B' : 'C', number);
}

std::string plan_of(std::size_t body) {
  return fmt::format("PLAN-{}", body / bodies_a_plan + 1);
}

/// The term a course is given in, so that its prerequisite comes before.
std::size_t term_of(std::size_t course) {
  return course * 14 / courses_a_body + 1;
}

std::string stage_in(std::size_t term) {
  return term <= 4 ? "S1" : term <= 10 ? "S2" : "S3";
}

/// What all bodies share.
std::vector<Named> shared_records() {
  std::vector<Named> records{
      {"stage_template", {set("code", "ST-232"), set("name_zh", "学制"), set("pattern", "2+3+2")}}};
  const auto stage = [&](const char* code, const char* from, const char* to, const char* years) {
    records.push_back({"stage",
                       {set("code", code),
                        set("name_zh", "学段"),
                        set("template", "ST-232"),
                        set("seq", std::string{code}.substr(1)),
                        set("years", years),
                        set("first_term", from),
                        set("last_term", to),
                        set("hours_per_credit", "16")}});
  };
  stage("S1", "1", "4", "2");
  stage("S2", "5", "10", "3");
  stage("S3", "11", "14", "2");
  records.push_back({"major", {set("code", "MJ-1"), set("name_zh", "专业")}});
  records.push_back(
      {"term",
       {set("code", "2026-2027-1"), set("span_from", "2026-09-01"), set("span_to", "2027-01-20")}});
  for (std::size_t i = 0; i < points; ++i)
    records.push_back({"knowledge_point",
                       {set("code", fmt::format("KP-{}", i)),
                        set("name_zh", fmt::format("知识点 {}", i)),
                        set("area", fmt::format("area{}", i % 20))}});
  return records;
}

std::vector<Named> plan_records(const std::string& plan) {
  std::vector<Named> records{{"plan",
                              {set("code", plan),
                               set("title_zh", "方案 " + plan),
                               set("major", "MJ-1"),
                               set("revision", "1"),
                               set("stage_template", "ST-232")}}};
  for (std::size_t goal = 0; goal < goals_a_plan; ++goal)
    records.push_back({"goal",
                       {set("code", fmt::format("{}-PEO{}", plan, goal)),
                        set("plan", plan),
                        set("text_zh", fmt::format("目标{}", goal))}});
  for (std::size_t i = 0; i < indicators_a_plan; ++i) {
    const auto requirement = fmt::format("{}-GR{}", plan, i);
    records.push_back(
        {"requirement",
         {set("code", requirement),
          set("plan", plan),
          set("title_zh", fmt::format("毕业要求{}", i)),
          {"supports", FieldEdit::Kind::add, fmt::format("{}-PEO{}", plan, i % goals_a_plan)}}});
    records.push_back({"indicator",
                       {set("code", requirement + "-1"),
                        set("plan", plan),
                        set("requirement", requirement),
                        set("text_zh", fmt::format("指标点{}", i))}});
  }
  return records;
}

std::vector<Named> course_records(std::size_t body, std::size_t course) {
  const auto code = course_of(body, course);
  const auto term = term_of(course);
  const auto plan = plan_of(body);
  std::vector<Named> records{{"course",
                              {set("code", code),
                               set("name_zh", fmt::format("数据课程 {} {}", body, course)),
                               set("name_en", fmt::format("Data course {} {}", body, course)),
                               set("owner_org", fmt::format("ORG-{}", body)),
                               set("credits", "4"),
                               set("hours_theory", "32"),
                               set("hours_practice", "32")}},
                             {"plan_course",
                              {set("code", "PC-" + code),
                               set("plan", plan),
                               set("course", code),
                               set("stage", stage_in(term)),
                               set("terms", std::to_string(term)),
                               set("nature", "compulsory"),
                               set("group", "major_core")}}};
  if (course > 1)  // Two on, so that it ends in an earlier term.
    records.push_back({"prereq",
                       {set("plan", plan),
                        set("course", code),
                        set("requires", course_of(body, course - 2)),
                        set("kind", "pre")}});
  for (std::size_t topic = 0; topic < topics_a_course; ++topic) {
    const auto point = (body * 7 + course * topics_a_course + topic) % points;
    records.push_back({"course_topic",
                       {set("code", fmt::format("TP-{}-{}", code, topic)),
                        set("course", code),
                        set("knowledge_point", fmt::format("KP-{}", point)),
                        set("role", topic == 0 ? "requires" : "teaches"),
                        set("depth", std::to_string(topic % 4 + 1)),
                        set("hours", "6")}});
    const auto place = (body % bodies_a_plan * courses_a_body + course) * topics_a_course + topic;
    records.push_back({"support",
                       {set("code", fmt::format("SU-{}-{}", code, topic)),
                        set("plan", plan),
                        set("course", code),
                        set("indicator", fmt::format("{}-GR{}-1", plan, place % indicators_a_plan)),
                        set("strength", "M"),
                        set("weight", "0.1")}});
  }
  return records;
}

std::vector<Named> body_records(std::size_t body) {
  const auto org = fmt::format("ORG-{}", body);
  auto records = body % bodies_a_plan == 0 ? plan_records(plan_of(body)) : std::vector<Named>{};
  records.push_back({"org",
                     {set("code", org),
                      set("kind", "university"),
                      set("name_zh", fmt::format("学校 {}", body))}});
  for (std::size_t course = 0; course < courses_a_body; ++course) {
    for (auto& record : course_records(body, course))
      records.push_back(std::move(record));
  }
  for (std::size_t teacher = 0; teacher < courses_a_body; ++teacher) {
    const auto card = fmt::format("TC-{}-{}", body, teacher);
    records.push_back({"person_card",
                       {set("code", card),
                        set("name", fmt::format("教师{}之{}", body, teacher)),
                        set("org", org),
                        set("max_weekly_hours", "16")}});
    records.push_back({"teaching_task",
                       {set("code", fmt::format("TT-{}-{}", body, teacher)),
                        set("term", "2026-2027-1"),
                        set("course", course_of(body, teacher)),
                        set("teacher", card),
                        set("deliver_org", org),
                        set("weekly_hours", "8")}});
  }
  return records;
}

Result<void> add_all(Workspace& workspace, const std::vector<Named>& records) {
  auto session = TRY(Session::begin(workspace.store()));
  Editor editor{workspace, *session};
  for (const auto& record : records)
    TRY(editor.add(*workspace.schema().type(record.type), record.fields, ""));
  TRY(session->commit());
  TRY(seal_all(workspace));
  return {};
}

}  // namespace

ScaleEdit draw_edit(std::mt19937& random, std::size_t bodies) {
  const auto code = course_of(random() % bodies, random() % courses_a_body);
  const auto topic = random() % topics_a_course;
  switch (random() % 3) {
    case 0:
      return {fmt::format("course_topic:TP-{}-{}", code, topic),
              set("hours", std::to_string(random() % 12 + 1))};
    case 1:
      return {"course:" + code, set("name_en", fmt::format("Data course {}", random() % 10'000))};
    default:
      return {fmt::format("support:SU-{}-{}", code, topic),
              set("weight", fmt::format("0.{:02}", random() % 20 + 1))};
  }
}

Result<void> make_scale(const std::filesystem::path& root, const Scale& scale) {
  auto workspace =
      TRY(found(root, {"scale", "s000", "Lead", "vocational", "Lead", "l@site.invalid"}));
  TRY(add_all(workspace, shared_records()));
  for (std::size_t body = 0; body < scale.bodies; ++body) {
    TRY(add_all(workspace, body_records(body)));
    fmt::print(stderr, "\rbody {} of {}", body + 1, scale.bodies);
  }
  std::mt19937 random{20261128};
  for (std::size_t done = 0; done < scale.edits; done += edits_a_merge) {
    auto session = TRY(Session::begin(workspace.store()));
    Editor editor{workspace, *session};
    for (std::size_t i = 0; i < edits_a_merge; ++i) {
      const auto [name, edit] = draw_edit(random, scale.bodies);
      const auto record = TRY(editor.reading().find(name));
      TRY(editor.set(record, {edit}, ""));
    }
    TRY(session->commit());
    TRY(seal_all(workspace));
    fmt::print(stderr, "\redit {} of {}   ", done, scale.edits);
  }
  fmt::print(stderr, "\r");
  return {};
}

}  // namespace guantong::bench
