#include "cli/tenure_commands.h"

#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "cli/agreement.h"
#include "cli/command.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/table.h"
#include "client/editor.h"
#include "client/tenures.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"

namespace guantong {
namespace {

using Kind = HoldingAct::Kind;

struct TenureOptions {
  HeldSubject subject = HeldSubject::holder;
  std::vector<std::string> records;
  std::string record;
  std::string why;
  TenureWish wish;
};

/// What has become of an act, for its story.
std::string fate_of(const TenureAct& act) {
  if (act.act.kind == Kind::invite && act.act.counts())
    return act.stands ? tr("stands") : tr("has ended");
  if (act.act.counts() && !act.status) return {};
  return became(act.status.value_or(TransferStatus::voided), act.act.verdict);
}

Result<void> show_card(Context& context,
                       Session& session,
                       const TenureView& tenure,
                       const RecordId& own) {
  context.out << tenure.record.name() << "  " << printable(tenure.title) << '\n';
  const auto now = TRY(who_answers(session, tenure));
  context.out << now << '\n';
  if (!tenure.acts.empty()) {
    Table table{
        {tr("Id"), tr("When"), tr("Who"), tr("Did"), tr("Waits for"), tr("Became"), tr("Why")}};
    for (const auto& act : tenure.acts) {
      const auto by = TRY(label_of(session, act.act.by));
      const auto what = TRY(said_here(session, act.act));
      const auto missing = TRY(labels_of(session, act.missing));
      table.row({act.id,
                 shown_time(act.written_ms),
                 act.person + ", " + by,
                 what,
                 missing,
                 fate_of(act),
                 act.why});
    }
    context.out << '\n' << table.render(context.width);
  }
  const auto steps = next_steps(session, tenure, own);
  if (!steps.empty()) context.out << '\n';
  show_steps(context, steps);
  return {};
}

Result<Ending> show_tenure(Context& context, const TenureOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  Reading reading{session->store()};
  const auto record = TRY(reading.find(options.record));
  const auto tenure = TRY(tenure_view(*session, record, options.subject));
  if (context.json) {
    print(context, json_of(*session, tenure));
    return Ending::done;
  }
  const auto own = session->members().founded() ? session->members().org_id(workspace.config().site)
                                                : RecordId{};
  TRY(show_card(context, *session, tenure, own));
  return Ending::done;
}

Result<Ending> act_on(Context& context, const TenureOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  Editor editor{workspace, *session};
  auto records = options.records;
  if (!options.record.empty()) records.push_back(options.record);
  std::vector<TenureView> tenures;
  for (const auto& name : records) {
    const auto record = TRY(editor.reading().find(name));
    const auto before = TRY(tenure_view(*session, record, options.subject));
    const auto act = TRY(act_for(*session, workspace, before, options.wish));
    TRY(editor.hold(record, act, options.why));
    auto after = TRY(tenure_view(*session, record, options.subject));
    tenures.push_back(std::move(after));
  }
  TRY(session->commit());
  Json list = Json::array();
  for (const auto& tenure : tenures) {
    if (context.json) {
      list.push_back(json_of(*session, tenure));
      continue;
    }
    const auto now = TRY(who_answers(*session, tenure));
    const auto waiting = TRY(what_waits(*session, tenure));
    context.out << tenure.record.name() << (language() == Language::zh ? "：" : ": ") << now;
    if (!waiting.empty()) context.out << ' ' << tr("Waits: {}.", waiting);
    context.out << '\n';
  }
  if (context.json) print(context, list.size() == 1 ? list.front() : list);
  return Ending::done;
}

std::shared_ptr<TenureOptions> options_for(HeldSubject subject) {
  auto options = std::make_shared<TenureOptions>();
  options->subject = subject;
  return options;
}

Command add_act(Command& command,
                Task& chosen,
                const std::shared_ptr<TenureOptions>& options,
                const std::string& name,
                TenureWish::Kind kind,
                const std::string& help) {
  auto below = command.below(name, help);
  below.runs(chosen, [options, kind](Context& context) {
    options->wish.kind = kind;
    return act_on(context, *options);
  });
  return below;
}

void take_why(Command& command, const std::shared_ptr<TenureOptions>& options, Needed needed) {
  command.text(
      "--why", options->why, tr("The reason, which everybody can read"), needed, tr("TEXT"));
}

void take_record(Command& command, const std::shared_ptr<TenureOptions>& options) {
  command.text("record", options->record, tr("type:key, as in duty:DU-01"), Needed::yes);
}

}  // namespace

std::string_view state_of(const Tenure& tenure) {
  if (tenure.free()) return "free";
  return tenure.contested() ? "contested" : "held";
}

std::string shown_state(const Tenure& tenure) {
  if (tenure.free()) return tr("nobody");
  return tenure.contested() ? tr("contested") : tr("settled");
}

Json json_of(Session& session, const TenureView& tenure) {
  Json acts = Json::array();
  for (const auto& act : tenure.acts) {
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
  return {{command_of(tenure.subject), tenure.record.name()},
          {"title", tenure.title},
          {"state", state_of(tenure.tenure)},
          {"accountable", codes_of(session, tenure.tenure.acting)},
          {"claimants", codes_of(session, tenure.tenure.receivers)},
          {"ruled_by", code_of(session, tenure.charter.judge)},
          {"acts", acts}};
}

Result<std::string> said_here(Session& session, const JudgedAct& act) {
  const auto receiver = TRY(label_of(session, act.to));
  return say(said(act, receiver));
}

Result<std::string> who_answers(Session& session, const TenureView& tenure) {
  if (tenure.tenure.free()) return tr("Nobody answers for it yet.");
  const auto acting = TRY(labels_of(session, tenure.tenure.acting));
  if (!tenure.tenure.contested()) return tr("{} answers for it.", acting);
  const auto claimants = TRY(labels_of(session, tenure.tenure.receivers));
  return tr("Contested between {}. Until that is settled {} answers for it.", claimants, acting);
}

Result<std::string> what_waits(Session& session, const TenureView& tenure) {
  std::vector<std::string> waiting;
  for (const auto& act : tenure.acts) {
    if (act.status != TransferStatus::open && !act.stands) continue;
    const auto by = TRY(label_of(session, act.act.by));
    const auto what = TRY(said_here(session, act.act));
    waiting.push_back(by + (language() == Language::zh ? "" : " ") + what);
  }
  return join_words(waiting);
}

void add_claim(Command& command, Task& chosen) {
  const auto options = options_for(HeldSubject::holder);
  auto claim = add_act(command,
                       chosen,
                       options,
                       "claim",
                       TenureWish::Kind::claim,
                       tr("Take duties that nobody answers for"));
  claim.list("record", options->records, tr("type:key, one or more"), Needed::yes);
  take_why(claim, options, Needed::no);
}

void add_tenure_commands(Command& command, Task& chosen, HeldSubject subject) {
  using Wish = TenureWish::Kind;
  const auto options = options_for(subject);
  auto show = command.below("show", tr("Tell the whole story, and what you can do"));
  take_record(show, options);
  show.runs(chosen, [options](Context& context) { return show_tenure(context, *options); });

  for (const auto& [name, kind, help, why] :
       {std::tuple{"request", Wish::request, tr("Ask whoever holds it for it"), Needed::no},
        std::tuple{"offer", Wish::offer, tr("Offer it to a site, or to all"), Needed::no},
        std::tuple{"accept", Wish::accept, tr("Agree to what was offered or asked"), Needed::no},
        std::tuple{"decline",
                   Wish::decline,
                   tr("Refuse what was offered or asked; the reason is needed"),
                   Needed::yes},
        std::tuple{"withdraw",
                   Wish::withdraw,
                   tr("Take back an offer or a request of your own"),
                   Needed::no},
        std::tuple{"escalate",
                   Wish::escalate,
                   tr("Ask for a ruling on a contest; the reason is needed"),
                   Needed::yes},
        std::tuple{"rule",
                   Wish::rule,
                   tr("Decide a contest, as the site that rules on it; the reason is needed"),
                   Needed::yes}}) {
    auto act = add_act(command, chosen, options, name, kind, help);
    if (kind == Wish::accept || kind == Wish::request) {
      act.list("record", options->records, tr("type:key, one or more"), Needed::yes);
    } else {
      take_record(act, options);
    }
    take_why(act, options, why);
    if (kind == Wish::offer)
      act.text("--to", options->wish.to, tr("A site's short name, or all"), Needed::yes, "SITE");
    if (kind == Wish::rule)
      act.text("--to",
               options->wish.to,
               tr("Who shall answer: one of the claimants, or who does so now"),
               Needed::yes,
               "SITE");
    if (kind == Wish::accept || kind == Wish::decline || kind == Wish::withdraw)
      act.text("--id", options->wish.id, tr("Which one, where several wait"), Needed::no, "ID");
  }
}

}  // namespace guantong
