// guantong resolve: decide a conflict.
#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "client/decisions.h"
#include "client/editor.h"
#include "client/reading.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/schema.h"
#include "sync/value.h"

namespace guantong {
namespace {

struct ResolveOptions {
  std::string target;
  std::size_t take = 0;
  std::string value;
  std::string why;
};

/// The value a person chose: one of the sides, counted from 1, or one of their own.
Result<Value> chosen_value(Reading& reading,
                           const Record& record,
                           const ConflictView& conflict,
                           const ResolveOptions& options) {
  const auto& sides = conflict.outcome.sides;
  if (options.take > sides.size())
    return fail(Errc::invalid, "there are only {} values to take", sides.size());
  if (options.take > 0) return sides[options.take - 1].value;
  const auto fields = record.type->fields_of(conflict.slot);
  if (fields.size() > 1)
    return fail(Errc::invalid, "fields that move together are decided with --take");
  return reading.parse(*record.type, *fields.front(), options.value);
}

Result<Ending> run_resolve(Context& context, const ResolveOptions& options) {
  if ((options.take > 0) == !options.value.empty())
    return fail(Errc::invalid, "give either --take N or --value V");
  const auto dot = options.target.rfind('.');
  if (dot == std::string::npos)
    return fail(Errc::invalid, "name the record and its field, as in course:B02015.credits");
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  Editor editor{workspace, *session};
  const auto record = TRY(editor.reading().find(std::string_view{options.target}.substr(0, dot)));
  const auto* field = record.type->field(std::string_view{options.target}.substr(dot + 1));
  const auto open = TRY(conflicts(*session, record.number));
  const auto conflict = std::ranges::find_if(
      open, [&](const ConflictView& view) { return field != nullptr && view.slot == field->slot; });
  if (conflict == open.end())
    return fail(Errc::not_found,
                "{} is not in conflict; \"guantong conflicts\" lists what is",
                options.target);
  auto value = TRY(chosen_value(editor.reading(), record, *conflict, options));
  const auto saved = TRY(editor.resolve(record, conflict->slot, std::move(value), options.why));
  TRY(session->commit());
  return show_saved(context, saved);
}

}  // namespace

void add_resolve(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<ResolveOptions>();
  Command command{app, "resolve", tr("Decide a conflict")};
  command.text("target", options->target, tr("type:key.field"), Needed::yes);
  command.number("--take", options->take, tr("The value of that number in \"guantong conflicts\""));
  command.text("--value", options->value, tr("Another value"), Needed::no, tr("TEXT"));
  command.text(
      "--why", options->why, tr("The reason, which everybody can read"), Needed::yes, tr("TEXT"));
  command.examples(
      "  guantong resolve duty:DU-07.title_zh --take 1 --why 含综合素质评价\n  guantong resolve "
      "course:B02015.credits --value 4.5 --why 折中");
  command.runs(chosen, [options](Context& context) { return run_resolve(context, *options); });
}

}  // namespace guantong
