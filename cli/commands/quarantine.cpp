// guantong quarantine: what is kept and does not count, and rulings on it.
#include "client/quarantine.h"

#include <memory>
#include <ostream>
#include <string>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

constexpr std::size_t id_digits = 8;
constexpr std::size_t changes_shown = 10;

struct QuarantineOptions {
  std::string ruling;  ///< "admit" or "refuse"; empty: list.
  std::string id;
  std::string why;
};

Json json_of(const Quarantined& one) {
  Json changes = Json::array();
  for (const auto& change : one.changes)
    changes.push_back(guantong::json_of(change));
  return {{"id", one.id},
          {"site", one.site},
          {"person", one.person},
          {"device", one.device},
          {"batch", one.number},
          {"commit", one.commit},
          {"arrived_ms", one.arrived_ms},
          {"code", one.code},
          {"reason", say(one.reason)},
          {"changes", changes}};
}

void show(Context& context, const Quarantined& one) {
  auto& out = context.out;
  out << one.id.substr(0, id_digits) << "  "
      << tr("{} of {}, device {}, batch {}, arrived {}",
            one.person.empty() ? "?" : printable(one.person),
            one.site,
            one.device.substr(0, id_digits),
            one.number,
            shown_time(one.arrived_ms))
      << '\n'
      << "  " << printable(say(one.reason)) << '\n';
  std::size_t shown = 0;
  for (const auto& change : one.changes) {
    if (shown++ == changes_shown) {
      out << "    " << tr("and {} more", one.changes.size() - changes_shown) << '\n';
      break;
    }
    out << "    " << printable(say(change.what)) << '\n';
  }
}

Result<Ending> list_all(Context& context) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  const auto all = TRY(quarantined(*session));
  if (context.json) {
    Json list = Json::array();
    for (const auto& one : all)
      list.push_back(json_of(one));
    print(context, list);
    return Ending::done;
  }
  for (const auto& one : all)
    show(context, one);
  print(context,
        all.empty()
            ? message("Nothing is in quarantine.")
            : message("A coordinator of the site, or the lead, decides: guantong quarantine "
                      "admit ID --why TEXT, or refuse"));
  return Ending::done;
}

Result<Ending> run_quarantine(Context& context, const QuarantineOptions& options) {
  if (options.ruling.empty()) return list_all(context);
  const bool admits = options.ruling == "admit";
  auto workspace = TRY(open_workspace(context));
  const auto ruled = TRY(rule_on(workspace, options.id, admits, options.why));
  if (context.json) {
    print(context, Json{{"id", ruled.id}, {"admitted", admits}});
    return Ending::done;
  }
  print(context,
        admits ? message("The {} changes of {} count from now on, as if written with right. "
                         "Memberships that they gave stay void.",
                         ruled.changes.size(),
                         ruled.person)
               : message("The {} changes of {} stay out, and stay listed.",
                         ruled.changes.size(),
                         ruled.person));
  return Ending::done;
}

}  // namespace

void add_quarantine(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<QuarantineOptions>();
  Command command{
      app, "quarantine", tr("Work that is kept and does not count, with the reason; rule on it")};
  command.one_of("ruling",
                 options->ruling,
                 tr("Let a batch's record changes count, or keep them out; without it, list all"),
                 {"admit", "refuse"});
  command.text("id", options->id, tr("The first digits that the list shows"));
  command.text(
      "--why", options->why, tr("The reason, for everybody to read"), Needed::no, tr("TEXT"));
  command.examples(
      "  guantong quarantine\n"
      "  guantong quarantine admit 4c19d2e0 --why \"离校前的正当工作\"\n"
      "  guantong quarantine refuse 4c19d2e0 --why \"不是本人所写\"");
  command.runs(chosen, [options](Context& context) { return run_quarantine(context, *options); });
}

}  // namespace guantong
