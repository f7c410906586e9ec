// What is worked out from the records of a large consortium: findings, the plan's questions,
// search.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/days.h"
#include "client/questions/question.h"
#include "client/reading.h"
#include "client/rules/rules.h"
#include "client/search/search_index.h"
#include "client/sqlite/database.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "tests/bench/apart.h"
#include "tests/bench/nightly.h"
#include "tests/bench/row.h"
#include "tests/bench/scale.h"

namespace guantong::bench {
namespace {

constexpr double findings_goal = 1.5;
constexpr std::size_t turns_of_findings = 11;
constexpr double question_goal = 20;
constexpr double search_allowed_ms = 5;
constexpr Scale whole;
constexpr Scale small{33, 0};  ///< 10,000 records and as many changes.

/// Checks the rules on what 300 edits touch, the same ones however many other schools there are,
/// and undoes it.
Result<Figures> check_a_merge(const std::filesystem::path& root, std::size_t runs) {
  auto workspace = TRY(Workspace::open(root));
  Runs timed;
  std::mt19937 random{7};
  for (std::size_t run = 0; run < runs; ++run) {
    auto session = TRY(Session::begin(workspace.store()));
    Reading reading{session->store()};
    std::vector<RecordNo> touched;
    for (std::size_t i = 0; i < edits_a_merge; ++i) {
      const auto record = TRY(reading.find(draw_edit(random, small.bodies).record));
      touched.push_back(record.number);
    }
    const test::Stopwatch stopwatch;
    TRY(check_rules(*session, touched));
    const auto took = stopwatch.took();
    timed.add(took.wall, took.cpu);
  }
  return Figures{timed.in_seconds().value, timed.in_seconds().cpu};
}

struct AskedOf {
  std::string_view question;
  std::vector<std::string> subjects;
  std::vector<std::string_view> tables;  ///< What it reads.
};

/// Those that work things out from tables; what happened is another matter.
std::vector<AskedOf> asked_of_scale() {
  return {
      {"continuity", {}, {"plan_course", "course", "knowledge_point", "course_topic", "prereq"}},
      {"overlap", {}, {"plan_course", "course", "knowledge_point", "course_topic", "prereq"}},
      {"river", {"KP-7"}, {"plan_course", "course", "knowledge_point", "course_topic", "prereq"}},
      {"matrix",
       {},
       {"plan_course", "course", "knowledge_point", "course_topic", "prereq", "support"}},
      {"ladder", {}, {"plan_course", "course", "knowledge_point", "course_topic", "prereq"}},
      {"attainment",
       {},
       {"plan_course", "course", "knowledge_point", "course_topic", "prereq", "support"}},
      {"hours", {}, {"plan_course", "course", "knowledge_point", "course_topic", "prereq"}},
      {"graph", {}, {"plan_course", "course", "knowledge_point", "course_topic", "prereq"}},
      {"load", {}, {"person_card", "teaching_task"}},
      {"compare",
       {"PLAN-1", "PLAN-1"},
       {"plan_course", "course", "knowledge_point", "course_topic", "prereq"}},
      {"translations",
       {},
       {"course", "knowledge_point", "course_topic", "plan_course", "person_card"}}};
}

Result<Figures> answer(const std::filesystem::path& root, const AskedOf& asked, std::size_t runs) {
  auto workspace = TRY(Workspace::open(root));
  const auto all = all_questions();
  const auto question = std::ranges::find(all, asked.question, &Question::name);
  Runs timed;
  for (std::size_t run = 0; run < runs; ++run) {
    auto session = TRY(Session::begin(workspace.store()));
    Asked wish;
    wish.subjects = asked.subjects;
    wish.plan = "PLAN-1";
    wish.day = "2026-11-20";
    const test::Stopwatch stopwatch;
    TRY(question->ask(*session, wish));
    const auto took = stopwatch.took();
    timed.add(took.wall, took.cpu);
  }
  return Figures{timed.in_seconds().value, timed.in_seconds().cpu};
}

/// Reads every cell of the tables, as SQLite gives it.
Result<Figures> scan(const std::filesystem::path& root, const AskedOf& asked, std::size_t runs) {
  auto database = TRY(Database::open(root / "replica.sqlite"));
  Runs timed;
  std::uint64_t bytes = 0;
  for (std::size_t run = 0; run < runs; ++run) {
    const test::Stopwatch stopwatch;
    for (const auto table : asked.tables) {
      auto rows = TRY(database.prepare(fmt::format("SELECT * FROM \"{}\"", table)));
      while (TRY(rows.step())) {
        for (int column = 0; column < rows.columns(); ++column)
          bytes += rows.bytes(column).size();
      }
    }
    const auto took = stopwatch.took();
    timed.add(took.wall, took.cpu);
  }
  return Figures{timed.in_seconds().value, timed.in_seconds().cpu, static_cast<double>(bytes)};
}

Result<Figures> search_often(const std::filesystem::path& root) {
  auto workspace = TRY(Workspace::open(root));
  TRY(refresh_search(workspace.store(), {}));
  constexpr std::array words{"数据",
                             "课程 77",
                             "shuju",
                             "sjkc",
                             "B00100",
                             "KP-1399",
                             "Data course",
                             "教师",
                             "知识点 12",
                             "学校",
                             "毕业要求",
                             "zsd"};
  std::vector<double> wall;
  std::vector<double> cpu;
  for (const auto* typed : words) {
    const test::Stopwatch stopwatch;
    TRY(refresh_search(workspace.store(), {}));
    const auto hits = TRY(search(workspace.store(), {typed, nullptr, 20}));
    const auto took = stopwatch.took();
    if (hits.empty()) return fail(Errc::not_found, "\"{}\" is nowhere", typed);
    wall.push_back(took.wall);
    cpu.push_back(took.cpu);
  }
  return Figures{test::median(wall), test::median(cpu)};
}

Result<Figures> make(const std::filesystem::path& root, const Scale& scale) {
  TRY(make_scale(root, scale));
  return Figures{};
}

Side seconds(const Apart& measured) {
  return {measured.figures.at(0), measured.figures.at(1)};
}

}  // namespace

Result<std::filesystem::path> Fixtures::scale(const Scale& scale) {
  const auto root = folder_ / fmt::format("scale{}", scale.bodies);
  if (!std::filesystem::exists(root)) TRY(apart([&] { return make(root, scale); }));
  return root;
}

Result<Rows> findings_rows(Fixtures& fixtures) {
  const auto large = TRY(fixtures.scale(whole));
  const auto little = TRY(fixtures.scale(small));
  Runs ours;
  Runs limit;
  std::uint64_t peak = 0;
  // A shared machine is now fast and now slow, for longer than one of these takes: by turns.
  for (std::size_t turn = 0; turn < turns_of_findings; ++turn) {
    const auto deep = TRY(apart([&] { return check_a_merge(large, fixtures.runs()); }));
    const auto shallow = TRY(apart([&] { return check_a_merge(little, fixtures.runs()); }));
    ours.add(deep.figures.at(0), deep.figures.at(1));
    limit.add(shallow.figures.at(0), shallow.figures.at(1));
    peak = std::max(peak, deep.usage.peak);
  }
  return Rows{{"findings after 300 changes, 330,000 and 10,000 deep",
               "s",
               ours.in_seconds(),
               limit.in_seconds(),
               findings_goal,
               false,
               peak}};
}

Result<Rows> question_rows(Fixtures& fixtures) {
  const auto root = TRY(fixtures.scale(whole));
  Rows rows;
  for (const auto& asked : asked_of_scale()) {
    const auto ours = TRY(apart([&] { return answer(root, asked, fixtures.runs()); }));
    const auto limit = TRY(apart([&] { return scan(root, asked, fixtures.runs()); }));
    rows.push_back({fmt::format("plan {}, and a scan of its tables", asked.question),
                    "s",
                    seconds(ours),
                    seconds(limit),
                    question_goal,
                    false,
                    ours.usage.peak});
  }
  return rows;
}

Result<Rows> search_rows(Fixtures& fixtures) {
  const auto root = TRY(fixtures.scale(whole));
  const auto ours = TRY(apart([&] { return search_often(root); }));
  return Rows{{"search, the median of twelve",
               "ms",
               {ours.figures.at(0) * 1000, ours.figures.at(1)},
               {search_allowed_ms},
               1.0,
               false,
               ours.usage.peak}};
}

}  // namespace guantong::bench
