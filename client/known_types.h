// Which record types workspaces are opened with: those of this program, unless a simulation lets
// another one run.
#pragma once

#include "sync/schema.h"

namespace guantong {

/// From now on workspaces are opened with these; null: with what this program is built with. Not
/// thread-safe; `schema` must outlive every workspace that is opened with it.
void know_types(const Schema* schema);

}  // namespace guantong
