// AN-18: everything that refers to a record, by body: look before changing or archiving it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "client/questions/answer.h"
#include "client/questions/orgs.h"
#include "client/questions/question.h"
#include "client/reading.h"
#include "client/rules/rule.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"
#include "sync/members.h"
#include "sync/record_state.h"

namespace guantong {
namespace {

/// Who owns a record by consent; several while that is contested.
Result<std::string> owner_of(Session& session, RecordNo record, const OrgCodes& orgs) {
  const auto* state = TRY(session.merger().state(record));
  std::string owners;
  for (const auto& org : Holding{state->acts_on(HeldSubject::owner)}.tenure(WholePast{}).acting)
    owners += (owners.empty() ? "" : ", ") + orgs.of(org);
  return owners;
}

/// The fields that name the target, each once.
std::string fields_naming(const std::vector<Use>& uses) {
  std::set<std::string> names;
  for (const auto& use : uses)
    names.insert(use.field->name);
  std::string text;
  for (const auto& name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

struct Affected {
  Record record;
  std::string owner, title, fields;
};

Result<std::vector<Affected>> affected_by(Session& session, RecordNo target) {
  const auto orgs = TRY(OrgCodes::read(session));
  Reading reading{session.store()};
  std::vector<Affected> all;
  const auto sources = TRY(users(session, target));
  for (const auto source : sources) {
    const auto by = TRY(uses(session, source, target));
    if (by.empty()) continue;
    Affected affected;
    affected.record = TRY(reading.read(source));
    if (!is_in_use(affected.record.life)) continue;
    affected.owner = TRY(owner_of(session, source, orgs));
    affected.title = TRY(reading.title_of(affected.record));
    affected.fields = fields_naming(by);
    all.push_back(std::move(affected));
  }
  std::ranges::stable_sort(all, {}, [](const Affected& affected) {
    return std::tuple{affected.owner, affected.record.type->name, affected.record.key};
  });
  return all;
}

Sheet bodies(const std::vector<Affected>& all) {
  std::map<std::string, Row> rows;
  for (const auto& affected : all)
    rows[affected.owner].from.push_back(affected.record.number);
  Sheet sheet{"bodies",
              message("By body"),
              {{"body", message("Body")}, {"records", message("Records")}},
              {}};
  for (auto& [body, row] : rows) {
    row.cells = {body, Cell::number(static_cast<std::int64_t>(row.from.size()))};
    sheet.rows.push_back(std::move(row));
  }
  return sheet;
}

Result<Answer> ask_impact(Session& session, const Asked& asked) {
  Reading reading{session.store()};
  const auto record = TRY(reading.find(asked.subjects.front()));
  const auto all = TRY(affected_by(session, record.number));
  Sheet sheet{"records",
              message("What refers to {}", record.name()),
              {{"record", message("Record")},
               {"owner", message("Owner")},
               {"fields", message("Fields")},
               {"title", message("Name")}},
              {}};
  for (const auto& affected : all)
    sheet.rows.push_back({{affected.record.name(), affected.owner, affected.fields, affected.title},
                          {affected.record.number}});
  Answer answer;
  answer.summary = {
      all.empty() ? message("Nothing refers to {}.", record.name())
                  : message("{} records refer to {}. Archiving it is put on hold while they do.",
                            all.size(),
                            record.name())};
  answer.sheets = {std::move(sheet), bodies(all)};
  return answer;
}

}  // namespace

Question impact() {
  return {.name = "impact",
          .number = "AN-18",
          .help = message("Everything that refers to a record, by body"),
          .subjects = {{"record", message("A record"), "course:B02015"}},
          .ask = ask_impact};
}

}  // namespace guantong
