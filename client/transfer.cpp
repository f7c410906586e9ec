#include "client/transfer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "client/csv.h"
#include "client/editor.h"
#include "client/field_edit.h"
#include "client/import_holders.h"
#include "client/reading.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/schema.h"

namespace guantong {
namespace {

constexpr char list_separator = ';';

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// What the columns of a file stand for.
struct Columns {
  std::vector<const Field*> fields;  ///< By column; null: not ours.
  std::optional<std::size_t> uuid;
};

Columns columns_of(const RecordType& type,
                   const CsvTable& table,
                   std::vector<std::string>& ignored) {
  Columns columns;
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    const auto name = nfkc(trimmed(table.header[i]));
    const Field* field = type.field(std::string_view{name});
    columns.fields.push_back(field);
    if (name == "uuid") {
      columns.uuid = i;
    } else if (field == nullptr) {
      ignored.push_back(name);
    }
  }
  return columns;
}

std::vector<FieldEdit> edits_of(const Columns& columns,
                                const std::vector<std::string>& row,
                                const std::vector<FieldEdit>& defaults) {
  std::vector<FieldEdit> edits;
  std::vector<const Field*> given;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const Field* field = columns.fields[i];
    const auto text = trimmed(row[i]);
    if (field == nullptr || text.empty()) continue;
    given.push_back(field);
    if (!field->is_set()) {
      edits.push_back({field->name, FieldEdit::Kind::set, std::string{text}});
      continue;
    }
    for (std::size_t start = 0; start <= text.size();) {
      const auto end = std::min(text.find(list_separator, start), text.size());
      const auto member = trimmed(text.substr(start, end - start));
      if (!member.empty())
        edits.push_back({field->name, FieldEdit::Kind::add, std::string{member}});
      start = end + 1;
    }
  }
  for (const auto& edit : defaults) {
    const auto same = [&](const Field* field) { return field->name == edit.field; };
    if (std::ranges::none_of(given, same)) edits.push_back(edit);
  }
  return edits;
}

class Importer {
public:
  Importer(Workspace& workspace, Session& session, const RecordType& type, std::string why)
      : workspace_{workspace},
        session_{session},
        editor_{workspace, session},
        type_{type},
        why_{std::move(why)} {}

  /// Takes the record of a row. Nothing was written when it fails.
  Result<void> take_record(const Columns& columns,
                           const std::vector<std::string>& row,
                           const std::vector<FieldEdit>& edits,
                           ImportReport& report) {
    const auto id = TRY(id_in(columns, row, edits));
    const auto there = TRY(find(id, edits));
    if (!there) {
      const auto saved = TRY(editor_.add(type_, edits, why_, id));
      ++(saved.written.empty() ? report.proposed : report.added);
      return {};
    }
    Reading reading{session_.store()};
    const auto record = TRY(reading.read(*there));
    auto changes = edits;
    // What is set once stands; a file that says the same says nothing new.
    std::erase_if(changes, [&](const FieldEdit& edit) {
      return type_.field(std::string_view{edit.field})->set_once;
    });
    const auto saved = TRY(editor_.set(record, changes, why_));
    if (saved.nothing()) {
      ++report.same;
    } else {
      ++(saved.written.empty() ? report.proposed : report.changed);
    }
    return {};
  }

  /// Lets the one answer for it whom the row names.
  Result<void> hold(const std::vector<FieldEdit>& edits, ImportReport& report) {
    const auto step = TRY(hold_as_imported(workspace_, session_, editor_, type_, edits, why_));
    report.claimed += step == HolderStep::claimed ? 1U : 0U;
    report.offered += step == HolderStep::offered ? 1U : 0U;
    report.held_by_others += step == HolderStep::held ? 1U : 0U;
    return {};
  }

private:
  const std::string* text_of(const std::vector<FieldEdit>& edits, std::uint32_t number) const {
    const auto& name = type_.field(number)->name;
    const auto found = std::ranges::find(edits, name, &FieldEdit::field);
    return found == edits.end() ? nullptr : &found->text;
  }

  Result<std::optional<RecordId>> id_in(const Columns& columns,
                                        const std::vector<std::string>& row,
                                        const std::vector<FieldEdit>& edits) {
    if (columns.uuid && !trimmed(row[*columns.uuid]).empty()) {
      std::string hex;
      for (const char c : trimmed(row[*columns.uuid])) {
        if (c != '-') hex += c;
      }
      const auto raw = from_hex(hex);
      const auto id = raw ? RecordId::from(*raw) : std::nullopt;
      if (!id) return fail(Errc::invalid, "\"{}\" is no uuid", printable(row[*columns.uuid]));
      return id;
    }
    const auto* key = type_.key == 0 ? nullptr : text_of(edits, type_.key);
    if (!type_.identity.empty() || key == nullptr || !session_.members().founded())
      return std::optional<RecordId>{};
    const auto value = TRY(editor_.reading().parse(type_, *type_.field(type_.key), *key));
    return std::optional{derived_id(session_.members().consortium(), type_.number, value)};
  }

  Result<std::optional<RecordNo>> find(const std::optional<RecordId>& id,
                                       const std::vector<FieldEdit>& edits) {
    if (id) {
      const auto number = TRY(session_.store().find_record({type_.number, *id}));
      if (number) {
        const auto* state = TRY(session_.merger().state(*number));
        if (state->find(life_cycle) != nullptr) return number;
      }
    }
    std::string key;
    if (type_.key != 0) {
      const auto* text = text_of(edits, type_.key);
      if (text == nullptr) return std::optional<RecordNo>{};
      key = *text;
    } else {
      for (const auto number : type_.identity) {
        const auto* text = text_of(edits, number);
        if (text == nullptr) return std::optional<RecordNo>{};
        key += (key.empty() ? "" : "/") + *text;
      }
    }
    Reading reading{session_.store()};
    auto number = TRY(reading.with_key(type_, key));
    if (!number) return number;
    const auto* state = TRY(session_.merger().state(*number));
    return state->find(life_cycle) == nullptr ? std::optional<RecordNo>{} : number;
  }

  Workspace& workspace_;
  Session& session_;
  Editor editor_;
  const RecordType& type_;
  std::string why_;
};

bool is_our_failure(const Error& error) {
  return error.code == Errc::io || error.code == Errc::busy;
}

/// Takes the rows again that failed, as long as that helps: what they refer to may have come since.
Result<void> take_rows(Importer& importer,
                       const Columns& columns,
                       const CsvTable& table,
                       const std::vector<FieldEdit>& defaults,
                       ImportReport& report) {
  std::vector<std::size_t> open(table.rows.size());
  std::iota(open.begin(), open.end(), std::size_t{0});
  std::vector<ImportProblem> waiting;
  for (bool helped = true; helped && !open.empty();) {
    waiting.clear();
    std::vector<std::size_t> failed;
    for (const auto i : open) {
      const auto edits = edits_of(columns, table.rows[i], defaults);
      const auto taken = importer.take_record(columns, table.rows[i], edits, report);
      const auto held = taken ? importer.hold(edits, report) : Result<void>{};
      for (const auto* result : {&taken, &held}) {
        if (!*result && is_our_failure(result->error())) return result->error();
      }
      if (!taken) {
        waiting.push_back({table.lines[i], taken.error().message});
        failed.push_back(i);
      } else if (!held) {
        report.problems.push_back({table.lines[i], held.error().message});
      }
    }
    helped = failed.size() < open.size();
    open = std::move(failed);
  }
  report.problems.insert(report.problems.end(), waiting.begin(), waiting.end());
  std::ranges::sort(report.problems, {}, &ImportProblem::line);
  return {};
}

/// Whether a type has the field of a default and, where that is another record, one of its kind.
bool fits(const Schema& schema, const RecordType& type, const FieldEdit& edit) {
  const auto* field = type.field(std::string_view{edit.field});
  if (field == nullptr) return false;
  const auto colon = edit.text.find(':');
  if (colon == std::string::npos || field->target == 0) return true;
  return schema.type(std::string_view{edit.text}.substr(0, colon)) == schema.type(field->target);
}

Result<ImportReport> import_file(Workspace& workspace,
                                 Session& session,
                                 const ImportFile& file,
                                 const ImportOptions& options) {
  const auto text = TRY(to_utf8(file.bytes));
  const auto table = TRY(parse_csv(text));
  ImportReport report;
  report.file = file.name;
  report.type = file.type->name;
  const auto columns = columns_of(*file.type, table, report.ignored_columns);
  auto defaults = options.defaults;
  const auto& schema = session.store().schema();
  std::erase_if(defaults, [&](const FieldEdit& edit) { return !fits(schema, *file.type, edit); });
  Importer importer{workspace, session, *file.type, options.why};
  TRY(take_rows(importer, columns, table, defaults, report));
  return report;
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
std::vector<ImportFile> in_order(std::vector<ImportFile> files) {
  std::vector<ImportFile> ordered;
  while (!files.empty()) {
    const auto ready = [&](bool by_any) {
      return std::ranges::find_if(files, [&](const ImportFile& file) {
        return std::ranges::none_of(files, [&](const ImportFile& other) {
          return other.type != file.type && refers(*file.type, *other.type, by_any);
        });
      });
    };
    auto next = ready(true);
    if (next == files.end()) next = ready(false);
    if (next == files.end()) next = files.begin();
    ordered.push_back(std::move(*next));
    files.erase(next);
  }
  return ordered;
}

}  // namespace

const RecordType* type_of_file(const Schema& schema, std::string_view stem) {
  for (const auto* type : schema.types()) {
    if (type->file == stem || type->name == stem) return type;
  }
  return nullptr;
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
  return in_order(std::move(files));
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
  std::vector<ImportReport> reports;
  for (const auto& file : files) {
    if (options.progress) options.progress(reports.size(), files.size());
    auto report = TRY(in_context(
        import_file(workspace, *session, file, options), "{} cannot be imported", file.name));
    reports.push_back(std::move(report));
  }
  if (!options.dry_run) TRY(session->commit());
  return reports;
}

Result<std::string> export_csv(SqliteStore& store, const RecordType& type) {
  Reading reading{store};
  CsvTable table;
  table.header.emplace_back("uuid");
  for (const auto& field : type.fields)
    table.header.push_back(field.name);
  const auto records = TRY(reading.list(type, {}, false));
  for (const auto& record : records) {
    std::vector<std::string> row{to_hex(record.id.id.raw())};
    for (const auto& field : type.fields) {
      std::string cell;
      if (const auto members = record.members.find(field.number); members != record.members.end()) {
        for (const auto& member : members->second) {
          const auto text = TRY(reading.shown(field, member));
          cell += (cell.empty() ? "" : std::string(1, list_separator)) + text;
        }
      } else if (const auto value = record.values.find(field.number);
                 value != record.values.end()) {
        cell = TRY(reading.shown(field, value->second));
      }
      row.push_back(std::move(cell));
    }
    table.rows.push_back(std::move(row));
  }
  return write_csv(table);
}

}  // namespace guantong
