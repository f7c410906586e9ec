// guantong import: records from files.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
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
#include "sync/schema.h"

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

Json to_json(const std::vector<LineRemark>& remarks) {
  Json list = Json::array();
  for (const auto& remark : remarks)
    list.push_back({{"line", remark.line}, {"what", say(remark.what)}});
  return list;
}

Json to_json(const ImportReport& report) {
  return Json{{"file", report.file},
              {"type", report.type},
              {"encoding", report.encoding},
              {"added", report.added},
              {"changed", report.changed},
              {"same", report.same},
              {"proposed", report.proposed},
              {"claimed", report.claimed},
              {"offered", report.offered},
              {"held_by_others", report.held_by_others},
              {"ignored_columns", report.ignored_columns},
              {"problems", to_json(report.problems)},
              {"remarks", to_json(report.remarks)}};
}

void show(Context& context, const ImportReport& report) {
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
  if (report.encoding != "UTF-8")
    remark(context,
           message("The file was taken for {}; if its characters look wrong, save it as UTF-8 and "
                   "import it again",
                   report.encoding));
  for (const auto& odd : report.remarks)
    context.out << tr("Line {}: {}", odd.line, printable(say(odd.what))) << '\n';
  for (const auto& problem : report.problems)
    context.out << tr("Line {}, left out: {}", problem.line, printable(say(problem.what))) << '\n';
}

bool is_folder(const std::string& path) {
  std::error_code ignored;  // Reading it as a file says what is wrong.
  return std::filesystem::is_directory(path, ignored);
}

/// The file, or those of the folder that carry records.
Result<std::vector<ImportFile>> files_to_import(const Schema& schema,
                                                const ImportCommandOptions& options,
                                                std::vector<std::string>& others) {
  const std::filesystem::path path{options.path};
  if (is_folder(options.path)) {
    if (!options.type.empty())
      return fail(
          Errc::invalid,
          "--type is for one file, and {} is a folder; leave it out, or name a file of that folder",
          options.path);
    return files_of(schema, path, others);
  }
  const auto stem = path.stem().string();
  const auto* type = type_of_file(schema, options.type.empty() ? stem : options.type);
  if (type == nullptr)
    return fail(Errc::invalid, "it is not clear what {} holds; say so with --type", options.path);
  auto bytes = TRY(read_file(path));
  return std::vector{ImportFile{options.path, type, std::move(bytes)}};
}

Result<Ending> run_import(Context& context, const ImportCommandOptions& options) {
  auto workspace = TRY(open_workspace(context));
  std::vector<std::string> others;
  const auto files = TRY(files_to_import(workspace.schema(), options, others));
  ImportOptions how;
  how.defaults = TRY(parse_field_edits(options.defaults));
  how.why = options.why;
  how.dry_run = options.dry_run;
  how.progress = progress_of(context);
  const auto reports = TRY(import_csv(workspace, files, how));
  const bool whole = std::ranges::all_of(reports, [](const auto& report) {
    return report.problems.empty() && report.remarks.empty();
  });
  if (context.json) {
    Json all = Json::array();
    for (const auto& report : reports) {
      all.push_back(to_json(report));
      all.back()["dry_run"] = options.dry_run;
    }
    if (is_folder(options.path) || all.size() > 1) {
      print(context, Json{{"files", all}, {"other_files", others}});
    } else {
      print(context, all.back());
    }
  } else {
    for (const auto& report : reports)
      show(context, report);
    if (!others.empty())
      remark(context, message("Files that carry no records: {}", join_words(others)));
    if (options.dry_run) print(context, message("This was a rehearsal; nothing was changed."));
  }
  return whole ? Ending::done : Ending::wants_somebody;
}

}  // namespace

void add_import(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<ImportCommandOptions>();
  Command command{app,
                  "import",
                  tr("Import records from a CSV file, or from all of a folder; doing it again "
                     "changes nothing")};
  command.one_of("format", options->format, "csv", {"csv"}, Needed::yes);
  command.text("path",
               options->path,
               tr("The file, or a folder with files named as in \"types\""),
               Needed::yes);
  command.text("--type",
               options->type,
               tr("The record type, where the file's name does not say"),
               Needed::no,
               tr("TYPE"));
  command.list("--set",
               options->defaults,
               tr("A value for a column that a file does not have"),
               Needed::no,
               "FIELD=VALUE");
  command.text(
      "--why", options->why, tr("The reason, which everybody can read"), Needed::no, tr("TEXT"));
  command.flag(
      "--dry-run", options->dry_run, tr("Show what would be imported, and change nothing"));
  command.examples(
      "  guantong import csv courses.csv --dry-run\n  guantong import csv course_prereqs.csv --set "
      "plan=PLAN-BD-2027\n  guantong import csv data/demo --set plan=plan:PLAN-BD-2027");
  command.runs(chosen, [options](Context& context) { return run_import(context, *options); });
}

}  // namespace guantong
