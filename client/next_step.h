// Something that a person can do about what waits for a decision.
#pragma once

#include <string>

#include "sync/base/message.h"

namespace guantong {

struct NextStep {
  Message what;         ///< What it does, as "agree: bstu answers for it from then on".
  std::string command;  ///< What to type.
};

}  // namespace guantong
