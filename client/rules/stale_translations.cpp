// IR-31: the Chinese was edited, the English translates what it said before.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/rules/rule.h"
#include "client/rules/rules.h"
#include "client/sqlite/database.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/record_state.h"
#include "sync/schema.h"

namespace guantong {
namespace {

/// The field that holds the English of a Chinese one; null if there is none.
const Field* english_of(const RecordType& type, const Field& chinese) {
  constexpr std::string_view zh = "_zh";
  const std::string_view name = chinese.name;
  if (!name.ends_with(zh) || chinese.is_set()) return nullptr;
  const auto stem = name.substr(0, name.size() - zh.size());
  const auto found = std::ranges::find_if(type.fields, [&](const Field& field) {
    return field.name.size() == name.size() && field.name.starts_with(stem) &&
           field.name.ends_with("_en");
  });
  return found == type.fields.end() ? nullptr : &*found;
}

/// Whether a version of the Chinese is neither the same change as one of the English nor in its
/// past.
Result<bool> is_older(Session& session, const SlotState& english, const SlotState& chinese) {
  for (const auto& original : chinese.heads) {
    if (!TRY(knows(session, english, original))) return true;
  }
  return false;
}

Result<bool> have_values(Session& session,
                         const Subject& subject,
                         const Field& chinese,
                         const Field& english) {
  auto* row = TRY(session.store().database().cached_text(
      fmt::format("SELECT 1 FROM \"{}\" WHERE record = ? AND \"{}\" IS NOT NULL AND \"{}\" IS NOT "
                  "NULL",
                  subject.type->name,
                  chinese.name,
                  english.name)));
  TRY(row->bind(1, std::int64_t{subject.record}));
  const bool both = TRY(row->step());
  row->reset();
  return both;
}

}  // namespace

Rule stale_translations(Session& session) {
  const auto check = [&session](const Subject& subject) -> Result<std::vector<Match>> {
    std::vector<Match> matches;
    if (!is_in_use(subject.state->life)) return matches;
    std::string fields;
    for (const auto& chinese : subject.type->fields) {
      const auto* english = english_of(*subject.type, chinese);
      if (english == nullptr) continue;
      const auto* original = subject.state->find(chinese.slot);
      const auto* translation = subject.state->find(english->slot);
      if (original == nullptr || translation == nullptr || translation->heads.empty()) continue;
      if (!TRY(is_older(session, *translation, *original))) continue;
      if (!TRY(have_values(session, subject, chinese, *english))) continue;
      fields += (fields.empty() ? "" : ", ") + english->name;
    }
    if (fields.empty()) return matches;
    Match match;
    match.records = {subject.record};
    match.message = message(
        "the English of {0} is older than the Chinese: {1}", mention(subject.record), fields);
    matches.push_back(std::move(match));
    return matches;
  };
  return {.name = "IR-31",
          .severity = Severity::hint,
          .reads =
              [](const RecordType&, const Field& field) {
                return field.name.ends_with("_zh") || field.name.ends_with("_en");
              },
          .check = check};
}

}  // namespace guantong
