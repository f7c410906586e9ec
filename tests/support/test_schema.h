// A schema made at run time: record types with every rule that `draw_world` writes by.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "sync/base/result.h"
#include "sync/schema.h"
#include "tests/support/oracle.h"

namespace guantong::test {

/// In the types whose owner can be named, the field that names it: set once, a reference to an org.
inline constexpr Slot owner_slot = 21;

/// In the types that are tied to others, the fields that tie them: set once but `rules_slot`.
inline constexpr Slot part_of_slot = 31, ruled_by_slot = 32, rules_slot = 33;

inline constexpr std::array all_deciders{
    Decides::any, Decides::owner, Decides::lead, Decides::joint};

/// Reads a file of annotated messages from a FileDescriptorProto in protobuf's text format: the
/// messages' options stand as [guantong.v1.record], the fields' as [guantong.v1.field], the enum
/// values' as [guantong.v1.choice]. The built-in organisations are among its types.
/// Fails with `invalid` when the text is no file, and as `read_schema` does.
Result<Schema> schema_from_text(std::string_view file);

/// The types of `type_for`, those below, and the built-in organisations.
const Schema& test_schema();

// Each with the slots of `every_rule(Decides::joint)`.
const RecordType& whole_type();  ///< Signed by itself.
const RecordType& part_type();   ///< Signed with a whole; held, and ruled as a stage says.
const RecordType& stage_type();  ///< Names the organisation that rules, which anybody may change.

/// The type with the slots of `every_rule(writes)`: field n is slot n. Both references may refer to
/// any type. A STATE's numbers are in another order than its caution.
const RecordType& type_for(Decides writes, bool owner_named);

}  // namespace guantong::test
