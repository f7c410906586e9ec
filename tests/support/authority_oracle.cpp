#include "tests/support/authority_oracle.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/authority_facts.h"

namespace guantong::test {
namespace {

using Index = std::size_t;
using Flags = std::vector<bool>;

/// What took the lead from somebody: a removal or a hand-over, or else a fork.
struct Taking {
  std::optional<Index> act{};
  const Fork* fork = nullptr;
  Seniority lead{};  ///< The most senior grant that it took.
};

/// A9 to A13, with what A13 has overruled so far.
class Standing {
public:
  Standing(const AuthorityFacts& facts,
           const std::vector<Fork>& forks,
           const Flags& overruled,
           const std::set<int>& spared)
      : facts_{facts},
        forks_{forks},
        spared_{spared},
        held_{find_held(facts, forks, spared)},
        overruled_{overruled},
        states_(facts.changes().size(), State::undecided),
        grants_of_(states_.size()),
        strikers_(states_.size()) {
    for (Index i = 0; i < states_.size(); ++i) {
      find_what_decides(i);
      if (!change(i).has_right || held_[change(i).batch] || overruled_[i])
        states_[i] = State::fallen;
    }
    settle();
    while (std::ranges::find(states_, State::undecided) != states_.end()) {
      decide_circle();
      settle();
    }
  }

  bool is_held(Index batch) const { return held_[batch]; }
  bool stands(Index i) const { return states_[i] == State::stands; }
  bool overruled(Index i) const { return overruled_[i]; }

  /// A12, for one grant.
  OracleLevel in_force(const Grant& grant) const {
    if (!stands(grant.change)) return OracleLevel::none;
    auto level = grant.level;
    for (Index i = 0; i < states_.size(); ++i) {
      if (stands(i)) level = std::min(level, facts_.left(change(i), grant));
    }
    return level;
  }

  /// A13: whether the grant makes its device a lead.
  bool leads(const Grant& grant) const {
    return in_force(grant) == OracleLevel::lead &&
           std::ranges::none_of(forks_, [&](const Fork& fork) {
             return fork.device == grant.device && !spared_.contains(grant.device);
           });
  }

  /// A13: what to overrule where nobody leads.
  std::optional<Taking> to_overrule() const {
    const auto all = takings();
    std::optional<Taking> chosen;
    for (const auto& taking : all) {
      const bool seen = std::ranges::any_of(all, [&](const Taking& t) { return saw(t, taking); });
      if (!seen && (!chosen.has_value() || goes_before(taking, *chosen))) chosen = taking;
    }
    return chosen;
  }

  /// A16.
  bool admitted(Index batch) const {
    std::vector<Index> rulings;
    for (Index i = 0; i < states_.size(); ++i) {
      const auto& act = *change(i).act;
      if (stands(i) && act.kind == OracleAct::ruling &&
          std::ranges::find(act.batches, batch) != act.batches.end())
        rulings.push_back(i);
    }
    bool any = false;
    for (const auto ruling : rulings) {
      const bool followed = std::ranges::any_of(rulings, [&](Index other) {
        return facts_.reaches(change(other).batch, change(ruling).batch);
      });
      if (followed) continue;
      if (!change(ruling).act->admit) return false;
      any = true;
    }
    return any;
  }

  /// A18, of a counting version in `batch`.
  bool is_lead(Index batch) const {
    const auto* under = facts_.under(batch);
    if (under == nullptr) return false;
    return std::ranges::any_of(facts_.grants(), [&](const Grant& taken) {
      const auto kind = change(taken.change).act->kind;
      const bool took = (kind == OracleAct::founding ||
                         (kind == OracleAct::hand_over && facts_.reaches(batch, taken.batch))) &&
                        stands(taken.change) && taken.site == under->site;
      return took && !gave_away_unseen(taken, batch);
    });
  }

private:
  enum class State { undecided, stands, fallen };

  const FactsOfChange& change(Index i) const { return facts_.changes()[i]; }

  void find_what_decides(Index i) {
    if (!change(i).has_right) return;
    if (change(i).act->kind != OracleAct::founding)
      grants_of_[i].push_back(facts_.under(change(i).batch)->change);
    for (Index act = 0; act < states_.size(); ++act) {
      if (change(act).has_right && facts_.strikes(change(act), change(i)))
        strikers_[i].push_back(act);
    }
  }

  /// A9, as far as it can be told.
  void settle() {
    for (bool changed = true; changed;) {
      changed = false;
      for (Index i = 0; i < states_.size(); ++i) {
        if (states_[i] != State::undecided) continue;
        states_[i] = look(i);
        changed = changed || states_[i] != State::undecided;
      }
    }
  }

  State look(Index i) const {
    const auto is = [&](State state) {
      return [&, state](Index j) { return states_[j] == state; };
    };
    if (std::ranges::any_of(grants_of_[i], is(State::fallen)) ||
        std::ranges::any_of(strikers_[i], is(State::stands)))
      return State::fallen;
    const bool open = std::ranges::any_of(grants_of_[i], is(State::undecided)) ||
                      std::ranges::any_of(strikers_[i], is(State::undecided));
    return open ? State::undecided : State::stands;
  }

  /// The undecided that `i` hangs on, directly or not.
  std::set<Index> hangs_on(Index i) const {
    std::set<Index> found;
    std::vector<Index> open{i};
    while (!open.empty()) {
      const auto next = open.back();
      open.pop_back();
      for (const auto* list : {&grants_of_[next], &strikers_[next]}) {
        for (const auto j : *list) {
          if (states_[j] == State::undecided && found.insert(j).second) open.push_back(j);
        }
      }
    }
    return found;
  }

  /// A10, for one group. What hangs on the fewest hangs on a group: each of them hangs on no fewer,
  /// so on the same, itself among them.
  void decide_circle() {
    std::set<Index> group;
    for (Index i = 0; i < states_.size(); ++i) {
      if (states_[i] != State::undecided) continue;
      auto on = hangs_on(i);
      if (group.empty() || on.size() < group.size()) group = std::move(on);
    }
    const auto senior =
        *std::ranges::min_element(group, {}, [&](Index i) { return facts_.rank(change(i)); });
    states_[senior] = State::stands;
    for (const auto striker : strikers_[senior]) {
      if (states_[striker] != State::undecided) continue;
      states_[striker] = State::fallen;
      overruled_[striker] = true;
    }
  }

  std::vector<Taking> takings() const {
    std::vector<Taking> found;
    for (Index i = 0; i < states_.size(); ++i) {
      const auto lead = most_senior_lead([&](const Grant& grant) {
        return stands(i) && facts_.left(change(i), grant) < OracleLevel::lead;
      });
      if (lead.has_value()) found.push_back({.act = i, .lead = *lead});
    }
    for (const auto& fork : forks_) {
      const auto lead =
          most_senior_lead([&](const Grant& grant) { return grant.device == fork.device; });
      if (!spared_.contains(fork.device) && lead.has_value())
        found.push_back({.fork = &fork, .lead = *lead});
    }
    return found;
  }

  template <class Predicate>
  std::optional<Seniority> most_senior_lead(Predicate is_taken) const {
    std::optional<Seniority> found;
    for (const auto& grant : facts_.grants()) {
      if (grant.level == OracleLevel::lead && stands(grant.change) && is_taken(grant) &&
          (!found.has_value() || grant.seniority < *found))
        found = grant.seniority;
    }
    return found;
  }

  /// A fork saw what all its branches saw. If any were enough, a fork and a removal could have seen
  /// each other.
  bool saw(const Taking& taking, Index batch) const {
    if (taking.act.has_value()) return facts_.reaches(change(*taking.act).batch, batch);
    return std::ranges::all_of(taking.fork->branches,
                               [&](Index branch) { return facts_.reaches(branch, batch); });
  }

  /// A fork is seen by who saw two of its branches.
  bool saw(const Taking& taking, const Taking& earlier) const {
    if (earlier.act.has_value()) return saw(taking, change(*earlier.act).batch);
    const auto seen = std::ranges::count_if(earlier.fork->branches,
                                            [&](Index branch) { return saw(taking, branch); });
    return seen > 1;
  }

  /// Of two that took the same grant: an act before a fork, the junior act before the senior.
  bool goes_before(const Taking& a, const Taking& b) const {
    if (a.lead != b.lead) return a.lead < b.lead;
    if (a.fork != nullptr || b.fork != nullptr) return b.fork != nullptr;
    return facts_.rank(change(*b.act)) < facts_.rank(change(*a.act));
  }

  bool gave_away_unseen(const Grant& taken, Index batch) const {
    for (Index i = 0; i < states_.size(); ++i) {
      const auto by = change(i).batch;
      if (stands(i) && change(i).act->kind == OracleAct::hand_over &&
          facts_.under(by)->site == taken.site && facts_.reaches(by, taken.batch) &&
          !facts_.reaches(by, batch))
        return true;
    }
    return false;
  }

  const AuthorityFacts& facts_;
  const std::vector<Fork>& forks_;
  const std::set<int>& spared_;
  Flags held_;
  Flags overruled_;
  std::vector<State> states_;
  std::vector<std::vector<Index>> grants_of_;  ///< The act that granted; none for a founding.
  std::vector<std::vector<Index>> strikers_;
};

AuthorityVerdict verdict(const AuthorityFacts& facts,
                         const Standing& standing,
                         const std::set<int>& spared) {
  AuthorityVerdict verdict;
  verdict.spared = spared;
  for (Index batch = 0; batch < facts.batches().size(); ++batch) {
    auto& of_batch = verdict.batches.emplace_back();
    of_batch.looked_at = facts.looked_at(batch);
    of_batch.held = standing.is_held(batch);
    of_batch.outsider = facts.looked_at(batch) && facts.under(batch) == nullptr;
    of_batch.changes.resize(facts.batch(batch).acts.size());
  }
  for (Index i = 0; i < facts.changes().size(); ++i) {
    const auto& change = facts.changes()[i];
    const bool edit = change.act->kind == OracleAct::edit;
    auto& of_change = verdict.batches[change.batch].changes[change.index];
    of_change.has_right = change.has_right;
    of_change.counts = standing.stands(i) || (edit && standing.admitted(change.batch));
    of_change.overruled = standing.overruled(i);
    of_change.as_lead =
        of_change.counts && edit && change.act->lead_field && standing.is_lead(change.batch);
  }
  for (const auto& grant : facts.grants()) {
    auto& level = verdict.levels[grant.device];
    level = std::max(level, standing.in_force(grant));
    if (!standing.leads(grant)) continue;
    verdict.leads.insert(grant.device);
    verdict.lead_sites.insert(grant.site);
  }
  return verdict;
}

}  // namespace

AuthorityVerdict judge(const std::vector<OracleBatch>& batches) {
  const AuthorityFacts facts{batches};
  const auto forks = find_forks(facts);
  Flags overruled(facts.changes().size());
  std::set<int> spared;
  while (true) {
    const Standing standing{facts, forks, overruled, spared};
    auto answer = verdict(facts, standing, spared);
    const auto excess = answer.leads.empty() ? standing.to_overrule() : std::nullopt;
    if (!excess.has_value()) return answer;
    if (excess->act.has_value()) {
      overruled[*excess->act] = true;
    } else {
      spared.insert(excess->fork->device);
    }
  }
}

}  // namespace guantong::test
