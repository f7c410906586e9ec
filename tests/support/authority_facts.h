// What of authority follows from the past of each batch alone: who saw what, who had which right,
// who is senior, what would strike what. One part of the oracle in authority_oracle.h.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tests/support/authority_oracle.h"

namespace guantong::test {

/// A5: the smaller is the more senior.
struct Seniority {
  std::size_t generation = 0;
  std::string digest{};
  std::size_t act = 0;
  std::size_t place = 0;  ///< Among those whom one hand-over names.
  auto operator<=>(const Seniority&) const = default;
};

/// What an act with right gave one device.
struct Grant {
  std::size_t change = 0;
  std::size_t batch = 0;
  int device = 0;
  std::string site{};
  int person = 0;
  OracleLevel level = OracleLevel::none;
  Seniority seniority{};
};

struct FactsOfChange {
  std::size_t batch = 0;
  std::size_t index = 0;
  const OracleAct* act = nullptr;
  std::optional<OracleLevel> needs{};  ///< A4. None: nobody may.
  bool has_right = false;
};

/// A1 to A7 for a set of batches, which must outlive it.
class AuthorityFacts {
public:
  explicit AuthorityFacts(const std::vector<OracleBatch>& batches);

  const std::vector<OracleBatch>& batches() const { return batches_; }
  const OracleBatch& batch(std::size_t batch) const { return batches_[batch]; }
  const std::vector<FactsOfChange>& changes() const { return changes_; }  ///< Parents first.
  const std::vector<Grant>& grants() const { return grants_; }            ///< Those with right.

  bool looked_at(std::size_t batch) const { return looked_at_[batch]; }
  bool reaches(std::size_t later, std::size_t earlier) const { return past_[later][earlier]; }

  /// What `batch` acts under by A2. None: its author is an outsider.
  const Grant* under(std::size_t batch) const;

  /// Orders acts under grants. Where A5 leaves them equal the earlier goes first.
  std::tuple<Seniority, std::size_t, std::string, std::size_t> rank(const FactsOfChange& act) const;

  /// What `act`, if it stands, leaves of `grant`.
  OracleLevel left(const FactsOfChange& act, const Grant& grant) const;

  /// A7, for two changes that have right. A removal of oneself, or a hand-over, strikes in its own
  /// batch what is listed after it.
  bool strikes(const FactsOfChange& act, const FactsOfChange& change) const;

private:
  bool is_complete(std::size_t index) const;
  void look_at(std::size_t index);
  std::optional<std::size_t> granted(std::size_t index) const;
  void give(const FactsOfChange& change);
  std::set<std::string> sites(std::size_t batch, int device) const;
  bool ever_held_lead(std::size_t batch, int device) const;
  std::optional<OracleLevel> needs(std::size_t batch, const OracleAct& act, const Grant& by) const;
  std::optional<OracleLevel> needs_grant(std::size_t batch,
                                         const OracleAct& act,
                                         const Grant& by) const;
  std::optional<OracleLevel> needs_removal(std::size_t batch,
                                           const OracleAct& act,
                                           const Grant& by) const;
  std::optional<OracleLevel> needs_hand_over(std::size_t batch,
                                             const OracleAct& act,
                                             const Grant& by) const;
  std::optional<OracleLevel> needs_ruling(std::size_t batch,
                                          const OracleAct& act,
                                          const Grant& by) const;

  const std::vector<OracleBatch>& batches_;
  std::vector<bool> looked_at_;
  std::vector<std::vector<bool>> past_;
  std::vector<std::size_t> generation_;
  std::vector<std::optional<std::size_t>> under_;
  std::vector<FactsOfChange> changes_;
  std::vector<Grant> grants_;
};

/// A14: the first batches with one number of a stream.
struct Fork {
  int device = 0;
  std::vector<std::size_t> branches{};
};

/// Of each forked stream the first fork.
std::vector<Fork> find_forks(const AuthorityFacts& facts);

/// Which batches are held by A14 and A15, where the streams of `spared` devices go on without pins.
std::vector<bool> find_held(const AuthorityFacts& facts,
                            const std::vector<Fork>& forks,
                            const std::set<int>& spared);

}  // namespace guantong::test
