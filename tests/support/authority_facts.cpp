#include "tests/support/authority_facts.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/support/authority_oracle.h"

namespace guantong::test {
namespace {

/// The batches looked at of `device` with this number.
std::vector<std::size_t> numbered(const AuthorityFacts& facts, int device, int number) {
  std::vector<std::size_t> found;
  for (std::size_t batch = 0; batch < facts.batches().size(); ++batch) {
    if (facts.looked_at(batch) && facts.batch(batch).device == device &&
        facts.batch(batch).number == number)
      found.push_back(batch);
  }
  return found;
}

/// Whether `batch` reaches two batches of the device's stream with one number.
bool sees_fork(const AuthorityFacts& facts, std::size_t batch, int device) {
  std::set<int> numbers;
  for (std::size_t earlier = 0; earlier < facts.batches().size(); ++earlier) {
    const bool reached = facts.reaches(batch, earlier) && facts.batch(earlier).device == device;
    if (reached && !numbers.insert(facts.batch(earlier).number).second) return true;
  }
  return false;
}

/// A15: which of `branches` of one stream the most senior pin reaches.
std::optional<std::size_t> pinned(const AuthorityFacts& facts,
                                  const std::vector<std::size_t>& branches) {
  using Pin = std::tuple<Seniority, int, std::string>;
  std::optional<std::pair<Pin, std::size_t>> first;
  for (const auto branch : branches) {
    const int device = facts.batch(branch).device;
    for (std::size_t by = 0; by < facts.batches().size(); ++by) {
      const auto& batch = facts.batch(by);
      const auto *its = facts.under(by), *mine = facts.under(branch);
      const bool senior = its != nullptr && mine != nullptr && its->seniority < mine->seniority;
      if (batch.device == device || !senior || !facts.reaches(by, branch) ||
          sees_fork(facts, by, device))
        continue;
      const std::pair pin{Pin{its->seniority, batch.number, batch.digest}, branch};
      if (!first.has_value() || pin < *first) first = pin;
    }
  }
  return first.has_value() ? std::optional{first->second} : std::nullopt;
}

}  // namespace

AuthorityFacts::AuthorityFacts(const std::vector<OracleBatch>& batches)
    : batches_{batches},
      looked_at_(batches.size()),
      past_(batches.size(), std::vector<bool>(batches.size())),
      generation_(batches.size()),
      under_(batches.size()) {
  for (bool found = true; found;) {
    found = false;
    for (std::size_t batch = 0; batch < batches.size(); ++batch) {
      if (looked_at_[batch] || !is_complete(batch)) continue;
      look_at(batch);
      found = true;
    }
  }
}

const Grant* AuthorityFacts::under(std::size_t batch) const {
  return under_[batch].has_value() ? &grants_[*under_[batch]] : nullptr;
}

std::tuple<Seniority, std::size_t, std::string, std::size_t> AuthorityFacts::rank(
    const FactsOfChange& act) const {
  return {under(act.batch)->seniority, generation_[act.batch], batch(act.batch).digest, act.index};
}

OracleLevel AuthorityFacts::left(const FactsOfChange& act, const Grant& grant) const {
  const bool follows = reaches(grant.batch, act.batch);
  if (follows) return grant.level;
  if (act.act->kind == OracleAct::removal && act.act->device == grant.device)
    return std::min(grant.level, act.act->level);
  if (act.act->kind == OracleAct::hand_over && under(act.batch)->site == grant.site)
    return std::min(grant.level, OracleLevel::coordinator);
  return grant.level;
}

bool AuthorityFacts::strikes(const FactsOfChange& act, const FactsOfChange& change) const {
  const bool saw =
      reaches(act.batch, change.batch) || (act.batch == change.batch && change.index <= act.index);
  return !saw && change.act->kind != OracleAct::founding &&
         *change.needs > left(act, *under(change.batch));
}

/// A1.
bool AuthorityFacts::is_complete(std::size_t index) const {
  const auto& batch = batches_[index];
  if (batch.parents.empty())
    return batch.number == 1 && std::ranges::any_of(batch.acts, [&](const OracleAct& act) {
             return act.kind == OracleAct::founding && act.device == batch.device;
           });
  for (const auto parent : batch.parents) {
    if (parent >= batches_.size() || !looked_at_[parent]) return false;
  }
  const auto& first = batches_[batch.parents.front()];
  return batch.number == 1 || (first.device == batch.device && first.number + 1 == batch.number);
}

void AuthorityFacts::look_at(std::size_t index) {
  const auto& batch = batches_[index];
  looked_at_[index] = true;
  for (const auto parent : batch.parents) {
    generation_[index] = std::max(generation_[index], generation_[parent] + 1);
    past_[index][parent] = true;
    for (std::size_t earlier = 0; earlier < batches_.size(); ++earlier) {
      if (reaches(parent, earlier)) past_[index][earlier] = true;
    }
  }
  under_[index] = granted(index);
  for (std::size_t i = 0; i < batch.acts.size(); ++i) {
    const auto& act = batch.acts[i];
    FactsOfChange change{.batch = index, .index = i, .act = &act};
    if (act.kind == OracleAct::founding) {
      change.has_right = batch.parents.empty();
    } else if (const auto* by = under(index); by != nullptr) {
      change.needs = needs(index, act, *by);
      change.has_right = change.needs.has_value() && by->level >= *change.needs;
    }
    changes_.push_back(change);
    if (change.has_right) give(change);
  }
}

/// A2.
std::optional<std::size_t> AuthorityFacts::granted(std::size_t index) const {
  const auto& named = batches_[index].under;
  if (!named.has_value() || named->device != batches_[index].device) return {};
  for (std::size_t i = 0; i < grants_.size(); ++i) {
    const auto& grant = grants_[i];
    if (reaches(index, grant.batch) && grant.batch == named->batch &&
        changes_[grant.change].index == named->act && grant.device == named->device)
      return i;
  }
  return {};
}

/// Notes whom the newest change, which has right, gives what.
void AuthorityFacts::give(const FactsOfChange& change) {
  const auto& act = *change.act;
  const auto& batch = batches_[change.batch];
  Grant grant{.change = changes_.size() - 1,
              .batch = change.batch,
              .device = act.device,
              .site = act.site,
              .person = act.person,
              .level = act.kind == OracleAct::grant ? act.level : OracleLevel::lead,
              .seniority = {generation_[change.batch], batch.digest, change.index, 0}};
  if (act.kind == OracleAct::founding || act.kind == OracleAct::grant) grants_.push_back(grant);
  if (act.kind == OracleAct::founding && act.device == batch.device)
    under_[change.batch] = grants_.size() - 1;
  if (act.kind != OracleAct::hand_over) return;
  for (std::size_t place = 0; place < act.devices.size(); ++place) {
    grant.device = act.devices[place];
    grant.site = *sites(change.batch, grant.device).begin();
    grant.seniority.place = place;
    grants_.push_back(grant);
  }
}

/// The sites that `device` was ever granted in the past of `batch`.
std::set<std::string> AuthorityFacts::sites(std::size_t batch, int device) const {
  std::set<std::string> found;
  for (const auto& grant : grants_) {
    if (grant.device == device && reaches(batch, grant.batch)) found.insert(grant.site);
  }
  return found;
}

bool AuthorityFacts::ever_held_lead(std::size_t batch, int device) const {
  return std::ranges::any_of(grants_, [&](const Grant& grant) {
    return grant.device == device && grant.level == OracleLevel::lead &&
           reaches(batch, grant.batch);
  });
}

/// The table of A4.
std::optional<OracleLevel> AuthorityFacts::needs(std::size_t batch,
                                                 const OracleAct& act,
                                                 const Grant& by) const {
  switch (act.kind) {
    case OracleAct::founding:
      return {};
    case OracleAct::grant:
      return needs_grant(batch, act, by);
    case OracleAct::removal:
      return needs_removal(batch, act, by);
    case OracleAct::hand_over:
      return needs_hand_over(batch, act, by);
    case OracleAct::ruling:
      return needs_ruling(batch, act, by);
    case OracleAct::edit:
      return OracleLevel::teacher;
  }
  return {};
}

std::optional<OracleLevel> AuthorityFacts::needs_grant(std::size_t batch,
                                                       const OracleAct& act,
                                                       const Grant& by) const {
  const auto known = sites(batch, act.device);
  const bool moves = !known.empty() && known != std::set{act.site};
  if (moves || act.level == OracleLevel::none) return {};
  if (act.site != by.site)
    return act.level == OracleLevel::lead ? std::nullopt : std::optional{OracleLevel::lead};
  if (act.level == OracleLevel::lead) return OracleLevel::lead;
  return act.person == by.person && act.level <= OracleLevel::teacher ? OracleLevel::teacher
                                                                      : OracleLevel::coordinator;
}

std::optional<OracleLevel> AuthorityFacts::needs_removal(std::size_t batch,
                                                         const OracleAct& act,
                                                         const Grant& by) const {
  if (act.device == by.device) return OracleLevel::auditor;
  const auto known = sites(batch, act.device);
  if (known.empty()) return {};
  return known == std::set{by.site} && !ever_held_lead(batch, act.device) ? OracleLevel::coordinator
                                                                          : OracleLevel::lead;
}

std::optional<OracleLevel> AuthorityFacts::needs_hand_over(std::size_t batch,
                                                           const OracleAct& act,
                                                           const Grant& by) const {
  std::set<std::string> receiving;
  for (const auto device : act.devices) {
    auto known = sites(batch, device);
    if (known.size() != 1) return {};
    receiving.merge(known);
  }
  if (receiving.size() != 1 || receiving.contains(by.site)) return {};
  return OracleLevel::lead;
}

std::optional<OracleLevel> AuthorityFacts::needs_ruling(std::size_t batch,
                                                        const OracleAct& act,
                                                        const Grant& by) const {
  auto level = OracleLevel::coordinator;
  for (const auto ruled : act.batches) {
    if (ruled >= batches_.size() || !reaches(batch, ruled)) return {};
    if (sites(batch, batches_[ruled].device) != std::set{by.site}) level = OracleLevel::lead;
  }
  return level;
}

std::vector<Fork> find_forks(const AuthorityFacts& facts) {
  std::set<int> devices;
  for (const auto& batch : facts.batches())
    devices.insert(batch.device);
  std::vector<Fork> forks;
  for (const auto device : devices) {
    int number = 1;
    while (numbered(facts, device, number).size() == 1)
      ++number;
    const auto branches = numbered(facts, device, number);
    if (!branches.empty()) forks.push_back({device, branches});
  }
  return forks;
}

std::vector<bool> find_held(const AuthorityFacts& facts,
                            const std::vector<Fork>& forks,
                            const std::set<int>& spared) {
  std::vector<bool> held(facts.batches().size());
  for (const auto& fork : forks) {
    const int from = facts.batch(fork.branches.front()).number;
    for (std::size_t batch = 0; batch < held.size(); ++batch) {
      if (facts.looked_at(batch) && facts.batch(batch).device == fork.device &&
          facts.batch(batch).number >= from)
        held[batch] = true;
    }
    for (auto next = fork.branches; !next.empty();) {
      auto on = pinned(facts, next);
      if (!on.has_value() && spared.contains(fork.device))
        on = *std::ranges::min_element(
            next, {}, [&](std::size_t batch) { return facts.batch(batch).digest; });
      if (!on.has_value()) break;
      held[*on] = false;
      next = numbered(facts, fork.device, facts.batch(*on).number + 1);
      std::erase_if(next,
                    [&](std::size_t batch) { return facts.batch(batch).parents.front() != *on; });
    }
  }
  return held;
}

}  // namespace guantong::test
