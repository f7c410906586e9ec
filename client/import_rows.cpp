#include "client/import_rows.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/editor.h"
#include "client/field_edit.h"
#include "client/import_holders.h"
#include "client/import_table.h"
#include "client/reading.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/record_state.h"
#include "sync/schema.h"

namespace guantong {
namespace {

bool is_our_failure(const Error& error) {
  return error.code == Errc::io || error.code == Errc::busy;
}

const std::string* said_of(const Field& field, const std::vector<FieldEdit>& edits) {
  const auto found = std::ranges::find(edits, field.name, &FieldEdit::field);
  return found == edits.end() ? nullptr : &found->text;
}

/// The key, or the identity joined with "/"; empty where a part is missing.
std::string key_in(const RecordType& type, const std::vector<FieldEdit>& edits) {
  const auto parts = type.key != 0 ? std::vector{type.key} : type.identity;
  std::string key;
  for (const auto number : parts) {
    const auto* text = said_of(*type.field(number), edits);
    if (text == nullptr) return {};
    key += (key.empty() ? "" : "/") + *text;
  }
  return key;
}

Result<RecordId> uuid_in(std::string_view text) {
  std::string hex;
  for (const char c : text) {
    if (c != '-') hex += c;
  }
  const auto raw = from_hex(hex);
  const auto id = raw ? RecordId::from(*raw) : std::nullopt;
  if (!id) return fail(Errc::invalid, "\"{}\" is no uuid", printable(text));
  return *id;
}

}  // namespace

RowImporter::RowImporter(Workspace& workspace, Session& session, ImportTable table, std::string why)
    : workspace_{workspace},
      session_{session},
      editor_{workspace, session},
      table_{std::move(table)},
      type_{table_.type()},
      why_{std::move(why)} {
  for (std::size_t row = 0; row < table_.size(); ++row)
    open_.push_back({row, {}});
}

Result<bool> RowImporter::take_open(Unclear unclear, ImportReport& report) {
  const auto before = open_.size();
  for (bool helped = true; helped && !open_.empty();) {
    std::vector<OpenRow> failed;
    for (const auto& [row, why_not] : open_) {
      auto edits = table_.edits(row);
      const auto remarks =
          unclear == Unclear::leave_out ? without_unclear(row, edits) : std::vector<LineRemark>{};
      auto taken = take(row, edits, report);
      const auto held = taken ? hold(edits, report) : Result<void>{};
      for (const auto* result : {&std::as_const(taken), &held}) {
        if (!*result && is_our_failure(result->error())) return result->error();
      }
      if (taken) {
        report.remarks.insert(report.remarks.end(), remarks.begin(), remarks.end());
      } else {
        failed.push_back({row, std::move(taken).error()});
      }
      if (!held) report.problems.push_back({table_.line(row), held.error().message});
    }
    helped = failed.size() < open_.size();
    open_ = std::move(failed);
  }
  return open_.size() < before;
}

std::string RowImporter::key_of(std::size_t row) const {
  return nfkc(key_in(type_, table_.edits(row)));
}

/// Takes the record of a row. Nothing was written when it fails.
Result<void> RowImporter::take(std::size_t row,
                               const std::vector<FieldEdit>& edits,
                               ImportReport& report) {
  const auto id = TRY(id_of(row, edits));
  const auto there = TRY(find(id, key_in(type_, edits)));
  if (there) return change(*there, edits, report);
  const auto saved = TRY(editor_.add(type_, edits, why_, id));
  ++(saved.written.empty() ? report.proposed : report.added);
  return {};
}

Result<void> RowImporter::change(RecordNo number,
                                 std::vector<FieldEdit> edits,
                                 ImportReport& report) {
  Reading reading{session_.store()};
  const auto record = TRY(reading.read(number));
  for (const auto& edit : edits)
    TRY(check_fixed(record, edit));
  std::erase_if(edits, [&](const FieldEdit& edit) {
    return type_.field(std::string_view{edit.field})->set_once;
  });
  const auto saved = TRY(editor_.set(record, edits, why_));
  if (saved.nothing()) {
    ++report.same;
  } else {
    ++(saved.written.empty() ? report.proposed : report.changed);
  }
  return {};
}

/// What is set once stands. A row that says another thing of it means another record.
Result<void> RowImporter::check_fixed(const Record& record, const FieldEdit& edit) {
  const Field& field = *type_.field(std::string_view{edit.field});
  const auto stands = record.values.find(field.number);
  if (!field.set_once || stands == record.values.end()) return {};
  auto& reading = editor_.reading();
  const auto said = TRY(reading.parse(type_, field, edit.text));
  if (said == stands->second) return {};
  const auto there = TRY(reading.shown(field, stands->second));
  const auto here = TRY(reading.shown(field, said));
  if (field.number == type_.part_of)
    return fail(Errc::invalid,
                "{} belongs to {}, and this row is for {}; give what is new a code of its own",
                record.name(),
                there,
                here);
  return fail(Errc::invalid,
              "the {} of {} is {} and does not change, and this row has {}",
              field.name,
              record.name(),
              there,
              here);
}

/// Lets the one answer for it whom the row names.
Result<void> RowImporter::hold(const std::vector<FieldEdit>& edits, ImportReport& report) {
  const auto step = TRY(hold_as_imported(workspace_, session_, editor_, type_, edits, why_));
  report.claimed += step == HolderStep::claimed ? 1U : 0U;
  report.offered += step == HolderStep::offered ? 1U : 0U;
  report.held_by_others += step == HolderStep::held ? 1U : 0U;
  return {};
}

/// Takes out of a row what it refers to without saying which record is meant, and returns what that
/// was: the rest is right, and a reference can be added by hand.
std::vector<LineRemark> RowImporter::without_unclear(std::size_t row,
                                                     std::vector<FieldEdit>& edits) {
  std::vector<LineRemark> remarks;
  std::erase_if(edits, [&](const FieldEdit& edit) {
    const Field& field = *type_.field(std::string_view{edit.field});
    if (field.kind != ValueKind::any_reference || field.required) return false;
    const auto value = editor_.reading().parse(type_, field, edit.text);
    if (value || is_our_failure(value.error())) return false;  // Taking the row meets it again.
    Message what = message("{} is left empty", field.name);
    if (field.is_set())
      what = message("\"{}\" is left out of {}", printable(edit.text), field.name);
    what.causes.push_back(value.error().message);
    remarks.push_back({table_.line(row), std::move(what)});
    return true;
  });
  return remarks;
}

Result<std::optional<RecordId>> RowImporter::id_of(std::size_t row,
                                                   const std::vector<FieldEdit>& edits) {
  if (const auto uuid = table_.uuid(row); !uuid.empty()) {
    const auto id = TRY(uuid_in(uuid));
    return std::optional{id};
  }
  const auto* key = type_.key == 0 ? nullptr : said_of(*type_.field(type_.key), edits);
  if (!type_.identity.empty() || key == nullptr || !session_.members().founded())
    return std::optional<RecordId>{};
  const auto value = TRY(editor_.reading().parse(type_, *type_.field(type_.key), *key));
  return std::optional{derived_id(session_.members().consortium(), type_.number, value)};
}

Result<std::optional<RecordNo>> RowImporter::find(const std::optional<RecordId>& id,
                                                  const std::string& key) {
  if (id) {
    const auto number = TRY(session_.store().find_record({type_.number, *id}));
    const auto known = TRY(if_known(number));
    if (known) return known;
  }
  if (key.empty()) return std::optional<RecordNo>{};
  Reading reading{session_.store()};
  const auto number = TRY(reading.with_key(type_, key));
  return if_known(number);
}

/// The record, unless it is only referred to so far.
Result<std::optional<RecordNo>> RowImporter::if_known(std::optional<RecordNo> number) {
  if (!number) return number;
  const auto* state = TRY(session_.merger().state(*number));
  return state->find(life_cycle) == nullptr ? std::optional<RecordNo>{} : number;
}

}  // namespace guantong
