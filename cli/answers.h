// How an answer looks: tables on a terminal, CSV and JSON for machines, drawings as DOT and SVG.
#pragma once

#include <string>

#include "cli/command.h"
#include "cli/context.h"
#include "client/questions/answer.h"
#include "client/questions/question.h"
#include "client/workspace.h"
#include "sync/base/result.h"

namespace guantong {

struct AnswerForm {
  bool csv = false;
  bool why = false;   ///< Behind each row, the records it comes from.
  std::string table;  ///< Only this one of its tables.
  bool dot = false, svg = false;
};

/// The options that choose a form.
void add_form_options(Command& command, AnswerForm& form, bool is_drawn);

/// Prints the answer. Fails with `invalid` where it has no table of that name.
Result<Ending> show_answer(Context& context,
                           Session& session,
                           const Question& question,
                           const Answer& answer,
                           const AnswerForm& form);

}  // namespace guantong
