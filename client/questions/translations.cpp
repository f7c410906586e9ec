// AN-20: where English is missing, or older than the Chinese (IR-31).
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/questions/answer.h"
#include "client/questions/question.h"
#include "client/reading.h"
#include "client/rules/rules.h"
#include "client/sqlite/database.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"

namespace guantong {
namespace {

struct Untranslated {
  RecordNo record = 0;
  std::string field, chinese;
};

/// The Chinese fields of a type that have an English one beside them.
std::vector<std::string> stems_of(const RecordType& type) {
  std::vector<std::string> stems;
  for (const auto& field : type.fields) {
    if (!field.name.ends_with("_zh") || field.is_set()) continue;
    auto stem = field.name.substr(0, field.name.size() - 3);
    if (type.field(std::string_view{stem + "_en"}) != nullptr) stems.push_back(std::move(stem));
  }
  return stems;
}

Result<void> read_untranslated(Session& session,
                               const RecordType& type,
                               std::vector<Untranslated>& found) {
  for (const auto& stem : stems_of(type)) {
    auto* rows = TRY(session.store().database().cached_text(
        fmt::format("SELECT record, \"{0}_zh\" FROM \"{1}\" WHERE life IN ('active', 'held') "
                    "AND \"{0}_zh\" IS NOT NULL AND \"{0}_en\" IS NULL ORDER BY id",
                    stem,
                    type.name)));
    while (TRY(rows->step()))
      found.push_back(
          {static_cast<RecordNo>(rows->int64(0)), stem + "_en", std::string{rows->bytes(1)}});
    rows->reset();
  }
  return {};
}

Result<Answer> ask_translations(Session& session, const Asked& /*asked*/) {
  std::vector<Untranslated> missing;
  for (const auto* type : session.store().schema().types()) {
    if (type->space == Space::plan) TRY(read_untranslated(session, *type, missing));
  }
  Reading reading{session.store()};
  Sheet sheet{"translations",
              message("English to write"),
              {{"record", message("Record")},
               {"what", message("What")},
               {"field", message("Field")},
               {"chinese", message("Chinese")}},
              {}};
  std::size_t stale = 0;
  const auto found = TRY(findings(session.store()));
  for (const auto& finding : found) {
    if (finding.rule != "IR-31") continue;
    ++stale;
    auto name = TRY(reading.name_of(finding.records.front()));
    sheet.rows.push_back({{std::move(name),
                           Cell::word("stale", message("older than the Chinese")),
                           finding.message.arguments.back(),
                           {}},
                          finding.records});
  }
  for (auto& entry : missing) {
    auto name = TRY(reading.name_of(entry.record));
    sheet.rows.push_back({{std::move(name),
                           Cell::word("missing", message("missing")),
                           std::move(entry.field),
                           std::move(entry.chinese)},
                          {entry.record}});
  }
  Answer answer;
  answer.summary = {
      message("{} texts have no English, {} an English that is older than the Chinese.",
              missing.size(),
              stale)};
  answer.sheets = {std::move(sheet)};
  return answer;
}

}  // namespace

Question translations() {
  return {.name = "translations",
          .number = "AN-20",
          .help = message("Where English is missing, or older than the Chinese"),
          .ask = ask_translations};
}

}  // namespace guantong
