#include "client/transfer.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "client/config.h"
#include "client/csv.h"
#include "client/export_table.h"
#include "client/field_edit.h"
#include "client/import_circles.h"
#include "client/import_rows.h"
#include "client/import_table.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"

namespace guantong {
namespace {

/// A table of a file, while its rows are being taken.
struct Part {
  std::unique_ptr<RowImporter> rows;
  ImportReport report;

  const RecordType& type() const { return rows->table().type(); }
};

Result<std::vector<Part>> import_parts(Workspace& workspace,
                                       Session& session,
                                       const ImportFile& file,
                                       const ImportOptions& options) {
  const auto& schema = session.store().schema();
  auto read = TRY(in_context(ImportTable::read(schema, *file.type, file.bytes, options.defaults),
                             "{} cannot be imported",
                             file.name));
  std::vector<Part> parts;
  for (auto& table : read) {
    Part part;
    part.report.file = file.name;
    part.report.type = table.type().name;
    part.report.encoding = encoding_of(file.bytes);
    part.report.ignored_columns = table.ignored();
    part.report.remarks = table.remarks();
    part.rows = std::make_unique<RowImporter>(workspace, session, std::move(table), options.why);
    parts.push_back(std::move(part));
  }
  return parts;
}

/// Whether records of one type may refer to those of another; `by_any`: also where they may refer
/// to anything.
bool refers(const RecordType& type, const RecordType& to, bool by_any) {
  return std::ranges::any_of(type.fields, [&](const Field& field) {
    return field.target == to.number || (by_any && field.kind == ValueKind::any_reference);
  });
}

/// Each after those it refers to; where they refer to each other, what may refer to anything gives
/// way, and then they go as they come.
std::vector<Part> in_order(std::vector<Part> parts) {
  std::vector<Part> ordered;
  while (!parts.empty()) {
    const auto ready = [&](bool by_any) {
      return std::ranges::find_if(parts, [&](const Part& part) {
        return std::ranges::none_of(parts, [&](const Part& other) {
          return &other.type() != &part.type() && refers(part.type(), other.type(), by_any);
        });
      });
    };
    auto next = ready(true);
    if (next == parts.end()) next = ready(false);
    if (next == parts.end()) next = parts.begin();
    ordered.push_back(std::move(*next));
    parts.erase(next);
  }
  return ordered;
}

/// Goes through all parts once. Returns whether that took any row.
Result<bool> go_through(std::vector<Part>& parts,
                        RowImporter::Unclear unclear,
                        const Progress& progress) {
  bool helped = false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (progress) progress(i, parts.size());
    const bool took = TRY(in_context(parts[i].rows->take_open(unclear, parts[i].report),
                                     "{} cannot be imported",
                                     parts[i].report.file));
    helped = helped || took;
  }
  return helped;
}

/// Takes the rows of all parts, again as long as that helps: first where all that they refer to is
/// there, then also those that name something which is not.
Result<void> take_rows(std::vector<Part>& parts, const Progress& progress) {
  bool helped = TRY(go_through(parts, RowImporter::Unclear::wait, progress));
  while (helped)
    helped = TRY(go_through(parts, RowImporter::Unclear::wait, {}));
  do {
    helped = TRY(go_through(parts, RowImporter::Unclear::leave_out, {}));
  } while (helped);
  return {};
}

/// Turns the rows that are still open into problems, and says what was to be expected of a heading.
void report_open_rows(std::vector<Part>& parts) {
  std::vector<LeftRows> left;
  for (const auto& part : parts)
    left.push_back({part.report.file, part.rows.get()});
  explain_each_other(left);
  for (auto& part : parts) {
    auto& report = part.report;
    const auto& table = part.rows->table();
    for (auto& [row, error] : part.rows->open())
      report.problems.push_back({table.line(row), std::move(error.message)});
    std::ranges::stable_sort(report.problems, {}, &LineRemark::line);
    if (report.problems.empty()) continue;
    for (const auto* field : table.missing())
      report.remarks.push_back({table.header_line(),
                                message("there is no column \"{}\" ({}), which every new {} needs",
                                        field->name,
                                        field->label.zh,
                                        report.type)});
  }
}

}  // namespace

const RecordType* type_of_file(const Schema& schema, std::string_view stem) {
  for (const auto* type : schema.types()) {
    if (type->file == stem || type->name == stem) return type;
  }
  return nullptr;
}

const std::string& file_of(const RecordType& type) {
  return type.file.empty() ? type.name : type.file;
}

Result<std::vector<ImportFile>> files_of(const Schema& schema,
                                         const std::filesystem::path& folder,
                                         std::vector<std::string>& others) {
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (std::filesystem::directory_iterator entry{folder, error}, end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".csv") paths.push_back(entry->path());
  }
  if (error)
    return fail(Errc::io,
                "the folder {} cannot be read ({}); nothing was imported",
                folder.string(),
                error.message());
  std::ranges::sort(paths);
  std::vector<ImportFile> files;
  for (const auto& path : paths) {
    const auto* type = type_of_file(schema, path.stem().string());
    if (type == nullptr) {
      others.push_back(path.filename().string());
      continue;
    }
    auto bytes = TRY(read_file(path));
    files.push_back({path.filename().string(), type, std::move(bytes)});
  }
  if (files.empty())
    return fail(Errc::not_found,
                "no file in {} carries records, and nothing was imported; \"guantong types\" lists "
                "what such "
                "files are called",
                folder.string());
  return files;
}

Result<std::vector<ImportReport>> import_csv(Workspace& workspace,
                                             const std::vector<ImportFile>& files,
                                             const ImportOptions& options) {
  for (const auto& edit : options.defaults) {
    const auto has = [&](const ImportFile& file) {
      return fits(workspace.schema(), *file.type, edit);
    };
    if (!files.empty() && std::ranges::none_of(files, has))
      return fail(Errc::invalid,
                  "nothing that is to be imported has a field \"{}\" that takes \"{}\"; \"guantong "
                  "types TYPE\" lists the fields of a type; nothing was imported",
                  printable(edit.field),
                  printable(edit.text));
  }
  auto session = TRY(Session::begin(workspace.store()));
  std::vector<Part> parts;
  for (const auto& file : files) {
    auto some = TRY(import_parts(workspace, *session, file, options));
    std::ranges::move(some, std::back_inserter(parts));
  }
  parts = in_order(std::move(parts));
  TRY(take_rows(parts, options.progress));
  report_open_rows(parts);
  if (!options.dry_run) TRY(session->commit());
  std::vector<ImportReport> reports;
  for (auto& part : parts)
    reports.push_back(std::move(part.report));
  return reports;
}

Result<std::string> export_csv(SqliteStore& store, const RecordType& type) {
  const auto table = TRY(export_table_with_ids(store, type));
  return write_csv(table);
}

Result<std::vector<ExportedFile>> export_folder(SqliteStore& store,
                                                const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return fail(Errc::io, "the folder {} cannot be made: {}", folder.string(), error.message());
  std::vector<ExportedFile> files;
  for (const auto* type : store.schema().types()) {
    if (type->space != Space::plan) continue;
    const auto table = TRY(export_table_with_ids(store, *type));
    const auto path = folder / (file_of(*type) + ".csv");
    const bool lies_there = std::filesystem::exists(path, error);
    if (table.rows.empty() && !lies_there) continue;
    TRY(replace_file(path, std::string{byte_order_mark} + write_csv(table)));
    files.push_back({type->name, path.filename().string(), table.rows.size()});
  }
  return files;
}

Result<Digest> exported_digest(SqliteStore& store) {
  std::string all;
  for (const auto* type : store.schema().types()) {
    if (type->space != Space::plan) continue;
    const auto text = TRY(export_csv(store, *type));
    all += type->name + '\n' + text;
  }
  return blake2b(all);
}

}  // namespace guantong
