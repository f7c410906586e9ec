// One table a record type, made from its descriptor: for anyone's SQL, and for our own questions.
//
// Columns: record (the replica's own number), id (16 bytes), life (active, held, archived,
// proposed, missing), then one a field. Integers as stored, enums by their word, references as
// 16-byte ids, SETs as JSON arrays. No UNIQUE or foreign keys: merging never fails on a constraint.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/sqlite/database.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/store.h"

namespace guantong {

/// The SQL that makes a type's table and its index by key.
std::string table_sql(const RecordType& type);

/// The word that stands in the column `life`.
std::string_view word_of(LifeState life);
LifeState life_from(std::string_view word);

/// Whether writing the view may give a reference of the record another target.
bool may_move_references(const RecordType& type, const RecordView& view);

/// What a record's row refers to in fields that name one type; nothing when there is no row.
Result<std::vector<RecordKey>> shown_references(Database& database,
                                                const RecordType& type,
                                                RecordNo record);

/// Brings the row of one record up to date with what was worked out anew.
Result<void> write_row(Database& database,
                       const RecordType& type,
                       RecordNo record,
                       const RecordKey& key,
                       const RecordView& view);

}  // namespace guantong
