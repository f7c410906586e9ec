#include "sync/authority.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "sync/base/contains.h"
#include "sync/change.h"

namespace guantong {

bool Act::lowers(const GrantFact& grant, Level level) const {
  const bool concerns = kind == Kind::dismissal
                            ? target == grant.to
                            : kind == Kind::hand_over && site == grant.member.site;
  return concerns && leaves < level;
}

bool Act::strikes(const GrantFact& grant, StreamNo stream, std::uint64_t n, Level needed) const {
  if (!lowers(grant, needed)) return false;
  const auto cut = cuts.find(stream);
  return cut == cuts.end() || n > cut->second;
}

bool ForkFact::holds(StreamNo stream, std::uint64_t n) const {
  const auto& from = mercy ? held_in_mercy : held;
  const auto found = from.find(stream);
  return found != from.end() && n >= found->second;
}

/// What is decided so far.
struct Authority::Round {
  std::vector<Verdict> verdicts;
  std::vector<std::vector<ActNo>> strikers;  ///< By the act they strike.
  std::set<ActNo> overruled;

  bool stands(ActNo act) const { return verdicts[act] == Verdict::stands; }
  bool open(ActNo act) const { return verdicts[act] == Verdict::open; }
};

const GrantFact* Authority::grant(StreamNo device, ActNo act) const {
  const auto& grants = acts_.at(act).grants;
  const auto found = std::ranges::find(grants, device, &GrantFact::to);
  return found == grants.end() ? nullptr : &*found;
}

const GrantFact& Authority::grant_of(const Act& act) const {
  return *grant(act.by, act.under);
}

const std::vector<const GrantFact*>& Authority::grants_to(StreamNo device) const {
  static const std::vector<const GrantFact*> none;
  const auto found = grants_.find(device);
  return found == grants_.end() ? none : found->second;
}

bool Authority::is_held(StreamNo device, StreamNo stream, std::uint64_t n) const {
  const auto fork = forks_.find(device);
  return fork != forks_.end() && fork->second.holds(stream, n);
}

bool Authority::is_struck_at_once(const Act& act) const {
  const auto& grant = grant_of(act);
  const auto strikes = [&](ActNo number) {
    const auto& striker = acts_[number];
    return striker.stands && striker.dot != act.dot && !contains(grant.follows, number) &&
           striker.strikes(grant, act.dot.stream, act.dot.n, act.needs);
  };
  return std::ranges::any_of(strikers_of(grant), [&](std::span<const ActNo> strikers) {
    return std::ranges::any_of(strikers, strikes);
  });
}

void Authority::index(const Act& act) {
  const auto number = static_cast<ActNo>(acts_.size() - 1);
  by_device_[act.by].push_back(number);
  if (act.strikes()) strikers_.push_back(number);
  if (act.kind == Act::Kind::dismissal) dismissals_[act.target].push_back(number);
  if (act.kind == Act::Kind::hand_over) hand_overs_.push_back(number);
  if (act.kind == Act::Kind::ruling) rulings_.push_back(number);
  for (const auto& grant : act.grants)
    grants_[grant.to].push_back(&grant);
}

const Act& Authority::restore(Act act) {
  acts_.push_back(std::move(act));
  auto& kept = acts_.back();
  for (auto& grant : kept.grants)
    grant.act = static_cast<ActNo>(acts_.size() - 1);
  index(kept);
  return kept;
}

const Act& Authority::add(Act act) {
  restore(std::move(act));
  auto& kept = acts_.back();
  kept.stands =
      kept.right && (kept.kind == Act::Kind::founding ||
                     (grant_of(kept).stands && !is_held(kept.by, kept.dot.stream, kept.dot.n) &&
                      !is_struck_at_once(kept)));
  for (auto& grant : kept.grants)
    grant.stands = kept.stands;
  return kept;
}

void Authority::replace(ActNo number, Act act) {
  auto& kept = acts_.at(number);
  // Where others point stays where it is: the same act to the same devices, with other facts.
  for (std::size_t i = 0; i < kept.grants.size() && i < act.grants.size(); ++i) {
    auto& grant = kept.grants[i];
    const bool stands = grant.stands;
    grant = act.grants[i];
    grant.act = number;
    grant.stands = stands;
  }
  act.grants = std::move(kept.grants);
  act.stands = kept.stands;
  kept = std::move(act);
}

void Authority::take_back() {
  const auto number = static_cast<ActNo>(acts_.size() - 1);
  const auto& act = acts_.back();
  std::erase(by_device_[act.by], number);
  std::erase(strikers_, number);
  if (act.kind == Act::Kind::dismissal) std::erase(dismissals_[act.target], number);
  std::erase(hand_overs_, number);
  std::erase(rulings_, number);
  for (const auto& grant : act.grants)
    grants_[grant.to].pop_back();
  acts_.pop_back();
}

std::vector<std::vector<ActNo>> Authority::find_strikers() const {
  std::vector<std::vector<ActNo>> strikers(acts_.size());
  const auto look = [&](ActNo number, StreamNo device) {
    const auto found = by_device_.find(device);
    if (found == by_device_.end()) return;
    for (const auto victim : found->second) {
      const auto& act = acts_[victim];
      if (victim == number || act.kind == Act::Kind::founding || !act.right) continue;
      const auto& grant = grant_of(act);
      if (acts_[number].strikes(grant, act.dot.stream, act.dot.n, act.needs) &&
          !contains(grant.follows, number))
        strikers[victim].push_back(number);
    }
  };
  for (const auto number : strikers_) {
    const auto& striker = acts_[number];
    if (!striker.right) continue;
    if (striker.kind == Act::Kind::dismissal) {
      look(number, striker.target);
    } else {
      for (const auto& [device, acts] : by_device_)
        look(number, device);
    }
  }
  return strikers;
}

/// Applies A9 until it says nothing more.
void Authority::settle(Round& round) const {
  for (bool moved = true; moved;) {
    moved = false;
    for (ActNo number = 0; number < acts_.size(); ++number) {
      if (!round.open(number)) continue;
      const auto& act = acts_[number];
      const bool founding = act.kind == Act::Kind::founding;
      const auto& above = founding ? Verdict::stands : round.verdicts[act.under];
      const auto& against = round.strikers[number];
      const bool struck =
          std::ranges::any_of(against, [&](ActNo striker) { return round.stands(striker); });
      const bool asked =
          std::ranges::any_of(against, [&](ActNo striker) { return round.open(striker); });
      if (above == Verdict::falls || struck) {
        round.verdicts[number] = Verdict::falls;
      } else if (above == Verdict::stands && !asked) {
        round.verdicts[number] = Verdict::stands;
      } else {
        continue;
      }
      moved = true;
    }
  }
}

/// A group of open acts that hang on one another and on no open act outside. Tarjan, "Depth-first
/// search and linear graph algorithms" (1972): the first group he closes is such a one.
std::vector<ActNo> Authority::bottom_group(const Round& round) const {
  const auto hangs_on = [&](ActNo number) {
    std::vector<ActNo> others;
    for (const auto striker : round.strikers[number]) {
      if (round.open(striker)) others.push_back(striker);
    }
    if (round.open(acts_[number].under)) others.push_back(acts_[number].under);
    return others;
  };
  struct Visit {
    ActNo act;
    std::vector<ActNo> others;
    std::size_t next = 0;
  };
  const auto first = std::ranges::find(round.verdicts, Verdict::open);
  if (first == round.verdicts.end()) return {};
  std::vector<std::size_t> seen(acts_.size(), 0);
  std::vector<std::size_t> low(acts_.size(), 0);
  std::size_t clock = 0;
  std::vector<ActNo> stack;
  std::vector<Visit> path;
  const auto enter = [&](ActNo act) {
    seen[act] = low[act] = ++clock;
    stack.push_back(act);
    path.push_back({act, hangs_on(act)});
  };
  enter(static_cast<ActNo>(first - round.verdicts.begin()));
  while (true) {
    auto& visit = path.back();
    if (visit.next < visit.others.size()) {
      const auto other = visit.others[visit.next++];
      if (seen[other] == 0) {
        enter(other);
      } else {
        low[visit.act] = std::min(low[visit.act], seen[other]);
      }
      continue;
    }
    if (low[visit.act] == seen[visit.act]) {
      const auto from = std::ranges::find(stack, visit.act);
      return {from, stack.end()};
    }
    const auto below = low[visit.act];
    path.pop_back();
    low[path.back().act] = std::min(low[path.back().act], below);
  }
}

bool Authority::took_lead(ActNo number, const GrantFact& grant, const Round& round) const {
  return round.stands(number) && acts_[number].lowers(grant, Level::lead) &&
         !contains(grant.follows, number);
}

bool Authority::somebody_leads(const Round& round) const {
  for (const auto& [device, grants] : grants_) {
    const auto fork = forks_.find(device);
    if (fork != forks_.end() && !fork->second.mercy) continue;
    for (const auto* grant : grants) {
      const auto takes = [&](ActNo striker) { return took_lead(striker, *grant, round); };
      if (grant->level == Level::lead && round.stands(grant->act) &&
          std::ranges::none_of(strikers_, takes))
        return true;
    }
  }
  return false;
}

/// What took the lead from somebody: an act, or else the fork of `device`.
struct Authority::Loss {
  Seniority victim;  ///< Of the grant that was lost.
  StreamNo device = 0;
  std::optional<ActNo> act;
};

std::vector<Authority::Loss> Authority::losses_of_lead(const Round& round) const {
  std::vector<Loss> losses;
  for (const auto& [device, grants] : grants_) {
    const auto fork = forks_.find(device);
    const bool forked = fork != forks_.end() && !fork->second.mercy;
    for (const auto* grant : grants) {
      if (grant->level != Level::lead || !round.stands(grant->act)) continue;
      for (const auto striker : strikers_) {
        if (took_lead(striker, *grant, round))
          losses.push_back({grant->seniority, device, striker});
      }
      if (forked) losses.push_back({grant->seniority, device, std::nullopt});
    }
  }
  return losses;
}

bool Authority::saw(const Loss& later, const Loss& earlier) const {
  if (later.act && earlier.act) return contains(acts_[*later.act].saw, *earlier.act);
  if (later.act) return contains(forks_.at(earlier.device).seen_by, *later.act);
  return earlier.act && contains(forks_.at(later.device).saw, *earlier.act);
}

/// A13: leaves out one of what took the lead from somebody: the one whose victim held the more
/// senior grant; of those with one victim an act before a fork, and the junior act first. False
/// where nobody lost it.
bool Authority::overrule_for_lead(Round& round) {
  const auto losses = losses_of_lead(round);
  const auto goes_before = [&](const Loss& one, const Loss& other) {
    if (one.victim != other.victim) return one.victim < other.victim;
    if (!one.act || !other.act) return one.act.has_value() && !other.act;
    const auto& a = acts_[*one.act];
    const auto& b = acts_[*other.act];
    return std::pair{grant_of(b).seniority, b.dot.n} < std::pair{grant_of(a).seniority, a.dot.n};
  };
  const Loss* chosen = nullptr;
  for (const auto& one : losses) {
    const bool seen =
        std::ranges::any_of(losses, [&](const Loss& other) { return saw(other, one); });
    if (!seen && (chosen == nullptr || goes_before(one, *chosen))) chosen = &one;
  }
  if (chosen == nullptr) return false;
  if (chosen->act) {
    round.overruled.insert(*chosen->act);
  } else {
    forks_.at(chosen->device).mercy = true;
  }
  return true;
}

std::vector<ActNo> Authority::judge() {
  for (auto& [device, fork] : forks_)
    fork.mercy = false;
  std::set<ActNo> overruled;
  Round round;
  const auto strikers = find_strikers();
  while (true) {
    round = {std::vector<Verdict>(acts_.size(), Verdict::open), strikers, overruled};
    for (ActNo number = 0; number < acts_.size(); ++number) {
      const auto& act = acts_[number];
      if (!act.right || overruled.contains(number) || is_held(act.by, act.dot.stream, act.dot.n))
        round.verdicts[number] = Verdict::falls;
    }
    settle(round);
    for (auto group = bottom_group(round); !group.empty(); group = bottom_group(round)) {
      const auto most_senior = std::ranges::min(group, {}, [&](ActNo number) {
        return std::pair{grant_of(acts_[number]).seniority, acts_[number].dot.n};
      });
      round.verdicts[most_senior] = Verdict::stands;
      for (const auto striker : round.strikers[most_senior]) {
        if (round.open(striker)) round.verdicts[striker] = Verdict::falls;
      }
      settle(round);
    }
    if (somebody_leads(round) || !overrule_for_lead(round)) break;
    overruled = round.overruled;
  }
  std::vector<ActNo> moved;
  for (ActNo number = 0; number < acts_.size(); ++number) {
    auto& act = acts_[number];
    if (act.stands != round.stands(number)) moved.push_back(number);
    act.stands = round.stands(number);
    for (auto& grant : act.grants)
      grant.stands = act.stands;
  }
  return moved;
}

std::array<std::span<const ActNo>, 2> Authority::strikers_of(const GrantFact& grant) const {
  const auto dismissals = dismissals_.find(grant.to);
  const bool any = dismissals != dismissals_.end();
  return {any ? std::span{dismissals->second} : std::span<const ActNo>{}, std::span{hand_overs_}};
}

Level Authority::level_in(const GrantFact& grant, const Past& past) const {
  if (!grant.stands || !past.contains(grant.dot)) return Level::none;
  auto level = grant.level;
  for (const auto strikers : strikers_of(grant)) {
    for (const auto number : strikers) {
      const auto& striker = acts_[number];
      if (striker.stands && striker.lowers(grant, level) && !contains(grant.follows, number) &&
          past.contains(striker.dot))
        level = striker.leaves;
    }
  }
  return level;
}

/// What the rulings on a batch that no other one follows say together (A16).
std::optional<BatchVerdict> Authority::ruled(const Dot& first) const {
  std::vector<ActNo> on_it;
  for (const auto number : rulings_) {
    const auto& act = acts_[number];
    if (act.stands && std::ranges::find(act.batches, first) != act.batches.end())
      on_it.push_back(number);
  }
  if (on_it.empty()) return std::nullopt;
  for (const auto number : on_it) {
    const bool followed =
        std::ranges::any_of(on_it, [&](ActNo other) { return contains(acts_[other].saw, number); });
    if (!followed && !acts_[number].admits) return BatchVerdict::refused;
  }
  return BatchVerdict::admitted;
}

/// Whether what takes from a grant leaves a batch under it its record changes (A7).
BatchVerdict Authority::struck(const Dot& first, const GrantFact& under) const {
  auto verdict = BatchVerdict::counts;
  for (const auto strikers : strikers_of(under)) {
    for (const auto number : strikers) {
      const auto& striker = acts_[number];
      if (!striker.stands || contains(under.follows, number) ||
          !striker.strikes(under, first.stream, first.n, Level::teacher))
        continue;
      if (striker.leaves == Level::none) return BatchVerdict::expelled;
      verdict = BatchVerdict::demoted;
    }
  }
  return verdict;
}

BatchVerdict Authority::verdict(StreamNo device, const Dot& first, const GrantFact* under) const {
  auto verdict = BatchVerdict::counts;
  if (is_held(device, first.stream, first.n)) {
    verdict = BatchVerdict::forked;
  } else if (under == nullptr) {
    verdict = BatchVerdict::outsider;
  } else if (!under->stands) {
    verdict = BatchVerdict::grant_fell;
  } else if (under->level < Level::teacher) {
    verdict = BatchVerdict::reads_only;
  } else {
    verdict = struck(first, *under);
  }
  if (verdict == BatchVerdict::counts) return verdict;
  return ruled(first).value_or(verdict);
}

}  // namespace guantong
