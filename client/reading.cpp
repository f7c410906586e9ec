#include "client/reading.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unicode/regex.h>
#include <unicode/unistr.h>

#include "client/days.h"
#include "client/numerals.h"
#include "client/sqlite/database.h"
#include "client/sqlite/sqlite_store.h"
#include "client/sqlite/typed_tables.h"
#include "client/text.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/value.h"

namespace guantong {
namespace {

constexpr std::size_t shortest_prefix = 4;

std::string choices_of(const Field& field) {
  std::string words;
  for (const auto& choice : field.choices)
    words += (words.empty() ? "" : ", ") + choice.word;
  return words;
}

/// "course.credits cannot be "x": it is a whole number": `right` says what would be right.
Error wrong(const RecordType& type, const Field& field, std::string_view text, Message right) {
  Error error = fail(Errc::invalid,
                     "{}.{} cannot be \"{}\"",
                     type.name,
                     field.name,
                     cut_to_width(printable(text), 60));
  error.message.causes.push_back(std::move(right));
  return error;
}

/// A number of so many decimals as it is stored; nothing where it has more, or is too long.
std::optional<std::int64_t> stored_number(std::string_view digits, std::size_t places) {
  const auto point = std::min(digits.find('.'), digits.size());
  const auto whole = digits.substr(0, point);
  std::string fraction{digits.substr(std::min(point + 1, digits.size()))};
  while (fraction.size() > places && fraction.ends_with('0'))
    fraction.pop_back();
  if (whole.size() > 15 || fraction.size() > places) return std::nullopt;
  fraction.resize(places, '0');
  const auto all = std::string{whole} + fraction;
  std::int64_t stored = 0;
  std::from_chars(all.data(), all.data() + all.size(), stored);
  return stored;
}

/// What to say of a number with another unit than the field's; `kind` where it is no unit at all.
Message unit_wanted(const Field& field, std::string_view unit, const Message& kind) {
  if (unit_called(unit).empty()) return kind;
  if (field.unit.empty()) return message("it is a number without a unit; leave {} out", unit);
  return message("it is a number of {0} ({1}), and {2} is another unit",
                 chinese_unit(field.unit),
                 field.unit,
                 unit);
}

}  // namespace

bool matches(std::string_view value, const std::string& pattern) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::RegexPattern> compiled{
      icu::RegexPattern::compile(icu::UnicodeString::fromUTF8(pattern), 0, status)};
  if (U_FAILURE(status)) return false;
  const auto text = icu::UnicodeString::fromUTF8(
      icu::StringPiece{value.data(), static_cast<std::int32_t>(value.size())});
  const std::unique_ptr<icu::RegexMatcher> matcher{compiled->matcher(text, status)};
  if (U_FAILURE(status)) return false;
  const bool whole = matcher->matches(status) != 0;
  if (U_FAILURE(status)) return false;
  return whole;
}

std::string slot_name(const RecordType& type, Slot slot) {
  return slot == life_cycle ? "life" : type.field(slot)->name;
}

const RecordType* Reading::type_named(std::string_view word) const {
  if (const auto* type = schema_.type(word)) return type;
  for (const auto* type : schema_.types()) {
    if (type->label.zh == word) return type;
  }
  return nullptr;
}

Result<ConsortiumId> Reading::consortium() {
  if (!consortium_) {
    const auto raw = TRY(store_.meta("consortium"));
    consortium_ = ConsortiumId::from(raw.value_or(""));
    if (!consortium_)
      return fail(Errc::not_found, "the plan has not arrived here yet; sync with a remote first");
  }
  return *consortium_;
}

Record Reading::row_in(const RecordType& type, const Statement& row) const {
  Record record;
  record.type = &type;
  record.number = static_cast<RecordNo>(row.int64(0));
  record.id = {type.number, RecordId::from(row.bytes(1)).value_or(RecordId{})};
  record.life = life_from(row.bytes(2));
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    const Field& field = type.fields[i];
    const int column = static_cast<int>(i) + 3;
    if (row.is_null(column)) continue;
    if (field.is_set()) {
      for (const auto& member : Json::parse(row.bytes(column))) {
        if (field.kind == ValueKind::text) {
          record.members[field.number].push_back(text_value(field, member.get<std::string>()));
        } else if (field.is_reference()) {
          const auto content = from_hex(member.get<std::string>()).value_or("");
          if (auto value = reference_value(field, content))
            record.members[field.number].push_back(*std::move(value));
        }
      }
    } else if (field.kind == ValueKind::integer) {
      record.values[field.number] = integer_value(field, row.int64(column));
    } else if (field.kind == ValueKind::choice) {
      if (const auto* choice = field.choice(row.bytes(column)))
        record.values[field.number] = integer_value(field, choice->number);
    } else if (field.is_reference()) {
      if (auto value = reference_value(field, row.bytes(column)))
        record.values[field.number] = *std::move(value);
    } else if (auto value = text_value(field, row.bytes(column)); !value.empty()) {
      record.values[field.number] = std::move(value);
    }
  }
  return record;
}

Result<Record> Reading::read(RecordNo number) {
  const auto key = TRY(store_.record_key(number));
  const auto* type = schema_.type(key.type);
  if (type == nullptr)
    return fail(Errc::too_new,
                "record type {} is unknown to this program; update Guantong to see it",
                key.type);
  auto* row = TRY(store_.database().cached_text(
      fmt::format("SELECT * FROM \"{}\" WHERE record = ?", type->name)));
  TRY(row->bind(1, std::int64_t{number}));
  if (!TRY(row->step())) {
    row->reset();
    return fail(
        Errc::not_found, "{} {} is not here yet", type->name, to_hex(key.id.raw()).substr(0, 8));
  }
  auto record = row_in(*type, *row);
  row->reset();
  record.key = TRY(key_of(number));
  return record;
}

Result<std::vector<Record>> Reading::list(const RecordType& type,
                                          const std::vector<Condition>& where,
                                          bool all) {
  std::vector<Record> records;
  {
    auto* row = TRY(store_.database().cached_text(fmt::format("SELECT * FROM \"{}\"", type.name)));
    while (TRY(row->step())) {
      auto record = row_in(type, *row);
      if (all || is_in_use(record.life)) records.push_back(std::move(record));
    }
    row->reset();
  }
  std::vector<Record> kept;
  for (auto& record : records) {
    bool fits = true;
    for (const auto& condition : where) {
      const auto value = record.values.find(condition.field->number);
      const auto text =
          TRY(shown(*condition.field, value == record.values.end() ? Value{} : value->second));
      fits = fits && text == condition.text;
    }
    if (!fits) continue;
    record.key = TRY(key_of(record.number));
    kept.push_back(std::move(record));
  }
  std::ranges::sort(kept, {}, &Record::key);
  return kept;
}

Result<std::uint64_t> Reading::count(const RecordType& type) {
  auto* row = TRY(store_.database().cached_text(
      fmt::format("SELECT count(*) FROM \"{}\" WHERE life IN ('active', 'held')", type.name)));
  TRY(row->step());
  const auto count = static_cast<std::uint64_t>(row->int64(0));
  row->reset();
  return count;
}

Result<std::vector<RecordNo>> Reading::holders(const RecordType& type,
                                               const Field& field,
                                               std::string_view text) {
  std::vector<RecordNo> records;
  auto* rows = TRY(store_.database().cached_text(
      fmt::format("SELECT record FROM \"{}\" WHERE \"{}\" = ? AND life IN ('active', 'held')",
                  type.name,
                  field.name)));
  TRY(rows->bind_text(1, text));
  while (TRY(rows->step()))
    records.push_back(static_cast<RecordNo>(rows->int64(0)));
  rows->reset();
  return records;
}

Result<std::optional<RecordNo>> Reading::with_key(const RecordType& type, std::string_view key) {
  return type.key != 0 ? by_key(type, key) : by_identity(type, key);
}

Result<std::vector<std::pair<RecordNo, std::string>>> Reading::sharing_key(const RecordType& type,
                                                                           std::string_view key) {
  std::vector<std::pair<RecordNo, std::string>> sharing;
  auto* rows = TRY(store_.database().cached_text(
      fmt::format("SELECT record, life FROM \"{0}\" WHERE \"{1}\" = ? "
                  "ORDER BY life IN ('archived', 'proposed'), id",
                  type.name,
                  type.field(type.key)->name)));
  TRY(rows->bind_text(1, key));
  while (TRY(rows->step()))
    sharing.emplace_back(static_cast<RecordNo>(rows->int64(0)), rows->bytes(1));
  rows->reset();
  return sharing;
}

Result<std::string> Reading::key_of(RecordNo number) {
  if (const auto known = keys_.find(number); known != keys_.end()) return known->second;
  const auto id = TRY(store_.record_key(number));
  const auto* type = schema_.type(id.type);
  std::string key = to_hex(id.id.raw());
  if (type != nullptr && type->key != 0) {
    const Field& field = *type->field(type->key);
    auto* row = TRY(store_.database().cached_text(
        fmt::format("SELECT \"{}\" FROM \"{}\" WHERE record = ?", field.name, type->name)));
    TRY(row->bind(1, std::int64_t{number}));
    std::string plain;
    if (TRY(row->step())) plain = row->bytes(0);
    row->reset();
    if (!plain.empty()) {
      key = plain;
      const auto sharing = TRY(sharing_key(*type, plain));
      for (std::size_t place = 1; place < sharing.size(); ++place) {
        if (sharing[place].first == number) key = fmt::format("{}~{}", plain, place + 1);
      }
    }
  } else if (type != nullptr) {
    auto* row = TRY(store_.database().cached_text(
        fmt::format("SELECT * FROM \"{}\" WHERE record = ?", type->name)));
    TRY(row->bind(1, std::int64_t{number}));
    std::optional<Record> record;
    if (TRY(row->step())) record = row_in(*type, *row);
    row->reset();
    if (record) {
      key.clear();
      for (const auto part : type->identity) {
        const auto text = TRY(shown(*type->field(part), record->values[part]));
        key += (key.empty() ? "" : "/") + text;
      }
    }
  }
  keys_[number] = key;
  return key;
}

Result<std::string> Reading::name_of(RecordNo number) {
  const auto id = TRY(store_.record_key(number));
  const auto* type = schema_.type(id.type);
  const auto key = TRY(key_of(number));
  return (type == nullptr ? std::to_string(id.type) : type->name) + ":" + key;
}

Result<std::string> Reading::title_of(const Record& record) {
  for (const auto* name : {"title_zh", "name_zh"}) {
    const auto* field = record.type->field(std::string_view{name});
    if (field == nullptr || !record.values.contains(field->number)) continue;
    return shown(*field, record.values.at(field->number));
  }
  return std::string{};
}

Result<std::optional<RecordNo>> Reading::by_key(const RecordType& type, std::string_view key) {
  const auto tilde = key.rfind('~');
  const auto plain = nfkc(key.substr(0, tilde));
  std::size_t place = 1;
  if (tilde != std::string_view::npos)
    std::from_chars(key.data() + tilde + 1, key.data() + key.size(), place);
  const auto sharing = TRY(sharing_key(type, plain));
  if (place == 0 || place > sharing.size()) return std::optional<RecordNo>{};
  return std::optional{sharing[place - 1].first};
}

Result<std::optional<RecordNo>> Reading::with_code(std::string_view code) {
  if (code.find(':') != std::string_view::npos) return std::optional<RecordNo>{};
  const auto plain = nfkc(trimmed(code));
  std::optional<RecordNo> found;
  std::vector<std::string> names;
  for (const auto* type : schema_.types()) {
    if (type->key == 0 || type->space != Space::plan) continue;
    const auto sharing = TRY(sharing_key(*type, plain));
    if (sharing.empty() || !is_in_use(life_from(sharing.front().second))) continue;
    found = sharing.front().first;
    names.push_back(type->name + ":" + plain);
  }
  if (names.size() > 1)
    return fail(Errc::invalid,
                "several records have the code \"{}\"; write the one that is meant: {}",
                printable(code),
                fmt::to_string(fmt::join(names, ", ")));
  return found;
}

Result<std::optional<RecordNo>> Reading::by_identity(const RecordType& type, std::string_view key) {
  Value identity;
  for (std::size_t i = 0; i < type.identity.size(); ++i) {
    const auto end = i + 1 < type.identity.size() ? key.find('/') : key.size();
    if (end == std::string_view::npos) return std::optional<RecordNo>{};
    const auto part = parse(type, *type.field(type.identity[i]), key.substr(0, end));
    if (!part) return std::optional<RecordNo>{};
    identity += *part;
    key.remove_prefix(std::min(key.size(), end + 1));
  }
  const auto own = TRY(consortium());
  return store_.find_record({type.number, derived_id(own, type.number, identity)});
}

Result<RecordNo> Reading::by_id_prefix(std::string_view hex) {
  auto* rows =
      TRY(store_.database().cached("SELECT id FROM record WHERE state IS NOT NULL AND "
                                   "substr(lower(hex(uuid)), 1, ?) = ? LIMIT 2"));
  TRY(rows->bind(1, static_cast<std::int64_t>(hex.size())));
  TRY(rows->bind_text(2, hex));
  std::vector<RecordNo> found;
  while (TRY(rows->step()))
    found.push_back(static_cast<RecordNo>(rows->int64(0)));
  rows->reset();
  if (found.size() == 1) return found.front();
  if (found.empty())
    return fail(Errc::not_found,
                "no record is called {}; records are named type:key, as in course:B02015",
                hex);
  return fail(Errc::invalid, "several records begin with {}; give more digits", hex);
}

Result<Record> Reading::find(std::string_view reference) {
  const auto colon = reference.find(':');
  if (colon == std::string_view::npos) {
    std::string hex;
    for (const char c : reference) {
      if (c != '-') hex += c;
    }
    const bool is_hex = hex.size() >= shortest_prefix &&
                        hex.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!is_hex)
      return fail(Errc::invalid,
                  "\"{}\" names no record; records are named type:key, as in course:B02015",
                  printable(reference));
    const auto number = TRY(by_id_prefix(hex));
    return read(number);
  }
  const auto* type = type_named(reference.substr(0, colon));
  if (type == nullptr)
    return fail(Errc::invalid,
                "there is no record type \"{}\"; \"guantong types\" lists them",
                printable(reference.substr(0, colon)));
  const auto key = reference.substr(colon + 1);
  const auto number = TRY(with_key(*type, key));
  if (!number)
    return fail(Errc::not_found, "there is no {} \"{}\" here", type->name, printable(key));
  return read(*number);
}

Result<std::string> Reading::shown(const Field& field, std::string_view value) {
  if (value.empty()) return std::string{};
  switch (field.kind) {
    case ValueKind::integer:
      return decimal(integer_in(field, value).value_or(0), field.scale);
    case ValueKind::choice: {
      const auto number = integer_in(field, value).value_or(0);
      const auto* choice = field.choice(number);
      return choice == nullptr ? std::to_string(number) : choice->word;
    }
    case ValueKind::text:
      return std::string{text_in(field, value).value_or("")};
    case ValueKind::reference:
    case ValueKind::any_reference: {
      const auto target = reference_in(field, value);
      if (!target) return std::string{};
      const auto number = TRY(store_.find_record(*target));
      if (!number) return to_hex(target->id.raw());
      return field.kind == ValueKind::reference ? key_of(*number) : name_of(*number);
    }
  }
  return std::string{};
}

Result<std::string> Reading::shown_slot(const RecordType& type, Slot slot, std::string_view value) {
  if (slot == life_cycle) return std::string{value};
  const Field& first = *type.field(slot);
  if (first.together.empty()) return shown(first, value);
  std::string all;
  for (const auto& [number, part] : split_value(type, value)) {
    const Field& field = *type.field(number);
    const auto text = TRY(shown(field, part));
    all += (all.empty() ? "" : " ") + field.name + "=" + text;
  }
  return all;
}

Result<Json> Reading::json_of(const Field& field, std::string_view value) {
  if (value.empty()) return Json{};
  if (field.kind == ValueKind::integer) {
    const auto number = integer_in(field, value).value_or(0);
    if (number % field.scale == 0) return Json(number / field.scale);
    return Json(static_cast<double>(number) / static_cast<double>(field.scale));
  }
  auto text = TRY(shown(field, value));
  return Json(std::move(text));
}

Result<Json> Reading::json_of(const Record& record) {
  Json json{{"type", record.type->name},
            {"id", to_hex(record.id.id.raw())},
            {"key", record.key},
            {"life", word_of(record.life)}};
  for (const auto& field : record.type->fields) {
    if (field.is_set()) {
      auto array = Json::array();
      if (const auto members = record.members.find(field.number); members != record.members.end()) {
        for (const auto& member : members->second) {
          auto one = TRY(json_of(field, member));
          array.push_back(std::move(one));
        }
      }
      json[field.name] = std::move(array);
    } else {
      const auto value = record.values.find(field.number);
      json[field.name] =
          TRY(json_of(field, value == record.values.end() ? Value{} : value->second));
    }
  }
  return json;
}

Result<Value> Reading::parse_integer(const RecordType& type,
                                     const Field& field,
                                     std::string_view text) {
  std::size_t places = 0;
  for (auto scale = field.scale; scale > 1; scale /= 10)
    ++places;
  const auto kind = places == 0 ? message("it is a whole number")
                                : message("it is a number with at most {} decimals", places);
  const auto number = read_number(text);
  if (!number) return wrong(type, field, text, kind);
  const bool is_ours = !field.unit.empty() && unit_called(number->unit) == field.unit;
  if (!number->unit.empty() && !is_ours)
    return wrong(type, field, text, unit_wanted(field, number->unit, kind));
  const auto stored = stored_number(number->digits, places);
  if (!stored) return wrong(type, field, text, kind);
  if ((field.min && *stored < *field.min) || (field.max && *stored > *field.max)) {
    return wrong(type,
                 field,
                 text,
                 message("it is a number from {} to {}",
                         field.min ? decimal(*field.min, field.scale) : "-∞",
                         field.max ? decimal(*field.max, field.scale) : "∞"));
  }
  return integer_value(field, *stored);
}

Result<Value> Reading::parse_text(const RecordType& type,
                                  const Field& field,
                                  std::string_view text) {
  const auto check = [&](std::string_view whole) {
    return in_context(
        check_text(whole, field.max_length), "{}.{} cannot be stored", type.name, field.name);
  };
  TRY(check(text));
  const auto plain = trimmed(text);
  if (field.date) {
    const auto day = read_day(plain);
    if (!day) return wrong(type, field, text, day.error().message);
    return text_value(field, *day);
  }
  const auto kept = field.pattern.empty() ? nfc(plain) : nfkc(plain);
  if (!field.pattern.empty() && !matches(kept, field.pattern))
    return wrong(type, field, text, message("it is of the form {}", field.pattern));
  TRY(check(kept));  // One spelling makes several characters of some.
  return text_value(field, kept);
}

Result<RecordKey> Reading::parse_reference(const Field& field, std::string_view text) {
  if (field.kind == ValueKind::any_reference) {
    const auto coded = TRY(with_code(text));
    if (coded) return store_.record_key(*coded);
    const auto record = TRY(find(text));
    return record.id;
  }
  const RecordType& target = *schema_.type(field.target);
  const auto prefix = target.name + ":";
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  const auto number = TRY(with_key(target, text));
  if (number) return store_.record_key(*number);
  std::string hex;
  for (const char c : text) {
    if (c != '-') hex += c;
  }
  const auto raw = from_hex(hex);
  if (const auto id = raw ? RecordId::from(*raw) : std::nullopt)
    return RecordKey{target.number, *id};
  // An organisation's id follows from its code: it can be named before its record arrives.
  if (target.identity.size() == 1) {
    const auto value = TRY(parse(target, *target.field(target.identity.front()), text));
    const auto own = TRY(consortium());
    return RecordKey{target.number, derived_id(own, target.number, value)};
  }
  return fail(Errc::not_found, "there is no {} \"{}\" here", target.name, printable(text));
}

Result<Value> Reading::parse(const RecordType& type, const Field& field, std::string_view text) {
  switch (field.kind) {
    case ValueKind::integer:
      return parse_integer(type, field, text);
    case ValueKind::choice: {
      const auto* choice = field.choice(std::string_view{text});
      if (choice == nullptr)
        return wrong(type, field, text, message("it is one of {}", choices_of(field)));
      return integer_value(field, choice->number);
    }
    case ValueKind::text:
      return parse_text(type, field, text);
    case ValueKind::reference:
    case ValueKind::any_reference: {
      const auto target = TRY(parse_reference(field, text));
      return reference_value(field, target);
    }
  }
  return fail(Errc::invalid, "{}.{} cannot be read", type.name, field.name);
}

}  // namespace guantong
