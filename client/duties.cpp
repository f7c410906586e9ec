#include "client/duties.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/audit.h"
#include "client/decisions.h"
#include "client/reading.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"
#include "sync/members.h"
#include "sync/rights.h"
#include "sync/schema.h"

namespace guantong {
namespace {

using Kind = HoldingAct::Kind;

bool holds(const std::vector<RecordId>& sites, const RecordId& site) {
  return std::ranges::find(sites, site) != sites.end();
}

std::vector<Dot> dots_in_force(const DutyView& duty) {
  std::vector<Dot> dots;
  for (const auto place : duty.tenure.in_force)
    dots.push_back(duty.acts[place].act.dot);
  return dots;
}

Result<std::string> title_of(Reading& reading, const Record& record) {
  for (const auto* name : {"title_zh", "name_zh"}) {
    const auto* field = record.type->field(std::string_view{name});
    if (field == nullptr || !record.values.contains(field->number)) continue;
    return reading.shown(*field, record.values.at(field->number));
  }
  return std::string{};
}

Error nobody_asks(const DutyView& duty) {
  return fail(Errc::not_found,
              "nothing of {} waits for that; \"guantong duty show {}\" tells its story",
              duty.record.name(),
              duty.record.name());
}

/// The one act that an answer is meant for.
Result<const DutyAct*> answered(const DutyView& duty,
                                std::vector<const DutyAct*> candidates,
                                std::string_view id) {
  std::erase_if(candidates, [&](const DutyAct* act) { return !act->id.starts_with(id); });
  if (candidates.empty()) return nobody_asks(duty);
  if (candidates.size() > 1) {
    std::string ids;
    for (const auto* act : candidates)
      ids += (ids.empty() ? "" : ", ") + act->id;
    return fail(Errc::invalid, "several wait for that; say which with --id: {}", ids);
  }
  return candidates.front();
}

template <class Fits>
std::vector<const DutyAct*> acts_that(const DutyView& duty, Fits fits) {
  std::vector<const DutyAct*> found;
  for (const auto& act : duty.acts) {
    if (fits(act)) found.push_back(&act);
  }
  return found;
}

bool is_open(const DutyAct& act) {
  return act.status == TransferStatus::open;
}

Result<HoldingAct> acceptance(const DutyView& duty, const RecordId& own, std::string_view id) {
  const auto offers = acts_that(duty, [&](const DutyAct& act) {
    return is_open(act) ? holds(act.missing, own) : act.stands && act.act.by != own;
  });
  const auto* offer = TRY(answered(duty, offers, id));
  HoldingAct act;
  if (offer->stands) {
    act.to = own;
    act.after = dots_in_force(duty);
    act.under = offer->act.dot;
    return act;
  }
  act.kind = Kind::consent;
  act.of = offer->act.dot;
  return act;
}

Result<HoldingAct> refusal(const DutyView& duty,
                           const RecordId& own,
                           Kind kind,
                           std::string_view id) {
  const auto candidates = acts_that(duty, [&](const DutyAct& act) {
    if (kind == Kind::decline) return is_open(act) && holds(act.act.needed, own);
    return act.act.by == own && (is_open(act) || act.stands);
  });
  const auto* answer = TRY(answered(duty, candidates, id));
  HoldingAct act;
  act.kind = kind;
  act.of = answer->act.dot;
  return act;
}

/// A transfer to `to`, whatever it takes for it to be agreed.
HoldingAct transfer(const DutyView& duty, const RecordId& to) {
  HoldingAct act;
  act.to = to;
  act.after = dots_in_force(duty);
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

}  // namespace

bool DutyView::wants_ruling() const {
  return tenure.contested() && std::ranges::any_of(acts, [](const DutyAct& act) {
           return act.act.kind == Kind::escalate && act.act.counts();
         });
}

bool DutyView::asks(const RecordId& org) const {
  const bool asked =
      std::ranges::any_of(acts, [&](const DutyAct& act) { return holds(act.missing, org); });
  const bool contests = tenure.contested() && holds(tenure.receivers, org);
  return asked || contests || (org == judge && wants_ruling());
}

Result<DutyView> duty_view(Session& session, const Record& record) {
  if (!record.type->held)
    return fail(Errc::invalid, "{} is no duty: nobody takes it over", record.name());
  const auto* state = TRY(session.merger().state(record.number));
  const Holding holding{state->acts};
  DutyView view;
  view.record = record;
  Reading reading{session.store()};
  view.title = TRY(title_of(reading, record));
  view.tenure = holding.tenure(WholePast{});
  if (session.members().founded()) view.judge = Rights{session.members()}.holding_context({}).judge;
  for (JudgedAct::Place place = 0; place < holding.acts().size(); ++place) {
    DutyAct act;
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
    act.written_ms = entry.written.ms;
    view.acts.push_back(std::move(act));
  }
  return view;
}

Result<std::vector<DutyView>> duty_views(Session& session) {
  std::vector<DutyView> views;
  Reading reading{session.store()};
  for (const auto* type : session.store().schema().types()) {
    if (!type->held) continue;
    const auto records = TRY(reading.list(*type, {}, false));
    for (const auto& record : records) {
      auto view = TRY(duty_view(session, record));
      views.push_back(std::move(view));
    }
  }
  return views;
}

Result<HoldingAct> act_for(Session& session,
                           const Workspace& workspace,
                           const DutyView& duty,
                           const DutyWish& wish) {
  if (!session.members().founded())
    return fail(Errc::not_found, "the plan has not arrived here yet; sync with a remote first");
  const auto own = session.members().org_id(workspace.config().site);
  const auto name = duty.record.name();
  const auto holders = codes_of(session, duty.tenure.receivers);
  switch (wish.kind) {
    case DutyWish::Kind::claim:
      if (!duty.tenure.free())
        return fail(Errc::conflict,
                    "{} is held by {}; ask for it with \"guantong duty request {}\"",
                    name,
                    holders,
                    name);
      return transfer(duty, own);
    case DutyWish::Kind::request:
      if (duty.tenure.free())
        return fail(
            Errc::conflict, "nobody holds {}; take it with \"guantong duty claim {}\"", name, name);
      return transfer(duty, own);
    case DutyWish::Kind::offer: {
      if (wish.to == "all") {
        auto act = transfer(duty, {});
        act.kind = Kind::invite;
        return act;
      }
      const auto to = TRY(site_named(session, wish.to));
      return transfer(duty, to);
    }
    case DutyWish::Kind::accept:
      return acceptance(duty, own, wish.id);
    case DutyWish::Kind::decline:
      return refusal(duty, own, Kind::decline, wish.id);
    case DutyWish::Kind::withdraw:
      return refusal(duty, own, Kind::withdraw, wish.id);
    case DutyWish::Kind::escalate: {
      HoldingAct act;
      act.kind = Kind::escalate;
      return act;
    }
    case DutyWish::Kind::rule: {
      const auto to = TRY(site_named(session, wish.to));
      auto act = transfer(duty, to);
      act.ruling = true;
      return act;
    }
  }
  return nobody_asks(duty);
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
