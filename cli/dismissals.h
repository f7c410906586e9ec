// What the commands that take rights away share.
#pragma once

#include <string>

#include "cli/command.h"
#include "cli/context.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

struct DismissalOptions {
  std::string device;
  std::string person;
  std::string why;
};

void add_dismissal_options(Command& command, DismissalOptions& options);

/// Lowers every device that is named to `leaves` and says what that means; `me` names this one.
Result<Ending> dismiss_all(Context& context,
                           const DismissalOptions& options,
                           Level leaves,
                           bool me);

}  // namespace guantong
