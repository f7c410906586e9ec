// guantong import: records from a file.
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "client/config.h"
#include "client/field_edit.h"
#include "client/reading.h"
#include "client/text.h"
#include "client/transfer.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct ImportCommandOptions {
  std::string format;
  std::string path;
  std::string type;
  std::vector<std::string> defaults;
  std::string why;
  bool dry_run = false;
};

Result<Ending> run_import(Context& context, const ImportCommandOptions& options) {
  auto workspace = TRY(open_workspace(context));
  ImportOptions how;
  const auto stem = std::filesystem::path{options.path}.stem().string();
  how.type = type_of_file(workspace.schema(), options.type.empty() ? stem : options.type);
  if (how.type == nullptr)
    return fail(Errc::invalid, "it is not clear what {} holds; say so with --type", options.path);
  how.defaults = TRY(parse_field_edits(options.defaults));
  how.why = options.why;
  how.dry_run = options.dry_run;
  const auto bytes = TRY(read_file(options.path));
  const auto report =
      TRY(in_context(import_csv(workspace, bytes, how), "{} cannot be imported", options.path));
  const auto ending = report.problems.empty() ? Ending::done : Ending::wants_somebody;
  if (context.json) {
    Json problems = Json::array();
    for (const auto& problem : report.problems)
      problems.push_back({{"line", problem.line}, {"what", say(problem.what)}});
    print(context,
          Json{{"type", report.type},
               {"added", report.added},
               {"changed", report.changed},
               {"same", report.same},
               {"proposed", report.proposed},
               {"claimed", report.claimed},
               {"offered", report.offered},
               {"held_by_others", report.held_by_others},
               {"ignored_columns", report.ignored_columns},
               {"problems", problems},
               {"dry_run", options.dry_run}});
    return ending;
  }
  print(context,
        message("{}: {} added, {} changed, {} as they were, {} as suggestions",
                report.type,
                report.added,
                report.changed,
                report.same,
                report.proposed));
  if (report.claimed + report.offered + report.held_by_others > 0)
    print(context,
          message("Who answers: {} duties taken for this site, {} offered to the sites that the "
                  "file names, {} left with whoever answers now",
                  report.claimed,
                  report.offered,
                  report.held_by_others));
  if (!report.ignored_columns.empty())
    remark(context, message("Columns that are not kept: {}", join_words(report.ignored_columns)));
  for (const auto& problem : report.problems)
    context.out << tr("Line {}, left out: {}", problem.line, printable(say(problem.what))) << '\n';
  if (options.dry_run) print(context, message("This was a rehearsal; nothing was changed."));
  return ending;
}

}  // namespace

void add_import(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<ImportCommandOptions>();
  Command command{
      app, "import", tr("Import records from a CSV file; importing it again changes nothing")};
  command.one_of("format", options->format, "csv", {"csv"}, Needed::yes);
  command.text("path", options->path, tr("The file"), Needed::yes);
  command.text("--type",
               options->type,
               tr("The record type, where the file's name does not say"),
               Needed::no,
               tr("TYPE"));
  command.list("--set",
               options->defaults,
               tr("A value for a column that the file does not have"),
               Needed::no,
               "FIELD=VALUE");
  command.text(
      "--why", options->why, tr("The reason, which everybody can read"), Needed::no, tr("TEXT"));
  command.flag(
      "--dry-run", options->dry_run, tr("Show what would be imported, and change nothing"));
  command.examples(
      "  guantong import csv courses.csv --dry-run\n  guantong import csv course_prereqs.csv --set "
      "plan=PLAN-BD-2027");
  command.runs(chosen, [options](Context& context) { return run_import(context, *options); });
}

}  // namespace guantong
