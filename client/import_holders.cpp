#include "client/import_holders.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "client/editor.h"
#include "client/field_edit.h"
#include "client/tenures.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"
#include "sync/schema.h"
#include "sync/value.h"

namespace guantong {
namespace {

const std::string* text_of(const std::vector<FieldEdit>& row, std::string_view field) {
  const auto found = std::ranges::find(row, field, &FieldEdit::field);
  return found == row.end() ? nullptr : &found->text;
}

bool is_offered(const TenureView& tenure, const RecordId& org) {
  return std::ranges::any_of(tenure.acts, [&](const TenureAct& act) {
    return act.status == TransferStatus::open && act.act.to == org;
  });
}

}  // namespace

Result<HolderStep> hold_as_imported(Workspace& workspace,
                                    Session& session,
                                    Editor& editor,
                                    const RecordType& type,
                                    const std::vector<FieldEdit>& row,
                                    std::string_view why) {
  const auto* role = text_of(row, "role");
  if (type.name != "duty_assignment" || role == nullptr || *role != "A") return HolderStep::none;
  const auto* named_org = text_of(row, "org");
  const auto* named_duty = text_of(row, "duty");
  if (named_org == nullptr || named_duty == nullptr) return HolderStep::none;
  const auto& field = *type.field(std::string_view{"org"});
  const auto body = TRY(editor.reading().parse(type, field, *named_org));
  const auto org = reference_in(field, body)->id;
  const auto duty = TRY(editor.reading().find("duty:" + *named_duty));
  const auto tenure = TRY(tenure_view(session, duty, HeldSubject::holder));
  if (tenure.tenure.receivers == std::vector{org} || is_offered(tenure, org))
    return HolderStep::none;
  if (!tenure.tenure.free()) return HolderStep::held;
  TRY(editor.hold(duty, transfer_to(tenure, org), why));
  return org == session.members().org_id(workspace.config().site) ? HolderStep::claimed
                                                                  : HolderStep::offered;
}

}  // namespace guantong
