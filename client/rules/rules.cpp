#include "client/rules/rules.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/reading.h"
#include "client/rules/rule.h"
#include "client/sqlite/database.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/merger.h"
#include "sync/record_state.h"
#include "sync/schema.h"

namespace guantong {
namespace {

/// From how many on it is cheaper to read the records of all findings.
constexpr std::size_t many_records = 100;

std::vector<Rule> all_rules(Session& session) {
  const auto ends = std::make_shared<LooseEnds>(session);
  const auto circles = prerequisite_cycles(session);
  return {unique_keys(session),
          archived_references(session, ends),
          circles,
          tree_cycles(session),
          goal_coverage(session),
          contested_duties(session),
          unheld_duties(session),
          course_hours(session),
          topic_hours(session),
          overdrawn_quotas(session),
          seats_short(session),
          stage_terms(session),
          prerequisite_terms(session, circles.check),
          group_credits(session),
          support_weights(session),
          assessment_weights(session),
          evaluation_weights(session),
          teaching_loads(session),
          timetable_clashes(session),
          stage_levels(session),
          recognised_credits(session),
          effective_revisions(session),
          unreviewed_materials(session),
          changed_promotion_rules(session),
          stale_signatures(session),
          idle_loops(session),
          unproved_closings(session),
          dangling_references(session, ends),
          look_alikes(session),
          repeated_people(session),
          unconfirmed_teachers(session),
          stale_translations(session),
          seminars_on_busy_days(session),
          plan_thresholds(session),
          idle_resolutions(session),
          short_notices(session)};
}

std::string to_text(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Error damaged() {
  return fail(Errc::corrupt,
              "a stored finding is damaged; \"guantong rebuild\" makes the replica anew");
}

Result<std::vector<RecordNo>> read_records(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_array()) return damaged();
  std::vector<RecordNo> records;
  for (const auto& number : json) {
    if (!number.is_number_unsigned()) return damaged();
    records.push_back(number.get<RecordNo>());
  }
  return records;
}

nlohmann::json message_json(const Message& message) {
  nlohmann::json json{{"id", message.id}, {"args", message.arguments}};
  for (const auto& cause : message.causes)
    json["cause"] = message_json(cause);
  return json;
}

Result<Message> read_message(const nlohmann::json& json) {
  if (!json.is_object() || !json.contains("id") || !json.contains("args")) return damaged();
  if (!json["id"].is_string() || !json["args"].is_array()) return damaged();
  Message message{json["id"].get<std::string>(), {}, {}};
  for (const auto& argument : json["args"]) {
    if (!argument.is_string()) return damaged();
    message.arguments.push_back(argument.get<std::string>());
  }
  if (!json.contains("cause")) return message;
  auto cause = TRY(read_message(json["cause"]));
  message.causes.push_back(std::move(cause));
  return message;
}

Result<Message> read_message(std::string_view text) {
  return read_message(nlohmann::json::parse(text, nullptr, false));
}

Result<Severity> read_severity(std::string_view word) {
  for (const auto severity : {Severity::block, Severity::warn, Severity::hint}) {
    if (word_of(severity) == word) return severity;
  }
  return damaged();
}

/// Puts names where `mention` left numbers.
Result<std::string> with_names(Reading& reading, std::string_view text) {
  std::string named;
  for (;;) {
    const auto start = text.find('\x02');
    const auto end = text.find('\x03', start);
    if (start == std::string_view::npos || end == std::string_view::npos) break;
    named += text.substr(0, start);
    RecordNo record = 0;
    std::from_chars(text.data() + start + 1, text.data() + end, record);
    named += TRY(reading.key_of(record));
    text.remove_prefix(end + 1);
  }
  return named + std::string{text};
}

Result<void> put_names(Reading& reading, Message& message) {
  for (auto& argument : message.arguments)
    argument = TRY(with_names(reading, argument));
  for (auto& cause : message.causes)
    TRY(put_names(reading, cause));
  return {};
}

/// One run of all rules over what a transaction touched.
class Run {
public:
  explicit Run(Session& session) : session_{session}, rules_{all_rules(session)} {
    waiting_.resize(rules_.size());
  }

  Result<void> over(const std::vector<Touched>& touched) {
    if (touched.size() >= many_records) TRY(load_in_findings());
    std::vector<RecordNo> records;
    for (const auto& one : touched) {
      if (TRY(concerns_a_rule(one))) records.push_back(one.record);
      records.insert(records.end(), one.left.begin(), one.left.end());
    }
    std::ranges::sort(records);
    const auto repeated = std::ranges::unique(records);
    records.erase(repeated.begin(), repeated.end());
    return over(records);
  }

  /// The same of every record there is.
  Result<void> over_all(const std::vector<RecordNo>& records) {
    all_ = true;
    return over(records);
  }

  Result<void> over(const std::vector<RecordNo>& records) {
    const std::unordered_set<RecordNo> directly{records.begin(), records.end()};
    for (const auto record : records)
      TRY(clear(record, {}));
    for (const auto record : records) {
      const auto subject = TRY(subject_of(record));
      for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
        if (!all_) TRY(decide(rule, subject));
        TRY(ask(rule, subject));
      }
    }
    for (std::size_t rule = 0; rule < rules_.size(); ++rule)
      TRY(follow(rule, directly));
    for (const auto& [id, found] : found_)
      TRY(insert(id, found));
    return {};
  }

private:
  struct Found {
    const Rule* rule = nullptr;
    Match match;
  };

  /// The slots of a type that some rule reads.
  const std::set<Slot>& read_slots(const RecordType& type) {
    const auto [known, fresh] = read_slots_.try_emplace(&type);
    if (!fresh) return known->second;
    known->second.insert(life_cycle);
    for (const auto& field : type.fields) {
      const auto reads = [&](const Rule& rule) { return rule.reads(type, field); };
      if (std::ranges::any_of(rules_, reads)) known->second.insert(field.slot);
    }
    return known->second;
  }

  Result<bool> concerns_a_rule(const Touched& touched) {
    const auto key = TRY(session_.store().record_key(touched.record));
    const auto* type = session_.schema_type(key.type);
    if (type == nullptr) return false;  // Left to the program that knows it.
    const auto& read = read_slots(*type);
    if (std::ranges::any_of(touched.slots, [&](Slot slot) { return read.contains(slot); }))
      return true;
    return touched.agreed || touched.life == LifeState::held ||
           TRY(stands_in_a_finding(touched.record));
  }

  /// Reads at once what would be asked for record by record.
  Result<void> load_in_findings() {
    auto& found = in_findings_.emplace();
    auto* rows =
        TRY(session_.store().database().cached("SELECT DISTINCT record FROM finding_record"));
    while (TRY(rows->step()))
      found.insert(static_cast<RecordNo>(rows->int64(0)));
    rows->reset();
    return {};
  }

  Result<bool> stands_in_a_finding(RecordNo record) {
    if (in_findings_) return in_findings_->contains(record);
    auto* row = TRY(session_.store().database().cached(
        "SELECT 1 FROM finding_record WHERE record = ? LIMIT 1"));
    TRY(row->bind(1, std::int64_t{record}));
    const bool found = TRY(row->step());
    row->reset();
    return found;
  }

  Result<Subject> subject_of(RecordNo record) {
    const auto key = TRY(session_.store().record_key(record));
    const auto* state = TRY(session_.merger().state(record));
    return Subject{record, session_.schema_type(key.type), state};
  }

  /// Asks a rule about the records that stood, or stand now, in a match with one asked before.
  Result<void> follow(std::size_t rule, const std::unordered_set<RecordNo>& directly) {
    auto& waiting = waiting_[rule];
    std::unordered_set<RecordNo> asked;
    // It grows meanwhile.
    for (std::size_t next = 0; next < waiting.size(); ++next) {  // NOLINT(modernize-loop-convert)
      const auto record = waiting[next];
      if (directly.contains(record) || !asked.insert(record).second) continue;
      TRY(clear(record, rules_[rule].name));
      const auto subject = TRY(subject_of(record));
      if (!rules_[rule].centred && !all_) TRY(decide(rule, subject));
      TRY(ask(rule, subject));
    }
    return {};
  }

  /// Removes the findings that name a record, of one rule or, if empty, of all.
  Result<void> clear(RecordNo record, std::string_view only) {
    struct Stored {
      std::string id, rule, records;
    };
    std::vector<Stored> stored;
    auto* rows = TRY(session_.store().database().cached(
        "SELECT id, rule, records FROM finding_record JOIN finding ON id = finding "
        "WHERE record = ?"));
    TRY(rows->bind(1, std::int64_t{record}));
    while (TRY(rows->step())) {
      if (!only.empty() && rows->bytes(1) != only) continue;
      stored.emplace_back(
          std::string{rows->bytes(0)}, std::string{rows->bytes(1)}, std::string{rows->bytes(2)});
    }
    rows->reset();
    for (const auto& finding : stored) {
      const auto records = TRY(read_records(finding.records));
      TRY(remove(finding.id, finding.rule, records));
    }
    return {};
  }

  Result<void> remove(std::string_view id,
                      std::string_view name,
                      const std::vector<RecordNo>& records) {
    auto& database = session_.store().database();
    auto* erase = TRY(database.cached("DELETE FROM finding WHERE id = ?"));
    TRY(erase->bind_blob(1, id));
    TRY(erase->run());
    const auto rule = std::ranges::find(rules_, name, &Rule::name);
    for (const auto record : records) {
      auto* unlink =
          TRY(database.cached("DELETE FROM finding_record WHERE record = ? AND finding = ?"));
      TRY(unlink->bind(1, std::int64_t{record}));
      TRY(unlink->bind_blob(2, id));
      TRY(unlink->run());
      if (rule == rules_.end()) continue;
      if (rule->suspends) {
        auto* release = TRY(database.cached("DELETE FROM suspended WHERE record = ?"));
        TRY(release->bind(1, std::int64_t{record}));
        TRY(release->run());
      }
    }
    if (rule != rules_.end()) await(static_cast<std::size_t>(rule - rules_.begin()), records);
    return {};
  }

  /// Lets the rule be asked about the records of a match, where that may give another one.
  void await(std::size_t number, const std::vector<RecordNo>& records) {
    const auto& rule = rules_[number];
    if (!rule.groups || records.empty()) return;
    const auto end = rule.centred ? records.begin() + 1 : records.end();
    waiting_[number].insert(waiting_[number].end(), records.begin(), end);
  }

  /// Lets the rule be asked about what the subject decides.
  Result<void> decide(std::size_t number, const Subject& subject) {
    const auto& rule = rules_[number];
    if (subject.type == nullptr || !rule.decides) return {};
    const auto decided = TRY(rule.decides(subject));
    waiting_[number].insert(waiting_[number].end(), decided.begin(), decided.end());
    return {};
  }

  Result<void> ask(std::size_t number, const Subject& subject) {
    if (subject.type == nullptr) return {};  // Left to the program that knows it.
    const auto& rule = rules_[number];
    auto matches = TRY(rule.check(subject));
    for (auto& match : matches) {
      await(number, match.records);
      const auto id = TRY(id_of(rule.name, match.records));
      found_.try_emplace(id, &rule, std::move(match));
    }
    return {};
  }

  Result<ShortDigest> id_of(std::string_view rule, std::vector<RecordNo> records) {
    // Whatever it is about stays first: two records may each be on hold for the other's sake.
    std::vector<RecordNo> others(records.begin() + 1, records.end());
    TRY(sort_by_id(session_, others));
    std::ranges::copy(others, records.begin() + 1);
    std::string text{rule};
    for (const auto record : records) {
      const auto key = TRY(session_.store().record_key(record));
      text += fmt::format(" {} ", key.type);  // An id is unique within its type alone.
      text += key.id.raw();
    }
    return blake2b_128(text);
  }

  Result<void> insert(const ShortDigest& id, const Found& found) {
    auto& database = session_.store().database();
    const auto& [rule, match] = found;
    const auto records = to_text(match.records);
    const auto text = to_text(message_json(match.message));
    auto* insert =
        TRY(database.cached("INSERT OR REPLACE INTO finding (id, rule, severity, records, message) "
                            "VALUES (?, ?, ?, ?, ?)"));
    TRY(insert->bind_blob(1, id.raw()));
    TRY(insert->bind_text(2, rule->name));
    TRY(insert->bind_text(3, word_of(rule->severity)));
    TRY(insert->bind_text(4, records));
    TRY(insert->bind_text(5, text));
    TRY(insert->run());
    for (const auto record : match.records) {
      auto* link = TRY(
          database.cached("INSERT OR IGNORE INTO finding_record (record, finding) VALUES (?, ?)"));
      TRY(link->bind(1, std::int64_t{record}));
      TRY(link->bind_blob(2, id.raw()));
      TRY(link->run());
    }
    for (const auto record : match.suspended) {
      auto* suspend = TRY(database.cached("INSERT OR IGNORE INTO suspended (record) VALUES (?)"));
      TRY(suspend->bind(1, std::int64_t{record}));
      TRY(suspend->run());
    }
    return {};
  }

  Session& session_;
  std::vector<Rule> rules_;
  bool all_ = false;  ///< Every record is asked about.
  std::map<const RecordType*, std::set<Slot>> read_slots_;
  std::vector<std::vector<RecordNo>> waiting_;  ///< For each rule.
  std::map<ShortDigest, Found> found_;
  std::optional<std::unordered_set<RecordNo>> in_findings_;  ///< Before this run.
};

}  // namespace

std::string_view word_of(Severity severity) {
  constexpr std::array<std::string_view, 3> words{"block", "warn", "hint"};
  return words.at(static_cast<std::size_t>(severity));
}

Result<void> check_rules(Session& session, const std::vector<Touched>& touched) {
  if (touched.empty()) return {};
  return Run{session}.over(touched);
}

Result<void> check_rules(Session& session, const std::vector<RecordNo>& records) {
  if (records.empty()) return {};
  return Run{session}.over(records);
}

Result<void> check_all_rules(Session& session) {
  auto& database = session.store().database();
  TRY(database.run(
      "DELETE FROM finding; DELETE FROM finding_record; DELETE FROM suspended; DELETE FROM trait"));
  std::vector<RecordNo> records;
  auto* rows = TRY(database.cached("SELECT id FROM record WHERE state IS NOT NULL ORDER BY id"));
  while (TRY(rows->step()))
    records.push_back(static_cast<RecordNo>(rows->int64(0)));
  rows->reset();
  return Run{session}.over_all(records);
}

Result<std::vector<Finding>> findings(SqliteStore& store) {
  std::vector<Finding> found;
  auto* rows = TRY(store.database().cached(
      "SELECT id, rule, severity, records, message, "
      "(SELECT until FROM waiver WHERE waiver.finding = lower(hex(finding.id)) "
      "AND life IN ('active', 'held')) FROM finding"));
  while (TRY(rows->step())) {
    Finding finding;
    finding.id = ShortDigest::from(rows->bytes(0)).value_or(ShortDigest{});
    finding.rule = rows->bytes(1);
    finding.severity = TRY(read_severity(rows->bytes(2)));
    finding.records = TRY(read_records(rows->bytes(3)));
    finding.message = TRY(read_message(rows->bytes(4)));
    finding.waived_until = rows->bytes(5);
    found.push_back(std::move(finding));
  }
  rows->reset();
  Reading reading{store};
  for (auto& finding : found)
    TRY(put_names(reading, finding.message));
  std::ranges::sort(found, {}, [](const Finding& finding) {
    return std::tie(finding.severity, finding.rule, finding.id);
  });
  return found;
}

Result<bool> is_suspended(SqliteStore& store, RecordNo record) {
  auto* row = TRY(store.database().cached("SELECT 1 FROM suspended WHERE record = ?"));
  TRY(row->bind(1, std::int64_t{record}));
  const bool found = TRY(row->step());
  row->reset();
  return found;
}

}  // namespace guantong
