// guantong plan copy: a revision's content for another revision.
#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/commands/plan_questions.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/table.h"
#include "client/copy_plan.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/schema.h"

namespace guantong {
namespace {

struct PlanCopyOptions {
  std::string from, to;
  std::string why;
  bool dry_run = false;
};

Json copy_as_json(const std::vector<CopiedRecords>& copied, bool dry_run) {
  Json types = Json::array();
  for (const auto& records : copied) {
    Json problems = Json::array();
    for (const auto& problem : records.problems)
      problems.push_back(say(problem));
    types.push_back({{"type", records.type},
                     {"added", records.added},
                     {"changed", records.changed},
                     {"same", records.same},
                     {"proposed", records.proposed},
                     {"problems", std::move(problems)}});
  }
  return {{"types", std::move(types)}, {"dry_run", dry_run}};
}

void show_copy(Context& context, const Schema& schema, const std::vector<CopiedRecords>& copied) {
  Table table{{tr("Records"), tr("New"), tr("Changed"), tr("As they were"), tr("Suggested")}};
  for (const auto& records : copied)
    table.row({local(schema.type(records.type)->label),
               std::to_string(records.added),
               std::to_string(records.changed),
               std::to_string(records.same),
               std::to_string(records.proposed)});
  context.out << table.render(context.width);
  for (const auto& records : copied) {
    for (const auto& problem : records.problems)
      context.out << printable(say(problem)) << '\n';
  }
}

Result<Ending> run_plan_copy(Context& context, const PlanCopyOptions& options) {
  auto workspace = TRY(open_workspace(context));
  const auto copied = TRY(copy_plan(
      workspace, options.from, options.to, {options.why, options.dry_run, progress_of(context)}));
  if (context.json) {
    print(context, copy_as_json(copied, options.dry_run));
  } else {
    show_copy(context, workspace.schema(), copied);
    if (options.dry_run) print(context, message("This was a rehearsal; nothing was changed."));
  }
  const bool whole = std::ranges::all_of(
      copied, [](const CopiedRecords& records) { return records.problems.empty(); });
  return whole ? Ending::done : Ending::wants_somebody;
}

}  // namespace

void add_plan_copy(Command& command, Task& chosen) {
  auto options = std::make_shared<PlanCopyOptions>();
  auto below = command.below(
      "copy",
      tr("Copy what one revision of a plan contains for another: to begin a revision, or to keep "
         "how it was"));
  below.text("from", options->from, tr("The plan that has the content"), Needed::yes);
  below.text("to", options->to, tr("The plan that gets it, which is there already"), Needed::yes);
  below.text(
      "--why", options->why, tr("The reason, which everybody can read"), Needed::no, tr("TEXT"));
  below.flag("--dry-run", options->dry_run, tr("Show what would be copied, and change nothing"));
  below.examples(
      "  guantong add plan code=PLAN-BD-2030 major=MJ-BD revision=5 base=PLAN-BD-2027 "
      "title_zh=2030级方案\n  guantong plan copy PLAN-BD-2027 PLAN-BD-2030 --dry-run");
  below.runs(chosen, [options](Context& context) { return run_plan_copy(context, *options); });
}

}  // namespace guantong
