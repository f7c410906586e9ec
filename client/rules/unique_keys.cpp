// IR-01: two sites each took the next free code.
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/rules/rule.h"
#include "client/rules/rules.h"
#include "client/sqlite/database.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"

namespace guantong {
namespace {

/// The column with what a record is called beside its code; empty when there is none.
std::string_view title_column(const RecordType& type) {
  constexpr std::array<std::string_view, 4> names{"name_zh", "title_zh", "heading_zh", "name"};
  for (const auto name : names) {
    for (const auto& field : type.fields) {
      if (field.name == name && field.kind == ValueKind::text) return name;
    }
  }
  return {};
}

struct Sharer {
  RecordNo record = 0;
  std::string title;
};

struct Shared {
  std::string value;
  std::vector<Sharer> sharers;  ///< By id, as `Reading::key_of` counts ~2, ~3.
};

/// The unique fields of a type, each with the query for who shares its value.
struct UniqueField {
  const Field* field = nullptr;
  std::string query;
};

std::vector<UniqueField> unique_fields(const RecordType& type) {
  std::vector<UniqueField> unique;
  const auto title = title_column(type);
  for (const auto& field : type.fields) {
    if (!field.unique) continue;
    unique.emplace_back(&field,
                        fmt::format("SELECT other.record, own.\"{0}\", {1} FROM \"{2}\" AS own "
                                    "JOIN \"{2}\" AS other ON other.\"{0}\" = own.\"{0}\" "
                                    "WHERE own.record = ? AND other.\"life\" IN ('active', 'held') "
                                    "ORDER BY other.id",
                                    field.name,
                                    title.empty() ? "''" : fmt::format("other.\"{}\"", title),
                                    type.name));
  }
  return unique;
}

Result<Shared> sharing(Session& session, RecordNo record, const std::string& query) {
  Shared shared;
  auto* rows = TRY(session.store().database().cached_text(query));
  TRY(rows->bind(1, std::int64_t{record}));
  while (TRY(rows->step())) {
    shared.value = rows->bytes(1);
    shared.sharers.emplace_back(static_cast<RecordNo>(rows->int64(0)), std::string{rows->bytes(2)});
  }
  rows->reset();
  return shared;
}

Match to_match(const Field& field, const Shared& shared) {
  Match match;
  std::string all;
  std::string later;
  for (const auto& [record, title] : shared.sharers) {
    if (!match.records.empty()) later += (later.empty() ? "" : ", ") + mention(record);
    all += (all.empty() ? "" : ", ") + mention(record);
    if (!title.empty()) all += fmt::format(" ({})", printable(title));
    match.records.push_back(record);
  }
  match.message = field.set_once
                      ? message(
                            "{0} {1} is taken more than once: {2}; whoever owns {3} should "
                            "archive it and add it again under another one",
                            field.name,
                            printable(shared.value),
                            all,
                            later)
                      : message(
                            "{0} {1} is taken more than once: {2}; whoever owns {3} should "
                            "choose another one",
                            field.name,
                            printable(shared.value),
                            all,
                            later);
  return match;
}

}  // namespace

Rule unique_keys(Session& session) {
  std::map<const RecordType*, std::vector<UniqueField>> by_type;
  for (const auto* type : session.store().schema().types())
    by_type.emplace(type, unique_fields(*type));
  const auto check = [&session, by_type = std::move(by_type)](
                         const Subject& subject) -> Result<std::vector<Match>> {
    std::vector<Match> matches;
    if (!is_in_use(subject.state->life)) return matches;
    for (const auto& [field, query] : by_type.at(subject.type)) {
      const auto shared = TRY(sharing(session, subject.record, query));
      if (shared.sharers.size() > 1) matches.push_back(to_match(*field, shared));
    }
    return matches;
  };
  return {.name = "IR-01",
          .severity = Severity::block,
          .groups = true,
          .reads = [](const RecordType&, const Field& field) { return field.unique; },
          .check = check};
}

}  // namespace guantong
