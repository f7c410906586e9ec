// Who means harm in a simulation, and what they have put at the shared repository.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulation/site.h"

#include "sync/change.h"

namespace guantong::simulation {

/// A computer in the wrong hands.
struct Rogue {
  Site site;
  bool is_in = false;    ///< It was admitted.
  bool is_out = false;   ///< And put out again.
  bool forges = false;   ///< From then on its program is not used any more.
  std::string stream{};  ///< "highschool/<64 hex digits>"
};

/// A commit that is to be in force nowhere.
struct Forgery {
  CommitId commit;
  std::string_view kind;         ///< The word of the step that made it.
  std::optional<DeviceId> by{};  ///< Set where it is sound, and counts if its device may write.
};

struct Harm {
  std::map<std::string, Rogue, std::less<>> rogues;
  std::vector<Forgery> forgeries;
  /// Batches that one device signed under one number: of two at most one may count.
  std::vector<std::pair<CommitId, CommitId>> forks;
};

}  // namespace guantong::simulation
