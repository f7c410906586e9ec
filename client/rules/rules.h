// What may break only by merging: the rules, and the findings they make.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/hash.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/merger.h"

namespace guantong {

class Session;
class SqliteStore;

enum class Severity : std::uint8_t {
  block,  ///< Keeps the record from being submitted; never from being edited or synced.
  warn,
  hint,
};

/// "block", "warn", "hint".
std::string_view word_of(Severity severity);

struct Finding {
  ShortDigest id;    ///< Of the rule, and the records' types and ids: the same everywhere.
  std::string rule;  ///< "IR-01"
  Severity severity = Severity::warn;
  std::vector<RecordNo> records;  ///< The one it is about first.
  Message message;
  std::string waived_until;  ///< YYYY-MM-DD: the last day on which it may stand; empty: it may not.
};

/// Brings the findings up to date after a transaction that touched these records. What the rules
/// look at beyond a record itself, they find through its references, its key and the findings it
/// stood in, so that the result is that of `check_all_rules`.
Result<void> check_rules(Session& session, const std::vector<Touched>& touched);

/// As above, for records of which anything may be other than it was.
Result<void> check_rules(Session& session, const std::vector<RecordNo>& records);

/// Forgets all findings and makes them anew from every record.
Result<void> check_all_rules(Session& session);

/// What is found now, the gravest first, then by rule and id; what was waived too. Records are
/// named as they are called at this moment.
Result<std::vector<Finding>> findings(SqliteStore& store);

/// Whether a finding keeps the record from counting: a prerequisite that is part of a cycle.
Result<bool> is_suspended(SqliteStore& store, RecordNo record);

}  // namespace guantong
