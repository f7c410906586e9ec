// Whatever is typed is a query that SQLite understands, and finds the text that it was typed from.
#include "client/search/search_words.h"

#include <string_view>
#include <utility>

#include "client/sqlite/database.h"
#include "client/text.h"
#include "sync/base/result.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/workshop.h"

namespace guantong::test {
namespace {

Database& index_of_one() {
  static auto database = [] {
    auto opened = Database::open(file_with("").string() + ".sqlite");
    claim(opened.has_value(), "an index can be made");
    claim(opened
              ->run("PRAGMA synchronous = OFF; CREATE VIRTUAL TABLE search USING "
                    "fts5(body, sound, prefix = 2)")
              .has_value(),
          "an index can be made");
    return *std::move(opened);
  }();
  return database;
}

/// Whether the text is found by what was typed.
Result<bool> finds(std::string_view text, std::string_view query) {
  auto& database = index_of_one();
  const auto words = search_words(text);
  const auto sounds = search_sounds(text);
  auto transaction = TRY(Transaction::begin(database));
  auto* insert = TRY(database.cached("INSERT INTO search (body, sound) VALUES (?, ?)"));
  TRY(insert->bind_text(1, words));
  TRY(insert->bind_text(2, sounds));
  TRY(insert->run());
  auto* select = TRY(database.cached("SELECT 1 FROM search WHERE search MATCH ?"));
  TRY(select->bind_text(1, query));
  const bool found = TRY(select->step());
  select->reset();
  return found;
}

}  // namespace

void fuzz_search_words(std::string_view input) {
  claim(is_utf8(search_sounds(input)), "a reading is UTF-8");
  const auto query = search_query(input);
  if (query.empty()) return;
  const auto found = finds(input, query);
  claim(found.has_value(), "what is typed is a query");
  claim(*found, "a text is found by itself");
}

}  // namespace guantong::test
