// People write: fields, records, tags, archivings; and take back what they wrote.
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulation/draws.h"
#include "simulation/families/family.h"
#include "simulation/plan.h"
#include "simulation/properties.h"
#include "simulation/world.h"
#include <fmt/format.h>

#include "client/editor.h"
#include "client/field_edit.h"
#include "client/sealing.h"
#include "client/sqlite/sqlite_store.h"
#include "client/undo.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong::simulation {
namespace {

constexpr std::array<std::string_view, 4> words{"讲授", "实训", "考核", "衔接"};
constexpr std::array<std::string_view, 3> states{"draft", "active", "suspended"};
constexpr std::array<std::string_view, 3> severities{"low", "medium", "high"};

/// A text in which some sentence says something else: few words, so that people say the same.
std::string draw_text(Draws& draws) {
  std::string text;
  for (const std::string_view sentence : {"第一句讲目标", "第二句讲能力", "第三句讲去向"}) {
    text += sentence;
    if (draws.one_in(3)) text += draws.one_of(words);
    text += "。";
  }
  return text;
}

std::string draw_course(Draws& draws, const Setting& setting) {
  return "course:" + course_code(draws.below(setting.sites) + 1);
}

/// A field of a record, and a value: few of each, so that they meet.
Step draw_set(Draws& draws, const Setting& setting) {
  const auto site = draw_site(draws, setting);
  const auto course = draw_course(draws, setting);
  switch (draws.below(8)) {
    case 0:
      return {"set", site, course, fmt::format("hours_theory={}", 16 * (1 + draws.below(4)))};
    case 1:
      return {"set", site, course, fmt::format("status={}", draws.one_of(states))};
    case 2:
      return {"set",
              site,
              fmt::format("duty:DU-{}", 1 + draws.below(duties_at_first)),
              fmt::format("title_zh=转段{}", draws.one_of(words))};
    case 3:
    case 4:
      return {"set",
              site,
              fmt::format("plan_section:SEC-{}", 1 + draws.below(sections_at_first)),
              "body_zh=" + draw_text(draws)};
    case 5:
      return {"set",
              site,
              fmt::format("problem:PR-{}", 1 + draws.below(problems_at_first)),
              fmt::format("severity={}", draws.one_of(severities))};
    default:
      return {"set", site, course, fmt::format("credits={}", 2 + draws.below(4))};
  }
}

/// An edit of a record that is there.
Result<void> edit_record(World& world, const Step& step, const std::string& edit) {
  auto* site = TRY(world.site(step[1]));
  const auto edits = TRY(parse_field_edits({edit}));
  const auto writes = [&](Editor& editor, Session& session, std::string_view why) -> Result<Saved> {
    const auto record = TRY(record_at(session, step[2]));
    if (!record) return Saved{};
    return editor.set(*record, edits, why);
  };
  TRY(world.edit(*site, writes));
  return {};
}

Result<void> run_set(World& world, const Step& step) {
  return edit_record(world, step, step[3]);
}

Step draw_tag(Draws& draws, const Setting& setting) {
  return {"set",
          draw_site(draws, setting),
          draw_course(draws, setting),
          fmt::format("tags{}={}", draws.one_in(3) ? "-" : "+", draws.one_of(words))};
}

/// New codes are few, so that two sites take one.
Step draw_add(Draws& draws, const Setting& setting) {
  return {"add", draw_site(draws, setting), course_code(100 + draws.below(4 * setting.sites))};
}

Result<void> run_add(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  const auto writes = [&](Editor& editor, Session& session, std::string_view why) -> Result<Saved> {
    const auto edits = TRY(parse_field_edits({"code=" + step[2], "name_zh=新课程", "credits=2"}));
    return editor.add(*session.store().schema().type("course"), edits, why);
  };
  TRY(world.edit(*site, writes));
  return {};
}

Step draw_require(Draws& draws, const Setting& setting) {
  return {"require",
          draw_site(draws, setting),
          course_code(draws.below(setting.sites) + 1),
          course_code(draws.below(setting.sites) + 1)};
}

/// A record that two sites make as one.
Result<void> run_require(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  const auto writes = [&](Editor& editor, Session& session, std::string_view why) -> Result<Saved> {
    const auto edits = TRY(
        parse_field_edits({"plan=PLAN-1", "course=" + step[2], "requires=" + step[3], "kind=pre"}));
    return editor.add(*session.store().schema().type("prereq"), edits, why);
  };
  TRY(world.edit(*site, writes));
  return {};
}

Step draw_archive(Draws& draws, const Setting& setting) {
  return {draws.one_in(3) ? "archive" : "restore",
          draw_site(draws, setting),
          draw_course(draws, setting)};
}

Result<void> change_life(World& world,
                         const Step& step,
                         Result<Saved> (Editor::*change)(const Record&, std::string_view)) {
  auto* site = TRY(world.site(step[1]));
  const auto writes = [&](Editor& editor, Session& session, std::string_view why) -> Result<Saved> {
    const auto record = TRY(record_at(session, step[2]));
    return record ? (editor.*change)(*record, why) : Saved{};
  };
  TRY(world.edit(*site, writes));
  return {};
}

Result<void> run_archive(World& world, const Step& step) {
  return change_life(world, step, &Editor::archive);
}

Result<void> run_restore(World& world, const Step& step) {
  return change_life(world, step, &Editor::restore);
}

Step draw_undo(Draws& draws, const Setting& setting) {
  return {"undo", draw_site(draws, setting)};
}

/// Takes back what is not sealed; what is would be a change of its own, without a reason to know it
/// by.
Result<void> run_undo(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  // What a program was cut off while it sealed counts as sealed.
  const auto settles = [](Workspace& workspace) -> Result<void> {
    const auto lock = TRY(WorkLock::take(workspace.root()));
    return finish_sealing(workspace);
  };
  if (TRY(world.at(*site, settles)) != Tried::done) return {};
  const auto stream =
      TRY(site->workspace->store().intern_stream(site->workspace->device(), Space::plan));
  const auto pending = TRY(site->workspace->store().pending(stream));
  if (pending.empty()) return {};
  const auto last = Ledger::number_in(pending.back().second.why);
  if (!last) return {};
  const auto does = [&](Workspace& workspace) -> Result<void> {
    // Whoever is cut off here may find it taken back or not.
    world.ledger()[*last].given_up = true;
    TRY(undo(workspace));
    return {};
  };
  const auto tried = TRY(world.at(*site, does));
  if (tried == Tried::refused) world.ledger()[*last].given_up = false;
  if (tried != Tried::done) return {};
  site->known[*last] = false;
  site->answered.clear();  // It may have been a claim.
  return {};
}

Step draw_student(Draws& draws, const Setting& setting) {
  return {"student", draw_site(draws, setting), fmt::format("2026{:04}", draws.below(10'000))};
}

Result<void> run_student(World& world, const Step& step) {
  auto* site = TRY(world.site(step[1]));
  const auto does = [&](Workspace& workspace) -> Result<void> {
    auto session = TRY(Session::begin(workspace.store()));
    Editor editor{workspace, *session};
    const auto edits = TRY(
        parse_field_edits({"student_no=" + step[2], fmt::format("name={}{}", secret, step[2])}));
    TRY(editor.add(*workspace.schema().type("student"), edits, secret));
    return session->commit();
  };
  TRY(world.at(*site, does));
  return {};
}

}  // namespace

std::vector<Verb> edit_verbs() {
  return {{"set", 3, 40, draw_set, run_set},
          {"tag", 3, 6, draw_tag, run_set},
          {"add", 2, 3, draw_add, run_add},
          {"require", 3, 3, draw_require, run_require},
          {"archive", 2, 3, draw_archive, run_archive},
          {"restore", 2, 0, draw_archive, run_restore},
          {"undo", 1, 3, draw_undo, run_undo},
          {"student", 2, 1, draw_student, run_student}};
}

}  // namespace guantong::simulation
