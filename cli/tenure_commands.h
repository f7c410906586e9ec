// What guantong duty and guantong owner share: a card of who answers and what can be done, and the
// acts by which that changes.
#pragma once

#include <string>
#include <string_view>

#include "cli/command.h"
#include "cli/context.h"
#include "client/reading.h"
#include "client/tenures.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

Json json_of(Session& session, const TenureView& tenure);

/// "free", "held" or "contested".
std::string_view state_of(const Tenure& tenure);
/// The same for people.
std::string shown_state(const Tenure& tenure);

/// What somebody did, in words.
Result<std::string> said_here(Session& session, const JudgedAct& act);
/// Who answers now, in a sentence.
Result<std::string> who_answers(Session& session, const TenureView& tenure);
/// What waits for somebody's answer, in a few words; empty where nothing does.
Result<std::string> what_waits(Session& session, const TenureView& tenure);
/// Adds the commands `show`, `request`, `offer`, `accept`, `decline`, `withdraw`, `escalate` and
/// `rule` below `command`.
void add_tenure_commands(Command& command, Task& chosen, HeldSubject subject);

/// Adds the command `claim`, for duties that nobody holds.
void add_claim(Command& command, Task& chosen);

}  // namespace guantong
