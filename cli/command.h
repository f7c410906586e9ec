// One command of the program, as its file declares it: names, help and examples. The .cpp alone
// reads CLI11, so that a command's file does not have to.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.h"
#include "sync/base/result.h"

namespace CLI {
class App;
}

namespace guantong {

enum class Needed { yes, no };

/// Parsing fills the targets, which must live as long as the task that is chosen.
class Command {
public:
  Command(CLI::App& app, const std::string& name, const std::string& help);

  /// "name" is a positional argument, "--name" an option; `kind` is shown in the help.
  void text(const std::string& name,
            std::string& target,
            const std::string& help,
            Needed needed = Needed::no,
            const std::string& kind = "");
  void list(const std::string& name,
            std::vector<std::string>& target,
            const std::string& help,
            Needed needed = Needed::no,
            const std::string& kind = "");
  void number(const std::string& name, std::size_t& target, const std::string& help);
  void flag(const std::string& name, bool& target, const std::string& help);
  void one_of(const std::string& name,
              std::string& target,
              const std::string& help,
              const std::vector<std::string>& words,
              Needed needed = Needed::no);
  /// Lines of the help, one an example.
  void examples(const std::string& lines);

  /// A command below this one; one of them must be given.
  Command below(const std::string& name, const std::string& help);

  /// What is done when this command was given.
  void runs(Task& chosen, Task task);

private:
  CLI::App* command_;
};

}  // namespace guantong
