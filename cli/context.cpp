#include "cli/context.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <memory>
#include <ostream>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/language.h"
#include "cli/passphrase_prompt.h"
#include "client/audit.h"
#include "client/file_syncing.h"
#include "client/fingerprint.h"
#include "client/reading.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/exchange.h"

namespace guantong {

void warn_of_file_syncing(Context& context) {
  if (const auto service = file_syncing_service(context.workspace)) {
    remark(context,
           message("{} copies this workspace's folder to other computers. That can damage it, and "
                   "makes one device of two computers. Move it to a folder that is not copied, and "
                   "let each computer join by itself.",
                   *service));
  }
  for (const auto& name : conflicted_copies(context.workspace)) {
    remark(context,
           message("A service that copies files has left {} in the workspace. It is not used; "
                   "\"guantong verify\" tells whether all is well, and \"guantong rebuild\" makes "
                   "the replica anew.",
                   name));
  }
}

Result<Workspace> open_workspace(Context& context) {
  warn_of_file_syncing(context);
  std::error_code ignored;  // A workspace that is not there is reported by open.
  const bool lost = !std::filesystem::exists(context.workspace / "replica.sqlite", ignored);
  auto workspace = TRY(Workspace::open(context.workspace, ask_passphrase));
  bool rebuilds = workspace.store().needs_rebuild();
  if (lost) {
    const auto branches = TRY(workspace.history().branches());
    rebuilds = rebuilds || !branches.empty();
  }
  if (rebuilds) {
    remark(context, message("The replica is made anew from the history."));
    TRY(rebuild(workspace, progress_of(context)));
  }
  return workspace;
}

void print(Context& context, const Json& json) {
  context.out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

void print(Context& context, const Message& message) {
  context.out << printable(say(message)) << '\n';
}

void remark(Context& context, const Message& message) {
  context.err << printable(say(message)) << '\n';
}

bool confirm(Context& context, const Message& question, bool otherwise) {
  if (::isatty(STDIN_FILENO) == 0 || !context.terminal) return otherwise;
  context.err << printable(say(question)) << (otherwise ? " [Y/n] " : " [y/N] ") << std::flush;
  std::string answer;
  if (!std::getline(std::cin, answer) || answer.empty()) return otherwise;
  return answer == "y" || answer == "Y" || answer == "yes" || answer == "是";
}

std::string fingerprint_of(const ConsortiumId& consortium) {
  return language() == Language::zh ? fingerprint_in_chinese(consortium)
                                    : fingerprint_in_english(consortium);
}

Progress progress_of(Context& context) {
  using Clock = std::chrono::steady_clock;
  if (!context.terminal) return {};
  const auto begun = Clock::now();
  auto shown = std::make_shared<Clock::time_point>(begun);
  return [&context, begun, shown](std::uint64_t done, std::uint64_t all) {
    const auto now = Clock::now();
    if (now - begun < std::chrono::seconds{1} || now - *shown < std::chrono::milliseconds{200})
      return;
    *shown = now;
    context.err << '\r' << tr("{} of {} batches", done, all) << std::flush;
    if (done + 1 >= all) context.err << '\n';
  };
}

std::string shown_time(std::uint64_t ms) {
  const auto seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  if (localtime_r(&seconds, &parts) == nullptr) return "?";
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M", &parts);
  return {text.data(), size};
}

std::string join_words(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words)
    all += (all.empty() ? "" : language() == Language::zh ? "、" : ", ") + word;
  return all;
}

}  // namespace guantong
