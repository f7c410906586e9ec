// Every question below guantong plan. A new one: its own file, a line here, a line in plan.cpp.
#pragma once

#include "cli/command.h"
#include "cli/context.h"

namespace guantong {

void add_plan_duties(Command& command, Task& chosen);
void add_plan_copy(Command& command, Task& chosen);

}  // namespace guantong
