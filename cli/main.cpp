#include <iostream>
#include <string>
#include <vector>

#include <unistd.h>

#include "cli/context.h"
#include "cli/run.h"
#include "cli/table.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  guantong::Context context{std::cout,
                            std::cerr,
                            {},
                            false,
                            isatty(STDERR_FILENO) != 0,
                            guantong::terminal_width(STDOUT_FILENO)};
  return guantong::run(arguments, context);
}
