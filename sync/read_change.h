// A change with its fields read by its record type.
#pragma once

#include <string_view>
#include <vector>

#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"
#include "sync/value.h"

namespace guantong {

/// Lies with whoever holds both.
struct ReadChange {
  const Change& change;
  const FieldValues& values;
};

/// Reads what each change of a batch says; nothing for an act, and for a type that this program
/// does not know. Fails with `corrupt` when some of it has no place in the batch.
Result<std::vector<FieldValues>> read_values(const Schema& schema, const Batch& batch);

/// The slots of which a change is a version: fields set or cleared, members added or removed, the
/// life cycle. Each once, by number.
std::vector<Slot> slots_of(const RecordType& type, const ReadChange& read);

/// Whether a change is a version of the slot.
bool is_version_of(const RecordType& type, const ReadChange& read, Slot slot);

/// What a version supersedes directly in a slot: what it names and what it accepts alike.
std::vector<Dot> edges(const Change& change, Slot slot);

/// A change's value for a slot; empty where it clears it or says nothing of it. Valid as long as
/// the change is.
std::string_view value_of(Slot slot, const ReadChange& read);

}  // namespace guantong
