#include "cli/run.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/journal.h"
#include "cli/language.h"
#include "client/reading.h"
#include "client/text.h"
#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

int exit_code(Errc code) {
  switch (code) {
    case Errc::invalid:
    case Errc::not_found:
    case Errc::conflict:
    case Errc::denied:
      return 2;
    case Errc::busy:
    case Errc::offline:
    case Errc::too_new:
    case Errc::io:
      return 3;
    case Errc::corrupt:
      return 4;
  }
  return 3;
}

/// What is safe, and what to do next.
std::string advice(Errc code) {
  switch (code) {
    case Errc::invalid:
    case Errc::not_found:
    case Errc::conflict:
    case Errc::denied:
      return tr("Nothing was changed.");
    case Errc::busy:
      return tr("Your edits are safe. Try again in a moment.");
    case Errc::offline:
      return tr("Your edits are safe on this computer. Try again later; the next sync sends them.");
    case Errc::too_new:
      return tr("Everything is kept as it came. Update Guantong, then run it again.");
    case Errc::io:
      return tr(
          "What was saved is safe. Check the disk's space and the folder's rights, then run it "
          "again.");
    case Errc::corrupt:
      return tr(
          "Nothing was changed. \"guantong verify\" says what is wrong; keep the folder as it is "
          "until it is clear why.");
  }
  return {};
}

int report(const Error& error, Context& context) {
  if (context.json) {
    print(context,
          Json{{"error",
                {{"code", name_of(error.code)},
                 {"message", say(error.message)},
                 {"advice", advice(error.code)}}}});
  } else {
    context.err << "guantong: " << printable(say(error.message)) << '\n'
                << advice(error.code) << '\n';
  }
  return exit_code(error.code);
}

/// The language must be known before the help texts are made.
void choose_language(std::span<const std::string> arguments) {
  Language chosen = language_of_environment();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string value;
    if (arguments[i].starts_with("--lang=")) value = arguments[i].substr(7);
    if (arguments[i] == "--lang" && i + 1 < arguments.size()) value = arguments[i + 1];
    if (value == "zh") chosen = Language::zh;
    if (value == "en") chosen = Language::en;
  }
  use_language(chosen);
}

/// The words that the help texts are made with.
void translate_help(CLI::App& app) {
  auto formatter = app.get_formatter();
  formatter->label("Usage", tr("Usage"));
  formatter->label("Positionals", tr("Arguments"));
  app.option_defaults()->group(tr("Options"));  // What follows, and every command, takes it.
  formatter->label("OPTIONS", tr("OPTIONS"));
  formatter->label("SUBCOMMAND", tr("COMMAND"));
  formatter->label("REQUIRED", tr("(required)"));
  app.set_help_flag("-h,--help", tr("Print this help and exit"));
}

std::filesystem::path default_workspace() {
  if (const char* named = std::getenv("GUANTONG_WORKSPACE"); named != nullptr && *named != '\0')
    return named;
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0')
    return std::filesystem::path{data} / "guantong";
  const char* home = std::getenv("HOME");
  return std::filesystem::path{home == nullptr ? "." : home} / ".local" / "share" / "guantong";
}

}  // namespace

int run(std::span<const std::string> arguments, Context& context) {
  choose_language(arguments);
  CLI::App app{tr("One plan for several schools, edited offline and merged every night"),
               "guantong"};
  translate_help(app);
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", "guantong " GUANTONG_VERSION, tr("Print the version and exit"));
  std::string workspace;
  std::string language;
  app.add_option("--workspace", workspace, tr("The folder of this workspace"))
      ->type_name(tr("DIR"))
      ->envname("GUANTONG_WORKSPACE");
  app.add_option("--lang", language, tr("zh or en"))
      ->take_last()
      ->check(CLI::IsMember({"zh", "en"}))
      ->type_name("");
  app.add_flag("--json", context.json, tr("Print one JSON document"));
  app.footer(tr(
      "Records are named type:key, as in course:B02015. \"guantong COMMAND --help\" shows "
      "examples.\n"
      "Exit codes: 0 done; 1 done, and something wants a person; 2 bad input, not found, denied;\n"
      "3 remote or disk trouble, safe to retry; 4 trust or integrity broken."));
  Task chosen;
  add_types(app, chosen);
  add_list(app, chosen);
  add_show(app, chosen);
  add_add(app, chosen);
  add_search(app, chosen);
  add_set(app, chosen);
  add_archive(app, chosen);
  add_restore(app, chosen);
  add_undo(app, chosen);
  add_inbox(app, chosen);
  add_conflicts(app, chosen);
  add_resolve(app, chosen);
  add_proposals(app, chosen);
  add_accept(app, chosen);
  add_decline(app, chosen);
  add_withdraw(app, chosen);
  add_duty(app, chosen);
  add_owner(app, chosen);
  add_sign(app, chosen);
  add_plan(app, chosen);
  add_findings(app, chosen);
  add_check(app, chosen);
  add_waive(app, chosen);
  add_remote(app, chosen);
  add_sync(app, chosen);
  add_status(app, chosen);
  add_receipts(app, chosen);
  add_report(app, chosen);
  add_import(app, chosen);
  add_export(app, chosen);
  add_init(app, chosen);
  add_join(app, chosen);
  add_admit(app, chosen);
  add_members(app, chosen);
  add_expel(app, chosen);
  add_demote(app, chosen);
  add_pass_lead(app, chosen);
  add_quarantine(app, chosen);
  add_evidence(app, chosen);
  add_as(app, chosen);
  add_rotate(app, chosen);
  add_passphrase(app, chosen);
  add_history(app, chosen);
  add_blame(app, chosen);
  add_log(app, chosen);
  add_verify(app, chosen);
  add_digest(app, chosen);
  add_allowed_signers(app, chosen);
  add_rebuild(app, chosen);
  add_recover(app, chosen);
  add_simulate(app, chosen);

  std::vector<std::string> reversed{arguments.begin(), arguments.end()};
  std::ranges::reverse(reversed);  // As CLI::App::parse wants them.
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, context.out, context.err) == 0 ? 0 : 2;
  }
  if (!workspace.empty()) context.workspace = workspace;
  if (context.workspace.empty()) context.workspace = default_workspace();

  const auto begun = std::chrono::steady_clock::now();
  const auto outcome = chosen(context);
  const int code = outcome ? static_cast<int>(*outcome) : report(outcome.error(), context);
  const auto took = std::chrono::steady_clock::now() - begun;
  const auto noted = note(context.workspace,
                          {app.get_subcommands().front()->get_name(),
                           code,
                           std::chrono::duration_cast<std::chrono::milliseconds>(took),
                           outcome ? nullptr : &outcome.error()});
  if (!noted) remark(context, noted.error().message);
  return code;
}

}  // namespace guantong
