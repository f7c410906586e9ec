#include "client/tenures.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/audit.h"
#include "client/decisions.h"
#include "client/reading.h"
#include "client/sqlite/sqlite_store.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/contains.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"
#include "sync/members.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/value.h"

namespace guantong {
namespace {

using Kind = HoldingAct::Kind;

std::vector<Dot> dots_in_force(const TenureView& tenure) {
  std::vector<Dot> dots;
  for (const auto place : tenure.tenure.in_force)
    dots.push_back(tenure.acts[place].act.dot);
  return dots;
}

Error nobody_asks(const TenureView& tenure) {
  return fail(Errc::not_found,
              "nothing of {} waits for that; \"guantong {} show {}\" tells its story",
              tenure.record.name(),
              command_of(tenure.subject),
              tenure.record.name());
}

/// The one act that an answer is meant for.
Result<const TenureAct*> answered(const TenureView& tenure,
                                  std::vector<const TenureAct*> candidates,
                                  std::string_view id) {
  std::erase_if(candidates, [&](const TenureAct* act) { return !act->id.starts_with(id); });
  if (candidates.empty()) return nobody_asks(tenure);
  if (candidates.size() > 1) {
    std::string ids;
    for (const auto* act : candidates)
      ids += (ids.empty() ? "" : ", ") + act->id;
    return fail(Errc::invalid, "several wait for that; say which with --id: {}", ids);
  }
  return candidates.front();
}

template <class Fits>
std::vector<const TenureAct*> acts_that(const TenureView& tenure, Fits fits) {
  std::vector<const TenureAct*> found;
  for (const auto& act : tenure.acts) {
    if (fits(act)) found.push_back(&act);
  }
  return found;
}

bool is_open(const TenureAct& act) {
  return act.status == TransferStatus::open;
}

Result<HoldingAct> acceptance(const TenureView& tenure, const RecordId& own, std::string_view id) {
  const auto offers = acts_that(tenure, [&](const TenureAct& act) {
    return is_open(act) ? contains(act.missing, own) : act.stands && act.act.by != own;
  });
  const auto* offer = TRY(answered(tenure, offers, id));
  HoldingAct act;
  if (offer->stands) {
    act.to = own;
    act.after = dots_in_force(tenure);
    act.under = offer->act.dot;
    return act;
  }
  act.kind = Kind::consent;
  act.of = offer->act.dot;
  return act;
}

Result<HoldingAct> refusal(const TenureView& tenure,
                           const RecordId& own,
                           Kind kind,
                           std::string_view id) {
  const auto candidates = acts_that(tenure, [&](const TenureAct& act) {
    if (kind == Kind::decline) return is_open(act) && contains(act.act.needed, own);
    return act.act.by == own && (is_open(act) || act.stands);
  });
  const auto* answer = TRY(answered(tenure, candidates, id));
  HoldingAct act;
  act.kind = kind;
  act.of = answer->act.dot;
  return act;
}

Result<RecordId> site_named(Session& session, const std::string& slug) {
  const auto site = session.members().site(slug);
  if (!site)
    return fail(Errc::not_found,
                "there is no site \"{}\"; \"guantong members\" lists them",
                printable(slug));
  return session.members().sites()[*site].org;
}

std::string codes_of(Session& session, const std::vector<RecordId>& sites) {
  std::string codes;
  for (const auto& site : sites)
    codes += (codes.empty() ? "" : ", ") + code_of(session, site);
  return codes;
}

/// When the charter expects a ruling that was asked for. To be shown only: no verdict asks a clock.
Result<std::optional<std::uint64_t>> ruling_due(Session& session, const TenureView& tenure) {
  constexpr std::uint64_t day_ms = 24ULL * 60 * 60 * 1000;
  std::optional<std::uint64_t> due;
  if (!tenure.wants_ruling() || !tenure.charter.record) return due;
  Reading reading{session.store()};
  const auto charter = TRY(reading.read(*tenure.charter.record));
  const auto* days = charter.type->field(std::string_view{"ruling_days"});
  if (days == nullptr || !charter.values.contains(days->number)) return due;
  const auto number = integer_in(*days, charter.values.at(days->number)).value_or(0);
  for (const auto& act : tenure.acts) {
    if (act.act.kind == Kind::escalate && act.act.counts())
      due = act.written_ms + static_cast<std::uint64_t>(number) * day_ms;
  }
  return due;
}

Error held_by_another(Session& session, const TenureView& tenure) {
  return fail(Errc::conflict,
              "{} is held by {}; ask for it with \"guantong {} request {}\"",
              tenure.record.name(),
              codes_of(session, tenure.tenure.receivers),
              command_of(tenure.subject),
              tenure.record.name());
}

Result<HoldingAct> wished(Session& session,
                          const TenureView& tenure,
                          const TenureWish& wish,
                          const RecordId& own) {
  using Wish = TenureWish::Kind;
  switch (wish.kind) {
    case Wish::claim:
      if (!tenure.tenure.free()) return held_by_another(session, tenure);
      return transfer_to(tenure, own);
    case Wish::request:
      if (tenure.tenure.free())
        return fail(Errc::conflict,
                    "nobody holds {}; take it with \"guantong duty claim {}\"",
                    tenure.record.name(),
                    tenure.record.name());
      return transfer_to(tenure, own);
    case Wish::offer: {
      if (wish.to == "all") {
        auto act = transfer_to(tenure, {});
        act.kind = Kind::invite;
        return act;
      }
      const auto to = TRY(site_named(session, wish.to));
      return transfer_to(tenure, to);
    }
    case Wish::accept:
      return acceptance(tenure, own, wish.id);
    case Wish::decline:
      return refusal(tenure, own, Kind::decline, wish.id);
    case Wish::withdraw:
      return refusal(tenure, own, Kind::withdraw, wish.id);
    case Wish::escalate: {
      HoldingAct act;
      act.kind = Kind::escalate;
      return act;
    }
    case Wish::rule: {
      const auto to = TRY(site_named(session, wish.to));
      auto act = transfer_to(tenure, to);
      act.ruling = true;
      return act;
    }
  }
  return nobody_asks(tenure);
}

}  // namespace

bool TenureView::wants_ruling() const {
  return tenure.contested() && std::ranges::any_of(acts, [](const TenureAct& act) {
           return act.act.kind == Kind::escalate && act.act.counts();
         });
}

bool TenureView::asks(const RecordId& org) const {
  const bool asked =
      std::ranges::any_of(acts, [&](const TenureAct& act) { return contains(act.missing, org); });
  const bool contests = tenure.contested() && contains(tenure.receivers, org);
  return asked || contests || (org == charter.judge && wants_ruling());
}

std::string_view command_of(HeldSubject subject) {
  return subject == HeldSubject::owner ? "owner" : "duty";
}

Result<TenureView> tenure_view(Session& session, const Record& record, HeldSubject subject) {
  if (subject == HeldSubject::holder && !record.type->held)
    return fail(Errc::invalid, "{} is no duty: nobody takes it over", record.name());
  if (record.type->space != Space::plan)
    return fail(Errc::invalid, "{} is the school's own, and does not change hands", record.name());
  const auto holding = TRY(session.merger().agreements(record.number, subject));
  TenureView view;
  view.subject = subject;
  view.record = record;
  Reading reading{session.store()};
  view.title = TRY(reading.title_of(record));
  view.tenure = holding.tenure(WholePast{});
  if (session.members().founded())
    view.charter = TRY(session.merger().charter_of(record.number, WholePast{}));
  for (JudgedAct::Place place = 0; place < holding.acts().size(); ++place) {
    TenureAct act;
    act.act = holding.acts()[place];
    act.id = TRY(short_name(session, record.number, life_cycle, {act.act.dot}));
    if (act.act.kind == Kind::transfer) {
      act.status = holding.status(place);
      if (is_open(act)) act.missing = holding.missing(place);
    }
    if (act.act.kind == Kind::invite) act.stands = holding.stands(place);
    const auto entry = TRY(history_entry(session, act.act.dot));
    act.site = entry.site;
    act.person = entry.person;
    act.why = entry.why;
    act.written_ms = entry.ordered_ms();
    view.acts.push_back(std::move(act));
  }
  view.ruling_due_ms = TRY(ruling_due(session, view));
  return view;
}

Result<std::vector<TenureView>> duties(Session& session) {
  std::vector<TenureView> views;
  Reading reading{session.store()};
  for (const auto* type : session.store().schema().types()) {
    if (!type->held) continue;
    const auto records = TRY(reading.list(*type, {}, false));
    for (const auto& record : records) {
      auto view = TRY(tenure_view(session, record, HeldSubject::holder));
      views.push_back(std::move(view));
    }
  }
  return views;
}

Result<std::vector<TenureView>> open_tenures(Session& session) {
  std::vector<TenureView> views;
  Reading reading{session.store()};
  for (const auto subject : {HeldSubject::holder, HeldSubject::owner}) {
    const auto from = static_cast<std::ptrdiff_t>(views.size());
    const auto mark = subject == HeldSubject::holder ? mark_duty : mark_agreement;
    const auto marked = TRY(session.store().marked(mark));
    for (const auto number : marked) {
      const auto* state = TRY(session.merger().state(number));
      if (state->life == LifeState::archived) continue;
      if (!wants_answer(Holding{state->acts_on(subject)})) continue;
      const auto record = TRY(reading.read(number));
      auto view = TRY(tenure_view(session, record, subject));
      views.push_back(std::move(view));
    }
    std::sort(views.begin() + from, views.end(), [](const TenureView& a, const TenureView& b) {
      return a.record.name() < b.record.name();
    });
  }
  return views;
}

HoldingAct transfer_to(const TenureView& tenure, const RecordId& to) {
  HoldingAct act;
  act.subject = tenure.subject;
  act.to = to;
  act.after = dots_in_force(tenure);
  return act;
}

Result<HoldingAct> act_for(Session& session,
                           const Workspace& workspace,
                           const TenureView& tenure,
                           const TenureWish& wish) {
  if (!session.members().founded())
    return fail(Errc::not_found, "the plan has not arrived here yet; sync with a remote first");
  const auto own = session.members().org_id(workspace.config().site);
  auto act = TRY(wished(session, tenure, wish, own));
  act.subject = tenure.subject;
  return act;
}

std::vector<NextStep> next_steps(Session& session, const TenureView& tenure, const RecordId& own) {
  const auto& now = tenure.tenure;
  const bool claims = contains(now.receivers, own);
  std::vector<NextStep> steps;
  const auto offer = [&](Message what, std::string_view act, std::string_view options = "") {
    steps.push_back({std::move(what),
                     fmt::format("guantong {} {} {}{}",
                                 command_of(tenure.subject),
                                 act,
                                 tenure.record.name(),
                                 options)});
  };
  if (now.free())
    offer(message("take it: {} answers for it at once", code_of(session, own)), "claim");
  for (const auto& act : tenure.acts) {
    const auto id = " --id " + act.id;
    const bool asked = contains(act.missing, own);
    const auto receiver = code_of(session, act.stands ? own : act.act.to);
    if (asked || (act.stands && act.act.by != own))
      offer(message("agree: {} answers for it once all concerned agree", receiver), "accept", id);
    if (asked)
      offer(
          message("refuse: nothing changes, and your reason is shown"), "decline", id + " --why …");
    if ((is_open(act) || act.stands) && act.act.by == own)
      offer(message("take it back, unless they agree before hearing of that"), "withdraw", id);
  }
  if (own == tenure.charter.judge && !claims && tenure.wants_ruling())
    offer(message("rule, as the site that rules here: whom you name answers for it"),
          "rule",
          " --to SITE --why …");
  if (now.contested() && claims) {
    offer(
        message("step back: offer it to another claimant, who must agree"), "offer", " --to SITE");
    offer(message("ask {} to rule, with your reason", code_of(session, tenure.charter.judge)),
          "escalate",
          " --why …");
  } else if (claims) {
    offer(message("hand it over: you answer for it until they agree"), "offer", " --to SITE|all");
  } else if (!now.free() && !now.contested()) {
    offer(message("ask for it: it is yours once {} agrees", codes_of(session, now.receivers)),
          "request");
  }
  return steps;
}

Message said(const JudgedAct& act, const std::string& receiver) {
  switch (act.kind) {
    case Kind::transfer:
      if (act.ruling) return message("ruled that {} answers for it", receiver);
      if (act.under) return message("took it over, as it was offered to all");
      if (act.by != act.to) return message("offered to {}", receiver);
      return act.after.empty() ? message("claimed") : message("asked to take it over");
    case Kind::consent:
      return message("agreed");
    case Kind::withdraw:
      return message("withdrew the offer");
    case Kind::decline:
      return message("declined the offer");
    case Kind::invite:
      return message("offered to all");
    case Kind::escalate:
      return message("asked for a ruling");
  }
  return {};
}

Message reason_of(Void verdict) {
  switch (verdict) {
    case Void::none:
      break;
    case Void::no_member:
      return message("whoever did it may not act for a site");
    case Void::not_in_force:
      return message("somebody else answered for it then");
    case Void::no_change:
      return message("it belongs to that site already");
    case Void::not_concerned:
      return message("that site is not asked");
    case Void::not_there:
      return message("there is nothing to answer");
    case Void::too_late:
      return message("that was settled already");
    case Void::stopped:
      return message("that was withdrawn or declined before");
    case Void::no_contest:
      return message("nobody contests it");
    case Void::no_judge:
      return message("only the lead site rules, and not on its own claim");
    case Void::not_escalated:
      return message("no site concerned has asked for a ruling");
    case Void::other_content:
      return message("something else stood there before its author");
    case Void::no_candidate:
      return message("that site neither claims it nor answers for it");
  }
  return {};
}

std::string code_of(Session& session, const RecordId& org) {
  const auto site = session.members().site_of_org(org);
  if (!site) return to_hex(org.raw()).substr(0, 8);
  return session.members().sites()[*site].slug;
}

}  // namespace guantong
