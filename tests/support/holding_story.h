// Acts on one subject as people make them, each with what its author had seen; for tests of who
// answers for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sync/change.h"
#include "sync/holding.h"
#include "sync/members.h"

namespace guantong::test {

/// The organisation of the site `number`.
RecordId org(std::size_t number);

/// A history of at most 64 acts. Acts are numbered as they are made; a set of them is a mask.
class HoldingStory {
public:
  using Mask = std::uint64_t;
  using Act = std::size_t;

  struct Entry {
    std::size_t site = 0;
    HoldingAct act;
    Mask seen = 0;  ///< Closed: with an act, what that had seen.
  };

  static constexpr std::size_t judge = 9;  ///< The site that rules on contests.

  /// What a site sees that has seen `acts`: these, all that they build on, and its own acts.
  Mask sight(std::size_t site, Mask acts) const;
  Mask everything() const { return (Mask{1} << entries_.size()) - 1; }

  Act add(std::size_t site, HoldingAct act, Mask seen);

  // Each with `after` as it was in force in what the author had seen.
  Act give(std::size_t site, std::size_t to, Mask seen);
  Act claim(std::size_t site, Mask seen) { return give(site, site, seen); }
  Act take_up(std::size_t site, Act invite, Mask seen);
  Act rule(std::size_t site, std::size_t to, Mask seen);
  Act invite(std::size_t site, Mask seen);
  Act answer(std::size_t site, HoldingAct::Kind kind, Act of, Mask seen);
  Act escalate(std::size_t site, Mask seen);

  const std::vector<Entry>& entries() const { return entries_; }

  /// What a replica makes of the acts that arrive in this order, which must extend "saw".
  Holding deliver(const std::vector<Act>& order) const;
  Holding in_order() const;
  Tenure tenure(Mask seen) const;

  static Dot dot(Act act) { return {static_cast<StreamNo>(act), 1}; }

private:
  std::vector<Entry> entries_;
};

/// What a mask of acts contains.
class MaskPast : public Past {
public:
  explicit MaskPast(HoldingStory::Mask seen) : seen_{seen} {}
  bool contains(const Dot& dot) const override { return (seen_ >> dot.stream & 1U) != 0; }

private:
  HoldingStory::Mask seen_;
};

/// What a replica shows, in words that do not depend on the order of arrival: a line an act, and
/// who answers.
std::vector<std::string> picture(const Holding& holding);

/// Every order of the acts in which who saw another comes later.
std::vector<std::vector<HoldingStory::Act>> deliveries(const HoldingStory& story);

}  // namespace guantong::test
