// Records as people see them: found by name, listed, shown, and their fields in words.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "client/sqlite/sqlite_store.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/value.h"

namespace guantong {

using Json = nlohmann::ordered_json;

/// A typed row.
struct Record {
  RecordNo number = 0;
  RecordKey id;
  const RecordType* type = nullptr;
  LifeState life = LifeState::missing;
  std::string key;                        ///< As people name it: "B02015", "B04032~2".
  std::map<std::uint32_t, Value> values;  ///< By field; none where there is no value.
  std::map<std::uint32_t, std::vector<Value>> members;  ///< By SET field.

  /// "course:B02015"
  std::string name() const { return type->name + ":" + key; }
};

struct Condition {
  const Field* field = nullptr;
  std::string text;  ///< As `shown` would have it.
};

class Reading {
public:
  explicit Reading(SqliteStore& store) : store_{store}, schema_{store.schema()} {}

  /// Finds "type:key" or a prefix of at least four hex digits of an id. Fails with `not_found`, or
  /// `invalid` when several fit.
  Result<Record> find(std::string_view reference);
  Result<Record> read(RecordNo number);
  /// The records of a type by key; archived and proposed ones only if `all`.
  Result<std::vector<Record>> list(const RecordType& type,
                                   const std::vector<Condition>& where,
                                   bool all);
  Result<std::uint64_t> count(const RecordType& type);
  /// The active records in which a text field holds `text`.
  Result<std::vector<RecordNo>> holders(const RecordType& type,
                                        const Field& field,
                                        std::string_view text);
  /// The record of that key or identity, here or not; nothing when there is none.
  Result<std::optional<RecordNo>> with_key(const RecordType& type, std::string_view key);
  /// The one record of the plan in use that has this code, of whatever type; nothing when there is
  /// none. Fails with `invalid` when there are several, naming them.
  Result<std::optional<RecordNo>> with_code(std::string_view code);

  /// What people call a record: its key, with ~2, ~3 … behind the greater id where several active
  /// ones share it (IR-01); or its identity joined with "/". For one that is not here, its id.
  Result<std::string> key_of(RecordNo number);
  Result<std::string> name_of(RecordNo number);
  /// What the record is about, in Chinese: its title or name; empty where it has neither.
  Result<std::string> title_of(const Record& record);

  /// A field's value in words: numbers in their unit, choices by word, references by key.
  Result<std::string> shown(const Field& field, std::string_view value);
  /// A slot's value: one field's, or "field=value" for fields that move together.
  Result<std::string> shown_slot(const RecordType& type, Slot slot, std::string_view value);
  Result<Json> json_of(const Field& field, std::string_view value);
  Result<Json> json_of(const Record& record);

  /// Reads what a person typed for a field. Fails with `invalid`, saying what would be right.
  Result<Value> parse(const RecordType& type, const Field& field, std::string_view text);

  const RecordType* type_named(std::string_view word) const;

private:
  Result<std::optional<RecordNo>> by_key(const RecordType& type, std::string_view key);
  Result<std::optional<RecordNo>> by_identity(const RecordType& type, std::string_view key);
  Result<RecordNo> by_id_prefix(std::string_view hex);
  Result<std::vector<std::pair<RecordNo, std::string>>> sharing_key(const RecordType& type,
                                                                    std::string_view key);
  Result<RecordKey> parse_reference(const Field& field, std::string_view text);
  Result<Value> parse_integer(const RecordType& type, const Field& field, std::string_view text);
  Result<Value> parse_text(const RecordType& type, const Field& field, std::string_view text);
  Record row_in(const RecordType& type, const Statement& row) const;
  Result<ConsortiumId> consortium();

  SqliteStore& store_;
  const Schema& schema_;
  std::map<RecordNo, std::string> keys_;
  std::optional<ConsortiumId> consortium_;
};

/// The name of a field's slot for commands: the field, or the first of those that move together.
std::string slot_name(const RecordType& type, Slot slot);

/// Whether `value` matches the whole of an ICU regular expression.
bool matches(std::string_view value, const std::string& pattern);

}  // namespace guantong
