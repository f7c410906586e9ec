// What a record type and its fields mean, as the annotated messages say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

/// `single`: one value at a time (REGISTER).
enum class MergeRule : std::uint8_t { single, text, set, state };
enum class Decider : std::uint8_t { joint, any, owner, lead };

/// How a field's value is kept: an integer, an enum's number, UTF-8, or the id of a record.
/// `any_reference` holds the target's type and id.
enum class ValueKind : std::uint8_t { integer, choice, text, reference, any_reference };

struct Label {
  std::string zh, en;
};

/// A value of an enum.
struct Choice {
  int number = 0;
  std::string word;  ///< What people and files write.
  Label label;
  std::uint32_t caution = 0;  ///< 1 is the most cautious; 0: the field is no STATE.
};

struct Field {
  std::uint32_t number = 0;
  std::string name;
  Label label, help;
  std::string unit;
  ValueKind kind = ValueKind::text;
  MergeRule merge = MergeRule::single;
  Decider decides = Decider::joint;
  Slot slot = 0;  ///< The lowest number among the fields that move together; else its own.
  std::string together;
  bool required = false, unique = false, set_once = false, date = false;
  std::uint32_t target = 0;  ///< A reference: the number of the type it refers to.
  std::string pattern;
  std::optional<std::int64_t> min, max;  ///< In stored units.
  std::int64_t scale = 1;                ///< Stored = shown x scale.
  std::size_t max_length = 0;            ///< In characters.
  std::vector<Choice> choices;
  std::vector<std::string> aliases;
  std::string type_heading;  ///< A reference to any type: the CSV column that says of which.
  std::string heading;       ///< In files: headings of this form are its values. Empty: none.
  bool cell = false;         ///< In files: what stands below such headings.
  bool carried = false;      ///< In files: other columns may be fields of what it refers to.

  bool is_set() const { return merge == MergeRule::set; }
  bool is_reference() const {
    return kind == ValueKind::reference || kind == ValueKind::any_reference;
  }
  const Choice* choice(std::int64_t value) const;
  const Choice* choice(std::string_view word) const;
};

/// A column of another type's file that says something of a record of a type (ColumnOptions).
struct SideColumn {
  std::string file, heading;
  std::uint32_t row = 0;    ///< The field that takes the record of the file's row.
  std::uint32_t value = 0;  ///< The field that takes what the cell says.
  std::string with;         ///< "FIELD=VALUE", or empty.
  auto operator<=>(const SideColumn&) const = default;
};

/// The most fields of a record type: as many as a number has bits, less the sign.
inline constexpr std::size_t fields_most = 63;

struct RecordType {
  std::uint32_t number = 0;
  std::string name;  ///< "course_standard"
  Space space = Space::plan;
  Label label;
  std::string group;
  std::string file;                  ///< The CSV file that carries it.
  Decider decides = Decider::joint;  ///< Creation, archiving and restoring.
  std::uint32_t key = 0;             ///< The field people name it by; 0: its identity.
  std::uint32_t owner = 0;  ///< The field that names the first owner; 0: the creator's site.
  /// A reference whose target says, in a field of its own, who owns the record where its creation
  /// names nobody; 0: none.
  std::uint32_t owner_by = 0, owner_by_field = 0;
  bool owns_itself = false;     ///< The record is the organisation that owns it.
  bool held = false;            ///< One site answers for each record, by consent.
  std::uint32_t part_of = 0;    ///< The field that names the record it is signed with; 0: itself.
  std::uint32_t ruled_by = 0;   ///< The field that names the charter for contests over it; 0: none.
  std::uint32_t rules = 0;      ///< Of a charter: the field that names the organisation that rules.
  std::uint32_t escalates = 0;  ///< Of a charter: the field that says who may ask for a ruling.
  std::vector<std::uint32_t> identity;  ///< Fields whose values make its id.
  std::vector<Field> fields;            ///< By number.
  std::vector<SideColumn> side_columns;

  const Field* field(std::uint32_t at) const;
  /// By name or alias.
  const Field* field(std::string_view word) const;
  /// The fields of a slot, by number.
  std::vector<const Field*> fields_of(Slot slot) const;
  /// How a slot merges, and who decides it. The life cycle is a STATE.
  MergeRule merge_of(Slot slot) const;
  Decider decider_of(Slot slot) const;
  /// Whether people name its records by more than one field.
  bool keyed_by_identity() const { return key == 0; }

  /// Fills what the look-ups above use; whoever builds a type by hand calls it last.
  void index();

private:
  std::vector<const Field*> by_number_;
};

/// All record types that this program knows.
class Schema {
public:
  Schema(Schema&&) = default;
  Schema& operator=(Schema&&) = default;
  Schema(const Schema&) = delete;  // Look-ups point into it.
  Schema& operator=(const Schema&) = delete;
  ~Schema() = default;

  /// Of types that refer to each other by number. Fails with `invalid` when a number or a name is
  /// taken twice.
  static Result<Schema> of(std::vector<RecordType> types);
  /// The same where their level is known.
  static Result<Schema> of(std::vector<RecordType> types, const ShortDigest& level);

  /// The types this program is built with.
  static const Schema& built_in();

  const RecordType* type(std::uint32_t number) const;
  const RecordType* type(std::string_view name) const;
  /// By number.
  const std::vector<const RecordType*>& types() const { return ordered_; }

  /// The digest of all that merging depends on; two replicas agree only at one level.
  const ShortDigest& level() const { return level_; }

private:
  Schema() = default;

  std::map<std::uint32_t, RecordType> by_number_;
  std::map<std::string, std::uint32_t, std::less<>> by_name_;
  std::vector<const RecordType*> ordered_;
  ShortDigest level_;
};

}  // namespace guantong
