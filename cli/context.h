// What a command may touch, beside its own options.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/exchange.h"

namespace guantong {

/// How a command that did its work ended; its number is the exit code.
enum class Ending : std::uint8_t {
  done = 0,
  wants_somebody = 1,  ///< Done, and something waits for a person.
  broken = 4,          ///< Something that was checked does not hold.
};

struct Context {
  std::ostream& out;  ///< What was asked for, and nothing else.
  std::ostream& err;  ///< What a person should know besides.
  std::filesystem::path workspace;
  bool json = false;
  bool terminal = false;  ///< Whether `err` is a terminal, where progress may be shown.
  std::size_t width = 80;
};

/// What a command line came down to. Parsing only chooses it; run() carries it out.
using Task = std::function<Result<Ending>(Context&)>;

/// Says so where the workspace lies in a folder that some service copies to other computers.
void warn_of_file_syncing(Context& context);

/// Opens the workspace, making its replica anew first where it is missing or of another schema
/// level.
Result<Workspace> open_workspace(Context& context);

/// Prints one JSON document.
void print(Context& context, const Json& json);
/// Prints a translated line.
void print(Context& context, const Message& message);
/// Says something besides the answer.
void remark(Context& context, const Message& message);

/// Asks a question to be answered with yes or no. Where nobody sits at a terminal: `otherwise`.
bool confirm(Context& context, const Message& question, bool otherwise);

/// The consortium's fingerprint in words of the chosen language, to be compared over the telephone.
std::string fingerprint_of(const ConsortiumId& consortium);

/// Shows progress on a terminal once work takes longer than a second.
Progress progress_of(Context& context);

/// "2026-11-20 09:30", in the computer's time zone.
std::string shown_time(std::uint64_t ms);

/// The words in a row, with the comma of the language.
std::string join_words(const std::vector<std::string>& words);

}  // namespace guantong
