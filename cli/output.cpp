#include "cli/output.h"

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/context.h"
#include "cli/language.h"
#include "cli/table.h"
#include "client/audit.h"
#include "client/decisions.h"
#include "client/describe.h"
#include "client/editor.h"
#include "client/reading.h"
#include "client/rules/rules.h"
#include "client/syncing.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/schema.h"

namespace guantong {
namespace {

constexpr std::size_t commit_digits = 10;

/// How much of a finding's number tells it from the others.
constexpr std::size_t finding_digits = 8;

std::string severity_label(Severity severity) {
  switch (severity) {
    case Severity::block:
      return tr("must be solved");
    case Severity::warn:
      return tr("warning");
    case Severity::hint:
      return tr("hint");
  }
  return {};
}

std::string or_nothing(const std::string& text) {
  return text.empty() ? tr("(no value)") : text;
}

}  // namespace

Result<std::string> site_label(Session& session, SiteNo site) {
  const auto& known = session.members().sites()[site];
  Reading reading{session.store()};
  const auto& type = *session.store().schema().type("org");
  const auto number = TRY(session.store().find_record({type.number, known.org}));
  if (number) {
    const auto org = reading.read(*number);
    const auto* field = type.field(language() == Language::zh ? "short_zh" : "short_en");
    if (org && org->values.contains(field->number)) {
      const auto name = TRY(reading.shown(*field, org->values.at(field->number)));
      return name == known.slug ? name : fmt::format("{} ({})", name, known.slug);
    }
  }
  return known.slug;
}

Result<std::string> site_labels(Session& session, const std::vector<SiteNo>& sites) {
  std::vector<std::string> labels;
  for (const auto site : sites) {
    auto label = TRY(site_label(session, site));
    labels.push_back(std::move(label));
  }
  return join_words(labels);
}

Result<Ending> show_saved(Context& context, const Saved& saved) {
  if (context.json) {
    print(context,
          Json{{"record", saved.record},
               {"written", saved.written},
               {"proposed", saved.proposed},
               {"deciders", saved.deciders},
               {"waits_for_admission", saved.waits_for_admission}});
    return Ending::done;
  }
  if (saved.nothing()) {
    print(context, message("{}: nothing to change, it says so already", saved.record));
  } else if (saved.waits_for_admission) {
    print(context,
          message("{}: saved on this computer; it waits until this computer is admitted",
                  saved.record));
  } else if (saved.proposed.empty()) {
    print(context, message("{}: saved on this computer", saved.record));
  } else if (saved.written.empty()) {
    print(context,
          message("{}: saved as your suggestion ({}); {} decides",
                  saved.record,
                  join_words(saved.proposed),
                  join_words(saved.deciders)));
  } else {
    print(context,
          message("{}: saved; {} as your suggestion, which {} decides",
                  saved.record,
                  join_words(saved.proposed),
                  join_words(saved.deciders)));
  }
  return Ending::done;
}

namespace {

struct SideView {
  std::string value;
  std::vector<HistoryEntry> by;
};

Result<std::vector<SideView>> sides_of(Session& session, const ConflictView& conflict) {
  Reading reading{session.store()};
  const auto record = TRY(reading.read(conflict.record));
  std::vector<SideView> sides;
  for (const auto& side : conflict.outcome.sides) {
    SideView view;
    view.value = TRY(reading.shown_slot(*record.type, conflict.slot, side.value));
    for (const auto& dot : side.dots) {
      auto entry = TRY(history_entry(session, dot));
      view.by.push_back(std::move(entry));
    }
    sides.push_back(std::move(view));
  }
  return sides;
}

}  // namespace

Result<void> show_conflict(Context& context, Session& session, const ConflictView& conflict) {
  Reading reading{session.store()};
  const auto record = TRY(reading.read(conflict.record));
  const auto field = slot_name(*record.type, conflict.slot);
  const auto sides = TRY(sides_of(session, conflict));
  const auto base = TRY(reading.shown_slot(*record.type, conflict.slot, conflict.outcome.base));
  const auto in_force =
      TRY(reading.shown_slot(*record.type, conflict.slot, conflict.outcome.value));
  const auto deciders = TRY(site_labels(session, conflict.deciders));
  const auto& label = record.type->field(conflict.slot)->label;
  auto& out = context.out;
  out << fmt::format("{}.{}  {}  [{}]\n",
                     record.name(),
                     field,
                     language() == Language::zh ? label.zh : label.en,
                     conflict.id);
  const auto line = [&](const std::string& head, const std::string& text) {
    out << "  " << head << wrap(printable(text), context.width, display_width(head) + 2) << '\n';
  };
  line(tr("Before:  "), or_nothing(base));
  for (std::size_t i = 0; i < sides.size(); ++i) {
    line(fmt::format("{:>2}.  ", i + 1), or_nothing(sides[i].value));
    for (const auto& by : sides[i].by) {
      std::string who = fmt::format("{} {}, {}", by.site, by.person, shown_time(by));
      if (!by.why.empty()) who += language() == Language::zh ? "：" + by.why : ": " + by.why;
      line("     ", who);
    }
  }
  line(tr("In force now:  "), or_nothing(in_force));
  line(tr("Decides:  "), deciders);
  line(tr("To decide:  "),
       tr("guantong resolve {}.{} --take N --why \"…\", or --value for another one",
          record.name(),
          field));
  return {};
}

Result<Json> json_of(Session& session, const ConflictView& conflict) {
  Reading reading{session.store()};
  const auto record = TRY(reading.read(conflict.record));
  const auto sides = TRY(sides_of(session, conflict));
  Json list = Json::array();
  for (const auto& side : sides) {
    Json by = Json::array();
    for (const auto& entry : side.by)
      by.push_back(json_of(entry));
    list.push_back({{"value", side.value}, {"by", by}});
  }
  std::vector<std::string> deciders;
  deciders.reserve(conflict.deciders.size());
  for (const auto site : conflict.deciders)
    deciders.push_back(session.members().sites()[site].slug);
  const auto base = TRY(reading.shown_slot(*record.type, conflict.slot, conflict.outcome.base));
  const auto in_force =
      TRY(reading.shown_slot(*record.type, conflict.slot, conflict.outcome.value));
  return Json{{"id", conflict.id},
              {"record", record.name()},
              {"field", slot_name(*record.type, conflict.slot)},
              {"base", base},
              {"sides", list},
              {"in_force", in_force},
              {"deciders", deciders}};
}

std::string shown_time(const HistoryEntry& entry) {
  const auto time = shown_time(entry.written.ms);
  return entry.is_uncertain() ? tr("{} (time uncertain)", time) : time;
}

Json json_of(const HistoryEntry& entry) {
  return {{"record", entry.record},
          {"text", in_english(entry.what)},
          {"why", entry.why},
          {"site", entry.site},
          {"person", entry.person},
          {"at_ms", entry.written.ms},
          {"time_uncertain", entry.is_uncertain()},
          {"learnt_ms", entry.learnt_ms},
          {"commit", entry.commit},
          {"proposal", entry.proposal}};
}

std::string say(const Description& description) {
  const bool zh = language() == Language::zh;
  std::string text = description.record;
  std::string separator = text.empty() ? "" : zh ? "：" : ": ";
  for (const auto& part : description.parts) {
    text += separator + say(part);
    separator = zh ? "，" : ", ";
  }
  return text;
}

std::string label_of(Level level) {
  switch (level) {
    case Level::auditor:
      return tr("auditor");
    case Level::teacher:
      return tr("teacher");
    case Level::coordinator:
      return tr("coordinator");
    case Level::lead:
      return tr("lead");
    case Level::none:
      break;
  }
  return tr("none");
}

void show_history(Context& context, const std::vector<HistoryEntry>& entries, bool with_record) {
  if (context.json) {
    Json list = Json::array();
    for (const auto& entry : entries)
      list.push_back(json_of(entry));
    print(context, list);
    return;
  }
  Table table{{tr("When"), tr("Who"), tr("Commit"), with_record ? tr("What") : tr("Change")}};
  for (const auto& entry : entries) {
    std::string text = say(entry.what);
    if (entry.proposal) text += tr(" [suggestion]");
    if (!entry.why.empty())
      text += (language() == Language::zh ? "。理由：" : ". Why: ") + entry.why;
    table.row({shown_time(entry),
               entry.site + " " + entry.person,
               entry.commit.empty() ? tr("not sealed") : entry.commit.substr(0, commit_digits),
               text});
  }
  context.out << table.render(context.width);
}

Result<Ending> show_findings(Context& context,
                             const std::vector<Finding>& findings,
                             Session& session) {
  Reading reading{session.store()};
  const bool grave = std::ranges::any_of(
      findings, [](const Finding& finding) { return finding.severity != Severity::hint; });
  const auto ending = grave ? Ending::wants_somebody : Ending::done;
  if (context.json) {
    Json list = Json::array();
    for (const auto& finding : findings) {
      Json records = Json::array();
      for (const auto record : finding.records) {
        const auto name = TRY(reading.name_of(record));
        records.push_back(name);
      }
      list.push_back({{"id", to_hex(finding.id.raw())},
                      {"rule", finding.rule},
                      {"severity", word_of(finding.severity)},
                      {"records", records},
                      {"message", say(finding.message)},
                      {"waived_until", finding.waived_until}});
    }
    print(context, list);
    return ending;
  }
  if (findings.empty()) print(context, message("Nothing was found."));
  for (const auto& finding : findings) {
    const auto head = fmt::format("{}  {}  {}  ",
                                  finding.rule,
                                  to_hex(finding.id.raw()).substr(0, finding_digits),
                                  severity_label(finding.severity));
    auto text = say(finding.message);
    if (!finding.waived_until.empty()) text += tr(" (waived until {})", finding.waived_until);
    context.out << head << wrap(printable(text), context.width, display_width(head)) << '\n';
  }
  return ending;
}

namespace {

/// A line on one batch of an exchange: which, and what about it.
void show_batch(Context& context,
                const std::string& head,
                const std::string& branch,
                const CommitId& commit,
                const Message& what) {
  const auto* colon = language() == Language::zh ? "：" : ": ";
  const auto which =
      tr("{} of {}", to_hex(commit.raw()).substr(0, commit_digits), printable(branch));
  context.out << "  " << head << colon << which << colon << printable(say(what)) << '\n';
}

}  // namespace

Message has_left() {
  return message(
      "This computer has left the consortium. It goes on reading, and what is edited here stays "
      "here; to come back, join in a new workspace.");
}

void show_report(Context& context, const SyncReport& report) {
  if (context.json) {
    print(context, to_json(report));
    return;
  }
  auto& out = context.out;
  const auto& after = report.after;
  print(context,
        report.dry_run ? message("{}: what a sync would do", report.remote)
                       : message("{}: synced", report.remote));
  std::vector<std::string> types;
  types.reserve(report.by_type.size());
  for (const auto& [type, count] : report.by_type)
    types.push_back(fmt::format("{} {}", type, count));
  out << "  "
      << tr("Received: {} changes in {} batches",
            report.received.changes(),
            report.received.batches())
      << (types.empty() ? "" : fmt::format(" ({})", join_words(types))) << '\n';
  out << "  " << tr("Sent: {} changes in {} batches", report.sent_changes, report.sent_batches)
      << '\n';
  for (const auto& refused : report.received.set_aside)
    show_batch(context, tr("Set aside"), refused.branch, refused.commit, refused.reason.message);
  for (const auto& stream : report.received.streams) {
    for (const auto& [kind, remark] : stream.remarks)
      show_batch(context, tr("Noticed"), stream.branch, remark.commit, remark.what);
  }
  if (report.received.quarantined > 0)
    out << "  "
        << tr("{} changes came that do not count: guantong quarantine", report.received.quarantined)
        << '\n';
  for (const auto& branch : report.rolled_back)
    out << "  "
        << tr("The remote {} shows {} shorter than it was; what was missing there is sent again",
              report.remote,
              branch)
        << '\n';
  for (const auto& one : report.witnessed.withheld)
    out << "  " << printable(say(sentence_of(one, report.remote))) << '\n';
  for (const auto& one : report.witnessed.split)
    out << "  " << printable(say(sentence_of(one))) << '\n';
  if (after.left)
    out << "  " << printable(say(has_left())) << '\n';
  else if (!after.admitted)
    out << "  "
        << tr("This computer is not admitted yet; its edits wait here. The code to read out: "
              "\"guantong status\"")
        << '\n';
  if (!after.wants_somebody()) {
    out << "  " << tr("Nothing wants a decision.") << '\n';
    return;
  }
  if (after.conflicts > 0)
    out << "  " << tr("{} conflicts to decide: guantong conflicts", after.conflicts) << '\n';
  if (after.proposals > 0)
    out << "  " << tr("{} suggestions to answer: guantong proposals", after.proposals) << '\n';
  if (after.agreements > 0)
    out << "  " << tr("{} agreements wait for this site: guantong inbox", after.agreements) << '\n';
  if (after.findings > 0)
    out << "  " << tr("{} findings to look at: guantong findings", after.findings) << '\n';
  if (after.quarantined > 0)
    out << "  " << tr("{} batches in quarantine to rule on: guantong quarantine", after.quarantined)
        << '\n';
  if (after.set_aside > 0)
    out << "  " << tr("{} batches wait, with a reason: guantong status", after.set_aside) << '\n';
}

}  // namespace guantong
