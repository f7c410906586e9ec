// IR-22: a material is used in the edition that was reviewed.
//
// Of a rejection, which stands, it is told only where somebody changed the edition beside it: they
// do not know that it is not to be used, nor did who rejected it see this one.
//
// Left to people: that nobody reviews what they proposed, as members are no person cards, and that
// some subjects use the unified books, as nothing says which subject a course belongs to.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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

struct ReviewedMaterial {
  RecordNo record = 0;
  bool rejected = false;
  bool needs_authority = false;  ///< To be used as it is.
};

/// What an adoption was decided about, if it has been.
Result<std::optional<ReviewedMaterial>> reviewed_material(Session& session, RecordNo adoption) {
  std::optional<ReviewedMaterial> material;
  TRY(each_row(session.store().database(),
               "SELECT material.record, adoption.state = 'rejected', material.kind = 'foreign' "
               "AND adoption.state = 'approved' "
               "AND coalesce(adoption.review_level, '') <> 'authority' "
               "FROM material_adoption AS adoption "
               "JOIN record ON record.uuid = adoption.material "
               "JOIN material ON material.record = record.id "
               "WHERE adoption.record = ? AND adoption.life IN ('active', 'held') "
               "AND adoption.state IN ('approved', 'rejected')",
               {adoption},
               [&](const Statement& row) {
                 material = ReviewedMaterial{
                     static_cast<RecordNo>(row.int64(0)), row.int64(1) != 0, row.int64(2) != 0};
               }));
  return material;
}

/// Whether those who wrote a field of the material knew of the review.
Result<bool> knew_of(Session& session,
                     RecordNo material,
                     std::string_view field,
                     const SlotState& review) {
  const auto* state = TRY(session.merger().state(material));
  const auto* slot = state->find(session.store().schema().type("material")->field(field)->slot);
  if (slot == nullptr) return false;
  for (const auto& version : review.heads) {
    if (TRY(knows(session, *slot, version))) return true;
  }
  return false;
}

/// What of the material those who reviewed it had not seen.
struct Unseen {
  std::string_view field;
  std::string known;  ///< What they had seen instead.
};

enum class WrittenBy : std::uint8_t { anybody, who_knew_of_no_review };

Result<std::optional<Unseen>> unseen_in(Session& session,
                                        RecordNo material,
                                        const SlotState& review,
                                        WrittenBy by) {
  for (const std::string_view field : {"edition", "published"}) {
    auto known = TRY(text_known(session, material, field, review));
    if (!known) continue;
    const bool knew = TRY(knew_of(session, material, field, review));
    if (by == WrittenBy::who_knew_of_no_review && knew) continue;
    return std::optional{Unseen{field, *std::move(known)}};
  }
  return std::optional<Unseen>{};
}

Result<std::optional<Message>> rejected_unseen(Session& session,
                                               const Subject& adoption,
                                               RecordNo material,
                                               const SlotState& rejection) {
  const auto unseen =
      TRY(unseen_in(session, material, rejection, WrittenBy::who_knew_of_no_review));
  if (!unseen) return std::optional<Message>{};
  return std::optional{
      message("{0} was rejected when {1} had another {2}: {3}; it is not to be used until the "
              "present one is approved. To have that reviewed: guantong set "
              "material_adoption:{0} state=in_review",
              mention(adoption.record),
              mention(material),
              unseen->field,
              printable(unseen->known))};
}

Result<std::optional<Message>> approved_unseen(Session& session,
                                               const Subject& adoption,
                                               RecordNo material,
                                               const SlotState& approval) {
  if (TRY(text_known(session, adoption.record, "material", approval))) {
    return std::optional{
        message("{0} was approved for another material than {1}; have this one reviewed: guantong "
                "set material_adoption:{0} state=in_review",
                mention(adoption.record),
                mention(material))};
  }
  const auto unseen = TRY(unseen_in(session, material, approval, WrittenBy::anybody));
  if (!unseen) return std::optional<Message>{};
  return std::optional{
      message("{0} was approved when {1} had another {2}: {3}; have the present one reviewed: "
              "guantong set material_adoption:{0} state=in_review",
              mention(adoption.record),
              mention(material),
              unseen->field,
              printable(unseen->known))};
}

Result<std::vector<Match>> check_adoption(Session& session, const Subject& adoption) {
  std::vector<Match> matches;
  const auto material = TRY(reviewed_material(session, adoption.record));
  if (!material) return matches;
  const auto* review = adoption.state->find(adoption.type->field("state")->slot);
  if (review == nullptr) return matches;
  const auto unseen = material->rejected ? rejected_unseen : approved_unseen;
  auto text = TRY(unseen(session, adoption, material->record, *review));
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
