// IR-29: one person with two cards, since the school that was sent a teacher wrote its own.
//
// Two people may share a name, even at one school. So equal names count only where the employer
// has sent the one to the school that has the other.
#include <array>
#include <string>
#include <vector>

#include "client/rules/rule.h"
#include "client/rules/rules.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/sqlite/sqlite_store.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"

namespace guantong {
namespace {

constexpr std::array<FieldName, 4> person_fields{{{"person_card", "name"},
                                                  {"person_card", "org"},
                                                  {"secondment", "person"},
                                                  {"secondment", "to_org"}}};

struct Namesake {
  RecordNo sent = 0, stay = 0, host = 0;
  std::string sent_name, host_name;
};

/// Those sent to the schools that employ others, with each card of such a school. Secondments are
/// few, so that they are searched without an index.
Result<std::vector<Namesake>> people_beside(Session& session, RecordNo card, RecordNo stay) {
  std::vector<Namesake> people;
  TRY(each_row(session.store().database(),
               "SELECT sent.record, stay.record, host.record, sent.name, host.name "
               "FROM secondment AS stay "
               "CROSS JOIN record AS sent_record "
               "ON sent_record.uuid = stay.person AND sent_record.type = 101 "
               "JOIN person_card AS sent ON sent.record = sent_record.id "
               "JOIN person_card AS host ON host.org = stay.to_org "
               "WHERE (?1 IN (sent.record, host.record) OR stay.record = ?2) "
               "AND host.record <> sent.record AND stay.life IN ('active', 'held') "
               "AND sent.life IN ('active', 'held') AND host.life IN ('active', 'held')",
               {card, stay},
               [&](const Statement& row) {
                 people.push_back({static_cast<RecordNo>(row.int64(0)),
                                   static_cast<RecordNo>(row.int64(1)),
                                   static_cast<RecordNo>(row.int64(2)),
                                   letters_of(row.bytes(3)),
                                   letters_of(row.bytes(4))});
               }));
  return people;
}

}  // namespace

Rule repeated_people(Session& session) {
  const auto check = [&session](const Subject& subject) -> Result<std::vector<Match>> {
    std::vector<Match> matches;
    const bool is_card = subject.type->name == "person_card";
    if (!is_card && subject.type->name != "secondment") return matches;
    const auto people =
        TRY(people_beside(session, is_card ? subject.record : 0, is_card ? 0 : subject.record));
    for (const auto& person : people) {
      if (person.sent_name != person.host_name) continue;
      matches.push_back(
          {{person.sent, person.host, person.stay},
           {},
           message("{0} and {1} have one name, and {0} is sent there by {2}: if they are one "
                   "person, the employer's card {0} stays; use it, and archive the other: guantong "
                   "archive person_card:{1}",
                   mention(person.sent),
                   mention(person.host),
                   mention(person.stay))});
    }
    return matches;
  };
  return {.name = "IR-29",
          .severity = Severity::warn,
          .reads = reads_of(person_fields),
          .check = check};
}

}  // namespace guantong
