// The commands of the plan's questions, made from what each question says of itself.
#pragma once

#include "cli/command.h"
#include "cli/context.h"
#include "client/questions/question.h"

namespace guantong {

/// Adds the questions of a group below a command.
void add_questions(Command& command, Task& chosen, QuestionGroup group);

}  // namespace guantong
