#include "tests/support/authority_worlds.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/authority_oracle.h"
#include "tests/support/choices.h"

namespace guantong::test {
namespace {

/// One removal of a graph. `saw` is closed: of the removals before, all that its past holds.
struct Edge {
  int author = 0;
  int target = 0;
  std::vector<bool> saw{};
};

constexpr int four = 4;

AuthorityWorld leads(Ranks ranks) {
  const auto grant = [](int device) {
    return OracleAct{.kind = OracleAct::grant,
                     .device = device,
                     .site = "north",
                     .person = device,
                     .level = OracleLevel::lead};
  };
  AuthorityWorld world{
      {.digest = "0", .acts = {{.kind = OracleAct::founding, .device = 0, .site = "north"}}},
      {.number = 2, .digest = "1", .parents = {0}, .under = GrantRef{0, 0, 0}, .acts = {grant(1)}}};
  if (ranks == Ranks::star) {
    world[1].acts.push_back(grant(2));
    world[1].acts.push_back(grant(3));
    return world;
  }
  world.push_back(
      {.device = 1, .digest = "2", .parents = {1}, .under = GrantRef{1, 0, 1}, .acts = {grant(2)}});
  world.push_back(
      {.device = 2, .digest = "3", .parents = {2}, .under = GrantRef{2, 0, 2}, .acts = {grant(3)}});
  return world;
}

GrantRef grant_of(const AuthorityWorld& world, int device) {
  for (std::size_t batch = 0; batch < world.size(); ++batch) {
    for (std::size_t act = 0; act < world[batch].acts.size(); ++act) {
      if (world[batch].acts[act].device == device) return {batch, act, device};
    }
  }
  return {};
}

AuthorityWorld world_of(const std::vector<Edge>& edges, Ranks ranks) {
  auto world = leads(ranks);
  const auto known = world.size() - 1;
  std::vector<std::optional<std::size_t>> last(four);
  for (std::size_t batch = 0; batch < world.size(); ++batch)
    last[static_cast<std::size_t>(world[batch].device)] = batch;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const auto& edge = edges[i];
    auto& previous = last[static_cast<std::size_t>(edge.author)];
    OracleBatch batch{.device = edge.author,
                      .digest = std::to_string(world.size()),
                      .under = grant_of(world, edge.author),
                      .acts = {{.kind = OracleAct::removal, .device = edge.target}}};
    if (previous.has_value()) {
      batch.number = world[*previous].number + 1;
      batch.parents.push_back(*previous);
    }
    batch.parents.push_back(batch.under->batch);
    batch.parents.push_back(known);
    for (std::size_t j = 0; j < i; ++j) {
      if (edge.saw[j]) batch.parents.push_back(known + 1 + j);
    }
    previous = world.size();
    world.push_back(batch);
  }
  return world;
}

/// Whether `saw` holds what the author wrote before, and what all that it holds saw.
bool is_closed(const std::vector<Edge>& edges, int author, const std::vector<bool>& saw) {
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (edges[i].author == author && !saw[i]) return false;
    for (std::size_t j = 0; saw[i] && j < i; ++j) {
      if (edges[i].saw[j] && !saw[j]) return false;
    }
  }
  return true;
}

void extend(const RemovalGraphs& graphs,
            std::vector<Edge>& edges,
            const std::function<void(const AuthorityWorld&)>& visit) {
  visit(world_of(edges, graphs.ranks));
  if (edges.size() == graphs.most) return;
  for (int author = 0; author < four; ++author) {
    for (unsigned bits = 0; bits < 1U << edges.size(); ++bits) {
      std::vector<bool> saw(edges.size());
      for (std::size_t i = 0; i < saw.size(); ++i)
        saw[i] = ((bits >> i) & 1U) != 0;
      if (!is_closed(edges, author, saw)) continue;
      for (int target = 0; target < four; ++target) {
        if (author == target && !graphs.leaves) continue;
        edges.push_back({author, target, saw});
        extend(graphs, edges, visit);
        edges.pop_back();
      }
    }
  }
}

constexpr int keys = 9;
constexpr int recovery_key = 9;

std::string home(int device) {
  if (device < 4 || device == recovery_key) return "north";
  return device < 7 ? "south" : "west";
}

/// Draws one world, batch by batch.
class AuthorityDrawing {
public:
  /// `next` gives the numbers that everything follows from.
  explicit AuthorityDrawing(std::function<std::uint64_t()> next) : next_{std::move(next)} {}

  AuthorityWorld draw(std::size_t most) {
    found();
    const auto size = 7 + pick(most - 6);
    while (world_.size() < size)
      write();
    return world_;
  }

private:
  std::size_t pick(std::size_t count) { return static_cast<std::size_t>(next_() % count); }
  bool once_in(std::size_t count) { return pick(count) == 0; }
  int any_key() { return static_cast<int>(pick(keys)); }

  template <class T>
  const T& pick_from(const std::vector<T>& list) {
    return list[pick(list.size())];
  }

  OracleLevel any_level() {
    return pick_from(std::vector{OracleLevel::auditor,
                                 OracleLevel::teacher,
                                 OracleLevel::teacher,
                                 OracleLevel::coordinator,
                                 OracleLevel::coordinator,
                                 OracleLevel::lead});
  }

  OracleAct grant(int device, OracleLevel level) {
    return {.kind = OracleAct::grant,
            .device = device,
            .site = once_in(12) ? home(any_key()) : home(device),
            .person = device / 2,
            .level = level};
  }

  std::vector<bool> past_of(const OracleBatch& batch) const {
    std::vector<bool> past(world_.size());
    for (const auto parent : batch.parents) {
      past[parent] = true;
      for (std::size_t i = 0; i < past_[parent].size(); ++i)
        past[i] = past[i] || past_[parent][i];
    }
    return past;
  }

  void add(OracleBatch batch) {
    batch.digest = std::to_string(next_()) + "/" + std::to_string(world_.size());
    past_.push_back(past_of(batch));
    for (std::size_t i = 0; i < batch.acts.size(); ++i) {
      const auto& act = batch.acts[i];
      if (act.kind == OracleAct::founding || act.kind == OracleAct::grant)
        grants_.push_back({world_.size(), i, act.device});
      for (const auto device : act.devices)
        grants_.push_back({world_.size(), i, device});
    }
    world_.push_back(std::move(batch));
  }

  /// The founding, and then what lets several sites act.
  void found() {
    OracleBatch founding;
    if (once_in(5))
      founding.acts.push_back(
          {.kind = OracleAct::founding, .device = recovery_key, .site = home(0)});
    founding.acts.push_back({.kind = OracleAct::founding, .device = 0, .site = home(0)});
    add(founding);
    const GrantRef first{0, founding.acts.size() - 1, 0};
    OracleBatch second{.number = 2, .parents = {0}, .under = first};
    for (const int device : {1, 2, 4, 7}) {
      const bool north = device < 3;
      if (!once_in(5))
        second.acts.push_back(
            grant(device, north && !once_in(3) ? OracleLevel::lead : OracleLevel::coordinator));
    }
    if (second.acts.empty()) second.acts.emplace_back();  // No batch is empty.
    add(second);
  }

  /// The grants that name `device`, and the batches that it wrote.
  std::vector<GrantRef> grants_of(int device) const {
    std::vector<GrantRef> found;
    std::ranges::copy_if(grants_, std::back_inserter(found), [&](const GrantRef& grant) {
      return grant.device == device;
    });
    return found;
  }
  std::vector<std::size_t> written_by(int device) const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < world_.size(); ++i) {
      if (world_[i].device == device) found.push_back(i);
    }
    return found;
  }

  /// Mostly whoever was granted something, and the earlier the rather.
  int any_author() {
    if (once_in(20)) return any_key();
    auto place = pick(grants_.size());
    if (once_in(2)) place = std::min(place, pick(grants_.size()));
    return grants_[place].device;
  }

  /// On what of its own stream `device` goes on: now and then beside what it wrote.
  std::optional<std::size_t> any_previous(int device) {
    const auto own = written_by(device);
    if (own.empty()) return {};
    if (!once_in(14)) return once_in(4) ? own.back() : newest(own);
    const auto beside = pick_from(own);
    if (world_[beside].number > 1) return world_[beside].parents.front();
    return device == 0 ? std::optional{beside} : std::nullopt;
  }

  /// The longest branch.
  std::size_t newest(const std::vector<std::size_t>& own) const {
    return *std::ranges::max_element(own, {}, [&](std::size_t i) { return world_[i].number; });
  }

  /// A batch names a grant by its act alone, which may name several devices.
  static GrantRef named_by(int device, const GrantRef& grant) {
    return {grant.batch, grant.act, device};
  }

  std::optional<GrantRef> any_grant(int device, std::optional<std::size_t> previous) {
    const auto own = grants_of(device);
    if (once_in(40)) return named_by(device, pick_from(grants_));
    if (own.empty() || once_in(50)) return {};
    if (previous.has_value() && world_[*previous].under.has_value() && !once_in(3))
      return world_[*previous].under;
    return once_in(2) ? own.back() : pick_from(own);
  }

  void write() {
    OracleBatch batch{.device = any_author()};
    const auto previous = any_previous(batch.device);
    const auto see = [&](std::size_t parent) {
      if (std::ranges::find(batch.parents, parent) == batch.parents.end())
        batch.parents.push_back(parent);
    };
    if (previous.has_value()) {
      batch.number = world_[*previous].number + 1;
      see(*previous);
    }
    batch.under = any_grant(batch.device, previous);
    const bool inherits = previous.has_value() && world_[*previous].under == batch.under;
    if (batch.under.has_value() && !inherits) see(batch.under->batch);
    const bool rules = once_in(6);
    const bool sees_much = rules || once_in(5);
    for (auto more = sees_much ? 8 : pick(3); more > 0; --more)
      see(once_in(2) ? pick(world_.size())
                     : world_.size() - 1 - pick(std::min(world_.size(), std::size_t{6})));
    if (batch.parents.empty()) see(0);
    batch.acts = any_acts(batch.device, past_of(batch), rules);
    add(std::move(batch));
  }

  /// Whom the grants in `past` name.
  std::vector<int> known(const std::vector<bool>& past) const {
    std::vector<int> found;
    for (const auto& grant : grants_) {
      if (past[grant.batch]) found.push_back(grant.device);
    }
    return found;
  }

  std::vector<OracleAct> any_acts(int author, const std::vector<bool>& past, bool rules) {
    const auto around = known(past);
    const OracleAct edit{.lead_field = once_in(3)};
    const auto kind = pick(18);
    OracleAct act;
    if (rules) {
      act = ruling(past);
    } else if (kind < 4) {
      return {edit};
    } else if (kind < 6) {
      return {hand_over(author, around)};
    } else if (kind < 11) {
      const auto device = once_in(2) ? any_key() : pick_from(around);
      act = grant(device, any_level());
      if (once_in(4)) return {act, grant((device + 1) % keys, any_level())};
    } else {
      act = {.kind = OracleAct::removal, .device = once_in(25) ? any_key() : pick_from(around)};
      if (once_in(3))
        act.level = pick_from(
            std::vector{OracleLevel::auditor, OracleLevel::teacher, OracleLevel::coordinator});
      if (act.device == author) return {act};
    }
    if (once_in(4)) return {edit, act};
    if (once_in(4)) return {act, edit};
    return {act};
  }

  /// To some devices of another site, if any is known.
  OracleAct hand_over(int author, std::vector<int> around) {
    if (!once_in(10))
      std::erase_if(around, [&](int device) { return home(device) == home(author); });
    OracleAct act{.kind = OracleAct::hand_over};
    if (around.empty()) return {};  // An edit: a hand-over to nobody cannot be written.
    act.devices.push_back(pick_from(around));
    for (const auto device : around) {
      const bool fits = home(device) == home(act.devices.front());
      if (fits && std::ranges::find(act.devices, device) == act.devices.end() && !once_in(3))
        act.devices.push_back(device);
    }
    return act;
  }

  OracleAct ruling(const std::vector<bool>& past) {
    OracleAct act{.kind = OracleAct::ruling, .admit = !once_in(3)};
    for (std::size_t i = 1; i < past.size(); ++i) {
      if (past[i] && once_in(2)) act.batches.push_back(i);
    }
    if (act.batches.empty()) act.batches.push_back(0);
    return act;
  }

  std::function<std::uint64_t()> next_;
  AuthorityWorld world_;
  std::vector<std::vector<bool>> past_;
  std::vector<GrantRef> grants_;  ///< Of all acts, with right or without.
};

}  // namespace

AuthorityWorld arrange(const AuthorityWorld& world, const std::vector<std::size_t>& order) {
  std::vector<std::size_t> place(world.size(), missing);
  for (std::size_t i = 0; i < order.size(); ++i)
    place[order[i]] = i;
  const auto moved = [&](std::size_t batch) {
    return batch < place.size() ? place[batch] : missing;
  };
  AuthorityWorld arranged;
  for (const auto index : order) {
    auto batch = world[index];
    for (auto& parent : batch.parents)
      parent = moved(parent);
    if (batch.under.has_value()) batch.under->batch = moved(batch.under->batch);
    for (auto& act : batch.acts) {
      for (auto& ruled : act.batches)
        ruled = moved(ruled);
    }
    arranged.push_back(std::move(batch));
  }
  return arranged;
}

void for_each_removal_graph(const RemovalGraphs& graphs,
                            const std::function<void(const AuthorityWorld&)>& visit) {
  std::vector<Edge> edges;
  extend(graphs, edges, visit);
}

AuthorityWorld draw_authority_world(std::uint64_t seed, std::size_t most) {
  std::mt19937_64 random{seed};
  return AuthorityDrawing{std::ref(random)}.draw(most);
}

AuthorityWorld draw_authority_world(Choices& choices, std::size_t most) {
  return AuthorityDrawing{[&] { return choices.pick(Choices::most); }}.draw(most);
}

}  // namespace guantong::test
