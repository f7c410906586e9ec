// Who founds or joins: the options that "init" and "join" have in common.
#pragma once

#include "cli/command.h"
#include "client/membership.h"

namespace guantong {

/// Adds --site, --site-name, --kind, --person and --email. `site_details`: whether what the site is
/// called and of which kind must be given, or is known where it has members already.
void add_founder_options(Command& command, Founder& who, Needed site_details);

}  // namespace guantong
