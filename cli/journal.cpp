#include "cli/journal.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include <spdlog/common.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/rotating_file_sink.h>

#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

constexpr std::size_t file_bytes = 1024UL * 1024U;
constexpr std::size_t older_files = 3;

}  // namespace

Result<void> note(const std::filesystem::path& workspace, const Ended& ended) {
  std::error_code missing;
  if (!std::filesystem::exists(workspace / "config.toml", missing)) return {};
  // Nobody asks spdlog for messages of its own: a full disk is told once, by us.
  std::string trouble;
  try {
    const auto path = (workspace / "log" / "guantong.log").string();
    spdlog::logger log{
        "guantong",
        std::make_shared<spdlog::sinks::rotating_file_sink_st>(path, file_bytes, older_files)};
    log.set_pattern("%Y-%m-%dT%H:%M:%S%z %l %v");
    log.set_error_handler([&](const std::string& what) { trouble = what; });
    const auto level = ended.error != nullptr ? spdlog::level::err : spdlog::level::info;
    log.log(level,
            "{} exit={} ms={}{}",
            ended.command,
            ended.exit_code,
            ended.took.count(),
            ended.error == nullptr ? std::string{} : ' ' + ended.error->message.id);
    log.flush();
  } catch (const spdlog::spdlog_ex& error) {
    trouble = error.what();
  }
  if (!trouble.empty()) return fail(Errc::io, "cannot write the log: {}", trouble);
  return {};
}

}  // namespace guantong
