// Values of fields, in one canonical form: equal values are equal bytes.
//
// The form is the protobuf encoding that a partial record message would hold: for each field, by
// number, its tag and value; integers in the fewest bytes, text in Unicode NFC, an empty long text
// left out. Serialisers do not promise this, so it is written here. "No value" is the empty string.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/flat_map.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"

namespace guantong {

/// One or more fields, tag and value each.
using Value = std::string;

/// The values of the life cycle, which is no field.
inline constexpr std::string_view life_active = "active";
inline constexpr std::string_view life_archived = "archived";

/// What a change says of a record's fields.
struct FieldValues {
  FlatMap<Slot, Value> slots;                          ///< Set or cleared; a cleared one is empty.
  FlatMap<std::uint32_t, std::vector<Value>> members;  ///< By SET field: the members added.
  bool unknown = false;  ///< A field, or a choice, that this program does not know was skipped.
};

/// Reads the partial record message of a change. Fails with `corrupt` when it is not the canonical
/// kind of message: a wrong wire type, a singular field twice, text that is not UTF-8 or holds NUL.
Result<FieldValues> read_fields(const RecordType& type, const Change& change);

Value integer_value(const Field& field, std::int64_t number);
Value text_value(const Field& field, std::string_view text);
Value reference_value(const Field& field, const RecordKey& target);
/// From what `text_in` gives of a reference. Nothing when that is none.
std::optional<Value> reference_value(const Field& field, std::string_view content);

/// Cuts a slot's value into its fields. Skips what it does not know.
std::map<std::uint32_t, Value> split_value(const RecordType& type, std::string_view value);

/// What a one-field value holds. Nothing when it is empty or of another kind.
std::optional<std::int64_t> integer_in(const Field& field, std::string_view value);
std::optional<std::string_view> text_in(const Field& field, std::string_view value);
std::optional<RecordKey> reference_in(const Field& field, std::string_view value);

}  // namespace guantong
