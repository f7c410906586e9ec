#include "client/split.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/editor.h"
#include "client/field_edit.h"
#include "client/reading.h"
#include "client/tenures.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

/// What a part takes over from the whole.
Result<std::vector<FieldEdit>> inherited(Reading& reading, const Record& whole) {
  std::vector<FieldEdit> edits{{"split_from", FieldEdit::Kind::set, whole.key}};
  for (const std::string_view name : {"area", "stage"}) {
    const auto* field = whole.type->field(name);
    if (field == nullptr || !whole.values.contains(field->number)) continue;
    auto text = TRY(reading.shown(*field, whole.values.at(field->number)));
    edits.push_back({field->name, FieldEdit::Kind::set, std::move(text)});
  }
  return edits;
}

Result<void> check_may_split(const Workspace& workspace,
                             Session& session,
                             const TenureView& tenure) {
  const auto name = tenure.record.name();
  if (tenure.tenure.contested())
    return fail(Errc::conflict,
                "{} is contested; settle first who answers for it: guantong duty show {}",
                name,
                name);
  const auto own = session.members().org_id(workspace.config().site);
  if (tenure.tenure.free() || tenure.tenure.receivers.front() == own) return {};
  return fail(Errc::denied,
              "{} answers for {}; only that site can split it",
              code_of(session, tenure.tenure.receivers.front()),
              name);
}

}  // namespace

Result<DutyPart> parse_part(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == text.size())
    return fail(Errc::invalid, "\"{}\" is not CODE=TITLE", printable(text));
  return DutyPart{std::string{text.substr(0, equals)}, std::string{text.substr(equals + 1)}};
}

Result<std::vector<std::string>> split_duty(const Workspace& workspace,
                                            Session& session,
                                            Editor& editor,
                                            const Record& whole,
                                            const std::vector<DutyPart>& parts,
                                            std::string_view why) {
  if (parts.size() < 2) return fail(Errc::invalid, "a split takes two parts or more");
  const auto tenure = TRY(tenure_view(session, whole, HeldSubject::holder));
  TRY(check_may_split(workspace, session, tenure));
  const auto common = TRY(inherited(editor.reading(), whole));
  std::vector<std::string> names;
  for (const auto& part : parts) {
    auto edits = common;
    edits.push_back({"code", FieldEdit::Kind::set, part.code});
    edits.push_back({"title_zh", FieldEdit::Kind::set, part.title});
    const auto saved = TRY(editor.add(*whole.type, edits, why));
    names.push_back(saved.record);
    if (tenure.tenure.free()) continue;
    const auto record = TRY(editor.reading().find(saved.record));
    const auto fresh = TRY(tenure_view(session, record, HeldSubject::holder));
    const auto claim = TRY(act_for(session, workspace, fresh, {TenureWish::Kind::claim, "", ""}));
    TRY(editor.hold(record, claim, why));
  }
  TRY(editor.archive(whole, why));
  return names;
}

}  // namespace guantong
