#include "tests/support/findings.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "client/rules/rules.h"
#include "client/sqlite/database.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "tests/support/for_all.h"
#include "tests/support/result_matchers.h"

namespace guantong::test {
namespace {

Edits pick_edits(const Toy& toy, Choices& choices) {
  return toy.edits.empty() ? Edits{} : toy.edits.at(choices.pick(toy.edits.size()));
}

/// What a record is created with: all that is entered at first, nothing cleared.
Edits creation_of(const Toy& toy, const Edits& edits) {
  auto creation = toy.creation;
  std::ranges::copy_if(
      edits, std::back_inserter(creation), [](const auto& edit) { return !edit.second.empty(); });
  return creation;
}

/// Lets all sites act, seal, take back and pull; what was touched must give the same findings as
/// every record, after each step and once all have met.
void act_at_random(PlanBuilder& plan,
                   const std::function<void(Desk&, Choices&)>& act,
                   Choices& choices) {
  for (int step = 0; step < 40 && !testing::Test::HasFailure(); ++step) {
    auto& desk = plan.desk(choices.pick(plan.size()));
    switch (choices.pick(6)) {
      case 0:
        desk.seal();
        break;
      case 5:
        desk.undo();
        break;
      case 1:
        // A device seals before it syncs: what it has not seen must not count as seen.
        desk.seal();
        desk.pull(plan.desk(choices.pick(plan.size())));
        break;
      default:
        act(desk, choices);
    }
    ASSERT_THAT(picture(desk), testing::ElementsAreArray(full_picture(desk)));
  }
  plan.meet();
  for (std::size_t i = 0; i < plan.size(); ++i) {
    ASSERT_THAT(picture(plan.desk(i)), testing::ElementsAreArray(picture(plan.desk(0))));
    ASSERT_THAT(full_picture(plan.desk(i)), testing::ElementsAreArray(picture(plan.desk(0))));
  }
}

}  // namespace

std::vector<std::string> found_at(Desk& desk) {
  const auto all = findings(desk.store());
  EXPECT_THAT(all, is_ok());
  std::vector<std::string> lines;
  for (const auto& finding : *all) {
    lines.push_back(fmt::format(
        "{} {} {}", finding.rule, word_of(finding.severity), in_english(finding.message)));
  }
  return lines;
}

std::vector<std::string> found_at(Desk& desk, std::string_view rule) {
  auto lines = found_at(desk);
  const auto head = std::string{rule} + " ";
  std::erase_if(lines, [&](const std::string& line) { return !line.starts_with(head); });
  return lines;
}

std::set<RecordKey> suspended(Desk& desk) {
  std::set<RecordKey> keys;
  const auto read = [&]() -> Result<void> {
    auto rows = TRY(desk.store().database().prepare("SELECT record FROM suspended"));
    while (TRY(rows.step())) {
      const auto key = TRY(desk.store().record_key(static_cast<RecordNo>(rows.int64(0))));
      keys.insert(key);
    }
    return {};
  };
  EXPECT_THAT(read(), is_ok());
  return keys;
}

std::vector<std::string> picture(Desk& desk) {
  const auto all = findings(desk.store());
  EXPECT_THAT(all, is_ok());
  std::vector<std::string> lines;
  for (const auto& finding : *all) {
    auto line = fmt::format("{} {} {} {}:",
                            to_hex(finding.id.raw()),
                            finding.rule,
                            word_of(finding.severity),
                            in_english(finding.message));
    for (const auto record : finding.records) {
      const auto key = desk.store().record_key(record);
      EXPECT_THAT(key, is_ok());
      line += " " + to_hex(key->id.raw()).substr(0, 8);
    }
    lines.push_back(line);
  }
  for (const auto& key : suspended(desk))
    lines.push_back("suspended " + to_hex(key.id.raw()).substr(0, 8));
  return lines;
}

std::vector<std::string> full_picture(Desk& desk) {
  auto session = Session::begin(desk.store());
  EXPECT_THAT(session, is_ok());
  EXPECT_THAT(check_all_rules(**session), is_ok());
  return picture(desk);  // Rolled back when the session goes.
}

void introduce(PlanBuilder& plan) {
  for (std::size_t i = 0; i < plan.size(); ++i) {
    std::string code = plan.desk(i).member().site;
    std::ranges::transform(
        code, code.begin(), [](char letter) { return static_cast<char>(letter - 'a' + 'A'); });
    plan.desk(0).create(plan.desk(i).org(),
                        {{"code", code}, {"kind", "other"}, {"name_zh", "学校"}});
  }
}

void TwoSites::meet() {
  plan_.meet();
  EXPECT_THAT(picture(u), testing::ElementsAreArray(picture(v)));
  EXPECT_THAT(full_picture(v), testing::ElementsAreArray(picture(v)));
  EXPECT_THAT(full_picture(u), testing::ElementsAreArray(picture(u)));
}

void put(Desk& desk, Choices& choices, const RecordKey& key, Edits creation, const Edits& edits) {
  if (!desk.has(key)) {
    std::ranges::copy_if(
        edits, std::back_inserter(creation), [](const auto& edit) { return !edit.second.empty(); });
    desk.create(key, creation);
    return;
  }
  switch (choices.pick(6)) {
    case 0:
      return desk.archive(key);
    case 1:
      return desk.restore(key);
    default:
      if (!edits.empty()) desk.set(key, edits);
  }
}

void find_the_same_everywhere(const std::function<void(Desk&, Choices&)>& act,
                              const std::function<void(PlanBuilder&)>& prepare) {
  for_all(
      [&](Choices& choices) {
        PlanBuilder plan{{"bitc", "bist", "bjtu"}};
        if (prepare) prepare(plan);
        plan.meet();
        act_at_random(plan, act, choices);
      },
      16);
}

void play(Choices& choices, const std::vector<Toy>& world) {
  PlanBuilder plan{{"bitc", "bist", "bjtu"}};
  std::vector<std::pair<RecordKey, Edits>> there;
  for (const auto& toy : world) {
    const auto edits = pick_edits(toy, choices);
    if (choices.pick(4) != 0) there.emplace_back(toy.key, creation_of(toy, edits));
  }
  plan.desk(0).create_all(there);
  plan.meet();
  plan.meet();
  act_at_random(
      plan,
      [&world](Desk& desk, Choices& own) {
        const auto& toy = world.at(own.pick(world.size()));
        const auto edits = pick_edits(toy, own);
        put(desk, own, toy.key, toy.creation, edits);
      },
      choices);
}

}  // namespace guantong::test
