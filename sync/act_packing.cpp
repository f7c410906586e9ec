#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/authority.h"
#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/packing.h"

namespace guantong {
namespace {

void put(PackWriter& out, const std::vector<ActNo>& acts) {
  out.number(acts.size());
  for (const auto act : acts)
    out.number(act);
}

std::vector<ActNo> acts_in(PackReader& in) {
  std::vector<ActNo> acts;
  for (auto left = in.count(); left > 0; --left)
    acts.push_back(static_cast<ActNo>(in.number()));
  return acts;
}

void put(PackWriter& out, const GrantFact& grant) {
  out.dot(grant.dot);
  out.number(grant.to);
  out.number(static_cast<std::uint64_t>(grant.level));
  out.out += grant.member.key.raw();
  out.out += grant.member.person.raw();
  for (const auto* text : {&grant.member.site,
                           &grant.member.site_name,
                           &grant.member.site_kind,
                           &grant.member.name,
                           &grant.member.email})
    out.text(*text);
  out.number(grant.seniority.generation);
  out.out += grant.seniority.digest.raw();
  out.number(grant.seniority.place);
  put(out, grant.follows);
  out.number((grant.right ? 1U : 0U) | (grant.stands ? 2U : 0U) | (grant.partner_kind ? 4U : 0U));
}

template <class Id>
Id id_in(PackReader& in) {
  return Id::from(in.raw(Id::size)).value_or(Id{});
}

GrantFact grant_in(PackReader& in) {
  GrantFact grant;
  grant.dot = in.dot();
  grant.to = static_cast<StreamNo>(in.number());
  grant.level = static_cast<Level>(in.number());
  grant.member.key = id_in<PublicKey>(in);
  grant.member.person = id_in<PersonId>(in);
  for (auto* text : {&grant.member.site,
                     &grant.member.site_name,
                     &grant.member.site_kind,
                     &grant.member.name,
                     &grant.member.email})
    *text = in.text();
  grant.seniority.generation = in.number();
  grant.seniority.digest = id_in<Digest>(in);
  grant.seniority.place = in.number();
  grant.follows = acts_in(in);
  const auto flags = in.number();
  grant.right = (flags & 1U) != 0;
  grant.stands = (flags & 2U) != 0;
  grant.partner_kind = (flags & 4U) != 0;
  return grant;
}

}  // namespace

std::string encode_act(const Act& act) {
  PackWriter out;
  out.number(static_cast<std::uint64_t>(act.kind));
  out.dot(act.dot);
  out.number(act.by);
  out.number(act.under);
  out.number((act.right ? 1U : 0U) | (act.stands ? 2U : 0U) | (act.admits ? 4U : 0U));
  out.number(static_cast<std::uint64_t>(act.needs));
  out.number(act.grants.size());
  for (const auto& grant : act.grants)
    put(out, grant);
  out.number(act.target);
  out.number(static_cast<std::uint64_t>(act.leaves));
  out.text(act.site);
  out.number(act.cuts.size());
  for (const auto& [stream, n] : act.cuts)
    out.dot({stream, n});
  put(out, act.saw);
  out.number(act.batches.size());
  for (const auto& dot : act.batches)
    out.dot(dot);
  out.out += act.key.raw();
  return std::move(out.out);
}

Result<Act> decode_act(std::string_view bytes) {
  PackReader in{bytes};
  Act act;
  act.kind = static_cast<Act::Kind>(in.number());
  act.dot = in.dot();
  act.by = static_cast<StreamNo>(in.number());
  act.under = static_cast<ActNo>(in.number());
  const auto flags = in.number();
  act.right = (flags & 1U) != 0;
  act.stands = (flags & 2U) != 0;
  act.admits = (flags & 4U) != 0;
  act.needs = static_cast<Level>(in.number());
  const auto grants = in.count();
  act.grants.reserve(grants);
  for (auto left = grants; left > 0; --left)
    act.grants.push_back(grant_in(in));
  act.target = static_cast<StreamNo>(in.number());
  act.leaves = static_cast<Level>(in.number());
  act.site = in.text();
  for (auto left = in.count(); left > 0; --left) {
    const auto dot = in.dot();
    act.cuts[dot.stream] = dot.n;
  }
  act.saw = acts_in(in);
  for (auto left = in.count(); left > 0; --left)
    act.batches.push_back(in.dot());
  act.key = id_in<PublicKey>(in);
  if (in.whole()) return act;
  return fail(Errc::corrupt, "the replica's record of an act of membership is damaged");
}

}  // namespace guantong
