// guantong owner: whose record it is, and how that changes hands.
#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/tenure_commands.h"
#include "sync/change.h"

namespace guantong {

void add_owner(CLI::App& app, Task& chosen) {
  Command command{
      app, "owner", tr("Show whose record it is, and hand it to another site by consent of both")};
  command.examples(
      "  guantong owner show course:B02015\n"
      "  guantong owner offer course:B02015 --to bstu --why 2027级起由大学开课\n"
      "  guantong owner accept course:B02015");
  add_tenure_commands(command, chosen, HeldSubject::owner);
}

}  // namespace guantong
