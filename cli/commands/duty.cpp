// guantong duty: who answers for what, and how that changes hands.
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cli/agreement.h"
#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/table.h"
#include "cli/tenure_commands.h"
#include "client/editor.h"
#include "client/reading.h"
#include "client/split.h"
#include "client/tenures.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"

namespace guantong {
namespace {

Result<Ending> list_duties(Context& context) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  const auto all = TRY(duties(*session));
  Json list = Json::array();
  Table table{{tr("Duty"), tr("Title"), tr("Answers"), tr("State"), tr("Waits")}};
  for (const auto& duty : all) {
    if (context.json) {
      list.push_back(json_of(*session, duty));
      continue;
    }
    const auto acting = TRY(labels_of(*session, duty.tenure.acting));
    const auto waiting = TRY(what_waits(*session, duty));
    table.row({duty.record.key, duty.title, acting, shown_state(duty.tenure), waiting});
  }
  if (context.json) {
    print(context, list);
  } else {
    context.out << table.render(context.width);
  }
  return Ending::done;
}

struct SplitOptions {
  std::string record;
  std::vector<std::string> parts;
  std::string why;
};

Result<Ending> run_split(Context& context, const SplitOptions& options) {
  std::vector<DutyPart> parts;
  for (const auto& text : options.parts) {
    auto part = TRY(parse_part(text));
    parts.push_back(std::move(part));
  }
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  Editor editor{workspace, *session};
  const auto whole = TRY(editor.reading().find(options.record));
  const auto names = TRY(split_duty(workspace, *session, editor, whole, parts, options.why));
  TRY(session->commit());
  if (context.json) {
    print(context, Json{{"archived", whole.name()}, {"parts", names}});
  } else {
    print(context, message("{} is now {}", whole.name(), join_words(names)));
  }
  return Ending::done;
}

void add_split(Command& command, Task& chosen) {
  auto options = std::make_shared<SplitOptions>();
  auto split = command.below(
      "split", tr("Make several duties of one; this site goes on answering for each"));
  split.text("record", options->record, tr("type:key, as in duty:DU-01"), Needed::yes);
  split.list("--into", options->parts, tr("A part, twice or more"), Needed::yes, "CODE=TITLE");
  split.text(
      "--why", options->why, tr("The reason, which everybody can read"), Needed::yes, tr("TEXT"));
  split.runs(chosen, [options](Context& context) { return run_split(context, *options); });
}

}  // namespace

void add_duty(CLI::App& app, Task& chosen) {
  Command command{
      app,
      "duty",
      tr("Show who answers for what, and let it change hands by consent of all concerned")};
  command.examples(
      "  guantong duty list\n  guantong duty claim duty:DU-01 duty:DU-05\n"
      "  guantong duty offer duty:DU-05 --to bstu --why 2027级起由大学牵头\n"
      "  guantong duty accept duty:DU-05");
  command.below("list", tr("List the duties, who answers for each, and what waits"))
      .runs(chosen, list_duties);
  add_claim(command, chosen);
  add_split(command, chosen);
  add_tenure_commands(command, chosen, HeldSubject::holder);
}

}  // namespace guantong
