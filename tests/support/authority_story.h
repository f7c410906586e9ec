// Histories of authority, told batch by batch.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/authority_oracle.h"
#include "tests/support/authority_worlds.h"

namespace guantong::test {

using Batches = std::vector<std::size_t>;

inline constexpr int founder = 0;

inline OracleAct found(int device) {
  return {.kind = OracleAct::founding, .device = device, .site = "north"};
}

inline OracleAct grant(int device, OracleLevel level, std::string site = "north") {
  return {.kind = OracleAct::grant,
          .device = device,
          .site = std::move(site),
          .person = device,
          .level = level};
}

inline OracleAct demote(int device, OracleLevel level) {
  return {.kind = OracleAct::removal, .device = device, .level = level};
}

inline OracleAct expel(int device) {
  return demote(device, OracleLevel::none);
}

inline OracleAct hand_over(std::vector<int> devices) {
  return {.kind = OracleAct::hand_over, .devices = std::move(devices)};
}

inline OracleAct admit(Batches batches) {
  return {.kind = OracleAct::ruling, .batches = std::move(batches), .admit = true};
}

inline OracleAct refuse(Batches batches) {
  return {.kind = OracleAct::ruling, .batches = std::move(batches)};
}

inline const OracleAct edit{};
inline const OracleAct lead_edit{.lead_field = true};

/// A history told batch by batch. Each device acts under its first grant, until told otherwise.
class AuthorityStory {
public:
  explicit AuthorityStory(std::vector<OracleAct> acts = {found(founder)}) {
    world.push_back({.digest = "0", .acts = std::move(acts)});
    last[founder] = start = 0;
    note();
  }

  /// Writes on `device`, which has seen `seen` and all that it wrote.
  std::size_t tell(int device, const Batches& seen, std::vector<OracleAct> acts) {
    OracleBatch batch{.device = device, .digest = std::to_string(world.size())};
    if (last.contains(device)) {
      batch.number = world[last[device]].number + 1;
      batch.parents.push_back(last[device]);
    }
    if (under.contains(device)) {
      batch.under = under[device];
      batch.parents.push_back(under[device].batch);
    }
    batch.parents.insert(batch.parents.end(), seen.begin(), seen.end());
    batch.acts = std::move(acts);
    last[device] = world.size();
    world.push_back(std::move(batch));
    note();
    return world.size() - 1;
  }

  AuthorityVerdict verdict() const { return judge(world); }
  ChangeVerdict change(std::size_t batch, std::size_t i = 0) const {
    return verdict().batches[batch].changes[i];
  }
  bool counts(std::size_t batch, std::size_t i = 0) const { return change(batch, i).counts; }
  OracleLevel level(int device) const { return verdict().levels.at(device); }

  AuthorityWorld world;
  std::size_t start = 0;
  std::map<int, std::size_t> last;
  std::map<int, GrantRef> under;

private:
  void note() {
    const auto batch = world.size() - 1;
    for (std::size_t i = 0; i < world.back().acts.size(); ++i) {
      const auto& act = world.back().acts[i];
      if (act.kind == OracleAct::founding || act.kind == OracleAct::grant)
        under.try_emplace(act.device, GrantRef{batch, i, act.device});
    }
  }
};

}  // namespace guantong::test
