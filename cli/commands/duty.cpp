// guantong duty: who answers for what, and how that changes hands.
#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "cli/table.h"
#include "client/duties.h"
#include "client/editor.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"
#include "sync/members.h"

namespace guantong {
namespace {

using Kind = HoldingAct::Kind;

struct DutyOptions {
  std::vector<std::string> records;
  std::string record;
  std::string why;
  DutyWish wish;
};

Result<std::string> label_of(Session& session, const RecordId& org) {
  const auto site = session.members().site_of_org(org);
  if (!site) return code_of(session, org);
  return site_label(session, *site);
}

Result<std::string> labels_of(Session& session, const std::vector<RecordId>& orgs) {
  std::vector<std::string> labels;
  for (const auto& org : orgs) {
    auto label = TRY(label_of(session, org));
    labels.push_back(std::move(label));
  }
  return join_words(labels);
}

Json codes_of(Session& session, const std::vector<RecordId>& orgs) {
  Json codes = Json::array();
  for (const auto& org : orgs)
    codes.push_back(code_of(session, org));
  return codes;
}

std::string_view word_of(TransferStatus status) {
  switch (status) {
    case TransferStatus::voided:
      return "void";
    case TransferStatus::in_force:
      return "in_force";
    case TransferStatus::followed:
      return "followed";
    case TransferStatus::stopped:
      return "stopped";
    case TransferStatus::overtaken:
      return "overtaken";
    case TransferStatus::open:
      return "open";
  }
  return "void";
}

std::string_view word_of(Kind kind) {
  switch (kind) {
    case Kind::transfer:
      return "transfer";
    case Kind::consent:
      return "consent";
    case Kind::withdraw:
      return "withdraw";
    case Kind::decline:
      return "decline";
    case Kind::invite:
      return "offer_to_all";
    case Kind::escalate:
      return "escalate";
  }
  return "transfer";
}

std::string_view state_of(const Tenure& tenure) {
  if (tenure.free()) return "free";
  return tenure.contested() ? "contested" : "held";
}

Json json_of(Session& session, const DutyView& duty) {
  Json acts = Json::array();
  for (const auto& act : duty.acts) {
    Json one{{"id", act.id},
             {"kind", word_of(act.act.kind)},
             {"by", code_of(session, act.act.by)},
             {"person", act.person},
             {"why", act.why},
             {"written_ms", act.written_ms},
             {"counts", act.act.counts()}};
    if (act.act.kind == Kind::transfer) one["to"] = code_of(session, act.act.to);
    if (act.status) one["status"] = word_of(*act.status);
    if (!act.missing.empty()) one["waits_for"] = codes_of(session, act.missing);
    if (!act.act.counts()) one["reason"] = say(reason_of(act.act.verdict));
    acts.push_back(std::move(one));
  }
  return {{"duty", duty.record.name()},
          {"title", duty.title},
          {"state", state_of(duty.tenure)},
          {"accountable", codes_of(session, duty.tenure.acting)},
          {"claimants", codes_of(session, duty.tenure.receivers)},
          {"acts", acts}};
}

/// What has become of an act, for its story.
std::string became(const DutyAct& act) {
  if (!act.act.counts()) return tr("of no effect: {}", say(reason_of(act.act.verdict)));
  if (act.act.kind == Kind::invite) return act.stands ? tr("stands") : tr("has ended");
  if (!act.status) return {};
  switch (*act.status) {
    case TransferStatus::in_force:
      return tr("in force");
    case TransferStatus::followed:
      return tr("was in force");
    case TransferStatus::stopped:
      return tr("stopped, unless it was agreed to before hearing of that");
    case TransferStatus::overtaken:
      return tr("overtaken");
    case TransferStatus::open:
      return tr("waits");
    case TransferStatus::voided:
      break;
  }
  return {};
}

Result<std::string> said_here(Session& session, const JudgedAct& act) {
  const auto receiver = TRY(label_of(session, act.to));
  return say(said(act, receiver));
}

/// Who answers now, in a sentence.
Result<std::string> now_of(Session& session, const DutyView& duty) {
  if (duty.tenure.free()) return tr("Nobody answers for it yet.");
  const auto acting = TRY(labels_of(session, duty.tenure.acting));
  if (!duty.tenure.contested()) return tr("{} answers for it.", acting);
  const auto claimants = TRY(labels_of(session, duty.tenure.receivers));
  return tr("Contested between {}. Until that is settled {} answers for it.", claimants, acting);
}

/// What this site can do about what waits.
std::vector<std::string> choices_of(const DutyView& duty, const RecordId& own) {
  const auto name = duty.record.name();
  std::vector<std::string> choices;
  if (duty.tenure.free()) choices.push_back(tr("take it: guantong duty claim {}", name));
  for (const auto& act : duty.acts) {
    const bool asked = std::ranges::find(act.missing, own) != act.missing.end();
    if (asked || (act.stands && act.act.by != own))
      choices.push_back(tr("agree: guantong duty accept {} --id {}", name, act.id));
    if (asked) choices.push_back(tr("refuse: guantong duty decline {} --id {}", name, act.id));
    const bool waits = act.status == TransferStatus::open || act.stands;
    if (waits && act.act.by == own)
      choices.push_back(tr("take back: guantong duty withdraw {} --id {}", name, act.id));
  }
  const auto& claimants = duty.tenure.receivers;
  const bool claims = std::ranges::find(claimants, own) != claimants.end();
  if (own == duty.judge && !claims && duty.wants_ruling())
    choices.push_back(tr("rule, as the lead site: guantong duty rule {} --to SITE", name));
  if (duty.tenure.contested() && claims) {
    choices.push_back(tr("step back: guantong duty offer {} --to SITE", name));
    choices.push_back(tr("ask the lead site to rule: guantong duty escalate {}", name));
  } else if (claims) {
    choices.push_back(tr("hand it over: guantong duty offer {} --to SITE, or --to all", name));
  } else if (!duty.tenure.free() && !duty.tenure.contested()) {
    choices.push_back(tr("ask for it: guantong duty request {}", name));
  }
  return choices;
}

Result<void> show_card(Context& context,
                       Session& session,
                       const DutyView& duty,
                       const RecordId& own) {
  context.out << duty.record.name() << "  " << printable(duty.title) << '\n';
  const auto now = TRY(now_of(session, duty));
  context.out << now << '\n';
  if (!duty.acts.empty()) {
    Table table{
        {tr("Id"), tr("When"), tr("Who"), tr("Did"), tr("Waits for"), tr("Became"), tr("Why")}};
    for (const auto& act : duty.acts) {
      const auto by = TRY(label_of(session, act.act.by));
      const auto what = TRY(said_here(session, act.act));
      const auto missing = TRY(labels_of(session, act.missing));
      table.row({act.id,
                 shown_time(act.written_ms),
                 act.person + ", " + by,
                 what,
                 missing,
                 became(act),
                 act.why});
    }
    context.out << '\n' << table.render(context.width);
  }
  const auto choices = choices_of(duty, own);
  if (!choices.empty()) context.out << '\n' << tr("What you can do:") << '\n';
  for (const auto& choice : choices)
    context.out << "  " << choice << '\n';
  return {};
}

Result<std::string> waiting_of(Session& session, const DutyView& duty) {
  std::vector<std::string> waiting;
  for (const auto& act : duty.acts) {
    if (act.status != TransferStatus::open && !act.stands) continue;
    const auto by = TRY(label_of(session, act.act.by));
    const auto what = TRY(said_here(session, act.act));
    waiting.push_back(by + (language() == Language::zh ? "" : " ") + what);
  }
  return join_words(waiting);
}

Result<Ending> list_duties(Context& context) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  const auto duties = TRY(duty_views(*session));
  Json list = Json::array();
  Table table{{tr("Duty"), tr("Title"), tr("Answers"), tr("State"), tr("Waits")}};
  for (const auto& duty : duties) {
    if (context.json) {
      list.push_back(json_of(*session, duty));
      continue;
    }
    const auto acting = TRY(labels_of(*session, duty.tenure.acting));
    const auto waiting = TRY(waiting_of(*session, duty));
    const auto state = duty.tenure.free()        ? tr("nobody")
                       : duty.tenure.contested() ? tr("contested")
                                                 : tr("settled");
    table.row({duty.record.key, duty.title, acting, state, waiting});
  }
  if (context.json) {
    print(context, list);
  } else {
    context.out << table.render(context.width);
  }
  return Ending::done;
}

Result<Ending> show_duty(Context& context, const DutyOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  Reading reading{session->store()};
  const auto record = TRY(reading.find(options.record));
  const auto duty = TRY(duty_view(*session, record));
  if (context.json) {
    print(context, json_of(*session, duty));
    return Ending::done;
  }
  const auto own = session->members().founded() ? session->members().org_id(workspace.config().site)
                                                : RecordId{};
  TRY(show_card(context, *session, duty, own));
  return Ending::done;
}

Result<Ending> act_on(Context& context, const DutyOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  Editor editor{workspace, *session};
  auto records = options.records;
  if (!options.record.empty()) records.push_back(options.record);
  std::vector<DutyView> duties;
  for (const auto& name : records) {
    const auto record = TRY(editor.reading().find(name));
    const auto before = TRY(duty_view(*session, record));
    const auto act = TRY(act_for(*session, workspace, before, options.wish));
    TRY(editor.hold(record, act, options.why));
    auto after = TRY(duty_view(*session, record));
    duties.push_back(std::move(after));
  }
  TRY(session->commit());
  Json list = Json::array();
  for (const auto& duty : duties) {
    if (context.json) {
      list.push_back(json_of(*session, duty));
      continue;
    }
    const auto now = TRY(now_of(*session, duty));
    const auto waiting = TRY(waiting_of(*session, duty));
    context.out << duty.record.name() << (language() == Language::zh ? "：" : ": ") << now;
    if (!waiting.empty()) context.out << ' ' << tr("Waits: {}.", waiting);
    context.out << '\n';
  }
  if (context.json) print(context, list.size() == 1 ? list.front() : list);
  return Ending::done;
}

}  // namespace

void add_duty(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<DutyOptions>();
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
  auto show = command.below("show", tr("Tell a duty's whole story, and what you can do"));
  show.text("duty", options->record, tr("type:key, as in duty:DU-01"), Needed::yes);
  show.runs(chosen, [options](Context& context) { return show_duty(context, *options); });

  using Wish = DutyWish::Kind;
  const auto acts = [&](const std::string& name, Wish kind, const std::string& help) {
    auto below = command.below(name, help);
    below.runs(chosen, [options, kind](Context& context) {
      options->wish.kind = kind;
      return act_on(context, *options);
    });
    return below;
  };
  const auto one = [&](Command& below, Needed why) {
    below.text("duty", options->record, tr("type:key, as in duty:DU-01"), Needed::yes);
    below.text("--why", options->why, tr("The reason, which everybody can read"), why, tr("TEXT"));
  };
  auto claim = acts("claim", Wish::claim, tr("Take duties that nobody answers for"));
  claim.list("duty", options->records, tr("type:key, one or more"), Needed::yes);
  claim.text(
      "--why", options->why, tr("The reason, which everybody can read"), Needed::no, tr("TEXT"));
  auto request = acts("request", Wish::request, tr("Ask whoever holds a duty for it"));
  one(request, Needed::no);
  auto offer = acts("offer", Wish::offer, tr("Offer a duty to a site, or to all"));
  one(offer, Needed::no);
  offer.text("--to", options->wish.to, tr("A site's short name, or all"), Needed::yes, "SITE");
  for (const auto& [name, kind, help] :
       {std::tuple{"accept", Wish::accept, tr("Agree to what was offered or asked")},
        std::tuple{
            "decline", Wish::decline, tr("Refuse what was offered or asked; the reason is needed")},
        std::tuple{
            "withdraw", Wish::withdraw, tr("Take back an offer or a request of your own")}}) {
    auto below = acts(name, kind, help);
    one(below, kind == Wish::decline ? Needed::yes : Needed::no);
    below.text("--id", options->wish.id, tr("Which one, where several wait"), Needed::no, "ID");
  }
  auto escalate = acts("escalate",
                       Wish::escalate,
                       tr("Ask the lead site to rule on a contest; the reason is needed"));
  one(escalate, Needed::yes);
  auto rule =
      acts("rule", Wish::rule, tr("Decide a contest, as the lead site; the reason is needed"));
  one(rule, Needed::yes);
  rule.text("--to",
            options->wish.to,
            tr("Who shall answer: one of the claimants, or who does so now"),
            Needed::yes,
            "SITE");
}

}  // namespace guantong
