#include "client/rules/rule.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/sqlite/database.h"
#include "client/sqlite/typed_tables.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/value.h"

namespace guantong {
namespace {

bool is_loose(LifeState life) {
  return life != LifeState::active && life != LifeState::proposed;
}

/// Whether the field's value in force is a reference to `target`.
Result<bool> is_in_force(Session& session,
                         const RecordType& type,
                         const Field& field,
                         RecordNo source,
                         const RecordKey& target) {
  if (field.is_set()) return true;  // All members are.
  const auto value = reference_value(field, target);
  auto* row = TRY(session.store().database().cached_text(
      fmt::format("SELECT \"{}\" = ? FROM \"{}\" WHERE record = ?", field.name, type.name)));
  TRY(row->bind_blob(1, text_in(field, value).value_or("")));
  TRY(row->bind(2, std::int64_t{source}));
  const bool in_force = TRY(row->step()) && row->int64(0) != 0;
  row->reset();
  return in_force;
}

}  // namespace

std::string mention(RecordNo record) {
  return fmt::format("\x02{}\x03", record);
}

bool is_in_use(LifeState life) {
  return life == LifeState::active || life == LifeState::held;
}

const LooseEnds::References& LooseEnds::references_of(const RecordType& type) {
  const auto [known, fresh] = references_.try_emplace(&type);
  if (!fresh) return known->second;
  std::map<std::uint32_t, std::string> fields;  // By the type they refer to.
  for (const auto& field : type.fields) {
    if (field.kind == ValueKind::any_reference) known->second.to_anything = true;
    if (field.kind != ValueKind::reference) continue;
    auto& list = fields[field.target];
    list += (list.empty() ? "" : ", ") + std::to_string(field.number);
  }
  for (const auto& [target, list] : fields) {
    known->second.queries.push_back(
        fmt::format("SELECT head.target, coalesce(row.\"life\", 'missing') FROM reference AS head "
                    "LEFT JOIN \"{}\" AS row ON row.record = head.target "
                    "WHERE head.source = ? AND head.slot IN ({}) "
                    "AND (row.\"life\" IS NULL OR row.\"life\" NOT IN ('active', 'proposed'))",
                    session_.schema_type(target)->name,
                    list));
  }
  return known->second;
}

Result<void> LooseEnds::add_any(const Subject& source, std::vector<LooseEnd>& ends) {
  std::vector<RecordNo> targets;
  auto* rows = TRY(
      session_.store().database().cached("SELECT slot, target FROM reference WHERE source = ?"));
  TRY(rows->bind(1, std::int64_t{source.record}));
  while (TRY(rows->step())) {
    const Field* field = source.type->field(static_cast<std::uint32_t>(rows->int64(0)));
    if (field != nullptr && field->kind == ValueKind::any_reference)
      targets.push_back(static_cast<RecordNo>(rows->int64(1)));
  }
  rows->reset();
  for (const auto target : targets) {
    const auto key = TRY(session_.store().record_key(target));
    if (session_.schema_type(key.type) == nullptr) continue;  // Here, for all that we can tell.
    const auto* state = TRY(session_.merger().state(target));
    if (is_loose(state->life)) ends.push_back({target, state->life});
  }
  return {};
}

Result<const std::vector<LooseEnd>*> LooseEnds::of(const Subject& source) {
  if (const auto known = found_.find(source.record); known != found_.end()) return &known->second;
  const auto& references = references_of(*source.type);
  std::vector<LooseEnd> ends;
  for (const auto& query : references.queries) {
    auto* rows = TRY(session_.store().database().cached_text(query));
    TRY(rows->bind(1, std::int64_t{source.record}));
    while (TRY(rows->step()))
      ends.push_back({static_cast<RecordNo>(rows->int64(0)), life_from(rows->bytes(1))});
    rows->reset();
  }
  if (references.to_anything) TRY(add_any(source, ends));
  std::ranges::sort(ends, {}, &LooseEnd::target);
  const auto repeated = std::ranges::unique(ends, {}, &LooseEnd::target);
  ends.erase(repeated.begin(), repeated.end());
  return &found_.emplace(source.record, std::move(ends)).first->second;
}

Result<std::vector<Use>> uses(Session& session, RecordNo source, RecordNo target) {
  const auto source_key = TRY(session.store().record_key(source));
  const auto target_key = TRY(session.store().record_key(target));
  const auto* type = session.schema_type(source_key.type);
  std::vector<Use> heads;
  auto* rows = TRY(session.store().database().cached(
      "SELECT slot, stream, n FROM reference WHERE source = ? AND target = ? ORDER BY slot"));
  TRY(rows->bind(1, std::int64_t{source}));
  TRY(rows->bind(2, std::int64_t{target}));
  while (TRY(rows->step())) {
    heads.push_back(
        {type->field(static_cast<std::uint32_t>(rows->int64(0))),
         {static_cast<StreamNo>(rows->int64(1)), static_cast<std::uint64_t>(rows->int64(2))}});
  }
  rows->reset();
  std::vector<Use> found;
  for (const auto& head : heads) {
    if (TRY(is_in_force(session, *type, *head.field, source, target_key))) found.push_back(head);
  }
  return found;
}

Result<std::vector<RecordNo>> users(Session& session, RecordNo target) {
  const auto references = TRY(session.store().references_to(target));
  std::vector<RecordNo> records;
  records.reserve(references.size());
  for (const auto& reference : references)
    records.push_back(reference.source);
  std::ranges::sort(records);
  const auto repeated = std::ranges::unique(records);
  records.erase(repeated.begin(), repeated.end());
  TRY(sort_by_id(session, records));
  return records;
}

Result<void> sort_by_id(Session& session, std::vector<RecordNo>& records) {
  std::vector<std::pair<RecordKey, RecordNo>> keyed;
  for (const auto record : records) {
    const auto key = TRY(session.store().record_key(record));
    keyed.emplace_back(key, record);
  }
  std::ranges::sort(
      keyed, {}, [](const auto& entry) { return std::pair{entry.first.id, entry.first.type}; });
  std::ranges::transform(keyed, records.begin(), [](const auto& entry) { return entry.second; });
  return {};
}

std::string names_of(const std::vector<Use>& uses) {
  std::string names;
  const Field* last = nullptr;
  for (const auto& use : uses) {
    if (use.field != last) names += (names.empty() ? "" : ", ") + use.field->name;
    last = use.field;
  }
  return names;
}

}  // namespace guantong
