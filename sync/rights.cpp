#include "sync/rights.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "sync/change.h"
#include "sync/holding.h"
#include "sync/members.h"
#include "sync/read_change.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/value.h"

namespace guantong {

bool Rights::claims(const RecordState& state, const Change& change, const Past& past) {
  if (change.action != Action::create) return false;
  return std::ranges::none_of(
      state.creations, [&](const Creation& creation) { return past.contains(creation.dot); });
}

RecordId Rights::first_owner(const RecordKey& key,
                             const RecordType& type,
                             const ReadChange& read,
                             const Author& author,
                             const Past& past) const {
  const RecordId own = author.site ? members_.sites()[*author.site].org : RecordId{};
  std::optional<RecordId> named;
  if (type.owns_itself) named = key.id;
  if (type.owner != 0) {
    const Field& field = *type.field(type.owner);
    if (const auto target = reference_in(field, value_of(field.slot, read))) named = target->id;
  }
  const bool may_name = named == own || author.site == members_.lead(past);
  return named && may_name ? *named : own;
}

SiteNo Rights::answers_for(const RecordId& owner, const Past& past) const {
  const auto site = members_.site_of_org(owner);
  return site && members_.is_site_in(*site, past) ? *site : members_.lead(past);
}

bool Rights::may_decide(const RecordType& type,
                        const RecordState& state,
                        Slot slot,
                        bool claiming,
                        const Dot& dot,
                        const Author& author,
                        const Past& past) const {
  // What a school or a device keeps for itself is decided where it is.
  if (type.space != Space::plan) return true;
  if (!author.site) return false;
  switch (type.decider_of(slot)) {
    case Decider::any:
      return true;
    case Decider::lead:
      return members_.decides_as_lead(*author.site, dot, past);
    case Decider::joint:
      return members_.is_partner_in(*author.site, past);
    case Decider::owner:
      return claiming || owns(state, *author.site, past);
  }
  return false;
}

bool Rights::ranks(const RecordType& type,
                   const RecordState& state,
                   Slot slot,
                   const std::optional<SiteNo>& site,
                   const Past& now) const {
  if (type.space != Space::plan) return true;
  if (!site) return false;
  switch (type.decider_of(slot)) {
    case Decider::joint:
      return false;
    case Decider::lead:
      return *site == members_.lead(now);
    case Decider::any:
    case Decider::owner:
      return owns(state, *site, now);
  }
  return false;
}

RecordId Rights::judge(const RecordId& org, const Past& past) const {
  const auto site = members_.site_of_org(org);
  return site && members_.is_site_in(*site, past) ? org : lead(past);
}

RecordId Rights::lead(const Past& past) const {
  return members_.founded() ? members_.sites()[members_.lead(past)].org : RecordId{};
}

HoldingContext Rights::holding_context(HeldSubject subject,
                                       const Author& author,
                                       const Past& past) const {
  HoldingContext context;
  context.subject = subject;
  context.is_member = author.site && author.level >= Level::teacher;
  if (author.site) context.author = members_.sites()[*author.site].org;
  context.judge = lead(past);
  // In force only while the context is used: who judges holds both.
  context.speaker = [this, &past](const RecordId& org) { return judge(org, past); };
  for (SiteNo site = 0; site < members_.sites().size(); ++site) {
    if (members_.is_partner_in(site, past)) context.partners.push_back(members_.sites()[site].org);
  }
  std::ranges::sort(context.partners);
  return context;
}

bool Rights::owns(const RecordState& state, SiteNo site, const Past& past) const {
  if (state.acts_on(HeldSubject::owner).empty()) {  // Nearly every record, at every edit.
    return std::ranges::any_of(state.creations, [&](const Creation& creation) {
      return past.contains(creation.dot) && answers_for(creation.owner, past) == site;
    });
  }
  const auto sites = owners(state, past);
  return std::ranges::find(sites, site) != sites.end();
}

std::vector<SiteNo> Rights::owners(const RecordState& state, const Past& past) const {
  std::vector<SiteNo> sites;
  const auto add = [&](const RecordId& org) {
    const auto site = answers_for(org, past);
    if (std::ranges::find(sites, site) == sites.end()) sites.push_back(site);
  };
  const auto& acts = state.acts_on(HeldSubject::owner);
  if (acts.empty()) {
    for (const auto& creation : state.creations) {
      if (past.contains(creation.dot)) add(creation.owner);
    }
  } else {
    for (const auto& org : Holding{acts}.tenure(past).acting)
      add(org);
  }
  return sites;
}

}  // namespace guantong
