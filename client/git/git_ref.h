// A name in a Git repository that stands for a commit.
#pragma once

#include <compare>
#include <string>

#include "sync/change.h"

namespace guantong {

/// "refs/heads/plan/bitc/3f..." and what it stands for.
struct GitRef {
  std::string name;
  CommitId target;
  auto operator<=>(const GitRef&) const = default;
};

}  // namespace guantong
