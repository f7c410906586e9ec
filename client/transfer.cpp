#include "client/transfer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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
  Importer(Workspace& workspace, Session& session, const ImportOptions& options)
      : workspace_{workspace},
        session_{session},
        editor_{workspace, session},
        type_{*options.type},
        why_{options.why} {}

  /// Takes one row. Nothing was written when it fails.
  Result<void> take(const Columns& columns,
                    const std::vector<std::string>& row,
                    const std::vector<FieldEdit>& edits,
                    ImportReport& report) {
    TRY(take_record(columns, row, edits, report));
    const auto step = TRY(hold_as_imported(workspace_, session_, editor_, type_, edits, why_));
    report.claimed += step == HolderStep::claimed ? 1U : 0U;
    report.offered += step == HolderStep::offered ? 1U : 0U;
    report.held_by_others += step == HolderStep::held ? 1U : 0U;
    return {};
  }

private:
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

}  // namespace

const RecordType* type_of_file(const Schema& schema, std::string_view stem) {
  for (const auto* type : schema.types()) {
    if (type->file == stem || type->name == stem) return type;
  }
  return nullptr;
}

Result<ImportReport> import_csv(Workspace& workspace,
                                std::string_view bytes,
                                const ImportOptions& options) {
  const auto text = TRY(to_utf8(bytes));
  const auto table = TRY(parse_csv(text));
  ImportReport report;
  report.type = options.type->name;
  const auto columns = columns_of(*options.type, table, report.ignored_columns);
  for (const auto& edit : options.defaults) {
    if (options.type->field(std::string_view{edit.field}) == nullptr)
      return fail(
          Errc::invalid, "a {} has no field \"{}\"", options.type->name, printable(edit.field));
  }
  auto session = TRY(Session::begin(workspace.store()));
  Importer importer{workspace, *session, options};
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto edits = edits_of(columns, table.rows[i], options.defaults);
    const auto taken = importer.take(columns, table.rows[i], edits, report);
    if (taken) continue;
    if (taken.error().code == Errc::io || taken.error().code == Errc::busy) return taken.error();
    report.problems.push_back({table.lines[i], taken.error().message});
  }
  if (!options.dry_run) TRY(session->commit());
  return report;
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
