#include "client/search/search_index.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/reading.h"
#include "client/search/search_words.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/sqlite/sqlite_store.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/value.h"

namespace guantong {
namespace {

/// The index, and which state of each record it holds. Its columns: what people call the record,
/// its title, its other texts, and how code and title are read.
constexpr auto search_tables =
    "DROP TABLE IF EXISTS search; DROP TABLE IF EXISTS search_seen;"
    "CREATE VIRTUAL TABLE search USING fts5(code, title, body, sound, prefix = 2);"
    "CREATE TABLE search_seen (record INTEGER PRIMARY KEY, digest BLOB NOT NULL, code TEXT) STRICT;"
    "CREATE INDEX search_by_code ON search_seen(code) WHERE code IS NOT NULL;";

/// Where the index notes which state of the plan it holds; another name where its tables change.
constexpr std::string_view search_mark = "search holds, by code";

constexpr std::size_t excerpt_width = 60;
/// Longer texts are not read aloud: they are found by their characters.
constexpr std::size_t longest_read = 100;

/// Of more matches nobody looks for the best, and to rank them all takes long.
constexpr std::int64_t most_ranked = 200;

/// The texts of a record, as the index keeps them.
struct Indexed {
  std::string code, title, body, sound;
};

bool is_title(const Field& field) {
  constexpr std::array<std::string_view, 8> titles{
      "name_zh", "name_en", "name", "title_zh", "title_en", "heading_zh", "heading_en", "short_zh"};
  return std::ranges::find(titles, field.name) != titles.end();
}

void append(std::string& texts, std::string_view more) {
  if (more.empty()) return;
  if (!texts.empty()) texts += ' ';
  texts += more;
}

void index_text(Indexed& indexed, const Field& field, bool is_code, std::string_view text) {
  append(is_code           ? indexed.code
         : is_title(field) ? indexed.title
                           : indexed.body,
         search_words(text));
  if (field.name == "pinyin") {
    append(indexed.sound, search_sounds_of_pinyin(text));
  } else if (!is_code && count_characters(text) <= longest_read) {
    append(indexed.sound, search_sounds(text));
  }
}

/// Every text of a record with its field, in the order of the fields.
std::vector<std::pair<const Field*, std::string>> texts_of(const Record& record) {
  std::vector<std::pair<const Field*, std::string>> texts;
  for (const auto& field : record.type->fields) {
    if (field.kind != ValueKind::text || field.date) continue;
    if (const auto value = record.values.find(field.number); value != record.values.end())
      texts.emplace_back(&field, std::string{text_in(field, value->second).value_or("")});
    const auto members = record.members.find(field.number);
    if (members == record.members.end()) continue;
    for (const auto& member : members->second)
      texts.emplace_back(&field, std::string{text_in(field, member).value_or("")});
  }
  return texts;
}

class SearchIndexer {
public:
  explicit SearchIndexer(SqliteStore& store) : store_{store}, reading_{store} {}

  Result<void> bring_up_to_date(const Progress& progress) {
    const auto changed = TRY(changed_records());
    std::uint64_t done = 0;
    for (const auto& [record, digest] : changed) {
      TRY(forget(record));
      if (!digest.empty()) TRY(take(record, digest));
      if (progress) progress(++done, changed.size());
    }
    return {};
  }

private:
  /// Those whose state is not the one that the index holds; without a digest where nothing of it is
  /// left.
  Result<std::vector<std::pair<RecordNo, std::string>>> changed_records() {
    std::vector<std::pair<RecordNo, std::string>> changed;
    TRY(each_row(
        store_.database(),
        "SELECT record.id, record.digest FROM record LEFT JOIN search_seen AS seen "
        "ON seen.record = record.id WHERE record.digest IS NOT seen.digest",
        {},
        [&](const Statement& row) { changed.emplace_back(record_in(row, 0), string_in(row, 1)); }));
    return changed;
  }

  Result<void> forget(RecordNo record) {
    auto* seen =
        TRY(store_.database().cached("DELETE FROM search_seen WHERE record = ? RETURNING record"));
    TRY(seen->bind(1, std::int64_t{record}));
    const bool known = TRY(seen->step());
    seen->reset();
    if (!known) return {};
    auto* remove = TRY(store_.database().cached("DELETE FROM search WHERE rowid = ?"));
    TRY(remove->bind(1, std::int64_t{record}));
    return remove->run();
  }

  Result<void> take(RecordNo number, std::string_view digest) {
    TRY(note(number, digest));
    const auto key = TRY(store_.record_key(number));
    if (store_.schema().type(key.type) == nullptr) return {};  // Left to the program that knows it.
    const auto record = TRY(reading_.read(number));
    if (record.life != LifeState::active && record.life != LifeState::held) return {};
    Indexed indexed;
    for (const auto& [field, text] : texts_of(record))
      index_text(indexed, *field, field->number == record.type->key, text);
    auto* insert = TRY(store_.database().cached(
        "INSERT INTO search (rowid, code, title, body, sound) VALUES (?, ?, ?, ?, ?)"));
    TRY(insert->bind(1, std::int64_t{number}));
    TRY(insert->bind_text(2, indexed.code));
    TRY(insert->bind_text(3, indexed.title));
    TRY(insert->bind_text(4, indexed.body));
    TRY(insert->bind_text(5, indexed.sound));
    TRY(insert->run());
    return note_code(number, indexed.code);
  }

  Result<void> note(RecordNo record, std::string_view digest) {
    auto* seen =
        TRY(store_.database().cached("INSERT INTO search_seen (record, digest) VALUES (?, ?)"));
    TRY(seen->bind(1, std::int64_t{record}));
    TRY(seen->bind_blob(2, digest));
    return seen->run();
  }

  Result<void> note_code(RecordNo record, std::string_view code) {
    if (code.empty()) return {};
    auto* seen =
        TRY(store_.database().cached("UPDATE search_seen SET code = ?2 WHERE record = ?1"));
    TRY(seen->bind(1, std::int64_t{record}));
    TRY(seen->bind_text(2, code));
    return seen->run();
  }

  SqliteStore& store_;
  Reading reading_;
};

Result<std::string> state_of_records(SqliteStore& store) {
  std::string state;
  for (const auto space : {Space::plan, Space::school, Space::device}) {
    const auto digest = TRY(store.digest(space));
    state += digest.raw();
  }
  return state;
}

/// The text around the first place where it has one of the words; nothing where it has none.
std::optional<std::string> excerpt_of(std::string_view text,
                                      const std::vector<std::string>& words) {
  const auto flat = nfkc(text);
  for (const auto& word : words) {
    const auto found = std::ranges::search(flat, word, [](char one, char other) {
      const auto small = [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
      };
      return small(one) == small(other);
    });
    if (found.empty()) continue;
    auto begin = static_cast<std::size_t>(found.begin() - flat.begin());
    // Some of what stands before it, from the beginning of a character.
    std::size_t back = std::min<std::size_t>(begin, excerpt_width / 4);
    begin -= back;
    while (begin > 0 && (static_cast<unsigned char>(flat[begin]) & 0xC0U) == 0x80U)
      --begin;
    const std::string rest = (begin > 0 ? "…" : "") + flat.substr(begin);
    return cut_to_width(printable(rest), excerpt_width);
  }
  return std::nullopt;
}

std::vector<std::string> words_in(std::string_view typed) {
  std::vector<std::string> words;
  const auto flat = nfkc(typed);
  std::size_t at = 0;
  while (at < flat.size()) {
    const auto end = std::min(flat.find(' ', at), flat.size());
    if (end > at) words.push_back(flat.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

Result<Hit> hit_of(Reading& reading, RecordNo number, const std::vector<std::string>& words) {
  const auto record = TRY(reading.read(number));
  Hit hit;
  hit.record = number;
  hit.name = record.name();
  hit.title = TRY(reading.title_of(record));
  for (const auto& [field, text] : texts_of(record)) {
    if (auto excerpt = excerpt_of(text, words)) {
      hit.field = field;
      hit.excerpt = std::move(*excerpt);
      break;
    }
  }
  return hit;
}

/// The records of the type that was wished for, in the order in which the rows come.
Result<void> take_rows(Statement& rows,
                       SqliteStore& store,
                       const SearchWish& wish,
                       std::vector<RecordNo>& found) {
  while (found.size() < wish.most && TRY(rows.step())) {
    const auto record = static_cast<RecordNo>(rows.int64(0));
    if (std::ranges::find(found, record) != found.end()) continue;
    const auto key = TRY(store.record_key(record));
    if (wish.type == nullptr || key.type == wish.type->number) found.push_back(record);
  }
  rows.reset();
  return {};
}

Result<bool> is_common(SqliteStore& store, std::string_view query) {
  auto* matches = TRY(store.database().cached(
      "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ?1 LIMIT ?2)"));
  TRY(matches->bind_text(1, query));
  TRY(matches->bind(2, most_ranked + 1));
  TRY(matches->step());
  const bool common = matches->int64(0) > most_ranked;
  matches->reset();
  return common;
}

/// Those that have the words in their code, then in their title, then anywhere.
Result<void> take_by_column(SqliteStore& store,
                            const SearchWish& wish,
                            std::string_view query,
                            std::vector<RecordNo>& found) {
  auto* matching =
      TRY(store.database().cached("SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid"));
  for (const auto* columns : {"{code} : ", "{title} : ", ""}) {
    const auto narrowed = fmt::format("{}({})", columns, query);
    TRY(matching->bind_text(1, narrowed));
    TRY(take_rows(*matching, store, wish, found));
  }
  return {};
}

Result<void> take_best(SqliteStore& store,
                       const SearchWish& wish,
                       std::string_view query,
                       std::vector<RecordNo>& found) {
  // In this form FTS5 ranks by itself and reads no text of what it does not return.
  auto* ranked =
      TRY(store.database().cached("SELECT rowid FROM search WHERE search MATCH ?1 "
                                  "AND rank MATCH 'bm25(20.0, 10.0, 1.0, 2.0)' ORDER BY rank"));
  TRY(ranked->bind_text(1, query));
  return take_rows(*ranked, store, wish, found);
}

/// What is called just so, then the best of the rest.
Result<std::vector<RecordNo>> found_of(SqliteStore& store,
                                       const SearchWish& wish,
                                       std::string_view query) {
  std::vector<RecordNo> found;
  auto* called =
      TRY(store.database().cached("SELECT record FROM search_seen WHERE code = ? ORDER BY record"));
  const auto code = search_words(wish.words);
  TRY(called->bind_text(1, code));
  TRY(take_rows(*called, store, wish, found));
  const bool common = TRY(is_common(store, query));
  TRY(common ? take_by_column(store, wish, query, found) : take_best(store, wish, query, found));
  return found;
}

}  // namespace

Result<bool> has_search_index(SqliteStore& store) {
  const auto mark = TRY(store.meta(search_mark));
  return mark.has_value();
}

Result<void> refresh_search(SqliteStore& store, const Progress& progress) {
  auto session = TRY(Session::begin(store));
  const auto state = TRY(state_of_records(store));
  const auto mark = TRY(store.meta(search_mark));
  if (mark == state) return {};
  if (!mark) TRY(store.database().run(search_tables));
  TRY(SearchIndexer{store}.bring_up_to_date(progress));
  TRY(store.set_meta(search_mark, state));
  return session->commit();
}

Result<std::vector<Hit>> search(SqliteStore& store, const SearchWish& wish) {
  const auto query = search_query(wish.words);
  if (query.empty())
    return fail(Errc::invalid,
                "\"{}\" has nothing that could be looked for; type a few characters of a name, a "
                "text or a code",
                printable(wish.words));
  const auto found = TRY(found_of(store, wish, query));
  Reading reading{store};
  const auto words = words_in(wish.words);
  std::vector<Hit> hits;
  for (const auto record : found) {
    auto hit = TRY(hit_of(reading, record, words));
    hits.push_back(std::move(hit));
  }
  return hits;
}

}  // namespace guantong
