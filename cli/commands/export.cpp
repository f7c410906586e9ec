// guantong export: records into a file, or all of the plan into a folder of files.
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "client/config.h"
#include "client/csv.h"
#include "client/reading.h"
#include "client/sqlite/sqlite_store.h"
#include "client/transfer.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct ExportOptions {
  std::string format;
  std::string path;
  std::string type;
};

bool names_folder(const ExportOptions& options) {
  const std::filesystem::path path{options.path};
  std::error_code ignored;  // Writing says what is wrong.
  return options.path != "-" && options.type.empty() &&
         (!path.has_extension() || std::filesystem::is_directory(path, ignored));
}

/// All of the plan, a file a type.
Result<Ending> export_plan(Context& context, SqliteStore& store, const std::string& folder) {
  const auto files = TRY(export_folder(store, std::filesystem::absolute(folder)));
  std::size_t records = 0;
  Json list = Json::array();
  for (const auto& file : files) {
    records += file.records;
    list.push_back({{"file", file.name}, {"type", file.type}, {"records", file.records}});
  }
  if (context.json) {
    print(context, Json{{"path", folder}, {"files", list}});
  } else {
    print(context,
          message("{} records written to {} files in {}; \"guantong import csv {}\" takes them",
                  records,
                  files.size(),
                  folder,
                  folder));
  }
  return Ending::done;
}

Result<Ending> run_export(Context& context, const ExportOptions& options) {
  auto workspace = TRY(open_workspace(context));
  if (names_folder(options)) return export_plan(context, workspace.store(), options.path);
  const auto stem = std::filesystem::path{options.path}.stem().string();
  const auto* type = type_of_file(workspace.schema(), options.type.empty() ? stem : options.type);
  if (type == nullptr)
    return fail(Errc::invalid, "it is not clear what to export; say so with --type");
  const auto text = TRY(export_csv(workspace.store(), *type));
  if (options.path == "-") {
    context.out << text;
    return Ending::done;
  }
  TRY(replace_file(std::filesystem::absolute(options.path), std::string{byte_order_mark} + text));
  if (context.json) {
    print(context, Json{{"type", type->name}, {"path", options.path}});
  } else {
    print(context, message("{} written to {}", type->name, options.path));
  }
  return Ending::done;
}

}  // namespace

void add_export(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<ExportOptions>();
  Command command{
      app,
      "export",
      tr("Export the records of a type to a CSV file, or those of the whole plan to a folder of "
         "them")};
  command.one_of("format", options->format, "csv", {"csv"}, Needed::yes);
  command.text("path",
               options->path,
               tr("The file, - for standard output, or a folder for the whole plan"),
               Needed::yes);
  command.text("--type",
               options->type,
               tr("The record type, where the file's name does not say"),
               Needed::no,
               tr("TYPE"));
  command.examples(
      "  guantong export csv courses.csv\n  guantong export csv - --type course\n"
      "  guantong export csv plan-2027");
  command.runs(chosen, [options](Context& context) { return run_export(context, *options); });
}

}  // namespace guantong
