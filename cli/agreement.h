// How what is agreed among sites is said: who is meant, what was done, what has become of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/context.h"
#include "client/next_step.h"
#include "client/reading.h"
#include "client/signing.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"

namespace guantong {

/// An organisation as `site_label` has it; one that is no site by its id.
Result<std::string> label_of(Session& session, const RecordId& org);
Result<std::string> labels_of(Session& session, const std::vector<RecordId>& orgs);
Json codes_of(Session& session, const std::vector<RecordId>& orgs);

/// The stable names in JSON.
std::string_view word_of(TransferStatus status);
std::string_view word_of(HoldingAct::Kind kind);

/// What has become of a transfer, with the reason where it never had an effect.
std::string became(TransferStatus status, Void verdict);

/// Whether a record is a draft or signed, in a sentence.
std::string signing_now(const SigningView& signing);

/// What can be done, a line each with its command.
void show_steps(Context& context, const std::vector<NextStep>& steps);
Json json_of(const std::vector<NextStep>& steps);

}  // namespace guantong
