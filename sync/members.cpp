#include "sync/members.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/hash.h"
#include "sync/change.h"
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

}  // namespace

RecordId derived_id(const ConsortiumId& consortium, std::uint32_t type, std::string_view identity) {
  const std::string text = std::to_string(type) + '\n' + std::string{identity};
  return *RecordId::from(blake2b_128(text, consortium.raw()).raw());
}

void Members::found(StreamNo author,
                    const Dot& dot,
                    const Founding& founding,
                    const ConsortiumId& consortium) {
  consortium_ = consortium;
  name_ = founding.consortium_name;
  admit(author, grants_[author].emplace_back(dot, Level::lead, founding.member, true, author));
}

const GrantFact& Members::grant(StreamNo to,
                                const Dot& dot,
                                const Grant& grant,
                                const GrantFact& under,
                                StreamNo by,
                                const Past& past) {
  const bool valid = has_right(grant, under, past);
  const auto& fact = grants_[to].emplace_back(dot, grant.level, grant.member, valid, by);
  if (valid) admit(to, fact);
  return fact;
}

void Members::restore(StreamNo to, const GrantFact& fact) {
  const auto& kept = grants_[to].emplace_back(fact);
  if (kept.valid) admit(to, kept);
}

void Members::restore(const std::string& name, const ConsortiumId& consortium) {
  name_ = name;
  consortium_ = consortium;
}

bool Members::has_right(const Grant& grant, const GrantFact& under, const Past& past) const {
  const bool own_site = grant.member.site == under.member.site;
  for (const auto& [stream, facts] : grants_) {
    for (const auto& fact : facts) {
      const bool elsewhere =
          fact.member.key == grant.member.key && fact.member.site != grant.member.site;
      if (fact.valid && elsewhere && past.contains(fact.dot)) return false;
    }
  }
  switch (under.level) {
    case Level::lead:
      return grant.level != Level::lead || own_site;
    case Level::coordinator:
      return own_site && grant.level <= Level::coordinator;
    case Level::teacher:
      return own_site && grant.member.person == under.member.person &&
             grant.level <= Level::teacher;
    case Level::auditor:
    case Level::none:
      return false;
  }
  return false;
}

const GrantFact* Members::grant_of(StreamNo stream, const Dot& dot) const {
  const auto& facts = grants_of(stream);
  const auto found = std::ranges::find(facts, dot, &GrantFact::dot);
  return found == facts.end() ? nullptr : &*found;
}

const std::deque<GrantFact>& Members::grants_of(StreamNo stream) const {
  static const std::deque<GrantFact> none;
  const auto found = grants_.find(plan_stream(stream));
  return found == grants_.end() ? none : found->second;
}

const GrantFact* Members::best_grant(StreamNo stream) const {
  const GrantFact* best = nullptr;
  for (const auto& fact : grants_of(stream)) {
    if (fact.valid && (best == nullptr || fact.level >= best->level)) best = &fact;
  }
  return best;
}

std::optional<SiteNo> Members::site(std::string_view slug) const {
  const auto found = std::ranges::find(sites_, slug, &Site::slug);
  if (found == sites_.end()) return std::nullopt;
  return static_cast<SiteNo>(found - sites_.begin());
}

std::optional<SiteNo> Members::site_of_org(const RecordId& org) const {
  const auto found = std::ranges::find(sites_, org, &Site::org);
  if (found == sites_.end()) return std::nullopt;
  return static_cast<SiteNo>(found - sites_.begin());
}

std::optional<SiteNo> Members::site_of(StreamNo stream) const {
  const auto found = site_of_.find(plan_stream(stream));
  return found == site_of_.end() ? std::nullopt : std::optional{found->second};
}

bool Members::is_site_in(SiteNo number, const Past& past) const {
  return std::ranges::any_of(sites_[number].standings,
                             [&](const auto& standing) { return past.contains(standing.grant); });
}

bool Members::is_partner_in(SiteNo number, const Past& past) const {
  return std::ranges::any_of(sites_[number].standings, [&](const auto& standing) {
    return standing.partner && past.contains(standing.grant);
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

void Members::admit(StreamNo stream, const GrantFact& fact) {
  auto number = site(fact.member.site);
  if (!number) {
    sites_.push_back({fact.member.site,
                      fact.member.site_name,
                      fact.member.site_kind,
                      org_id(fact.member.site),
                      {}});
    number = static_cast<SiteNo>(sites_.size() - 1);
  }
  site_of_.emplace(stream, *number);
  const bool partner_kind =
      std::ranges::find(partner_kinds, fact.member.site_kind) != partner_kinds.end();
  sites_[*number].standings.push_back({fact.dot, partner_kind && fact.level >= Level::teacher});
}

}  // namespace guantong
