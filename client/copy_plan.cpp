#include "client/copy_plan.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/csv.h"
#include "client/export_table.h"
#include "client/import_rows.h"
#include "client/plan_codes.h"
#include "client/reading.h"
#include "client/sqlite/sqlite_store.h"
#include "client/transfer.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/schema.h"

namespace guantong {
namespace {

/// A type's records of the plan, and their table for the copy.
struct Content {
  const RecordType* type = nullptr;
  CsvTable table;
};

/// Rewrites what a plan contains into what its copy contains.
class PlanCopy {
public:
  PlanCopy(const Record& from, const Record& to) : from_{from}, to_{to} {}

  Result<std::vector<Content>> read(SqliteStore& store) {
    std::vector<Content> all;
    for (const auto* type : store.schema().types()) {
      const auto* plan = type->part_of == 0 ? nullptr : type->field(type->part_of);
      if (plan == nullptr || plan->target != from_.type->number) continue;
      auto table = TRY(export_table(store, *type, {{plan, from_.key}}));
      if (!table.rows.empty()) all.push_back({type, std::move(table)});
    }
    return all;
  }

  void rewrite(std::vector<Content>& all) {
    for (const auto& content : all)
      note_keys(content);
    for (auto& [type, table] : all) {
      for (auto& row : table.rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
          row[i] = rewritten(*type, type->fields[i], row[i]);
      }
    }
  }

private:
  void note_keys(const Content& content) {
    const auto& fields = content.type->fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].number != content.type->key) continue;
      for (const auto& row : content.table.rows)
        copied_.insert({content.type->number, row[i]});
    }
  }

  std::string rewritten(const RecordType& type, const Field& field, const std::string& cell) const {
    if (field.number == type.part_of) return to_.key;
    if (field.number == type.key) return code_in_plan(cell, from_.key, to_.key);
    if (field.kind != ValueKind::reference || cell.empty()) return cell;
    if (!field.is_set()) return key_of_copy(field, cell);
    auto members = parse_list(cell);
    for (auto& member : members)
      member = key_of_copy(field, member);
    return write_list(members);
  }

  /// What refers to another record of the plan refers to that one's copy.
  std::string key_of_copy(const Field& field, const std::string& key) const {
    return copied_.contains({field.target, key}) ? code_in_plan(key, from_.key, to_.key) : key;
  }

  const Record& from_;
  const Record& to_;
  std::set<std::pair<std::uint32_t, std::string>> copied_;  ///< Type and key of the originals.
};

/// Problems by what people call the copy: the lines are of a file that nobody sees.
Result<CopiedRecords> copied(const ImportReport& report, const ImportFile& file) {
  CopiedRecords records{
      report.type, report.added, report.changed, report.same, report.proposed, {}};
  const auto table = TRY(parse_csv(file.bytes));
  for (const auto& problem : report.problems) {
    std::string name = report.type;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      if (table.lines[row] == problem.line) name += ":" + table.rows[row].front();
    }
    auto what = message("{} was left out", name);
    what.causes.push_back(problem.what);
    records.problems.push_back(std::move(what));
  }
  return records;
}

}  // namespace

Result<std::vector<CopiedRecords>> copy_plan(Workspace& workspace,
                                             const std::string& from,
                                             const std::string& to,
                                             const CopyOptions& options) {
  Reading reading{workspace.store()};
  const auto source = TRY(reading.find("plan:" + from));
  const auto target = TRY(reading.find("plan:" + to));
  if (source.number == target.number)
    return fail(Errc::invalid, "{} cannot be copied into itself; name the other plan", from);
  PlanCopy copy{source, target};
  auto all = TRY(copy.read(workspace.store()));
  if (all.empty())
    return fail(Errc::not_found, "{} has no content to copy; nothing was changed", from);
  copy.rewrite(all);
  std::vector<ImportFile> files;
  for (const auto& [type, table] : all)
    files.push_back({type->name, type, write_csv(table)});
  const auto reports =
      TRY(import_csv(workspace, files, {{}, options.why, options.dry_run, options.progress}));
  std::vector<CopiedRecords> records;
  for (const auto& file : files) {
    const auto report = std::ranges::find(reports, file.name, &ImportReport::file);
    auto of_type = TRY(copied(*report, file));
    records.push_back(std::move(of_type));
  }
  return records;
}

}  // namespace guantong
