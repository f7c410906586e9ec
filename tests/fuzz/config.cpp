// A config.toml that somebody changed by hand is refused, or says the same when it is saved again.
#include "client/config.h"

#include <string_view>

#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/workshop.h"

namespace guantong::test {

void fuzz_config(std::string_view input) {
  const auto path = file_with(input);
  const auto config = Config::load(path);
  if (!config) return;
  claim(config->save(path).has_value(), "a configuration can be saved");
  const auto written = read_file(path);
  const auto again = Config::load(path);
  claim(again.has_value(), "what was saved can be loaded");
  claim(again->save(path).has_value(), "a configuration can be saved again");
  const auto rewritten = read_file(path);
  claim(written && rewritten && *written == *rewritten, "a configuration comes back");
  static_cast<void>(again->now());
}

}  // namespace guantong::test
