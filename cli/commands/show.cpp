// guantong show: one record.
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "cli/table.h"
#include "client/reading.h"
#include "client/sqlite/typed_tables.h"
#include "client/tenures.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/record_state.h"
#include "sync/schema.h"

namespace guantong {
namespace {

struct ShowOptions {
  std::string record;
};

/// Who answers for a duty: that is agreed upon, whoever made the record.
Result<std::vector<SiteNo>> accountable(Session& session, const Record& record) {
  const auto duty = TRY(tenure_view(session, record, HeldSubject::holder));
  std::vector<SiteNo> sites;
  for (const auto& org : duty.tenure.acting) {
    if (const auto site = session.members().site_of_org(org)) sites.push_back(*site);
  }
  return sites;
}

Result<Ending> run_show(Context& context, const ShowOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  Reading reading{session->store()};
  const auto record = TRY(reading.find(options.record));
  const auto owners = TRY(session->merger().owners(record.number));
  const bool suspended = TRY(session->store().is_suspended(record.number));
  if (context.json) {
    auto json = TRY(reading.json_of(record));
    Json slugs = Json::array();
    for (const auto site : owners)
      slugs.push_back(session->members().sites()[site].slug);
    json["owners"] = slugs;
    json["suspended"] = suspended;
    if (record.type->held) {
      const auto answers = TRY(accountable(*session, record));
      json["accountable"] = Json::array();
      for (const auto site : answers)
        json["accountable"].push_back(session->members().sites()[site].slug);
    }
    print(context, json);
    return Ending::done;
  }
  const bool zh = language() == Language::zh;
  context.out << record.name() << "  " << (zh ? record.type->label.zh : record.type->label.en);
  if (record.life != LifeState::active) context.out << "  [" << word_of(record.life) << "]";
  if (suspended) context.out << tr("  [suspended: guantong findings]");
  context.out << '\n';
  const auto* found = TRY(session->merger().state(record.number));
  const RecordState state = *found;
  Table table{{tr("Field"), tr("Name"), tr("Value")}};
  for (const auto& field : record.type->fields) {
    std::string text;
    if (const auto members = record.members.find(field.number); members != record.members.end()) {
      for (const auto& member : members->second) {
        const auto one = TRY(reading.shown(field, member));
        text += (text.empty() ? "" : "; ") + one;
      }
    } else if (const auto value = record.values.find(field.number); value != record.values.end()) {
      text = TRY(reading.shown(field, value->second));
    }
    const auto* slot = state.find(field.slot);
    if (slot != nullptr && slot->conflict) text += tr(" [in conflict]");
    if (!text.empty()) table.row({field.name, zh ? field.label.zh : field.label.en, text});
  }
  context.out << table.render(context.width);
  const auto answers = record.type->held ? TRY(accountable(*session, record)) : owners;
  const auto labels = TRY(site_labels(*session, answers));
  print(context,
        answers.empty() ? message("Nobody answers for it yet.")
                        : message("Answers for it: {}", labels));
  return Ending::done;
}

}  // namespace

void add_show(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<ShowOptions>();
  Command command{app, "show", tr("Show a record")};
  command.text(
      "record", options->record, tr("type:key, or the first digits of its id"), Needed::yes);
  command.examples(
      "  guantong show course:B02015\n  guantong show prereq:PLAN-BD-2027/B03020/B03021");
  command.runs(chosen, [options](Context& context) { return run_show(context, *options); });
}

}  // namespace guantong
