// guantong proposals: suggestions that wait for an answer.
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "cli/table.h"
#include "client/audit.h"
#include "client/decisions.h"
#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

Result<Ending> run_proposals(Context& context) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  const auto waiting = TRY(proposals(*session));
  Json list = Json::array();
  Table table{
      {tr("Id"), tr("Field"), tr("Now"), tr("Suggested"), tr("By"), tr("Decides"), tr("Why")}};
  Reading reading{session->store()};
  for (const auto& view : waiting) {
    const auto name = TRY(reading.name_of(view.record));
    const auto key = TRY(session->store().record_key(view.record));
    const auto& type = *session->schema_type(key.type);
    const auto by = TRY(history_entry(*session, view.dot));
    const auto now = TRY(reading.shown_slot(type, view.slot, view.in_force));
    const auto based = TRY(reading.shown_slot(type, view.slot, view.based_on));
    const auto suggested = TRY(reading.shown_slot(type, view.slot, view.value));
    const auto deciders = TRY(site_labels(*session, view.deciders));
    const bool stale = view.based_on != view.in_force;
    const bool twice = view.outcomes != 0;
    std::vector<std::string> slugs;
    slugs.reserve(view.deciders.size());
    for (const auto site : view.deciders)
      slugs.push_back(session->members().sites()[site].slug);
    list.push_back({{"id", view.id},
                    {"record", name},
                    {"field", slot_name(type, view.slot)},
                    {"in_force", now},
                    {"based_on", based},
                    {"suggested", suggested},
                    {"answered_twice", twice},
                    {"deciders", slugs},
                    {"by", json_of(by)}});
    auto reason = by.why;
    if (stale)
      reason +=
          (reason.empty() ? "" : " ") + tr("[based on {}]", based.empty() ? tr("no value") : based);
    if (twice) reason += (reason.empty() ? "" : " ") + tr("[answered twice]");
    table.row({view.id,
               name + "." + slot_name(type, view.slot),
               now,
               suggested,
               by.site + " " + by.person,
               deciders,
               reason});
  }
  if (context.json) {
    print(context, list);
  } else if (waiting.empty()) {
    print(context, message("No suggestion waits for an answer."));
  } else {
    context.out << table.render(context.width);
    print(context,
          message("To answer: guantong accept ID, or guantong decline ID --why \"…\"; your own: "
                  "guantong withdraw ID"));
  }
  return Ending::done;
}

}  // namespace

void add_proposals(CLI::App& app, Task& chosen) {
  Command command{app, "proposals", tr("List the suggestions that wait for an answer")};
  command.examples("  guantong proposals");
  command.runs(chosen, run_proposals);
}

}  // namespace guantong
