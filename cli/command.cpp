#include "cli/command.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/context.h"
#include "cli/language.h"

namespace guantong {
namespace {

void describe(CLI::Option* option, Needed needed, const std::string& kind) {
  if (needed == Needed::yes) option->required();
  option->type_name(kind);
}

}  // namespace

Command::Command(CLI::App& app, const std::string& name, const std::string& help)
    : command_{app.add_subcommand(name, help)} {
  command_->group(tr("Commands"));
}

void Command::text(const std::string& name,
                   std::string& target,
                   const std::string& help,
                   Needed needed,
                   const std::string& kind) {
  describe(command_->add_option(name, target, help), needed, kind);
}

void Command::list(const std::string& name,
                   std::vector<std::string>& target,
                   const std::string& help,
                   Needed needed,
                   const std::string& kind) {
  describe(command_->add_option(name, target, help), needed, kind);
}

void Command::number(const std::string& name, std::size_t& target, const std::string& help) {
  describe(command_->add_option(name, target, help), Needed::no, "N");
}

void Command::flag(const std::string& name, bool& target, const std::string& help) {
  command_->add_flag(name, target, help);
}

void Command::one_of(const std::string& name,
                     std::string& target,
                     const std::string& help,
                     const std::vector<std::string>& words,
                     Needed needed) {
  auto* option = command_->add_option(name, target, help)->check(CLI::IsMember(words));
  describe(option, needed, "");
}

void Command::examples(const std::string& lines) {
  command_->footer(tr("Examples:\n") + lines);
}

Command Command::below(const std::string& name, const std::string& help) {
  command_->require_subcommand(1);
  return Command{*command_, name, help};
}

void Command::runs(Task& chosen, Task task) {
  command_->callback([&chosen, task = std::move(task)] { chosen = task; });
}

}  // namespace guantong
