// IR-28: two records for one thing, as each school wrote its own.
//
// Equal are: ISBNs, names of knowledge points, names of people with one employer. Alike are the
// titles of problems of which at least 60 percent of the shorter is in the other: of its characters
// where it is Chinese, as a title of a dozen characters has too few pairs of them in common with
// another way to say the same; of the runs of three letters elsewhere. A title of fewer than four
// such units says too little. Words by which any problem is stated are left out.
//
// The table `trait` leads to what may look alike: the equal texts, and neighbouring units of
// titles, of which two must be shared. This rule keeps it, as it is asked whenever one of these
// changes.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/rules/rule.h"
#include "client/rules/rules.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/sqlite/sqlite_store.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"

namespace guantong {
namespace {

constexpr std::array<FieldName, 7> likeness_fields{{{"problem", "title_zh"},
                                                    {"problem", "duplicates"},
                                                    {"material", "isbn"},
                                                    {"knowledge_point", "name_zh"},
                                                    {"knowledge_point", "same_as"},
                                                    {"person_card", "name"},
                                                    {"person_card", "org"}}};

constexpr std::size_t fewest_units = 4;
constexpr std::size_t least_percent = 60;

constexpr std::array<std::string_view, 8> empty_words{
    "影响", "问题", "不足", "存在", "导致", "的", "与", "和"};

bool is_han(char32_t character) {
  return character >= 0x3400 && character <= 0x9fff;
}

/// The Chinese characters of a title one by one, other letters and digits in runs of three.
std::vector<std::string> units_of(std::string title) {
  for (const auto word : empty_words) {
    for (auto at = title.find(word); at != std::string::npos; at = title.find(word, at))
      title.replace(at, word.size(), " ");
  }
  std::vector<std::string> units;
  std::vector<std::string> run;  // The letters since the last Chinese character or blank.
  const auto end_run = [&] {
    const auto most = std::max<std::size_t>(run.size(), 3) - 2;
    for (std::size_t i = 0; !run.empty() && i < most; ++i) {
      std::string unit;
      for (std::size_t at = i; at < std::min(run.size(), i + 3); ++at)
        unit += run[at];
      units.push_back(unit);
    }
    run.clear();
  };
  for (std::size_t at = 0; at < title.size();) {
    const auto start = at;
    const auto character = next_character(title, at);
    const auto text = title.substr(start, at - start);
    if (!is_han(character) && character != U' ') {
      run.push_back(text);
      continue;
    }
    end_run();
    if (character != U' ') units.push_back(text);
  }
  end_run();
  return units;
}

/// How much of the shorter of two titles is in the other, in percent; 0 where one says too little.
std::size_t likeness(const std::string& one, const std::string& other) {
  const auto of_one = units_of(one);
  const auto of_other = units_of(other);
  const std::set<std::string> units{of_one.begin(), of_one.end()};
  const std::set<std::string> others{of_other.begin(), of_other.end()};
  const auto shorter = std::min(units.size(), others.size());
  if (shorter < fewest_units) return 0;
  const auto shared =
      std::ranges::count_if(units, [&](const auto& unit) { return others.contains(unit); });
  return 100 * static_cast<std::size_t>(shared) / shorter;
}

/// A record that may look like another: its text as it is compared.
struct Described {
  std::string text;   ///< Letters and digits alone, in one case.
  std::string shown;  ///< As people wrote it.
  bool is_title = false;
};

/// Nothing for what is not in use, says nothing, or is known to repeat another.
Result<std::optional<Described>> description_of(Session& session,
                                                std::string_view type,
                                                RecordNo record) {
  std::optional<Described> described;
  const auto take = [&](const Statement& row) {
    auto text = letters_of(row.bytes(0));
    if (!text.empty() && !row.is_null(1)) text += " " + to_hex(row.bytes(1));
    if (!text.empty())
      described = Described{std::move(text), std::string{row.bytes(0)}, type == "problem"};
  };
  auto& database = session.store().database();
  if (type == "problem") {
    TRY(each_row(database,
                 "SELECT title_zh, NULL FROM problem WHERE record = ? "
                 "AND life IN ('active', 'held') AND duplicates IS NULL",
                 {record},
                 take));
  } else if (type == "material") {
    TRY(each_row(database,
                 "SELECT isbn, NULL FROM material WHERE record = ? "
                 "AND life IN ('active', 'held')",
                 {record},
                 take));
  } else if (type == "knowledge_point") {
    TRY(each_row(database,
                 "SELECT name_zh, NULL FROM knowledge_point WHERE record = ? "
                 "AND life IN ('active', 'held') AND same_as IS NULL",
                 {record},
                 take));
  } else {
    TRY(each_row(database,
                 "SELECT name, org FROM person_card WHERE record = ? "
                 "AND life IN ('active', 'held')",
                 {record},
                 take));
  }
  return described;
}

std::set<std::string> traits_of(const Described& described) {
  if (!described.is_title) return {described.text};
  std::set<std::string> traits;
  const auto units = units_of(described.text);
  for (std::size_t i = 1; i < units.size(); ++i)
    traits.insert(units[i - 1] + units[i]);
  return traits;
}

Result<void> write_traits(Session& session,
                          const Subject& subject,
                          const std::optional<Described>& described) {
  auto& database = session.store().database();
  auto* forget = TRY(database.cached("DELETE FROM trait WHERE record = ?"));
  TRY(forget->bind(1, std::int64_t{subject.record}));
  TRY(forget->run());
  if (!described) return {};
  const auto traits = traits_of(*described);
  for (const auto& trait : traits) {
    const auto word = fmt::format("{} {}", subject.type->number, trait);
    auto* insert = TRY(database.cached("INSERT INTO trait (word, record) VALUES (?, ?)"));
    TRY(insert->bind_text(1, word));
    TRY(insert->bind(2, std::int64_t{subject.record}));
    TRY(insert->run());
  }
  return {};
}

/// The records that have traits of this one, at least `fewest`.
Result<std::vector<RecordNo>> with_traits_of(Session& session, RecordNo record, int fewest) {
  return records_in(session,
                    "SELECT other.record FROM trait AS own JOIN trait AS other "
                    "ON other.word = own.word WHERE own.record = ?1 AND other.record <> ?1 "
                    "GROUP BY other.record HAVING count(*) >= ?2",
                    {record, fewest});
}

Message likeness_text(std::string_view type,
                      RecordNo one,
                      RecordNo other,
                      const Described& described,
                      std::size_t percent) {
  if (type == "problem") {
    return message(
        "{0} and {1} may be one problem ({2} percent of the shorter title is in the other); if "
        "they are, name the one that stays: guantong set problem:{1} duplicates={0}",
        mention(one),
        mention(other),
        percent);
  }
  const auto shown = printable(described.shown);
  if (type == "material") {
    return message(
        "{0} and {1} have one ISBN, {2}; use one of them, and archive the other: guantong archive "
        "material:{1}",
        mention(one),
        mention(other),
        shown);
  }
  if (type == "knowledge_point") {
    return message(
        "{0} and {1} have one name, {2}; let one stand for both: guantong set knowledge_point:{1} "
        "same_as={0}",
        mention(one),
        mention(other),
        shown);
  }
  return message(
      "{0} and {1} have one name, {2}, and one employer; if they are one person, use one card, and "
      "archive the other: guantong archive person_card:{1}",
      mention(one),
      mention(other),
      shown);
}

/// What is said of two records that look alike; nothing if they do not.
Result<std::optional<Match>> likeness_match(Session& session,
                                            const Subject& subject,
                                            const Described& described,
                                            RecordNo other) {
  std::optional<Match> match;
  const auto& type = subject.type->name;
  const auto beside = TRY(description_of(session, type, other));
  if (!beside) return match;
  std::size_t percent = described.text == beside->text ? 100 : 0;
  if (described.is_title) percent = likeness(described.text, beside->text);
  if (percent < least_percent) return match;
  std::vector<RecordNo> records{subject.record, other};
  TRY(sort_by_id(session, records));
  const auto& first = records.front() == other ? *beside : described;
  auto text = likeness_text(type, records.front(), records.back(), first, percent);
  match = Match{std::move(records), {}, std::move(text)};
  return match;
}

}  // namespace

Rule look_alikes(Session& session) {
  const auto check = [&session](const Subject& subject) -> Result<std::vector<Match>> {
    std::vector<Match> matches;
    const auto& type = subject.type->name;
    if (type != "problem" && type != "material" && type != "knowledge_point" &&
        type != "person_card")
      return matches;
    const auto described = TRY(description_of(session, type, subject.record));
    TRY(write_traits(session, subject, described));
    if (!described) return matches;
    const auto others = TRY(with_traits_of(session, subject.record, described->is_title ? 2 : 1));
    for (const auto other : others) {
      auto match = TRY(likeness_match(session, subject, *described, other));
      if (match) matches.push_back(*std::move(match));
    }
    return matches;
  };
  return {.name = "IR-28",
          .severity = Severity::hint,
          .reads = reads_of(likeness_fields),
          .check = check};
}

}  // namespace guantong
