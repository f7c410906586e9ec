// Who is a member, since when, and who may do what: rules A2 to A4, A12 and A18 of
// docs/security.md, over the acts that sync/authority.h judges.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sync/authority.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/past.h"

namespace guantong {

using SiteNo = std::uint32_t;

struct Site {
  std::string slug;
  std::string name;
  std::string kind;
  RecordId org;                          ///< The organisation's record.
  std::vector<const GrantFact*> grants;  ///< Given with right, in order of arrival.
};

/// Where an act lies in the history: all that its facts follow from.
struct ActGround {
  const Past& past;
  /// The highest n it had seen of a stream.
  std::function<std::uint64_t(StreamNo)> reach;
  Seniority seniority;  ///< Of what it gives.
};

/// Whom and what an act names, in this replica's numbers.
struct ActTargets {
  std::vector<StreamNo> devices;  ///< Plan streams.
  std::vector<Dot> batches;       ///< The first change of each that it had seen.
  bool unseen = false;            ///< Whether it names a batch that it had not seen.
};

/// The membership, folded from its acts in any causal order.
class Members {
public:
  Members() = default;
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;
  Members(Members&&) = default;
  Members& operator=(Members&&) = default;
  ~Members() = default;

  /// Takes the founding of stream `author`, whose payload's digest is `consortium`. `recovery` is
  /// the plan stream of the recovery key's device, where one is named.
  const Act& found(const Dot& dot,
                   const Founding& founding,
                   const ConsortiumId& consortium,
                   std::optional<StreamNo> recovery);

  /// Works out an act's facts from its past (A3, A4, A6) and takes it. Whether it stands is known
  /// at once for a grant; after anything else, `judge`.
  const Act& take(const Dot& dot,
                  const Change& change,
                  const GrantFact& under,
                  const ActTargets& targets,
                  const ActGround& ground);
  /// Works out anew the facts of an act of this device that has been sealed.
  const Act& settle(const Dot& dot,
                    const Change& change,
                    const GrantFact& under,
                    const ActTargets& targets,
                    const ActGround& ground);
  /// Takes back the latest act, which was not sealed.
  void take_back();

  std::vector<ActNo> judge() { return authority_.judge(); }
  const Authority& authority() const { return authority_; }
  std::optional<ActNo> find_act(const Dot& dot) const;

  /// Says that a stream is of the same device as a plan stream, to which all grants are made: of
  /// another space, or a branch of a fork.
  void same_device(StreamNo other, StreamNo plan) { plan_stream_[other] = plan; }
  /// Says what became of a forked device.
  void set_fork(StreamNo device, ForkFact fork);
  /// The plan stream of a stream's device.
  StreamNo plan_stream(StreamNo stream) const;
  /// All streams of a device that are known to be its.
  std::vector<StreamNo> streams_of(StreamNo device) const;

  /// Takes back what was judged before; for opening a replica.
  void restore(Act act);
  void restore(const std::string& name, const ConsortiumId& consortium);

  bool founded() const { return consortium_.has_value(); }
  const ConsortiumId& consortium() const { return *consortium_; }
  const std::string& consortium_name() const { return name_; }
  /// The lead site, in what somebody had seen.
  SiteNo lead(const Past& past = WholePast{}) const;
  /// Whether a site's version of what the lead decides counts as the lead's (A18); `dot` is the
  /// version's.
  bool decides_as_lead(SiteNo site, const Dot& dot, const Past& past) const;

  /// The grant that `dot` gave to the device of `stream`; null if there is none.
  const GrantFact* grant_of(StreamNo stream, const Dot& dot) const;
  /// All grants to a device, in order of arrival; valid or not.
  const std::vector<const GrantFact*>& grants_of(StreamNo stream) const;
  /// The standing grant that gives most now, the latest among equals, of one person's: the one to
  /// whom the device was first granted, where none is named. Null if none gives anything.
  const GrantFact* best_grant(StreamNo stream, const std::optional<PersonId>& person = {}) const {
    return best_grant(stream, person, WholePast{});
  }
  /// The same in what somebody had seen.
  const GrantFact* best_grant(StreamNo stream,
                              const std::optional<PersonId>& person,
                              const Past& past) const;
  /// Whether a device has put itself out.
  bool has_left(StreamNo stream) const;
  /// What a grant gives now.
  Level level_of(const GrantFact& grant) const { return authority_.level_in(grant, WholePast{}); }
  /// Every device that was ever granted anything.
  const std::map<StreamNo, std::vector<const GrantFact*>>& all() const {
    return authority_.all_grants();
  }
  /// The key that a stream's next change after n is signed with, where its first was replaced
  /// (A19).
  std::optional<PublicKey> key_after(StreamNo stream, std::uint64_t n) const;

  const std::vector<Site>& sites() const { return sites_; }
  std::optional<SiteNo> site(std::string_view slug) const;
  std::optional<SiteNo> site_of_org(const RecordId& org) const;
  /// The site of a device; nothing for an outsider.
  std::optional<SiteNo> site_of(StreamNo stream) const;

  /// Whether the site had a device with a grant in `past`.
  bool is_site_in(SiteNo site, const Past& past) const;
  /// Whether it was a partner there: with a teacher or above.
  bool is_partner_in(SiteNo site, const Past& past) const;

  /// The id of the organisation whose code is the slug in upper case.
  RecordId org_id(std::string_view slug) const;

private:
  Act facts_of(const Dot& dot,
               const Change& change,
               const GrantFact& under,
               const ActTargets& targets,
               const ActGround& ground) const;
  std::optional<Level> needs(const Change& change,
                             const Act& act,
                             const GrantFact& under,
                             const ActTargets& targets,
                             const Past& past) const;
  std::optional<Level> needs_grant(const Grant& grant,
                                   StreamNo to,
                                   const GrantFact& under,
                                   const Past& past) const;
  std::optional<Level> needs_dismissal(const Act& act,
                                       const GrantFact& under,
                                       const Past& past) const;
  std::optional<Level> needs_hand_over(const ActTargets& targets,
                                       const GrantFact& under,
                                       const Past& past) const;
  std::optional<Level> needs_ruling(const ActTargets& targets,
                                    const GrantFact& under,
                                    const Past& past) const;
  std::vector<const GrantFact*> grants_in(StreamNo device, const Past& past) const;
  std::vector<ActNo> seen_strikers(const GrantFact* grant, const Past& past) const;
  void add_cuts(Act& act, const ActGround& ground) const;
  void note(const Act& act);

  std::optional<ConsortiumId> consortium_;
  std::string name_;
  Authority authority_;
  std::unordered_map<Dot, ActNo, DotHash> act_at_;
  std::vector<Site> sites_;
  std::map<std::string, SiteNo, std::less<>> site_numbers_;
  std::unordered_map<RecordId, SiteNo, IdHash> site_of_org_;
  std::unordered_map<StreamNo, SiteNo> site_of_;
  std::unordered_map<StreamNo, StreamNo> plan_stream_;
  std::map<StreamNo, std::vector<std::pair<std::uint64_t, PublicKey>>> rotations_;
};

/// The id of a record whose type has identity, or that is imported by its key: the BLAKE2b-128,
/// keyed with the consortium's id, of the type's number and the identity's canonical values.
RecordId derived_id(const ConsortiumId& consortium, std::uint32_t type, std::string_view identity);

}  // namespace guantong
