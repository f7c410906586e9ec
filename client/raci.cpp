#include "client/raci.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/reading.h"
#include "client/sqlite/sqlite_store.h"
#include "client/tenures.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"
#include "sync/value.h"

namespace guantong {
namespace {

constexpr std::string_view role_order = "ARCI";

void add_role(RaciCell& cell, char role) {
  if (cell.roles.find(role) != std::string::npos) return;
  cell.roles += role;
  std::ranges::sort(cell.roles, {}, [](char one) { return role_order.find(one); });
}

/// Puts the rows of `duty_assignment` into the grid's cells.
Result<void> assign(Session& session, std::map<RecordId, RaciRow*>& rows) {
  const auto& type = *session.store().schema().type("duty_assignment");
  const auto* duty = type.field("duty");
  const auto* org = type.field("org");
  Reading reading{session.store()};
  const auto text = [&](const Record& record, std::string_view name) -> Result<std::string> {
    const auto* field = type.field(name);
    const auto value = record.values.find(field->number);
    if (value == record.values.end()) return std::string{};
    return reading.shown(*field, value->second);
  };
  const auto records = TRY(reading.list(type, {}, false));
  for (const auto& record : records) {
    const auto target = reference_in(*duty, record.values.at(duty->number));
    const auto body = reference_in(*org, record.values.at(org->number));
    const auto row = target ? rows.find(target->id) : rows.end();
    if (row == rows.end() || !body) continue;
    const auto role = TRY(text(record, "role"));
    auto post = TRY(text(record, "post"));
    auto contact = TRY(text(record, "contact"));
    auto& cell = row->second->cells[body->id];
    // A row A names a post; whether the body is accountable was agreed elsewhere.
    if (role != "A") add_role(cell, role.front());
    if (cell.post.empty() || role == "A") cell.post = std::move(post);
    if (cell.contact.empty() || role == "A") cell.contact = std::move(contact);
  }
  return {};
}

void count(RaciLoad& load, const RaciCell& cell) {
  for (const char role : cell.roles) {
    if (role == 'A') ++load.accountable;
    if (role == 'R') ++load.responsible;
    if (role == 'C') ++load.consulted;
    if (role == 'I') ++load.informed;
  }
}

}  // namespace

Result<RaciGrid> raci_grid(Session& session) {
  RaciGrid grid;
  auto views = TRY(duties(session));
  for (auto& view : views) {
    RaciRow row;
    for (const auto& org : view.tenure.acting)
      add_role(row.cells[org], 'A');
    ++(view.tenure.free() ? grid.free : view.tenure.contested() ? grid.contested : grid.held);
    row.duty = std::move(view);
    grid.rows.push_back(std::move(row));
  }
  std::map<RecordId, RaciRow*> by_id;
  for (auto& row : grid.rows)
    by_id[row.duty.record.id.id] = &row;
  TRY(assign(session, by_id));

  const auto& orgs = *session.store().schema().type("org");
  Reading reading{session.store()};
  std::map<RecordId, RaciLoad> loads;
  for (const auto& row : grid.rows) {
    for (const auto& [org, cell] : row.cells)
      count(loads[org], cell);
  }
  for (auto& [org, load] : loads) {
    load.org = org;
    const auto number = TRY(session.store().intern_record({orgs.number, org}));
    load.code = TRY(reading.key_of(number));
    load.too_much = 2 * load.accountable > grid.rows.size();
    load.only_asked_or_told =
        load.accountable + load.responsible == 0 && load.consulted + load.informed > 0;
    grid.loads.push_back(std::move(load));
  }
  std::ranges::sort(grid.loads, {}, &RaciLoad::code);
  return grid;
}

}  // namespace guantong
