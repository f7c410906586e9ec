#include "client/questions/school_term.h"

#include <cstdint>
#include <string>

#include "client/questions/question.h"
#include "client/reading.h"
#include "client/sqlite/database.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

Result<SchoolTerm> school_term(Session& session, const Asked& asked) {
  if (!asked.term.empty()) {
    const bool has_type = asked.term.find(':') != std::string::npos;
    Reading reading{session.store()};
    const auto record = TRY(reading.find(has_type ? asked.term : "term:" + asked.term));
    if (record.type->name == "term") return SchoolTerm{record.number, record.key};
    return fail(
        Errc::invalid, "{} is no school term; \"guantong list term\" lists them", record.name());
  }
  auto* row = TRY(session.store().database().cached(
      "SELECT record, code FROM term WHERE life IN ('active', 'held') AND span_from <= ?1 "
      "ORDER BY span_from DESC, code DESC LIMIT 1"));
  TRY(row->bind_text(1, asked.day));
  const bool there = TRY(row->step());
  const SchoolTerm term =
      there ? SchoolTerm{static_cast<RecordNo>(row->int64(0)), std::string{row->bytes(1)}}
            : SchoolTerm{};
  row->reset();
  if (there) return term;
  return fail(Errc::not_found,
              "no school term has begun by {}; name one with --term, or add it as a term record",
              asked.day);
}

}  // namespace guantong
