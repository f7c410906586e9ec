// guantong inbox: what wants a decision, from this site and from others.
#include "client/inbox.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "cli/agreement.h"
#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/tenure_commands.h"
#include "client/audit.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/holding.h"
#include "sync/schema.h"

namespace guantong {
namespace {

/// One matter, in the four parts of every card.
struct Card {
  std::string kind;  ///< "conflict", "suggestion", "duty", "owner", "signature"
  std::string id;    ///< What commands take; empty where the record's name does.
  std::vector<std::string> happened;
  std::string now;
  std::string decides;
  std::vector<NextStep> steps;
};

std::string told(const std::string& who,
                 std::uint64_t written_ms,
                 const std::string& what,
                 const std::string& why) {
  const bool zh = language() == Language::zh;
  auto line = who + (zh ? "，" : ", ") + shown_time(written_ms) + (zh ? "：" : ": ") + what;
  if (!why.empty()) line += (zh ? "。理由：" : ". Why: ") + why;
  return line;
}

std::string or_no_value(const std::string& text) {
  return text.empty() ? tr("(no value)") : text;
}

class Cards {
public:
  Cards(Session& session, RecordId own) : session_{session}, reading_{session.store()}, own_{own} {}

  Result<Card> operator()(const ConflictView& conflict) {
    const auto record = TRY(reading_.read(conflict.record));
    const auto name = record.name() + "." + slot_name(*record.type, conflict.slot);
    Card card{"conflict", conflict.id, {}, {}, {}, {}};
    for (std::size_t i = 0; i < conflict.outcome.sides.size(); ++i) {
      const auto& side = conflict.outcome.sides[i];
      const auto value = TRY(reading_.shown_slot(*record.type, conflict.slot, side.value));
      const auto entry = TRY(history_entry(session_, side.dots.front()));
      card.happened.push_back(
          told(entry.site + " " + entry.person, entry.written.ms, or_no_value(value), entry.why));
      card.steps.push_back({message("let {} hold: {}", i + 1, value),
                            fmt::format("guantong resolve {} --take {} --why …", name, i + 1)});
    }
    card.steps.push_back({message("combine them, or set something else"),
                          fmt::format("guantong resolve {} --value … --why …", name)});
    if (record.type->held)
      card.steps.push_back(
          {message("make two duties of it, if both are meant: whoever answers for it can"),
           fmt::format("guantong duty split {} --into CODE=… --into CODE=… --why …",
                       record.name())});
    const auto now = TRY(reading_.shown_slot(*record.type, conflict.slot, conflict.outcome.value));
    card.now = or_no_value(now);
    card.decides = TRY(site_labels(session_, conflict.deciders));
    return card;
  }

  Result<Card> operator()(const ProposalView& proposal) {
    const auto record = TRY(reading_.read(proposal.record));
    const auto field = slot_name(*record.type, proposal.slot);
    const auto entry = TRY(history_entry(session_, proposal.dot));
    const auto value = TRY(reading_.shown_slot(*record.type, proposal.slot, proposal.value));
    const auto based = TRY(reading_.shown_slot(*record.type, proposal.slot, proposal.based_on));
    const auto now = TRY(reading_.shown_slot(*record.type, proposal.slot, proposal.in_force));
    Card card{"suggestion", proposal.id, {}, or_no_value(now), {}, {}};
    card.happened.push_back(told(
        entry.site + " " + entry.person,
        entry.written.ms,
        tr("suggests for {}: {}, where it was {}", field, or_no_value(value), or_no_value(based)),
        entry.why));
    if (proposal.outcomes != 0) card.happened.push_back(tr("It was answered in two ways."));
    card.decides = TRY(site_labels(session_, proposal.deciders));
    const auto own_site = session_.members().site_of_org(own_);
    if (own_site && std::ranges::find(proposal.deciders, *own_site) != proposal.deciders.end()) {
      card.steps.push_back({message("accept: it holds at once"), "guantong accept " + proposal.id});
      card.steps.push_back({message("decline: nothing changes, and your reason is shown"),
                            "guantong decline " + proposal.id + " --why …"});
    }
    const auto author = TRY(session_.merger().author_of(proposal.dot));
    if (own_site && author.site == own_site)
      card.steps.push_back({message("take it back"), "guantong withdraw " + proposal.id});
    return card;
  }

  Result<Card> operator()(const TenureView& tenure) {
    Card card{std::string{command_of(tenure.subject)}, {}, {}, {}, {}, {}};
    const bool contested = tenure.tenure.contested();
    std::vector<RecordId> deciders = contested ? tenure.tenure.receivers : std::vector<RecordId>{};
    for (const auto& act : tenure.acts) {
      const bool waits = act.status == TransferStatus::open || act.stands;
      const bool in_contest = contested && (act.status == TransferStatus::in_force ||
                                            act.act.kind == HoldingAct::Kind::escalate);
      if (!waits && !(in_contest && act.act.counts())) continue;
      const auto by = TRY(label_of(session_, act.act.by));
      const auto what = TRY(said_here(session_, act.act));
      card.happened.push_back(told(by + " " + act.person, act.written_ms, what, act.why));
      deciders.insert(deciders.end(), act.missing.begin(), act.missing.end());
    }
    if (tenure.wants_ruling()) deciders = {tenure.charter.judge};
    std::ranges::sort(deciders);
    const auto repeated = std::ranges::unique(deciders);
    deciders.erase(repeated.begin(), repeated.end());
    if (tenure.ruling_due_ms)
      card.happened.push_back(tr("A ruling is expected by {}.", shown_time(*tenure.ruling_due_ms)));
    card.now = TRY(who_answers(session_, tenure));
    card.decides = TRY(labels_of(session_, deciders));
    if (deciders.empty()) card.decides = tr("any site");
    card.steps = next_steps(session_, tenure, own_);
    return card;
  }

  Result<Card> operator()(const SigningView& signing) {
    Card card{"signature", {}, {}, {}, {}, next_steps(signing, own_)};
    std::vector<RecordId> deciders;
    for (const auto& move : signing.moves) {
      if (move.status != TransferStatus::open) continue;
      for (const auto& signature : move.signatures) {
        const auto by = TRY(label_of(session_, signature.site));
        card.happened.push_back(told(by + " " + signature.person,
                                     signature.written_ms,
                                     move.closes ? tr("signed") : tr("wants it open again"),
                                     signature.why));
      }
      if (move.stale) card.happened.push_back(tr("It was changed since: that signature is stale."));
      deciders.insert(deciders.end(), move.missing.begin(), move.missing.end());
    }
    std::ranges::sort(deciders);
    const auto repeated = std::ranges::unique(deciders);
    deciders.erase(repeated.begin(), repeated.end());
    card.now = signing_now(signing);
    card.decides = TRY(labels_of(session_, deciders));
    return card;
  }

private:
  Session& session_;
  Reading reading_;
  RecordId own_;
};

void show_card(Context& context, const Card& card) {
  auto& out = context.out;
  const auto part = [&](const std::string& head, const std::string& text) {
    const auto start = "  " + head;
    out << start << wrap(printable(text), context.width, display_width(start)) << '\n';
  };
  for (const auto& line : card.happened)
    part(tr("What happened:  "), line);
  part(tr("In force now:  "), card.now);
  part(tr("Who decides:  "), card.decides);
  for (const auto& step : card.steps) {
    part("- ", say(step.what));
    out << "      " << step.command << '\n';
  }
}

Json json_of(const Card& card, std::uint64_t since_ms) {
  return {{"kind", card.kind},
          {"id", card.id},
          {"since_ms", since_ms},
          {"happened", card.happened},
          {"in_force", card.now},
          {"decides", card.decides},
          {"steps", json_of(card.steps)}};
}

Result<void> show_groups(Context& context, Cards& cards, const std::vector<InboxGroup>& groups) {
  for (const auto& group : groups) {
    context.out << '\n'
                << group.record.name() << "  " << printable(group.title) << "  "
                << tr("[since {}]", shown_time(group.since_ms)) << '\n';
    for (const auto& item : group.items) {
      const auto card = TRY(std::visit(cards, item.what));
      if (&item != &group.items.front()) context.out << '\n';
      show_card(context, card);
    }
  }
  return {};
}

Result<Json> json_of(Cards& cards, const std::vector<InboxGroup>& groups) {
  Json list = Json::array();
  for (const auto& group : groups) {
    Json items = Json::array();
    for (const auto& item : group.items) {
      const auto card = TRY(std::visit(cards, item.what));
      items.push_back(json_of(card, item.since_ms));
    }
    list.push_back({{"subject", group.record.name()},
                    {"title", group.title},
                    {"since_ms", group.since_ms},
                    {"items", std::move(items)}});
  }
  return list;
}

Result<Json> json_of_merged(Session& session, const MergedView& merged) {
  Reading reading{session.store()};
  const auto record = TRY(reading.read(merged.record));
  const auto now = TRY(reading.shown_slot(*record.type, merged.slot, merged.now));
  const auto before = TRY(reading.shown_slot(*record.type, merged.slot, merged.before));
  Json by = Json::array();
  for (const auto& head : merged.heads) {
    const auto entry = TRY(history_entry(session, head));
    by.push_back(json_of(entry));
  }
  return Json{{"field", merged.name},
              {"before", before},
              {"now", now},
              {"by", by},
              {"learnt_ms", merged.learnt_ms},
              {"undo", "guantong undo " + merged.name}};
}

Result<void> show_merged(Context& context, Session& session, const MergedView& merged) {
  std::vector<std::string> people;
  for (const auto& head : merged.heads) {
    const auto entry = TRY(history_entry(session, head));
    people.push_back(entry.site + " " + entry.person);
  }
  context.out << "  " << merged.name << "  " << shown_time(merged.learnt_ms) << "  "
              << printable(join_words(people)) << '\n'
              << "      " << tr("take it back: {}", "guantong undo " + merged.name) << '\n';
  return {};
}

Result<Ending> show_inbox(Context& context, Session& session, Cards& cards, const Inbox& inbox) {
  auto& out = context.out;
  if (inbox.for_us.empty()) {
    print(context, message("Nothing waits for your decision."));
  } else {
    print(context, message("For you to decide: {}", inbox.for_us.size()));
    TRY(show_groups(context, cards, inbox.for_us));
  }
  if (!inbox.for_others.empty()) {
    out << '\n' << tr("Waits for others: {}", inbox.for_others.size()) << '\n';
    TRY(show_groups(context, cards, inbox.for_others));
  }
  if (!inbox.merged.empty()) {
    out << '\n' << tr("Combined for you in the last 14 days: {}", inbox.merged.size()) << '\n';
    for (const auto& merged : inbox.merged)
      TRY(show_merged(context, session, merged));
  }
  if (!inbox.set_aside.empty())
    out << '\n'
        << tr("Work that arrived and does not count yet: {}. It is kept, and \"guantong status\" "
              "says why it waits.",
              inbox.set_aside.size())
        << '\n';
  if (inbox.findings > 0)
    out << '\n' << tr("{} findings to look at: guantong findings", inbox.findings) << '\n';
  return inbox.wants_somebody() ? Ending::wants_somebody : Ending::done;
}

Result<Ending> run_inbox(Context& context) {
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  const auto waiting = TRY(inbox(workspace, *session));
  Cards cards{*session, own_org(workspace, *session)};
  if (!context.json) return show_inbox(context, *session, cards, waiting);
  auto for_us = TRY(json_of(cards, waiting.for_us));
  auto for_others = TRY(json_of(cards, waiting.for_others));
  Json merged = Json::array();
  for (const auto& one : waiting.merged) {
    auto json = TRY(json_of_merged(*session, one));
    merged.push_back(std::move(json));
  }
  print(context,
        Json{{"for_you", std::move(for_us)},
             {"for_others", std::move(for_others)},
             {"combined", std::move(merged)},
             {"set_aside", waiting.set_aside.size()},
             {"findings", waiting.findings}});
  return waiting.wants_somebody() ? Ending::wants_somebody : Ending::done;
}

}  // namespace

void add_inbox(CLI::App& app, Task& chosen) {
  Command command{
      app, "inbox", tr("Show what wants your decision, what waits for others, what was combined")};
  command.examples("  guantong inbox\n  guantong inbox --json");
  command.runs(chosen, run_inbox);
}

}  // namespace guantong
