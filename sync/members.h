// Who is a member, since when, and who may do what: authority rules A1 to A4 of docs/merging.md.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

using SiteNo = std::uint32_t;

/// Which changes an author had seen.
class Past {
public:
  Past() = default;
  Past(const Past&) = delete;
  Past& operator=(const Past&) = delete;
  Past(Past&&) = delete;
  Past& operator=(Past&&) = delete;
  virtual ~Past() = default;

  virtual bool contains(const Dot& dot) const = 0;
};

/// Everything that is here.
class WholePast : public Past {
public:
  bool contains(const Dot& /*dot*/) const override { return true; }
};

struct GrantFact {
  Dot dot;
  Level level = Level::none;
  Member member;
  bool valid = false;  ///< Given with right (A4). An invalid one is void for ever.
  StreamNo by = 0;     ///< The stream that gave it.
};

struct Site {
  std::string slug;
  std::string name;
  std::string kind;
  RecordId org;  ///< The organisation's record.

  /// A valid grant to one of its devices, and whether it may make the site a partner: of kind
  /// highschool, vocational, university or foreign, at least a teacher's.
  struct Standing {
    Dot grant;
    bool partner = false;
  };
  std::vector<Standing> standings;
};

/// The membership, folded from its acts in any causal order.
class Members {
public:
  /// Takes the founding of stream `author`, whose payload's digest is `consortium`.
  void found(StreamNo author,
             const Dot& dot,
             const Founding& founding,
             const ConsortiumId& consortium);

  /// Judges and takes a grant to the device whose plan stream is `to`, given under `giver`'s level
  /// at the giver's site by an author with the past `past`. Returns what became of it.
  const GrantFact& grant(StreamNo to,
                         const Dot& dot,
                         const Grant& grant,
                         const GrantFact& under,
                         StreamNo by,
                         const Past& past);

  /// Says that a school's or device's stream is of the same device as a plan stream, to which all
  /// grants are made.
  void same_device(StreamNo other, StreamNo plan) { plan_stream_[other] = plan; }

  /// Takes back what was judged before; for opening a replica.
  void restore(StreamNo to, const GrantFact& fact);
  void restore(const std::string& name, const ConsortiumId& consortium);

  bool founded() const { return consortium_.has_value(); }
  const ConsortiumId& consortium() const { return *consortium_; }
  const std::string& consortium_name() const { return name_; }
  SiteNo lead() const { return 0; }  ///< The founder's site, until it can be handed over.

  /// The grant that `dot` gave to the device of `stream`; null if there is none.
  const GrantFact* grant_of(StreamNo stream, const Dot& dot) const;
  /// All grants to a device, in order of arrival; valid or not.
  const std::deque<GrantFact>& grants_of(StreamNo stream) const;
  /// The valid grant of the highest level, the latest among equals; null if there is none.
  const GrantFact* best_grant(StreamNo stream) const;
  /// Every device that was ever granted anything.
  const std::map<StreamNo, std::deque<GrantFact>>& all() const { return grants_; }

  const std::vector<Site>& sites() const { return sites_; }
  std::optional<SiteNo> site(std::string_view slug) const;
  std::optional<SiteNo> site_of_org(const RecordId& org) const;
  /// The site of a device; nothing for an outsider.
  std::optional<SiteNo> site_of(StreamNo stream) const;

  /// Whether the site had a standing grant in `past`.
  bool is_site_in(SiteNo site, const Past& past) const;
  /// Whether it was a partner there.
  bool is_partner_in(SiteNo site, const Past& past) const;

  /// The id of the organisation whose code is the slug in upper case.
  RecordId org_id(std::string_view slug) const;

private:
  void admit(StreamNo stream, const GrantFact& fact);
  StreamNo plan_stream(StreamNo stream) const;
  bool has_right(const Grant& grant, const GrantFact& under, const Past& past) const;

  std::optional<ConsortiumId> consortium_;
  std::string name_;
  std::vector<Site> sites_;
  std::map<StreamNo, SiteNo> site_of_;
  std::map<StreamNo, StreamNo> plan_stream_;
  std::map<StreamNo, std::deque<GrantFact>> grants_;
};

/// The id of a record whose type has identity, or that is imported by its key: the BLAKE2b-128,
/// keyed with the consortium's id, of the type's number and the identity's canonical values.
RecordId derived_id(const ConsortiumId& consortium, std::uint32_t type, std::string_view identity);

}  // namespace guantong
