// guantong export: records into a file.
#include <filesystem>
#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "client/config.h"
#include "client/reading.h"
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

Result<Ending> run_export(Context& context, const ExportOptions& options) {
  auto workspace = TRY(open_workspace(context));
  const auto stem = std::filesystem::path{options.path}.stem().string();
  const auto* type = type_of_file(workspace.schema(), options.type.empty() ? stem : options.type);
  if (type == nullptr)
    return fail(Errc::invalid, "it is not clear what to export; say so with --type");
  const auto text = TRY(export_csv(workspace.store(), *type));
  if (options.path == "-") {
    context.out << text;
    return Ending::done;
  }
  // Spreadsheets take a file for UTF-8 only when it begins so.
  TRY(replace_file(std::filesystem::absolute(options.path), "\xEF\xBB\xBF" + text));
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
  Command command{app, "export", tr("Export the records of a type to a CSV file")};
  command.one_of("format", options->format, "csv", {"csv"}, Needed::yes);
  command.text("path", options->path, tr("The file, or - for standard output"), Needed::yes);
  command.text("--type",
               options->type,
               tr("The record type, where the file's name does not say"),
               Needed::no,
               tr("TYPE"));
  command.examples("  guantong export csv courses.csv\n  guantong export csv - --type course");
  command.runs(chosen, [options](Context& context) { return run_export(context, *options); });
}

}  // namespace guantong
