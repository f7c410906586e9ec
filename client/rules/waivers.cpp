#include "client/rules/waivers.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/editor.h"
#include "client/field_edit.h"
#include "client/reading.h"
#include "client/rules/rules.h"
#include "client/sqlite/database.h"
#include "client/sqlite/sqlite_store.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/record_state.h"
#include "sync/schema.h"

namespace guantong {
namespace {

Result<Finding> finding_named(SqliteStore& store, std::string_view number) {
  auto all = TRY(findings(store));
  std::erase_if(
      all, [&](const Finding& finding) { return !to_hex(finding.id.raw()).starts_with(number); });
  if (all.empty() || number.empty())
    return fail(Errc::not_found,
                "there is no finding \"{}\"; \"guantong findings\" lists them with their numbers",
                printable(number));
  if (all.size() > 1)
    return fail(Errc::invalid,
                "{} findings begin with \"{}\"; give more of the number",
                all.size(),
                printable(number));
  return std::move(all.front());
}

}  // namespace

Result<std::uint64_t> count_findings(SqliteStore& store, const std::string& day) {
  auto* row = TRY(store.database().cached(
      "SELECT count(*) FROM finding WHERE severity <> 'hint' AND lower(hex(id)) NOT IN "
      "(SELECT finding FROM waiver WHERE life IN ('active', 'held') AND until >= ?1)"));
  TRY(row->bind_text(1, day));
  TRY(row->step());
  const auto count = static_cast<std::uint64_t>(row->int64(0));
  row->reset();
  return count;
}

Result<Saved> waive(Workspace& workspace,
                    Session& session,
                    std::string_view finding,
                    const std::string& until,
                    const std::string& reason) {
  const auto found = TRY(finding_named(session.store(), finding));
  const auto number = to_hex(found.id.raw());
  Editor editor{workspace, session};
  const auto& type = *session.store().schema().type("waiver");
  std::vector<FieldEdit> edits{{"until", FieldEdit::Kind::set, until},
                               {"reason", FieldEdit::Kind::set, reason}};
  const auto known = TRY(editor.reading().with_key(type, number));
  if (known) {
    auto record = TRY(editor.reading().read(*known));
    if (record.life == LifeState::archived) TRY(editor.restore(record, reason));
    return editor.set(record, edits, reason);
  }
  edits.push_back({"finding", FieldEdit::Kind::set, number});
  edits.push_back({"rule", FieldEdit::Kind::set, found.rule});
  return editor.add(type, edits, reason);
}

Result<bool> is_about_plan(SqliteStore& store, const Finding& finding, RecordNo plan) {
  for (const auto record : finding.records) {
    if (record == plan) return true;
    auto* row = TRY(store.database().cached(
        "SELECT 1 FROM reference WHERE source = ?1 AND target = ?2 UNION ALL "
        "SELECT 1 FROM reference AS up JOIN reference AS on_plan ON on_plan.source = up.target "
        "JOIN record ON record.id = up.target WHERE up.source = ?1 AND on_plan.target = ?2 "
        "AND type <> (SELECT type FROM record WHERE id = ?2) UNION ALL "
        "SELECT 1 FROM reference AS down JOIN reference AS on_plan ON on_plan.source = down.source "
        "WHERE down.target = ?1 AND on_plan.target = ?2 LIMIT 1"));
    TRY(row->bind(1, std::int64_t{record}));
    TRY(row->bind(2, std::int64_t{plan}));
    const bool is_about = TRY(row->step());
    row->reset();
    if (is_about) return true;
  }
  return false;
}

}  // namespace guantong
