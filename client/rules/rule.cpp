#include "client/rules/rule.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/sqlite/sqlite_store.h"
#include "client/sqlite/typed_tables.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/merger.h"
#include "sync/read_change.h"
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

/// A text, a number in its unit or the id in a reference; empty where there is nothing.
std::string text_of(const Field& field, std::string_view value) {
  if (field.kind != ValueKind::integer) return std::string{text_in(field, value).value_or("")};
  const auto number = integer_in(field, value);
  return number ? decimal(*number, field.scale) : "";
}

/// The same of what is in force.
Result<std::string> text_in_force(Session& session,
                                  const RecordType& type,
                                  const Field& field,
                                  RecordNo record) {
  auto* row = TRY(session.store().database().cached_text(
      fmt::format("SELECT \"{}\" FROM \"{}\" WHERE record = ?", field.name, type.name)));
  TRY(row->bind(1, std::int64_t{record}));
  std::string text;
  if (TRY(row->step())) {
    const bool counts = field.kind == ValueKind::integer && !row->is_null(0);
    text = counts ? decimal(row->int64(0), field.scale) : std::string{row->bytes(0)};
  }
  row->reset();
  return text;
}

/// Whether a word stands in a list of words with spaces between.
bool is_listed(std::string_view words, std::string_view word) {
  for (auto at = words.find(word); at != std::string_view::npos; at = words.find(word, at + 1)) {
    const auto end = at + word.size();
    const bool begins = at == 0 || words[at - 1] == ' ';
    if (begins && (end == words.size() || words[end] == ' ')) return true;
  }
  return false;
}

bool has_reference(const RecordType& from, const RecordType& to) {
  return std::ranges::any_of(from.fields, [&](const Field& field) {
    return field.kind == ValueKind::reference && field.target == to.number;
  });
}

/// The records of type `to` that one of type `from` refers to, or that refer to it.
Result<void> step_to(Session& session,
                     RecordNo record,
                     const RecordType& from,
                     const RecordType& to,
                     std::vector<RecordNo>& reached) {
  auto& database = session.store().database();
  const auto take = [&](const Statement& row) { reached.push_back(record_in(row, 0)); };
  if (has_reference(from, to)) {
    TRY(each_row(database,
                 "SELECT target FROM reference CROSS JOIN record ON record.id = target "
                 "WHERE source = ?1 AND type = ?2",
                 {record, to.number},
                 take));
  }
  if (has_reference(to, from)) {
    TRY(each_row(database,
                 "SELECT source FROM reference CROSS JOIN record ON record.id = source "
                 "WHERE target = ?1 AND type = ?2",
                 {record, to.number},
                 take));
  }
  return {};
}

/// The records at the end of a path, each once.
Result<std::vector<RecordNo>> reached_from(Session& session,
                                           const Subject& subject,
                                           std::string_view path) {
  std::vector<RecordNo> here{subject.record};
  const auto* from = subject.type;
  while (!path.empty()) {
    const auto word = path.substr(0, path.find(' '));
    path.remove_prefix(std::min(path.size(), word.size() + 1));
    const auto* to = session.store().schema().type(word);
    std::vector<RecordNo> next;
    for (const auto record : here)
      TRY(step_to(session, record, *from, *to, next));
    std::ranges::sort(next);
    const auto repeated = std::ranges::unique(next);
    next.erase(repeated.begin(), repeated.end());
    here = std::move(next);
    from = to;
  }
  return here;
}

Result<bool> is_referred_to(Session& session, RecordNo record) {
  bool found = false;
  TRY(each_row(session.store().database(),
               "SELECT 1 FROM reference WHERE target = ?1 LIMIT 1",
               {record},
               [&](const Statement&) { found = true; }));
  return found;
}

/// The inputs that are of the subject's type, and of concern.
Result<std::vector<const Input*>> inputs_of(Session& session,
                                            const Subject& subject,
                                            std::span<const Input> inputs) {
  std::vector<const Input*> own;
  for (const auto& input : inputs) {
    if (subject.type->name != input.type) continue;
    if (input.if_referred_to && !TRY(is_referred_to(session, subject.record))) continue;
    own.push_back(&input);
  }
  return own;
}

}  // namespace

Rule centred(Session& session,
             std::string_view name,
             Severity severity,
             std::span<const Input> inputs,
             Judge judge) {
  const auto reads = [inputs](const RecordType& type, const Field& field) {
    return std::ranges::any_of(inputs, [&](const Input& input) {
      return input.type == type.name && is_listed(input.fields, field.name);
    });
  };
  const auto decides = [&session, inputs](const Subject& subject) -> Result<std::vector<RecordNo>> {
    std::vector<RecordNo> centres;
    const auto own = TRY(inputs_of(session, subject, inputs));
    for (const auto* input : own) {
      if (input->path.empty()) continue;
      const auto reached = TRY(reached_from(session, subject, input->path));
      centres.insert(centres.end(), reached.begin(), reached.end());
    }
    return centres;
  };
  const auto check = [&session, inputs, judge = std::move(judge)](
                         const Subject& subject) -> Result<std::vector<Match>> {
    std::vector<Match> matches;
    if (!is_in_use(subject.state->life)) return matches;
    const auto own = TRY(inputs_of(session, subject, inputs));
    if (!own.empty()) TRY(judge(session, subject, matches));
    return matches;
  };
  return {.name = name,
          .severity = severity,
          .groups = true,
          .centred = true,
          .reads = reads,
          .check = check,
          .decides = decides};
}

std::string mention(RecordNo record) {
  return fmt::format("\x02{}\x03", record);
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

std::function<bool(const RecordType&, const Field&)> reads_of(std::span<const FieldName> fields) {
  return [fields](const RecordType& type, const Field& field) {
    return std::ranges::any_of(fields, [&](const FieldName& name) {
      return name.type == type.name && name.field == field.name;
    });
  };
}

Result<std::vector<RecordNo>> sources_of(Session& session, RecordNo target, std::string_view type) {
  return records_in(session,
                    "SELECT DISTINCT source FROM reference CROSS JOIN record ON id = source "
                    "WHERE target = ? AND type = ?",
                    {target, session.store().schema().type(type)->number});
}

Result<std::vector<RecordNo>> targets_of(Session& session, RecordNo source, std::string_view type) {
  return records_in(session,
                    "SELECT DISTINCT target FROM reference CROSS JOIN record ON id = target "
                    "WHERE source = ? AND type = ?",
                    {source, session.store().schema().type(type)->number});
}

Result<std::vector<RecordNo>> records_in(Session& session,
                                         Sql query,
                                         std::initializer_list<std::int64_t> parameters) {
  std::vector<RecordNo> records;
  TRY(each_row(session.store().database(), query, parameters, [&](const Statement& row) {
    records.push_back(static_cast<RecordNo>(row.int64(0)));
  }));
  return records;
}

Result<std::vector<Part>> parts_in(Session& session,
                                   Sql query,
                                   std::initializer_list<std::int64_t> parameters) {
  std::vector<Part> parts;
  TRY(each_row(session.store().database(), query, parameters, [&](const Statement& row) {
    if (const auto value = number_in(row, 1))
      parts.push_back({static_cast<RecordNo>(row.int64(0)), *value});
  }));
  return parts;
}

std::int64_t sum_of(const std::vector<Part>& parts) {
  std::int64_t sum = 0;
  for (const auto& part : parts)
    sum += part.value;
  return sum;
}

std::string listed(const std::vector<Part>& parts) {
  std::string list;
  for (const auto& [record, value] : parts)
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", mention(record), value);
  return list;
}

std::string listed(const std::vector<RecordNo>& records) {
  std::string list;
  for (const auto record : records)
    list += (list.empty() ? "" : ", ") + mention(record);
  return list;
}

std::vector<RecordNo> records_of(const std::vector<Part>& parts) {
  std::vector<RecordNo> records(parts.size());
  std::ranges::transform(parts, records.begin(), &Part::record);
  return records;
}

std::optional<std::int64_t> number_in(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.int64(column);
}

Result<bool> knows(Session& session, const SlotState& slot, const Dot& version) {
  for (const auto& head : slot.heads) {
    if (head == version || TRY(session.merger().saw(head, version))) return true;
  }
  return false;
}

Result<std::optional<std::string>> text_known(Session& session,
                                              RecordNo record,
                                              std::string_view name,
                                              const SlotState& reader) {
  const std::optional<std::string> unchanged;
  const auto key = TRY(session.store().record_key(record));
  const auto& type = *session.schema_type(key.type);
  const auto& field = *type.field(name);
  const auto* state = TRY(session.merger().state(record));
  const auto* slot = state->find(field.slot);
  if (slot == nullptr || reader.heads.empty()) return unchanged;
  std::vector<Dot> versions = slot->heads;
  std::set<std::string> known;
  // Back from what is there to what they knew; it grows meanwhile.
  for (std::size_t next = 0; next < versions.size(); ++next) {  // NOLINT(modernize-loop-convert)
    const auto version = versions[next];
    const bool is_known = TRY(knows(session, reader, version));
    const auto read = TRY(session.merger().read(version));
    if (is_known) {
      known.insert(text_of(field, value_of(field.slot, read)));
      continue;
    }
    for (const auto& before : edges(read.change, field.slot)) {
      if (std::ranges::find(versions, before) == versions.end()) versions.push_back(before);
    }
  }
  known.erase("");
  const auto now = TRY(text_in_force(session, type, field, record));
  if (known.empty() || known.contains(now)) return unchanged;
  return std::optional{fmt::format("{}", fmt::join(known, " / "))};
}

std::optional<TermRange> range_of_terms(std::string_view terms) {
  std::optional<TermRange> range;
  while (!terms.empty()) {
    const auto word = terms.substr(0, terms.find(';'));
    std::int64_t term = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), term);
    if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
    if (!range) range = TermRange{term, term};
    range->first = std::min(range->first, term);
    range->last = std::max(range->last, term);
    terms.remove_prefix(std::min(terms.size(), word.size() + 1));
  }
  return range;
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
