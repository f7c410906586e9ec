// IR-22: a material is used in the edition that was reviewed.
//
// Left to people: that nobody reviews what they proposed, as members are no person cards, and that
// some subjects use the unified books, as nothing says which subject a course belongs to.
#include <array>
#include <optional>
#include <string>
#include <string_view>
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
#include "sync/record_state.h"
#include "sync/schema.h"

namespace guantong {
namespace {

constexpr std::array<FieldName, 6> adoption_fields{{{"material", "edition"},
                                                    {"material", "published"},
                                                    {"material", "kind"},
                                                    {"material_adoption", "material"},
                                                    {"material_adoption", "state"},
                                                    {"material_adoption", "review_level"}}};

struct ApprovedMaterial {
  RecordNo record = 0;
  bool needs_authority = false;
};

/// What an approved adoption in use takes into use.
Result<std::optional<ApprovedMaterial>> approved_material(Session& session, RecordNo adoption) {
  std::optional<ApprovedMaterial> material;
  TRY(each_row(session.store().database(),
               "SELECT material.record, material.kind = 'foreign' "
               "AND coalesce(adoption.review_level, '') <> 'authority' "
               "FROM material_adoption AS adoption "
               "JOIN record ON record.uuid = adoption.material "
               "JOIN material ON material.record = record.id "
               "WHERE adoption.record = ? AND adoption.life IN ('active', 'held') "
               "AND adoption.state = 'approved'",
               {adoption},
               [&](const Statement& row) {
                 material =
                     ApprovedMaterial{static_cast<RecordNo>(row.int64(0)), row.int64(1) != 0};
               }));
  return material;
}

/// What those who approved it had not seen.
Result<std::optional<Message>> unreviewed(Session& session,
                                          const Subject& adoption,
                                          RecordNo material) {
  const auto& type = *adoption.type;
  const auto* approval = adoption.state->find(type.field("state")->slot);
  if (approval == nullptr) return std::optional<Message>{};
  if (TRY(text_known(session, adoption.record, "material", *approval))) {
    return std::optional{
        message("{0} was approved for another material than {1}; have this one reviewed: guantong "
                "set material_adoption:{0} state=in_review",
                mention(adoption.record),
                mention(material))};
  }
  for (const std::string_view field : {"edition", "published"}) {
    const auto known = TRY(text_known(session, material, field, *approval));
    if (!known) continue;
    return std::optional{
        message("{0} was approved when {1} had another {2}: {3}; have the present one reviewed: "
                "guantong set material_adoption:{0} state=in_review",
                mention(adoption.record),
                mention(material),
                field,
                printable(*known))};
  }
  return std::optional<Message>{};
}

Result<std::vector<Match>> check_adoption(Session& session, const Subject& adoption) {
  std::vector<Match> matches;
  const auto material = TRY(approved_material(session, adoption.record));
  if (!material) return matches;
  auto text = TRY(unreviewed(session, adoption, material->record));
  if (!text && material->needs_authority) {
    text = message(
        "{0} takes the foreign material {1} into use without the authority's review; until then "
        "it is not to be used: guantong set material_adoption:{0} state=in_review",
        mention(adoption.record),
        mention(material->record));
  }
  if (text) matches.push_back({{adoption.record, material->record}, {}, *text});
  return matches;
}

}  // namespace

Rule unreviewed_materials(Session& session) {
  const auto check = [&session](const Subject& subject) -> Result<std::vector<Match>> {
    if (subject.type->name != "material_adoption") return std::vector<Match>{};
    return check_adoption(session, subject);
  };
  const auto decides = [&session](const Subject& subject) -> Result<std::vector<RecordNo>> {
    if (subject.type->name != "material") return std::vector<RecordNo>{};
    return sources_of(session, subject.record, "material_adoption");
  };
  return {.name = "IR-22",
          .severity = Severity::block,
          .groups = true,
          .reads = reads_of(adoption_fields),
          .check = check,
          .decides = decides};
}

}  // namespace guantong
