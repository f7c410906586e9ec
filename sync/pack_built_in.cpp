// Run when the program is built: reads the annotations of the record types that it is built with,
// and writes them as what `Schema::built_in` begins with.
#include <cstddef>
#include <cstdlib>
#include <iostream>

#include <fmt/format.h>

#include "sync/base/message.h"
#include "sync/schema_packing.h"
#include "sync/schema_reader.h"

int main() {
  const auto schema = guantong::read_schema(guantong::built_in_files());
  if (!schema) {
    std::cerr << guantong::in_english(schema.error().message) << '\n';
    return EXIT_FAILURE;
  }
  constexpr std::size_t a_line = 24;
  std::size_t column = 0;
  for (const char c : guantong::pack_schema(*schema))
    std::cout << fmt::format("{},", static_cast<unsigned char>(c))
              << (++column % a_line == 0 ? "\n" : "");
  return std::cout.flush() ? EXIT_SUCCESS : EXIT_FAILURE;
}
