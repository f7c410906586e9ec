#include "sync/members.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/authority.h"
#include "sync/base/hash.h"
#include "sync/change.h"
#include "sync/past.h"
#include "sync/schema.h"
#include "sync/value.h"

namespace guantong {
namespace {

constexpr std::array<std::string_view, 4> partner_kinds{
    "highschool", "vocational", "university", "foreign"};

std::string upper_case(std::string_view slug) {
  std::string code{slug};
  for (char& c : code) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return code;
}

Act::Kind kind_of(const Change& change) {
  if (change.grant) return Act::Kind::grant;
  if (change.dismissal) return Act::Kind::dismissal;
  if (change.hand_over) return Act::Kind::hand_over;
  if (change.ruling) return Act::Kind::ruling;
  return Act::Kind::rotation;
}

bool is_partner_kind(std::string_view kind) {
  return std::ranges::find(partner_kinds, kind) != partner_kinds.end();
}

/// A place in a batch, with room for several grants of one change.
constexpr std::uint64_t grants_a_change = 1U << 16U;

}  // namespace

RecordId derived_id(const ConsortiumId& consortium, std::uint32_t type, std::string_view identity) {
  const std::string text = std::to_string(type) + '\n' + std::string{identity};
  return *RecordId::from(blake2b_128(text, consortium.raw()).raw());
}

const Act& Members::found(const Dot& dot,
                          const Founding& founding,
                          const ConsortiumId& consortium,
                          std::optional<StreamNo> recovery) {
  consortium_ = consortium;
  name_ = founding.consortium_name;
  Act act;
  act.kind = Act::Kind::founding;
  act.dot = dot;
  act.by = dot.stream;
  act.right = true;
  std::uint64_t place = 0;
  const auto give = [&](StreamNo to, const Member& member) {
    act.grants.push_back({.dot = dot,
                          .to = to,
                          .level = Level::lead,
                          .member = member,
                          .seniority = {0, consortium, place++},
                          .right = true,
                          .partner_kind = is_partner_kind(member.site_kind)});
  };
  if (recovery) {
    // First in the order of listing, and so the most senior (A2).
    Member member = founding.member;
    member.key = *PublicKey::from(founding.recovery_key);
    member.person = *PersonId::from(blake2b_128(founding.recovery_key).raw());
    member.name = "recovery key";
    member.email.clear();
    give(*recovery, member);
  }
  give(dot.stream, founding.member);
  act.under = static_cast<ActNo>(authority_.acts().size());
  const auto& kept = authority_.add(std::move(act));
  note(kept);
  return kept;
}

const Act& Members::take(const Dot& dot,
                         const Change& change,
                         const GrantFact& under,
                         const ActTargets& targets,
                         const ActGround& ground) {
  const auto& kept = authority_.add(facts_of(dot, change, under, targets, ground));
  note(kept);
  return kept;
}

const Act& Members::settle(const Dot& dot,
                           const Change& change,
                           const GrantFact& under,
                           const ActTargets& targets,
                           const ActGround& ground) {
  const auto number = act_at_.at(dot);
  authority_.replace(number, facts_of(dot, change, under, targets, ground));
  return authority_.acts()[number];
}

void Members::take_back() {
  const auto& act = authority_.acts().back();
  for (const auto& grant : act.grants) {
    for (auto& site : sites_)
      std::erase(site.grants, &grant);
    const auto& others = authority_.grants_to(grant.to);
    if (others.size() == 1) site_of_.erase(grant.to);
  }
  if (act.kind == Act::Kind::rotation) rotations_[act.dot.stream].pop_back();
  act_at_.erase(act.dot);
  authority_.take_back();
}

Act Members::facts_of(const Dot& dot,
                      const Change& change,
                      const GrantFact& under,
                      const ActTargets& targets,
                      const ActGround& ground) const {
  Act act;
  act.kind = kind_of(change);
  act.dot = dot;
  act.by = plan_stream(dot.stream);
  act.under = under.act;
  if (change.dismissal) {
    act.target = targets.devices.front();
    act.leaves = change.dismissal->leaves;
  } else if (change.hand_over) {
    act.site = under.member.site;
    act.leaves = Level::coordinator;
  } else if (change.rotation) {
    act.key = change.rotation->key;
  }
  const auto needed = needs(change, act, under, targets, ground.past);
  act.needs = needed.value_or(Level::lead);
  act.right = needed && under.level >= *needed;
  const auto give = [&](StreamNo to, Level level, const Member& member) {
    auto seniority = ground.seniority;
    seniority.place = seniority.place * grants_a_change + act.grants.size();
    act.grants.push_back({.dot = dot,
                          .to = to,
                          .level = level,
                          .member = member,
                          .seniority = seniority,
                          .right = act.right,
                          .partner_kind = is_partner_kind(member.site_kind)});
    act.grants.back().follows = seen_strikers(&act.grants.back(), ground.past);
  };
  if (change.grant) give(targets.devices.front(), change.grant->level, change.grant->member);
  if (change.hand_over && act.right) {
    for (const auto device : targets.devices)
      give(device, Level::lead, grants_in(device, ground.past).back()->member);
  }
  if (act.strikes()) {
    act.saw = seen_strikers(nullptr, ground.past);
    add_cuts(act, ground);
  }
  act.batches = targets.batches;
  if (change.ruling) {
    act.admits = change.ruling->admits;
    for (const auto number : authority_.rulings()) {
      if (ground.past.contains(authority_.acts()[number].dot)) act.saw.push_back(number);
    }
  }
  return act;
}

std::vector<ActNo> Members::seen_strikers(const GrantFact* grant, const Past& past) const {
  std::vector<ActNo> seen;
  for (const auto number : authority_.strikers()) {
    const auto& act = authority_.acts()[number];
    const bool concerns =
        grant == nullptr || (act.kind == Act::Kind::dismissal ? act.target == grant->to
                                                              : act.site == grant->member.site);
    if (concerns && past.contains(act.dot)) seen.push_back(number);
  }
  return seen;
}

void Members::add_cuts(Act& act, const ActGround& ground) const {
  const auto cut = [&](StreamNo device) {
    for (const auto stream : streams_of(device)) {
      // What a device does to itself strikes only what comes later.
      const auto n = stream == act.dot.stream ? act.dot.n : ground.reach(stream);
      if (n > 0) act.cuts[stream] = n;
    }
  };
  if (act.kind == Act::Kind::dismissal) {
    cut(act.target);
    return;
  }
  for (const auto& [device, grants] : authority_.all_grants()) {
    const bool of_site = std::ranges::any_of(
        grants, [&](const GrantFact* grant) { return grant->member.site == act.site; });
    if (of_site) cut(device);
  }
}

std::vector<const GrantFact*> Members::grants_in(StreamNo device, const Past& past) const {
  std::vector<const GrantFact*> given;
  for (const auto* grant : authority_.grants_to(device)) {
    if (grant->right && past.contains(grant->dot)) given.push_back(grant);
  }
  return given;
}

std::optional<Level> Members::needs(const Change& change,
                                    const Act& act,
                                    const GrantFact& under,
                                    const ActTargets& targets,
                                    const Past& past) const {
  switch (act.kind) {
    case Act::Kind::grant:
      return needs_grant(*change.grant, targets.devices.front(), under, past);
    case Act::Kind::dismissal:
      return needs_dismissal(act, under, past);
    case Act::Kind::hand_over:
      return needs_hand_over(targets, under, past);
    case Act::Kind::ruling:
      return needs_ruling(targets, under, past);
    case Act::Kind::rotation:
      return Level::auditor;
    case Act::Kind::founding:
      break;
  }
  return std::nullopt;
}

std::optional<Level> Members::needs_grant(const Grant& grant,
                                          StreamNo to,
                                          const GrantFact& under,
                                          const Past& past) const {
  const bool own_site = grant.member.site == under.member.site;
  for (const auto* earlier : grants_in(to, past)) {
    if (earlier->member.site != grant.member.site) return std::nullopt;
  }
  if (grant.level == Level::lead) return own_site ? std::optional{Level::lead} : std::nullopt;
  if (!own_site) return Level::lead;
  const bool own_device =
      grant.member.person == under.member.person && grant.level <= Level::teacher;
  return own_device ? Level::teacher : Level::coordinator;
}

std::optional<Level> Members::needs_dismissal(const Act& act,
                                              const GrantFact& under,
                                              const Past& past) const {
  const auto given = grants_in(act.target, past);
  if (given.empty()) return std::nullopt;
  if (act.target == act.by) return Level::auditor;
  const bool own_site = std::ranges::all_of(given, [&](const GrantFact* grant) {
    return grant->member.site == under.member.site && grant->level < Level::lead;
  });
  return own_site ? Level::coordinator : Level::lead;
}

std::optional<Level> Members::needs_hand_over(const ActTargets& targets,
                                              const GrantFact& under,
                                              const Past& past) const {
  std::optional<std::string> site;
  for (const auto device : targets.devices) {
    const auto given = grants_in(device, past);
    if (given.empty()) return std::nullopt;
    const auto& there = given.back()->member.site;
    if (there == under.member.site || site.value_or(there) != there) return std::nullopt;
    site = there;
  }
  return Level::lead;
}

std::optional<Level> Members::needs_ruling(const ActTargets& targets,
                                           const GrantFact& under,
                                           const Past& past) const {
  if (targets.batches.empty() || targets.unseen) return std::nullopt;
  const bool own_site = std::ranges::all_of(targets.batches, [&](const Dot& batch) {
    // What a batch says of its site is no proof.
    const auto given = grants_in(plan_stream(batch.stream), past);
    return !given.empty() && std::ranges::all_of(given, [&](const GrantFact* grant) {
      return grant->member.site == under.member.site;
    });
  });
  return own_site ? Level::coordinator : Level::lead;
}

void Members::restore(Act act) {
  note(authority_.restore(std::move(act)));
}

void Members::restore(const std::string& name, const ConsortiumId& consortium) {
  name_ = name;
  consortium_ = consortium;
}

void Members::set_fork(StreamNo device, ForkFact fork) {
  for (const auto& [stream, from] : fork.branches)
    plan_stream_[stream] = device;
  authority_.set_fork(device, std::move(fork));
}

std::vector<StreamNo> Members::streams_of(StreamNo device) const {
  std::vector<StreamNo> streams{device};
  for (const auto& [stream, of] : plan_stream_) {
    if (of == device && stream != device) streams.push_back(stream);
  }
  return streams;
}

std::optional<ActNo> Members::find_act(const Dot& dot) const {
  const auto found = act_at_.find(dot);
  return found == act_at_.end() ? std::nullopt : std::optional{found->second};
}

const GrantFact* Members::grant_of(StreamNo stream, const Dot& dot) const {
  const auto act = find_act(dot);
  return act ? authority_.grant(plan_stream(stream), *act) : nullptr;
}

const std::vector<const GrantFact*>& Members::grants_of(StreamNo stream) const {
  return authority_.grants_to(plan_stream(stream));
}

bool Members::has_left(StreamNo stream) const {
  if (best_grant(stream) != nullptr) return false;
  return std::ranges::any_of(authority_.acts(), [&](const Act& act) {
    return act.kind == Act::Kind::dismissal && act.stands && act.by == stream &&
           act.target == stream;
  });
}

const GrantFact* Members::best_grant(StreamNo stream,
                                     const std::optional<PersonId>& person,
                                     const Past& past) const {
  const GrantFact* best = nullptr;
  auto most = Level::none;
  auto whose = person;
  for (const auto* grant : grants_of(stream)) {
    if (!grant->right) continue;
    if (!whose) whose = grant->member.person;
    if (grant->member.person != *whose) continue;
    const auto level = authority_.level_in(*grant, past);
    if (level == Level::none || level < most) continue;
    best = grant;
    most = level;
  }
  return best;
}

std::optional<PublicKey> Members::key_after(StreamNo stream, std::uint64_t n) const {
  std::optional<PublicKey> key;
  if (const auto found = rotations_.find(stream); found != rotations_.end()) {
    for (const auto& [at, next] : found->second) {
      if (at <= n) key = next;
    }
  }
  if (key) return key;
  const auto fork = authority_.forks().find(plan_stream(stream));
  if (fork == authority_.forks().end()) return std::nullopt;
  const auto from = fork->second.branches.find(stream);
  if (from == fork->second.branches.end() || from->second.n == 0) return std::nullopt;
  return key_after(from->second.stream, from->second.n);
}

SiteNo Members::lead(const Past& past) const {
  SiteNo leading = 0;
  std::optional<ActNo> taken;
  // Of hand-overs beside each other one alone stands, so that what follows is a chain.
  for (const auto number : authority_.hand_overs()) {
    const auto& act = authority_.acts()[number];
    if (!act.stands || !past.contains(act.dot)) continue;
    if (act.site != sites_[leading].slug) continue;
    if (taken && std::ranges::find(act.saw, *taken) == act.saw.end()) continue;
    leading = site(act.grants.front().member.site).value_or(leading);
    taken = number;
  }
  return leading;
}

bool Members::decides_as_lead(SiteNo number, const Dot& dot, const Past& past) const {
  const auto& slug = sites_[number].slug;
  const auto& acts = authority_.acts();
  const auto given_away_after = [&](const std::optional<ActNo>& taking) {
    return std::ranges::any_of(authority_.hand_overs(), [&](ActNo other) {
      const auto& act = acts[other];
      if (!act.stands || act.site != slug) return false;
      if (taking && std::ranges::find(act.saw, *taking) == act.saw.end()) return false;
      const auto cut = act.cuts.find(dot.stream);
      return cut == act.cuts.end() || dot.n > cut->second;
    });
  };
  if (number == 0 && !given_away_after(std::nullopt)) return true;
  return std::ranges::any_of(authority_.hand_overs(), [&](ActNo taking) {
    const auto& act = acts[taking];
    return act.kind == Act::Kind::hand_over && act.stands && past.contains(act.dot) &&
           act.grants.front().member.site == slug && !given_away_after(taking);
  });
}

std::optional<SiteNo> Members::site(std::string_view slug) const {
  const auto found = site_numbers_.find(slug);
  return found == site_numbers_.end() ? std::nullopt : std::optional{found->second};
}

std::optional<SiteNo> Members::site_of_org(const RecordId& org) const {
  const auto found = site_of_org_.find(org);
  return found == site_of_org_.end() ? std::nullopt : std::optional{found->second};
}

std::optional<SiteNo> Members::site_of(StreamNo stream) const {
  const auto found = site_of_.find(plan_stream(stream));
  return found == site_of_.end() ? std::nullopt : std::optional{found->second};
}

bool Members::is_site_in(SiteNo number, const Past& past) const {
  return std::ranges::any_of(sites_[number].grants, [&](const GrantFact* grant) {
    return authority_.level_in(*grant, past) >= Level::auditor;
  });
}

bool Members::is_partner_in(SiteNo number, const Past& past) const {
  return std::ranges::any_of(sites_[number].grants, [&](const GrantFact* grant) {
    return grant->partner_kind && authority_.level_in(*grant, past) >= Level::teacher;
  });
}

RecordId Members::org_id(std::string_view slug) const {
  static const RecordType& org = *Schema::built_in().type("org");
  return derived_id(
      *consortium_, org.number, text_value(*org.field(org.identity.front()), upper_case(slug)));
}

StreamNo Members::plan_stream(StreamNo stream) const {
  const auto found = plan_stream_.find(stream);
  return found == plan_stream_.end() ? stream : found->second;
}

/// Notes where an act and what it gives are to be found.
void Members::note(const Act& act) {
  act_at_[act.dot] = static_cast<ActNo>(authority_.acts().size() - 1);
  if (act.kind == Act::Kind::rotation && act.right)
    rotations_[act.dot.stream].emplace_back(act.dot.n, act.key);
  for (const auto& grant : act.grants) {
    if (!grant.right) continue;
    const auto& member = grant.member;
    const auto [at, fresh] =
        site_numbers_.try_emplace(member.site, static_cast<SiteNo>(sites_.size()));
    if (fresh) {
      const auto org = org_id(member.site);
      site_of_org_.emplace(org, at->second);
      sites_.push_back({member.site, member.site_name, member.site_kind, org, {}});
    }
    site_of_.emplace(grant.to, at->second);
    sites_[at->second].grants.push_back(&grant);
  }
}

}  // namespace guantong
